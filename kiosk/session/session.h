/// The citizen's visit as a machine: what is known so far, and one pure step per touch. No thread, no clock, no window, no disk.
/// A visit lives in RAM only and nowhere else; wiping it is forgetting it (trust.md 13).
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/clock.h"
#include "core/hall_plan.h"
#include "kiosk/messages.h"
#include "kiosk/session/drawing.h"
#include "kiosk/writing/caret.h"
#include "kiosk/writing/keys.h"

namespace yizhan::kiosk {

/// Everything a citizen can see. The last three lie over the others and need no way back.
enum class Screen : std::uint8_t {
  Home, Notice, Card, Identify, Whom, Other, Heads, Representatives, Kind, Question, Urgent, Statement, Place, Review, Read, DrawName, Sign, Ruling,
  Done, TakeNumber, Ask, Progress, Rate, Thanks, Helper, Sound, Speak, Guide,
  Leave, Idle, Trouble,
};
std::string_view word(Screen screen);  ///< "home", "notice", …: names in tests and reports

/// What a person can write into. `index` in Session tells which representative.
enum class Field : std::uint8_t { None, Name, Number, Phone, OtherName, Representative, Request, Facts, Reasons, Place, Party, MatterNumber, QueryCode };
enum class Whom : std::uint8_t { Unasked, Self, Relative, Agent, Group };
/// Nothing is printed before the person said so: for some a slip in the pocket is a danger (trust.md T23). Unasked: there is no printer to ask for.
enum class PaperWish : std::uint8_t { Unasked, Asked, Wanted, Declined };
enum class Purpose : std::uint8_t { Progress, Rating };

/// The input panel between two touches.
using Keys = writing::Keys;
struct Settings {
  int size = 0;  ///< 0…2
  bool contrast = false, low = false;
  int volume = 3;  ///< 0 silent, 1…5
  int pace = 1;    ///< 0 slow, 1 as recorded, 2 fast
  bool operator==(const Settings&) const = default;
};
/// What a citizen said into the microphone instead of writing it (XFTL 19): in memory only, filed as an attachment, and
/// overwritten with the visit.
struct Oral {
  std::shared_ptr<const std::vector<std::byte>> bytes;  ///< Ogg Opus ("audio/ogg; codecs=opus")
  Span length{};
  bool empty() const { return !bytes || bytes->empty(); }
};
/// The microphone while it is used; what it heard comes as Recorded.
enum class Microphone : std::uint8_t { Off, Recording, Absent };
struct Spot {
  Screen screen{};
  int index = 0;
};

/// One visit. A default Session (with an empty `visit`) is a machine nobody stands at.
struct Session {
  std::string visit;         ///< random, set by the loop at the first touch; request ids grow from it
  Screen screen = Screen::Home;
  int index = 0;             ///< which question, which part of the statement
  int page = 0;              ///< of a list with 上一页/下一页
  std::vector<Spot> trail;   ///< where 返回 leads
  Settings settings;
  Tick touched{};
  Tick arrived{};            ///< when this screen was entered
  bool warned = false;       ///< the idle countdown is on
  bool leaving = false;      ///< 离开并清除 waits for its confirmation
  bool listening = false;    ///< the person works by ear: more patience (trust.md 6)

  // who
  DocumentKind document = DocumentKind::None;
  Identity me;               ///< the person at the machine
  bool from_card = false;
  std::uint64_t card_seen = 0;
  std::string card_trouble;
  Whom whom = Whom::Unasked;
  Identity other;            ///< whose matter it is, when filing for somebody
  bool authority = false;    ///< an agent has a written authority with them
  int heads = 2;
  std::vector<std::string> representatives;  ///< besides `me`

  // what
  std::string topic;
  Answers answers;
  Statement statement;
  bool spoken = false;       ///< 不写了，到窗口说
  Oral oral;
  Microphone microphone = Microphone::Off;
  bool playing = false;      ///< the person listens to their recording
  Drawing signature;         ///< under the text as it stood then: see signed_text
  std::string signed_text;   ///< text_hash() of the petition that was signed
  Drawing drawn_names[2];    ///< by hand, because no font has a character of it: 0 of `me`, 1 of `other`
  bool reviewed = false;     ///< from now on an edited part leads back to the review

  // where to
  std::optional<Ruling> ruling;
  WindowCode chosen;         ///< "" takes the proposal
  std::string filing;        ///< request id while 正在登记
  bool number_only = false;  ///< the running filing is 只取号
  std::optional<Error> filing_error;
  std::optional<Receipt> receipt;
  std::string printing;      ///< request id of the newest print job
  PaperWish paper = PaperWish::Unasked;
  bool told_shown = false;   ///< the store knows that number and code were on the screen
  int serial = 0;            ///< makes request ids of this visit

  // asking and rating
  Purpose purpose{};
  std::string number, code;
  std::string asking;        ///< request id while the answer is awaited
  std::optional<Progress> progress;
  MatterId supplements;                      ///< what is filed now adds to this matter, whose code was right
  int service = 0, outcome = 0;

  // helper
  std::string help;          ///< id of the running call

  // writing
  Field field = Field::None;
  int field_index = 0;
  std::size_t caret = writing::at_end;  ///< in the focused field, in characters
  Keys keys;
  writing::Way way = writing::Way::Auto;  ///< how the person likes to write: kept from field to field
  std::string picked_place;  ///< the words that named statement.division; written over, the code goes too
  Tick typed{};
  bool shown = false;        ///< the number stays readable (somebody asked for it)
  std::vector<Problem> problems;
  std::string remark;        ///< one calm line: what the machine put right by itself
};

/// What a touch means. `News` is no touch: time passed or the snapshot is new; the loop sends it before every frame.
struct News {};
struct Touched {};
struct Begin { Screen way{}; Purpose purpose{}; };        ///< from Home: Notice, TakeNumber, Ask
struct Next {};
struct Back {};
struct LeaveAsk {};
struct LeaveNow {};
struct Stay {};                                            ///< 我还在 / 不离开
struct CallHelp {};
struct CancelHelp {};
struct Set { Settings settings; };
struct ChooseDocument { DocumentKind document{}; };
struct SpecialDocument {};                                 ///< the number is right but the machine cannot know it
struct ChooseWhom { Whom whom{}; };
struct ChooseAuthority { bool has = false; };
struct AddHeads { int by = 0; };
struct ChooseTopic { std::string code; };
struct AnswerWith { Answer answer{}; };
struct AnswerParty { Counterparty party{}; };
struct SkipWriting {};
struct Part { int index = 0; };                            ///< a tab of the statement
struct Edit { Screen screen{}; int index = 0; };           ///< from the review
struct WriteName { int whose = 0; };                       ///< 0 `me`, 1 `other`: by hand, from the review
struct Pen { PenDots dots; };                              ///< on the page's pad
struct PenClear {};                                        ///< 重写
struct ReadText { int part = 0; };                         ///< the whole of a long text
struct Focus { Field field{}; int index = 0; std::size_t caret = writing::at_end; };
struct Typed { std::string insert; int backspaces = 0; Keys keys; int deletes = 0; std::string division{}; };  ///< at the caret of the focused field
struct Caret { std::size_t at = writing::at_end; };        ///< somebody touched the field, or turned a page of a long text
struct StepCaret { int by = 0; Keys keys; };               ///< ← and →
/// A receipt's code was read by the scanner: straight to the progress query. Either may be empty.
struct Scanned { std::string matter, code; };
struct ScanRefused {};                                     ///< a code that is none of ours
struct Letter {};                                          ///< next device letter in a matter number (K → D → H)
struct Reveal {};
struct Turn { int page = 0; };                             ///< 上一页/下一页
struct ChooseWindow { WindowCode window; };
struct Submit {};
struct PickNumber { WindowCode window; };                  ///< 只取号
struct ChoosePaper { bool wanted = false; };               ///< 印小票 / 不打印
struct Reprint {};
struct Grade { int service = 0, outcome = 0; };            ///< 0 leaves the other as it is
struct RateNow {};                                         ///< from the progress page
struct AddMore {};                                         ///< likewise: what was filed is never changed, more of it is a new matter that names it
struct SpeakInstead {};                                    ///< 说给机器听
struct Listens {};                                         ///< the five keys are used
struct Again {};                                           ///< 再听一遍
struct Record {};                                          ///< begins a recording, or ends the one that runs
struct Recorded { Oral oral; };                            ///< the microphone's answer; an empty one: it was too short
struct NoMicrophone {};
struct PlayOral { bool on = false; };                      ///< also when the playing has come to its end
struct DropOral {};
struct OpenGuide {};                                       ///< the chart of lawful paths, from Home and from the ruling

using Action = std::variant<News, Touched, Begin, Next, Back, LeaveAsk, LeaveNow, Stay, CallHelp, CancelHelp, Set, ChooseDocument, SpecialDocument,
                            ChooseWhom, ChooseAuthority, AddHeads, ChooseTopic, AnswerWith, AnswerParty, SkipWriting, Part, Edit, WriteName, Pen, PenClear, ReadText, Focus,
                            Typed, Caret, StepCaret, Scanned, ScanRefused, Letter, Reveal, Turn, ChooseWindow, Submit, PickNumber, ChoosePaper, Reprint, Grade, RateNow, AddMore, SpeakInstead, Listens, Again, Record, Recorded, NoMicrophone,
                            PlayOral, DropOral, OpenGuide>;

/// How long the machine waits for a person (need.md 4.10, WCAG 2.2.1): warn, then count down, then forget.
struct Patience {
  Span idle_warn{90'000};
  Span idle_wipe{30'000};
  Span receipt{120'000};   ///< the receipt stays at least this long
  Span mask{2'000};        ///< a typed number is masked after this
  Span listening{180'000}; ///< instead of idle_warn for who works by ear
};
inline constexpr int heads_max = 9'999;

/// What the machine stands in: all of it read only.
struct World {
  const Snapshot& now;
  const RuleBook& rules;
  Patience patience;
  std::string_view origin;          ///< "440583-K01": its county and letter start a matter number
  std::string_view notice_version;
  const HallPlan* plan = nullptr;   ///< the hall as a picture; null or empty: none was drawn
};

struct Step {
  Session session;
  std::vector<Command> commands;
};
/// How long this person may be quiet before the machine asks whether they are still there.
Span warn_after(const Session& session, const Patience& patience);
/// The one way a visit changes. Pure: the same input gives the same step.
Step update(Session session, const Action& action, const World& world, Tick now);
/// What to draw: trouble first, then the warnings, the visitor last.
Screen pick_screen(const Session& session, const Snapshot& world);

/// The petition as it would be filed now; unwritten parts get the topic's own sentence.
Petition petition_of(const Session& session, const RuleBook& rules);
/// The questions of the chosen topic, in order; whether one is asked now says is_asked().
const std::vector<std::string>& questions_of(const Session& session, const RuleBook& rules);
/// "1分20秒"
std::string length_words(Span length);
/// Whether the question with this index can still decide the way, after what was answered so far (worth_asking).
bool is_asked(const Session& session, const RuleBook& rules, std::size_t index);
/// Nothing of anybody is left: the state of a machine that waits for the next person.
bool blank(const Session& session);
/// Whether there is something to sign: who writes nothing tells it at the window and signs there.
bool signs(const Session& session);
/// Which of the six steps a screen belongs to; 0: none.
int step_number(Screen screen);
const std::string& text_of(const Session& session, Field field, int index = 0);
/// Where Tab and Enter lead from the focused field of one line: the next field of its page. Nothing at the last one.
std::optional<Focus> next_field(const Session& session);
/// Text whose characters can be pointed at; numbers are grouped and masked, and written at their end only.
bool has_caret(Field field);
/// The problem shown at a field, "" when there is none.
std::string_view problem_at(const Session& session, Field field, int index = 0);
/// "440583-K01-20261120-0001-7" out of what was typed so far.
std::string spaced_number(std::string_view typed);
std::string spaced_code(std::string_view typed);
/// True while the number field must not be readable from behind (trust.md T4).
bool masked(const Session& session, const Patience& patience, Tick now);
/// The sentence that stands for an unwritten request.
std::string default_request(const RuleBook& rules, std::string_view topic);
/// An accusation is sealed (XFTL 30): no hall screen, call or slip may show what it is about.
bool sealed(const Session& session, const RuleBook& rules);

}  // namespace yizhan::kiosk
