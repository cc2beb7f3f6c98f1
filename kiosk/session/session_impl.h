/// What the files of the visit share: session.cpp (a step, the world, leaving), session_press.cpp (what is pressed), session_pages.cpp (from
/// page to page) and session_fields.cpp (what is written). Private to the visit.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kiosk/session/session.h"

namespace yizhan::kiosk {

/// One step: the session being changed and the commands it gives.
class Visit {
 public:
  Visit(Session session, const World& world, Tick now) : s(std::move(session)), world_(world), now_(now) {}
  Step done() { return {std::move(s), std::move(commands_)}; }

  void operator()(const News&);
  void operator()(const Touched&) {}
  void operator()(const Begin& begin);
  void operator()(const Next&);
  void operator()(const Back&);
  void operator()(const LeaveAsk&);
  void operator()(const LeaveNow&) { leave(); }
  void operator()(const Stay&) { s.leaving = false; }
  void operator()(const CallHelp&);
  void operator()(const OpenGuide&);
  void operator()(const CancelHelp&);
  void operator()(const Set& set) { s.settings = set.settings; }
  void operator()(const ChooseDocument& choice);
  void operator()(const SpecialDocument&);
  void operator()(const ChooseWhom& choice);
  void operator()(const ChooseAuthority& choice);
  void operator()(const AddHeads& add);
  void operator()(const ChooseTopic& choice);
  void operator()(const AnswerWith& answer);
  void operator()(const AnswerParty& answer);
  void operator()(const SkipWriting&);
  void operator()(const Part& part);
  void operator()(const Edit& edit);
  void operator()(const WriteName& write);
  void operator()(const Pen& pen);
  void operator()(const PenClear&);
  void operator()(const ReadText& read);
  void operator()(const Focus& f);
  void operator()(const Typed& typed) { type(typed); }
  void operator()(const Caret& caret);
  void operator()(const StepCaret& step);
  void operator()(const Scanned& scan);
  void operator()(const ScanRefused&);
  void operator()(const Letter&);
  void operator()(const Reveal&);
  void operator()(const Turn& turn) { s.page = std::max(0, turn.page); }
  void operator()(const ChooseWindow& choice);
  void operator()(const Submit&);
  void operator()(const PickNumber& pick);
  void operator()(const Reprint&);
  void operator()(const ChoosePaper& choice);
  void operator()(const Grade& grade);
  void operator()(const RateNow&);
  void operator()(const AddMore&);
  void operator()(const SpeakInstead&);
  void operator()(const Listens&) { s.listening = true; }
  void operator()(const Again&);
  void operator()(const Record&);
  void operator()(const Recorded& recorded);
  void operator()(const NoMicrophone&);
  void operator()(const PlayOral& play);
  void operator()(const DropOral&);

  Session s;

 private:
  std::string id(char kind) { return s.visit + '-' + kind + std::to_string(++s.serial); }

  // ---- moving ---------------------------------------------------------------------------------------------------------

  void enter(Screen screen, int index);
  void go(Screen screen, int index);
  /// Tabs of one screen are no steps: 返回 leaves the statement, not the tab.
  void go_part(int part) { enter(Screen::Statement, part); }
  void to_review();
  void to_kind() { s.reviewed ? to_review() : go(Screen::Kind, 0); }
  void to_statement() { s.reviewed ? to_review() : go(Screen::Statement, 0); }
  /// XFTL 19: a signature stands under what was read just now. Another word since, and it is given again.
  void to_sign(const Petition& petition);
  void to_ruling(const Petition& petition);
  Drawing* pad() { return s.screen == Screen::Sign ? &s.signature : s.screen == Screen::DrawName ? &s.drawn_names[s.index == 1] : nullptr; }
  /// What the person drew, with the names of the places it belongs to. A signature under other words is none.
  void add_drawings(FileMatter& file) const;
  void next_question(int after);
  void next();

  // ---- what the world says ------------------------------------------------------------------------------------------------

  bool take_card();
  bool take_outcome();
  bool take_progress();
  void patience();
  void touch();

  // ---- asking -----------------------------------------------------------------------------------------------------------------

  void ask();
  void rate();

  // ---- who ---------------------------------------------------------------------------------------------------------------------

  static std::size_t interpuncts(std::string_view name);
  bool check_name(Field field, int index, std::string& name);
  bool check_me();
  int places_for_representatives() const { return std::max(0, std::min(world_.rules.rep_limit(s.heads), s.heads) - 1); }
  void trim_representatives() { s.representatives.resize(static_cast<std::size_t>(places_for_representatives())); }
  Answer* answer_slot(std::string_view question);

  // ---- writing ---------------------------------------------------------------------------------------------------------------------

  void focus(Field field, int index);
  /// Who leaves without choosing keeps what was seen in the field.
  void settle();
  void type(const Typed& typed);
  /// The code of a picked place stays as long as its words stand there.
  void note_place(const Typed& typed);
  /// "440583K0120261120…": the pad has digits only, so the device letter comes by itself after the county's six.
  void type_number(std::string& text, const Typed& typed);

  // ---- problems ---------------------------------------------------------------------------------------------------------------------

  void put_problem(std::string field, std::string what);
  void clear_problem(Field field);
  /// Goes to the first field that needs mending; everything typed stays.
  void mend(std::vector<Problem> problems);

  // ---- helper and leaving -------------------------------------------------------------------------------------------------------------

  void say_help();
  void print();
  bool print_pending() const;
  void leave();
  /// Forgets the visit. A call for help outlives it only when the person just stood there waiting (idle).
  void wipe(bool keep_settings);

  const World& world_;
  Tick now_;
  std::vector<Command> commands_;
};

}  // namespace yizhan::kiosk
