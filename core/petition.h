/// What a petitioner states (信访工作条例 art. 17, 19) and its validation. Pure values; no identity, no time, no I/O.
#pragma once
#include <string>
#include <vector>

#include "core/result.h"
#include "core/text.h"

namespace yizhan {

enum class Channel { Visit, Letter, Online, Phone, Fax, Hotline12345 };                 // XFTL 17
enum class MatterKind { Appeal, Suggestion, Accusation, InformationRequest, QueueOnly };  // XFTL 29–31; QueueOnly = 只取号
enum class DocumentKind { None, ResidentId, ResidencePermit, ForeignPermanentResident, Passport, Other };
enum class FilingAs { Self, Agent, Relative, Guardian, Representative };
enum class InputWay { Touch, Card, Desk, Batch };  ///< how it was entered; AssistedEntry is `helper` below

/// One natural person or organisation. Everything may be empty (PIPL 6: minimum data; XFTL 19.1 says "generally"): who gives
/// no name is registered too, and reception asks.
struct Identity {
  std::string name;
  DocumentKind document = DocumentKind::None;
  std::string number;   ///< canonical, see parse_id_number; empty when document is None
  std::string phone;    ///< optional
  std::string address;  ///< optional
};

/// Yes/no questions that decide the lawful path; Unasked and Unsure are answers too.
enum class Answer { Unasked, No, Yes, Unsure };
enum class Counterparty { Unknown, Neighbour, Relative, Employer, Company, PropertyManager, Government, VillageCommittee, Court, Official };

struct Answers {
  Answer in_proceedings = Answer::Unasked;   ///< already in court, arbitration or administrative review
  Answer decided = Answer::Unasked;          ///< a judgment, award or review decision exists
  Answer about_official = Answer::Unasked;   ///< about an official's conduct or discipline
  Counterparty counterparty = Counterparty::Unknown;
  Answer both_willing = Answer::Unasked;     ///< both sides willing to talk
  Answer status_or_title = Answer::Unasked;  ///< about marriage validity, parentage, adoption, or who owns (司法确认 excluded)
  Answer in_danger = Answer::Unasked;        ///< anybody in danger now
  Answer filed_before = Answer::Unasked;     ///< the same matter was accepted before and is being handled (XFTL 19.3)
  Answer concluded = Answer::Unasked;        ///< 复核 is done, and nothing new is known (XFTL 36.3)
};

struct Statement {
  std::string request;             ///< 要求
  std::string facts;               ///< 事实
  std::string reasons;             ///< 理由
  std::string place;               ///< where the problem is (问题属地), free text
  std::string division;            ///< division code of the place when picked; may be empty
  std::string party_complained_of; ///< person or unit complained of; may be empty
  bool oral = false;               ///< recorded by staff from speech, read back (XFTL 19.1)
};

struct Petition {
  Channel channel = Channel::Visit;
  MatterKind kind = MatterKind::Appeal;
  std::string topic;               ///< tile code of the rulebook ("wages", "neighbour", …); "" when unknown
  Identity petitioner;
  FilingAs filing_as = FilingAs::Self;
  Identity filer;                  ///< the agent or relative; empty name when filing_as is Self
  std::string authority;           ///< written authority shown by an agent, in words
  int head_count = 1;              ///< persons in a joint matter
  std::vector<Identity> representatives;  ///< XFTL 20.3, limit by jurisdiction
  Answers answers;
  Statement statement;
  std::string title;               ///< letters and messages have one; visits may leave it empty
  std::string helper;              ///< staff id of the helper when entry was assisted (代书/帮办)
  InputWay input = InputWay::Touch;
};

/// One thing to mend, so that a screen can point at it.
struct Problem {
  std::string field;  ///< "request", "petitioner.number", "representatives[1].phone", "head_count", …
  std::string what;   ///< Chinese, ≤ 30 characters: what is wrong and what to do
};

struct RuleBook;
/// Normalises and checks everything. On success the petition holds canonical values and may be filed.
/// Never refuses a person for what they lack: no document, no phone, no party are all fine; only contradictory or
/// unreadable input is a problem. All problems are returned at once; nothing typed is changed when there is one.
/// `spoken`: an oral statement belongs to it, so that words may be missing; staff write them down (XFTL 19.1).
std::vector<Problem> validate(Petition& petition, const RuleBook& rules, bool spoken = false);

}  // namespace yizhan
