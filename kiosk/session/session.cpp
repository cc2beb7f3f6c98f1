#include "kiosk/session/session.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/session/session_look.h"

namespace yizhan::kiosk {
namespace {

constexpr std::size_t name_typed_max = 60, number_typed_max = 40, party_typed_max = 2'000;

std::string& mutable_text(Session& s, Field field, int index) {
  return const_cast<std::string&>(text_of(s, field, index));
}

Field first_field(Screen screen, int index) {
  switch (screen) {
    case Screen::Identify: return Field::Name;
    case Screen::Other: return Field::OtherName;
    case Screen::Representatives: return Field::Representative;
    case Screen::Statement: return index == 0 ? Field::Request : index == 1 ? Field::Facts : Field::Reasons;
    case Screen::Place: return Field::Place;
    case Screen::Ask: return Field::MatterNumber;
    default: return Field::None;
  }
}

bool digits_only(Field field) {
  return field == Field::Number || field == Field::Phone || field == Field::MatterNumber || field == Field::QueryCode;
}

/// core reports "field: words"; people read the words.
std::string words_of(const Error& error) {
  const auto colon = error.what.find(": ");
  return colon == std::string::npos ? error.what : error.what.substr(colon + 2);
}

/// Where the person stands, as the helper reads it at the desk.
std::string_view place_words(Screen screen) {
  switch (step_number(screen)) {
    case 1: return tr("第1步 说明");
    case 2: return tr("第2步 您是谁");
    case 3: return screen == Screen::Urgent ? tr("有人有危险") : tr("第3步 什么事");
    case 4: return tr("第4步 说事情");
    case 5: return tr("第5步 核对");
    case 6: return tr("第6步 去哪里");
    default: break;
  }
  switch (screen) {
    case Screen::Done: return tr("已登记");
    case Screen::TakeNumber: return tr("只取号");
    case Screen::Ask:
    case Screen::Progress: return tr("查进度");
    case Screen::Rate:
    case Screen::Thanks: return tr("评价");
    case Screen::Guide: return tr("看懂信访");
    default: return tr("首页");
  }
}

/// Overwrites the words before they are let go: short ones live inside the session itself, which stays (trust.md T2).
void forget(Session& s) {
  const auto erase = [](std::string& text) {
    volatile char* byte = text.data();
    for (std::size_t i = 0; i < text.capacity(); ++i) byte[i] = '\0';
    text.clear();
  };
  const auto erase_person = [&](Identity& who) {
    for (std::string* text : {&who.name, &who.number, &who.phone, &who.address}) erase(*text);
  };
  for (Drawing* drawing : {&s.signature, &s.drawn_names[0], &s.drawn_names[1]}) wipe(*drawing);
  erase_person(s.me);
  erase_person(s.other);
  for (std::string& name : s.representatives) erase(name);
  for (std::string* text : {&s.topic, &s.statement.request, &s.statement.facts, &s.statement.reasons, &s.statement.place, &s.statement.party_complained_of, &s.number, &s.code,
                            &s.keys.composing, &s.keys.preedit, &s.keys.typed, &s.keys.code, &s.keys.rest, &s.keys.pad.preview, &s.picked_place, &s.statement.division, &s.remark,
                            &s.help, &s.filing, &s.asking})
    erase(*text);
  std::fill(s.keys.pad.ink.points.begin(), s.keys.pad.ink.points.end(), ink::Point{});
  std::fill(s.keys.pad.pen.begin(), s.keys.pad.pen.end(), ink::Point{});
  if (s.receipt)
    for (std::string* text : {&s.receipt->matter, &s.receipt->query_code, &s.receipt->ticket}) erase(*text);
}

class Visit {
 public:
  Visit(Session session, const World& world, Tick now) : s(std::move(session)), world_(world), now_(now) {}
  Step done() { return {std::move(s), std::move(commands_)}; }

  void operator()(const News&) {
    if (take_card() || take_outcome() || take_progress()) return;
    if (s.screen == Screen::Done && s.receipt && !s.told_shown && now_ > s.arrived) {
      // The frame after the first one: number and code were there to be read (trust.md R31).
      s.told_shown = true;
      commands_.emplace_back(ReceiptShown{s.receipt->request});
    }
    patience();
  }
  void operator()(const Touched&) {}
  void operator()(const Begin& begin) {
    if (s.screen != Screen::Home && s.screen != Screen::Helper) return;
    s.purpose = begin.purpose;
    if (begin.way == Screen::Sound) s.listening = true;
    if (begin.way == Screen::Ask && s.number.empty() && world_.origin.size() >= 8) {
      // The paper in the person's hand most likely comes from this hall's machines.
      s.number = std::string(world_.origin.substr(0, 6)) + std::string(world_.origin.substr(7, 1));
    }
    go(begin.way, 0);
  }
  void operator()(const Next&) {
    settle();
    next();
  }
  void operator()(const Back&) {
    settle();
    if (!s.filing.empty()) return;  // the disk decides now; a half filed matter has no way back
    if (s.screen == Screen::Statement || s.screen == Screen::Question) s.problems.clear();
    if (s.trail.empty()) {
      if (s.screen == Screen::Home) return;
      if (nothing_said(s)) return wipe(true);
      s.leaving = true;
      return;
    }
    const Spot to = s.trail.back();
    s.trail.pop_back();
    if (to.screen == Screen::Home && !nothing_said(s)) {  // the first page never carries anything of anybody
      s.trail.push_back(to);
      s.leaving = true;
      return;
    }
    if (to.screen == Screen::Home && s.help.empty()) return wipe(true);
    enter(to.screen, to.index);
  }
  void operator()(const LeaveAsk&) {
    if (s.screen == Screen::Done && !print_pending() && s.paper != PaperWish::Asked) return leave();
    if (s.screen == Screen::Thanks) return leave();
    if (s.microphone == Microphone::Recording) s.microphone = Microphone::Off;
    s.leaving = true;
  }
  void operator()(const LeaveNow&) { leave(); }
  void operator()(const Stay&) { s.leaving = false; }
  void operator()(const CallHelp&) {
    settle();
    if (s.help.empty()) s.help = id('h');
    s.leaving = false;  // who asks for a person has not left
    say_help();
    if (s.screen != Screen::Helper) go(Screen::Helper, 0);
  }
  void operator()(const OpenGuide&) {
    if (s.filing.empty() && (s.screen == Screen::Home || s.screen == Screen::Ruling)) go(Screen::Guide, 0);
  }
  void operator()(const CancelHelp&) {
    if (!s.help.empty()) commands_.emplace_back(StopHelper{s.help});
    s.help.clear();
    if (s.screen == Screen::Helper) (*this)(Back{});
  }
  void operator()(const Set& set) { s.settings = set.settings; }
  void operator()(const ChooseDocument& choice) {
    if (s.screen != Screen::Card && s.screen != Screen::Identify) return;
    s.document = choice.document;
    if (choice.document == DocumentKind::None) s.me.number.clear();
    s.from_card = false;
    if (s.screen == Screen::Card) {
      go(Screen::Identify, 0);
    } else {
      clear_problem(Field::Number);
      if (s.document == DocumentKind::None && s.field == Field::Number) focus(Field::Name, 0);
    }
  }
  void operator()(const SpecialDocument&) {
    if (s.screen != Screen::Identify) return;
    // A rare card never blocks a person (trust.md 5.1): the number stays as typed, a clerk looks at the card.
    s.document = DocumentKind::Other;
    clear_problem(Field::Number);
    s.remark = tr("证件请窗口人员再看一下。");
  }
  void operator()(const ChooseWhom& choice) {
    if (s.screen != Screen::Whom) return;
    const bool changed = s.whom != choice.whom;
    s.whom = choice.whom;
    if (changed && choice.whom == Whom::Group) s.representatives.clear();
    switch (choice.whom) {
      case Whom::Relative:
      case Whom::Agent: return go(Screen::Other, 0);
      case Whom::Group: return go(Screen::Heads, 0);
      case Whom::Self:
      case Whom::Unasked: return to_kind();
    }
  }
  void operator()(const ChooseAuthority& choice) {
    if (s.screen == Screen::Other) s.authority = choice.has;
  }
  void operator()(const AddHeads& add) {
    if (s.screen != Screen::Heads) return;
    s.heads = std::clamp(s.heads + add.by, 2, heads_max);
    trim_representatives();
  }
  void operator()(const ChooseTopic& choice) {
    if (s.screen != Screen::Kind || s.topic == choice.code) return;
    s.topic = choice.code;
    const bool danger = s.answers.in_danger == Answer::Yes;
    s.answers = {};  // other questions belong to another topic; a danger that was told stays told
    if (danger) s.answers.in_danger = Answer::Yes;
    s.ruling.reset();
    s.chosen.clear();
    clear_problem(Field::None);
  }
  void operator()(const AnswerWith& answer) {
    const auto& questions = questions_of(s, world_.rules);
    if (s.screen != Screen::Question || s.index >= static_cast<int>(questions.size())) return;
    const std::string& question = questions[static_cast<std::size_t>(s.index)];
    Answer* slot = answer_slot(question);
    if (slot == nullptr) return;
    *slot = answer.answer;
    if (question == "in_danger" && answer.answer == Answer::Yes) {
      // Somebody comes at once; the registration goes on (XFTL 25).
      if (s.help.empty()) s.help = id('h');
      return go(Screen::Urgent, s.index);  // entering says it to the desk
    }
    next_question(s.index);
  }
  void operator()(const AnswerParty& answer) {
    if (s.screen != Screen::Question) return;
    s.answers.counterparty = answer.party;
    next_question(s.index);
  }
  void operator()(const SkipWriting&) {
    if (s.screen != Screen::Statement && s.screen != Screen::Speak) return;
    settle();
    s.spoken = true;
    s.problems.clear();
    to_review();
  }
  void operator()(const Part& part) {
    if (s.screen != Screen::Statement) return;
    settle();
    go_part(std::clamp(part.index, 0, 2));
  }
  void operator()(const Edit& edit) {
    if (s.screen != Screen::Review) return;
    s.problems.clear();
    go(edit.screen, edit.index);
  }
  void operator()(const WriteName& write) {
    if (s.screen == Screen::Review) go(Screen::DrawName, write.whose == 1 ? 1 : 0);
  }
  void operator()(const Pen& pen) {
    if (Drawing* drawing = pad()) draw_on(*drawing, pen.dots);
  }
  void operator()(const PenClear&) {
    if (Drawing* drawing = pad()) kiosk::wipe(*drawing);
    s.problems.clear();
  }
  void operator()(const ReadText& read) {
    if (s.screen == Screen::Review) go(Screen::Read, read.part);
  }
  void operator()(const Focus& f) {
    if (s.field == Field::None) return;  // only a page that is written on has a field
    settle();
    focus(f.field, f.index);
    if (has_caret(s.field)) s.caret = writing::placed(text_of(s, s.field, s.field_index), f.caret);
  }
  void operator()(const Typed& typed) { type(typed); }
  void operator()(const Caret& caret) {
    if (!has_caret(s.field)) return;
    settle();
    s.caret = writing::placed(text_of(s, s.field, s.field_index), caret.at);
  }
  void operator()(const StepCaret& step) {
    s.keys = step.keys;
    settle();
    if (has_caret(s.field)) s.caret = writing::stepped(text_of(s, s.field, s.field_index), s.caret, step.by);
  }
  void operator()(const Scanned& scan) {
    if (s.screen != Screen::Home && s.screen != Screen::Ask) {
      // Whoever registers a matter has the paper of another one in hand: said, not written into a name.
      if (s.field != Field::None) s.remark = tr("小票的码请在「查进度」里扫。");
      return;
    }
    if (!s.asking.empty()) return;
    if (s.screen == Screen::Home) (*this)(Begin{Screen::Ask, Purpose::Progress});
    if (s.screen != Screen::Ask) return;
    s.problems.clear();
    s.remark.clear();
    if (!scan.matter.empty()) {
      s.number = scan.matter;
      std::erase(s.number, '-');
    }
    if (!scan.code.empty()) s.code = scan.code;
    if (canonical_matter_id(s.number) && !s.code.empty()) return ask();
    focus(canonical_matter_id(s.number) ? Field::QueryCode : Field::MatterNumber, 0);
    s.remark = scan.code.empty() ? tr("编号读到了，请再扫查询码。") : tr("查询码读到了，请再扫编号。");
  }
  void operator()(const ScanRefused&) {
    if (s.screen == Screen::Ask || s.field != Field::None) s.remark = tr("这个码认不出，请用小票上的。");
  }
  void operator()(const Letter&) {
    if (s.screen != Screen::Ask || s.number.size() < 7) return;
    char& letter = s.number[6];
    letter = letter == 'K' ? 'D' : letter == 'D' ? 'H' : 'K';
    clear_problem(Field::MatterNumber);
  }
  void operator()(const Reveal&) {
    if (s.screen == Screen::Identify) s.shown = !s.shown;
  }
  void operator()(const Turn& turn) { s.page = std::max(0, turn.page); }
  void operator()(const ChooseWindow& choice) {
    if (s.screen != Screen::Ruling || !s.ruling || !s.filing.empty()) return;
    const auto& others = s.ruling->alternatives;
    if (choice.window == s.ruling->window || choice.window == s.chosen) s.chosen.clear();
    else if (std::find(others.begin(), others.end(), choice.window) != others.end()) s.chosen = choice.window;
  }
  void operator()(const Submit&) {
    if (s.screen != Screen::Ruling || !s.filing.empty() || s.receipt) return;  // a double tap files once
    Petition petition = petition_of(s, world_.rules);
    if (auto problems = validate(petition, world_.rules); !problems.empty()) return mend(std::move(problems));
    FileMatter file;
    file.request = s.filing = id('f');
    file.petition = std::move(petition);
    file.chosen = s.chosen;
    file.notice_version = std::string(world_.notice_version);
    file.supplements = s.supplements;
    add_drawings(file);
    if (!s.oral.empty()) file.attachments.push_back({std::string(attached_statement), "audio/ogg; codecs=opus", s.oral.length.count(), s.oral.bytes});
    s.number_only = false;
    s.filing_error.reset();
    commands_.emplace_back(std::move(file));
  }
  void operator()(const PickNumber& pick) {
    if (s.screen != Screen::TakeNumber || !s.filing.empty() || s.receipt) return;
    s.filing = id('f');
    s.number_only = true;
    s.filing_error.reset();
    s.chosen = pick.window;
    commands_.emplace_back(TakeNumber{s.filing, pick.window});
  }
  void operator()(const Reprint&) {
    if (s.screen != Screen::Done || !s.receipt || print_pending() || s.paper == PaperWish::Asked) return;
    s.paper = PaperWish::Wanted;
    print();
  }
  void operator()(const ChoosePaper& choice) {
    if (s.screen != Screen::Done || !s.receipt || s.paper != PaperWish::Asked) return;
    s.paper = choice.wanted ? PaperWish::Wanted : PaperWish::Declined;
    if (choice.wanted) print();
  }
  void operator()(const Grade& grade) {
    if (s.screen != Screen::Rate) return;
    if (grade.service > 0) s.service = std::clamp(grade.service, 1, 5);
    if (grade.outcome > 0) s.outcome = std::clamp(grade.outcome, 1, 5);
  }
  void operator()(const RateNow&) {
    if (s.screen == Screen::Progress && s.progress && s.progress->may_rate) go(Screen::Rate, 0);
  }
  void operator()(const AddMore&) {
    if (s.screen != Screen::Progress || !s.progress) return;
    s.supplements = s.progress->matter;
    go(Screen::Notice, 0);
  }

  void operator()(const SpeakInstead&) {
    if (s.screen == Screen::Statement) go(Screen::Speak, 0);
  }
  void operator()(const Listens&) { s.listening = true; }
  void operator()(const Again&) {
    s.listening = true;
    if (s.settings.volume == 0) s.settings.volume = Settings{}.volume;
  }
  void operator()(const Record&) {
    if (s.screen != Screen::Speak) return;
    s.playing = false;
    // What was recorded before stays until the new recording is there: a wrong touch loses nothing.
    s.microphone = s.microphone == Microphone::Recording ? Microphone::Off : Microphone::Recording;
  }
  void operator()(const Recorded& recorded) {
    // Also after the page was left for a helper: nothing that was said is lost while the visit lasts.
    if (s.visit.empty()) return;
    if (s.microphone == Microphone::Recording) s.microphone = Microphone::Off;
    if (recorded.oral.empty()) return;
    s.oral = recorded.oral;
    if (!s.help.empty()) say_help();
  }
  void operator()(const NoMicrophone&) {
    if (s.screen == Screen::Speak) s.microphone = Microphone::Absent;
  }
  void operator()(const PlayOral& play) {
    s.playing = play.on && s.screen == Screen::Speak && !s.oral.empty() && s.microphone != Microphone::Recording;
    if (s.playing) s.listening = true;
  }
  void operator()(const DropOral&) {
    s.oral = {};
    s.playing = false;
  }

  Session s;

 private:
  std::string id(char kind) { return s.visit + '-' + kind + std::to_string(++s.serial); }

  // ---- moving ---------------------------------------------------------------------------------------------------------
  void enter(Screen screen, int index) {
    if (s.screen == Screen::Card && screen != Screen::Card) commands_.emplace_back(ReadCard{false});
    if (screen == Screen::Card && s.screen != Screen::Card) {
      commands_.emplace_back(ReadCard{true});
      s.card_seen = world_.now.card ? world_.now.card->serial : 0;
      s.card_trouble.clear();
    }
    const bool same = s.screen == screen && s.index == index;
    if (screen != Screen::Speak) {
      s.microphone = Microphone::Off;
      s.playing = false;
    }
    s.screen = screen;
    s.index = index;
    s.page = 0;
    s.shown = false;
    s.arrived = now_;
    focus(first_field(screen, index), 0);
    // The helper sees the newest draft when the page changes, not every letter.
    if (!same && !s.help.empty() && screen != Screen::Helper && screen != Screen::Done) say_help();
  }
  void go(Screen screen, int index) {
    if (s.screen != screen || s.index != index) s.trail.push_back({s.screen, s.index});
    enter(screen, index);
  }
  /// Tabs of one screen are no steps: 返回 leaves the statement, not the tab.
  void go_part(int part) { enter(Screen::Statement, part); }
  void to_review() {
    const auto seen = std::find_if(s.trail.begin(), s.trail.end(), [](const Spot& spot) { return spot.screen == Screen::Review; });
    if (seen != s.trail.end()) {
      s.trail.erase(seen, s.trail.end());
      enter(Screen::Review, 0);
    } else {
      go(Screen::Review, 0);
    }
    s.reviewed = true;
    s.ruling.reset();
  }
  void to_kind() { s.reviewed ? to_review() : go(Screen::Kind, 0); }
  void to_statement() { s.reviewed ? to_review() : go(Screen::Statement, 0); }
  /// XFTL 19: a signature stands under what was read just now. Another word since, and it is given again.
  void to_sign(const Petition& petition) {
    if (!s.signed_text.empty() && s.signed_text != text_hash(petition)) {
      kiosk::wipe(s.signature);
      s.signed_text.clear();
      s.remark = tr("内容改过，请重新签名。");
    }
    go(Screen::Sign, 0);
  }
  void to_ruling(const Petition& petition) {
    s.ruling = route(petition, world_.rules, world_.now.closed);
    s.chosen.clear();
    s.filing_error.reset();
    go(Screen::Ruling, 0);
  }
  Drawing* pad() { return s.screen == Screen::Sign ? &s.signature : s.screen == Screen::DrawName ? &s.drawn_names[s.index == 1] : nullptr; }
  /// What the person drew, with the names of the places it belongs to. A signature under other words is none.
  void add_drawings(FileMatter& file) const {
    const bool for_other = s.whom == Whom::Relative || s.whom == Whom::Agent;
    const auto keep = [](const Drawing& drawing) { return !drawing.empty() && check_strokes(drawing.strokes).has_value(); };
    if (keep(s.signature) && s.signed_text == text_hash(file.petition))
      file.signature = DrawnSignature{for_other ? "filer" : "petitioner", s.signature.strokes, s.signed_text};
    if (keep(s.drawn_names[0])) file.names.push_back({for_other ? "filer.name" : "petitioner.name", s.drawn_names[0].strokes});
    if (for_other && keep(s.drawn_names[1])) file.names.push_back({"petitioner.name", s.drawn_names[1].strokes});
  }
  void next_question(int after) {
    const int count = static_cast<int>(questions_of(s, world_.rules).size());
    int next = after + 1;
    while (next < count && !is_asked(s, world_.rules, static_cast<std::size_t>(next))) {
      // What is not asked any more is not answered either: an answer that was changed must not leave its follower behind.
      if (Answer* slot = answer_slot(questions_of(s, world_.rules)[static_cast<std::size_t>(next)])) *slot = Answer::Unasked;
      ++next;
    }
    if (next < count) go(Screen::Question, next);
    else to_statement();
  }

  void next() {
    switch (s.screen) {
      case Screen::Home: return;
      case Screen::Notice: return go(Screen::Card, 0);
      case Screen::Card: return go(Screen::Identify, 0);
      case Screen::Identify:
        if (!check_me()) return;
        return s.reviewed ? to_review() : go(Screen::Whom, 0);
      case Screen::Whom: return (*this)(ChooseWhom{s.whom == Whom::Unasked ? Whom::Self : s.whom});
      case Screen::Other:
        if (!check_name(Field::OtherName, 0, s.other.name)) return;
        return to_kind();
      case Screen::Heads:
        trim_representatives();
        if (places_for_representatives() == 0) return to_kind();
        return go(Screen::Representatives, 0);
      case Screen::Representatives: {
        s.problems.clear();
        for (std::size_t i = 0; i < s.representatives.size(); ++i)
          if (!s.representatives[i].empty() && !check_name(Field::Representative, static_cast<int>(i), s.representatives[i])) return;
        return to_kind();
      }
      case Screen::Kind:
        if (s.topic.empty()) return;
        return next_question(-1);
      case Screen::Question: {
        const auto& questions = questions_of(s, world_.rules);
        if (s.index >= static_cast<int>(questions.size())) return to_statement();
        return next_question(s.index);
      }
      case Screen::Urgent: return next_question(s.index);
      case Screen::Statement:
        if (s.index == 0 && s.statement.request.empty() && s.oral.empty() && !s.reviewed) {
          put_problem("request", tr("请写一句，或点「不写了」。"));
          return focus(Field::Request, 0);
        }
        if (s.reviewed) return to_review();
        if (s.index < 2) return go_part(s.index + 1);
        return go(Screen::Place, 0);
      case Screen::Place:
      case Screen::Read:
      case Screen::DrawName: return to_review();
      case Screen::Review: {
        Petition petition = petition_of(s, world_.rules);
        if (auto problems = validate(petition, world_.rules); !problems.empty()) return mend(std::move(problems));
        s.filing_error.reset();
        return signs(s) ? to_sign(petition) : to_ruling(petition);
      }
      case Screen::Sign: {
        Petition petition = petition_of(s, world_.rules);
        if (auto problems = validate(petition, world_.rules); !problems.empty()) return mend(std::move(problems));
        s.problems.clear();
        s.signed_text = s.signature.empty() ? std::string() : text_hash(petition);
        return to_ruling(petition);
      }
      case Screen::Ruling: return (*this)(Submit{});
      case Screen::Ask: return ask();
      case Screen::Rate: return rate();
      case Screen::Progress:
      case Screen::Done:
      case Screen::Thanks: return (*this)(LeaveAsk{});
      case Screen::Guide: return (*this)(Back{});
      case Screen::Helper:
        if (!s.trail.empty() && s.trail.back().screen == Screen::Home) return (*this)(Begin{Screen::Notice, {}});
        return (*this)(Back{});
      case Screen::Sound: return (*this)(Back{});
      case Screen::Speak:
        if (s.microphone == Microphone::Recording) return (*this)(Record{});  // 下一步 ends it first, nothing is lost
        if (s.oral.empty()) return (*this)(Back{});
        s.spoken = true;
        return to_review();
      case Screen::TakeNumber:
      case Screen::Leave:
      case Screen::Idle:
      case Screen::Trouble: return;
    }
  }

  // ---- what the world says ------------------------------------------------------------------------------------------------
  bool take_card() {
    if (s.screen != Screen::Card || !world_.now.card || world_.now.card->serial <= s.card_seen) return false;
    const CardRead& card = *world_.now.card;
    s.card_seen = card.serial;
    touch();  // a card laid on the reader is a touch too
    if (!card.trouble.empty()) {
      s.card_trouble = card.trouble;
      return true;
    }
    s.me = card.identity;
    s.document = card.identity.document;
    s.from_card = true;
    if (s.reviewed) to_review();
    else go(Screen::Whom, 0);
    return true;
  }
  bool take_outcome() {
    const auto& outcome = world_.now.outcome;
    if (!outcome) return false;
    if (!s.filing.empty() && outcome->request == s.filing) {
      s.filing.clear();
      if (outcome->receipt) {
        s.receipt = outcome->receipt;
        touch();  // whoever waited for the disk gets the whole time to read
        s.trail.clear();
        enter(Screen::Done, 0);
        const DeviceState printer = world_.now.printer;
        if (printer == DeviceState::Ready || printer == DeviceState::Busy) s.paper = PaperWish::Asked;
        else print();  // there is nothing to choose; trying says why there is none
      } else if (!outcome->problems.empty()) {
        mend(outcome->problems);
      } else {
        s.filing_error = outcome->error ? *outcome->error : Error{Code::Unavailable, "no outcome"};
      }
      return true;
    }
    if (!s.asking.empty() && s.screen == Screen::Rate && outcome->request == s.asking) {
      s.asking.clear();
      if (outcome->problems.empty() && !outcome->error) {
        s.trail.clear();
        enter(Screen::Thanks, 0);
      } else {
        s.filing_error = outcome->error ? *outcome->error : Error{Code::Invalid, outcome->problems.front().what};
      }
      return true;
    }
    return false;
  }
  bool take_progress() {
    const auto& progress = world_.now.progress;
    if (s.asking.empty() || s.screen != Screen::Ask || !progress || progress->request != s.asking) return false;
    s.asking.clear();
    if (!progress->problems.empty()) {
      s.problems = progress->problems;
      focus(problem_at(s, Field::QueryCode).empty() || !problem_at(s, Field::MatterNumber).empty() ? Field::MatterNumber : Field::QueryCode, 0);
      return true;
    }
    s.progress = progress;
    if (s.purpose == Purpose::Rating && progress->may_rate) {
      go(Screen::Rate, 0);
    } else {
      go(Screen::Progress, 0);
      if (s.purpose == Purpose::Rating) s.remark = tr("这件事现在还不能评价。");
    }
    return true;
  }
  void patience() {
    if (blank(s)) return s.visit.clear();  // somebody passed by and touched nothing that means anything
    // Who speaks into the microphone or listens to it is here; both end by themselves after five minutes.
    if (s.microphone == Microphone::Recording || s.playing) return touch();
    const Span quiet = now_ - s.touched;
    const Span warn = warn_after(s, world_.patience);
    if (quiet >= warn + world_.patience.idle_wipe) return wipe(false);
    // On the first page there is nothing of anybody to warn about: only the settings go back.
    s.warned = quiet >= warn && s.screen != Screen::Home;
  }
  void touch() {
    s.touched = now_;
    s.warned = false;
  }

  // ---- asking -----------------------------------------------------------------------------------------------------------------
  void ask() {
    if (!s.asking.empty()) return;
    s.problems.clear();
    const auto number = canonical_matter_id(s.number);
    const auto code = canonical_query_code(s.code);
    if (!number) put_problem("number", words_of(number.error()));
    if (!code) put_problem("query_code", words_of(code.error()));
    if (!number) return focus(Field::MatterNumber, 0);
    if (!code) return focus(Field::QueryCode, 0);
    s.asking = id('q');
    commands_.emplace_back(AskProgress{s.asking, *number, *code});
  }
  void rate() {
    if (!s.asking.empty() || (s.service == 0 && s.outcome == 0)) return;
    const auto number = canonical_matter_id(s.number);
    const auto code = canonical_query_code(s.code);
    if (!number || !code) return;
    s.asking = id('r');
    s.filing_error.reset();
    commands_.emplace_back(Rate{s.asking, *number, *code, s.service, s.outcome, ""});
  }

  // ---- who ---------------------------------------------------------------------------------------------------------------------
  static std::size_t interpuncts(std::string_view name) {
    std::size_t count = 0;
    for (std::size_t at = name.find("·"); at != std::string_view::npos; at = name.find("·", at + 1)) ++count;
    return count;
  }
  bool check_name(Field field, int index, std::string& name) {
    auto clean = clean_name(name);
    if (!clean) {
      put_problem(keys_of(s, field, index).front(), words_of(clean.error()));
      focus(field, index);
      return false;
    }
    if (interpuncts(*clean) != interpuncts(name)) s.remark = tr("名字里的点已统一为「·」。");
    name = *clean;  // outer spaces go without a word
    return true;
  }
  bool check_me() {
    s.problems.clear();
    s.remark.clear();
    bool good = true;
    Field first = Field::None;
    const auto bad = [&](Field field) {
      if (first == Field::None) first = field;
      good = false;
    };
    // Nobody is held up for not giving a name when there is no document either (core: only contradictions are problems).
    const bool unnamed = s.document == DocumentKind::None && s.me.name.empty();
    if (!unnamed && !check_name(Field::Name, 0, s.me.name)) bad(Field::Name);
    const bool numbered = s.document == DocumentKind::ResidentId || s.document == DocumentKind::ResidencePermit || s.document == DocumentKind::ForeignPermanentResident;
    if (numbered) {
      auto id_number = parse_id_number(s.me.number);
      if (!id_number) {
        put_problem(keys_of(s, Field::Number, 0).front(), words_of(id_number.error()));
        bad(Field::Number);
      } else {
        if (id_number->converted_from_15) s.remark = tr("15位旧号码已换成18位，请核对。");
        s.me.number = id_number->canonical;
        s.document = id_number->kind == IdKind::Resident          ? DocumentKind::ResidentId
                     : id_number->kind == IdKind::ResidencePermit ? DocumentKind::ResidencePermit
                                                                  : DocumentKind::ForeignPermanentResident;
      }
    } else if (s.document != DocumentKind::None && s.me.number.empty()) {
      s.document = DocumentKind::None;  // a document without its number says nothing; nobody is held up for it
    }
    if (auto phone = clean_phone(s.me.phone); !phone) {
      put_problem(keys_of(s, Field::Phone, 0).front(), words_of(phone.error()));
      bad(Field::Phone);
    } else {
      s.me.phone = *phone;
    }
    s.me.document = s.document;
    if (!good) focus(first, 0);
    return good;
  }
  int places_for_representatives() const { return std::max(0, std::min(world_.rules.rep_limit(s.heads), s.heads) - 1); }
  void trim_representatives() { s.representatives.resize(static_cast<std::size_t>(places_for_representatives())); }
  Answer* answer_slot(std::string_view question) {
    if (question == "in_proceedings") return &s.answers.in_proceedings;
    if (question == "decided") return &s.answers.decided;
    if (question == "about_official") return &s.answers.about_official;
    if (question == "both_willing") return &s.answers.both_willing;
    if (question == "status_or_title") return &s.answers.status_or_title;
    if (question == "in_danger") return &s.answers.in_danger;
    if (question == "filed_before") return &s.answers.filed_before;
    if (question == "concluded") return &s.answers.concluded;
    return nullptr;
  }

  // ---- writing ---------------------------------------------------------------------------------------------------------------------
  void focus(Field field, int index) {
    s.field = field;
    s.field_index = index;
    s.caret = writing::at_end;
    const bool fuzzy = s.keys.fuzzy;
    s.keys = {};
    // How a person speaks and writes does not change from field to field.
    s.keys.fuzzy = fuzzy;
    s.keys.way = digits_only(field) ? writing::Way::Digits : s.way;
    if (field == Field::Representative && s.representatives.empty()) s.field = Field::None;
  }
  /// Who leaves without choosing keeps what was seen in the field.
  void settle() {
    if (s.field == Field::None) return;
    Typed rest;
    rest.insert = writing::settled(s.keys);
    if (rest.insert.empty()) return;
    rest.keys.fuzzy = s.keys.fuzzy;
    rest.keys.way = s.keys.way;
    type(rest);
  }
  void type(const Typed& typed) {
    // The way somebody chose is the way they go on with; digits and pickers are visits.
    if (typed.keys.way != s.keys.way && (typed.keys.way == writing::Way::Handwriting || typed.keys.way == writing::Way::Pinyin || typed.keys.way == writing::Way::Phrases)) s.way = typed.keys.way;
    s.keys = typed.keys;
    if (s.field == Field::None || (typed.insert.empty() && typed.backspaces == 0 && typed.deletes == 0)) return;
    s.typed = now_;
    clear_problem(s.field);
    if (!valid_utf8(typed.insert)) return;
    if (s.field == Field::Representative && static_cast<std::size_t>(s.field_index) >= s.representatives.size()) return;
    if (!several_lines(s.field) && typed.insert == "\n") {
      if (const auto next = next_field(s)) focus(next->field, next->index);
      return;
    }
    if (!several_lines(s.field) && typed.insert.find('\n') != std::string::npos) return put_problem(keys_of(s, s.field, s.field_index).front(), tr("这一格只能写一行。"));
    std::string& text = mutable_text(s, s.field, s.field_index);
    if (s.field == Field::MatterNumber) return type_number(text, typed);
    if (!has_caret(s.field)) s.caret = writing::at_end;
    writing::erase_before(text, s.caret, typed.backspaces);
    writing::erase_after(text, s.caret, typed.deletes);
    if (s.field == Field::QueryCode) {
      for (const char c : half_width(typed.insert))
        if (c >= '0' && c <= '9' && text.size() < 16) text += c;
      return;
    }
    if (s.field == Field::Number) s.from_card = false;
    // All or nothing: half a pasted sentence would say something else than the person meant.
    std::size_t limit = name_typed_max, used = characters(text);
    std::string_view full = tr("名字最多50字。");
    switch (s.field) {
      case Field::Number:
      case Field::Phone: limit = number_typed_max; full = tr("号码太长了，请核对。"); break;
      case Field::Place: limit = address_characters_max; full = tr("最多200字，请写短一点。"); break;
      case Field::Party: limit = party_typed_max; full = tr("最多2000字，请写短一点。"); break;
      case Field::Request:
      case Field::Facts:
      case Field::Reasons:
        limit = statement_characters_max;
        used = characters(s.statement.request) + characters(s.statement.facts) + characters(s.statement.reasons);
        full = tr("已到2万字，请到窗口补充。");
        s.spoken = false;
        break;
      default: break;
    }
    if (used + characters(typed.insert) > limit) return put_problem(keys_of(s, s.field, s.field_index).front(), std::string(full));
    writing::insert_at(text, s.caret, typed.insert);
    if (s.field == Field::Place) note_place(typed);
  }
  /// The code of a picked place stays as long as its words stand there.
  void note_place(const Typed& typed) {
    if (!typed.division.empty()) {
      s.statement.division = typed.division;
      s.picked_place = typed.insert;
    } else if (!s.statement.division.empty() && s.statement.place.find(s.picked_place) == std::string::npos) {
      s.statement.division.clear();
      s.picked_place.clear();
    }
  }
  /// "440583K0120261120…": the pad has digits only, so the device letter comes by itself after the county's six.
  void type_number(std::string& text, const Typed& typed) {
    for (int i = 0; i < typed.backspaces && !text.empty(); ++i) {
      if (text.size() == 7) text.pop_back();
      text.pop_back();
    }
    for (const char c : half_width(typed.insert)) {
      if (c < '0' || c > '9' || text.size() >= 24) continue;
      if (text.size() == 6) text += 'K';
      text += c;
    }
  }

  // ---- problems ---------------------------------------------------------------------------------------------------------------------
  void put_problem(std::string field, std::string what) {
    std::erase_if(s.problems, [&](const Problem& p) { return p.field == field; });
    s.problems.push_back({std::move(field), std::move(what)});
  }
  void clear_problem(Field field) {
    if (field == Field::None) return s.problems.clear();
    const auto keys = keys_of(s, field, s.field_index);
    std::erase_if(s.problems, [&](const Problem& p) { return std::find(keys.begin(), keys.end(), p.field) != keys.end(); });
  }
  /// Goes to the first field that needs mending; everything typed stays.
  void mend(std::vector<Problem> problems) {
    struct Target { Field field; Screen screen; int index; };
    static constexpr std::array targets{
        Target{Field::Name, Screen::Identify, 0},        Target{Field::Number, Screen::Identify, 0}, Target{Field::Phone, Screen::Identify, 0},
        Target{Field::OtherName, Screen::Other, 0},      Target{Field::Representative, Screen::Representatives, 0},
        Target{Field::Request, Screen::Statement, 0},    Target{Field::Facts, Screen::Statement, 1},  Target{Field::Reasons, Screen::Statement, 2},
        Target{Field::Place, Screen::Place, 0},          Target{Field::Party, Screen::Place, 0}};
    s.problems = std::move(problems);
    for (Problem& problem : s.problems) problem.what = tr(problem.what);
    for (const Problem& problem : s.problems) {
      if (problem.field == "head_count" || problem.field == "representatives") return go(Screen::Heads, 0);
      if (problem.field == "signature") {
        kiosk::wipe(s.signature);
        s.signed_text.clear();
        return go(Screen::Sign, 0);
      }
      if (problem.field.starts_with("names[")) return go(Screen::DrawName, problem.field.starts_with("names[1") ? 1 : 0);
      if (problem.field == "topic" || problem.field == "kind") return go(Screen::Kind, 0);
      if (problem.field == "filing_as" || problem.field == "authority") return go(Screen::Whom, 0);
      for (const Target& target : targets) {
        const int count = target.field == Field::Representative ? static_cast<int>(s.representatives.size()) : 1;
        for (int i = 0; i < count; ++i) {
          const auto keys = keys_of(s, target.field, i);
          if (std::find(keys.begin(), keys.end(), problem.field) == keys.end()) continue;
          go(target.screen, target.index);
          return focus(target.field, i);
        }
      }
    }
    // A problem of no field we can point at is shown where the person is.
    s.filing_error = Error{Code::Invalid, s.problems.front().what};
  }

  // ---- helper and leaving -------------------------------------------------------------------------------------------------------------
  void say_help() {
    CallHelper call;
    call.id = s.help;
    call.page = std::string(place_words(s.screen == Screen::Helper && !s.trail.empty() ? s.trail.back().screen : s.screen));
    // XFTL 30: nobody in the hall sees an accusation; the helper comes without it.
    if (!nothing_said(s) && !sealed(s, world_.rules)) call.draft = petition_of(s, world_.rules);
    if (call.draft && s.statement.request.empty()) call.draft->statement.request.clear();
    // What was said into the microphone stays here until it is filed here: the helper has to know of it.
    if (call.draft && !s.oral.empty()) call.page += trf("，已录音{}", length_words(s.oral.length));
    commands_.emplace_back(std::move(call));
  }
  void print() {
    s.printing = id('p');
    commands_.emplace_back(PrintReceipt{s.printing});
  }
  bool print_pending() const {
    return !s.printing.empty() && !(world_.now.print_request == s.printing && world_.now.print);
  }
  void leave() {
    if (!s.help.empty()) commands_.emplace_back(StopHelper{s.help});
    wipe(false);
  }
  /// Forgets the visit. A call for help outlives it only when the person just stood there waiting (idle).
  void wipe(bool keep_settings) {
    if (s.screen == Screen::Card) commands_.emplace_back(ReadCard{false});
    commands_.emplace_back(EndVisit{});
    const Settings settings = s.settings;
    forget(s);
    s = Session{};
    if (keep_settings) s.settings = settings;
    s.touched = s.arrived = now_;
  }

  const World& world_;
  Tick now_;
  std::vector<Command> commands_;
};

}  // namespace

Span warn_after(const Session& session, const Patience& patience) {
  Span warn = patience.idle_warn;
  if (session.screen == Screen::Done) warn = std::max(warn, patience.receipt);
  if (session.listening) warn = std::max(warn, patience.listening);
  return warn;
}

Step update(Session session, const Action& action, const World& world, Tick now) {
  const bool of_person = !std::holds_alternative<News>(action) && !std::holds_alternative<Recorded>(action) && !std::holds_alternative<NoMicrophone>(action);
  if (of_person) {
    session.touched = now;
    session.warned = false;
  }
  Visit visit(std::move(session), world, now);
  std::visit(visit, action);
  return visit.done();
}

Screen pick_screen(const Session& s, const Snapshot& world) {
  // A log that lied once is not trusted again (house.md 6), but a receipt that exists stays readable.
  if (world.failed && world.failed->code != Code::Unavailable && !s.receipt) return s.screen == Screen::Helper ? Screen::Helper : Screen::Trouble;
  if (s.warned) return Screen::Idle;
  if (s.leaving) return Screen::Leave;
  return s.screen;
}

}  // namespace yizhan::kiosk
