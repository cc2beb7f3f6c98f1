// What a person can press, one by one.
#include <algorithm>
#include <utility>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/session/session_impl.h"
#include "kiosk/session/session_look.h"

namespace yizhan::kiosk {

void Visit::operator()(const Begin& begin) {
  if (s.screen != Screen::Home && s.screen != Screen::Helper) return;
  s.purpose = begin.purpose;
  if (begin.way == Screen::Sound) s.listening = true;
  if (begin.way == Screen::Ask && s.number.empty() && world_.origin.size() >= 8) {
    // The paper in the person's hand most likely comes from this hall's machines.
    s.number = std::string(world_.origin.substr(0, 6)) + std::string(world_.origin.substr(7, 1));
  }
  go(begin.way, 0);
}

void Visit::operator()(const Next&) {
  settle();
  next();
}

void Visit::operator()(const Back&) {
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

void Visit::operator()(const LeaveAsk&) {
  if (s.screen == Screen::Done && !print_pending() && s.paper != PaperWish::Asked) return leave();
  if (s.screen == Screen::Thanks) return leave();
  if (s.microphone == Microphone::Recording) s.microphone = Microphone::Off;
  s.leaving = true;
}

void Visit::operator()(const CallHelp&) {
  settle();
  if (s.help.empty()) s.help = id('h');
  s.leaving = false;  // who asks for a person has not left
  say_help();
  if (s.screen != Screen::Helper) go(Screen::Helper, 0);
}

void Visit::operator()(const OpenGuide&) {
  if (s.filing.empty() && (s.screen == Screen::Home || s.screen == Screen::Ruling)) go(Screen::Guide, 0);
}

void Visit::operator()(const CancelHelp&) {
  if (!s.help.empty()) commands_.emplace_back(StopHelper{s.help});
  s.help.clear();
  if (s.screen == Screen::Helper) (*this)(Back{});
}

void Visit::operator()(const ChooseDocument& choice) {
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

void Visit::operator()(const SpecialDocument&) {
  if (s.screen != Screen::Identify) return;
  // A rare card never blocks a person (trust.md 5.1): the number stays as typed, a clerk looks at the card.
  s.document = DocumentKind::Other;
  clear_problem(Field::Number);
  s.remark = tr("证件请窗口人员再看一下。");
}

void Visit::operator()(const ChooseWhom& choice) {
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

void Visit::operator()(const ChooseAuthority& choice) {
  if (s.screen == Screen::Other) s.authority = choice.has;
}

void Visit::operator()(const AddHeads& add) {
  if (s.screen != Screen::Heads) return;
  s.heads = std::clamp(s.heads + add.by, 2, heads_max);
  trim_representatives();
}

void Visit::operator()(const ChooseTopic& choice) {
  if (s.screen != Screen::Kind || s.topic == choice.code) return;
  s.topic = choice.code;
  const bool danger = s.answers.in_danger == Answer::Yes;
  s.answers = {};  // other questions belong to another topic; a danger that was told stays told
  if (danger) s.answers.in_danger = Answer::Yes;
  s.ruling.reset();
  s.chosen.clear();
  clear_problem(Field::None);
}

void Visit::operator()(const AnswerWith& answer) {
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

void Visit::operator()(const AnswerParty& answer) {
  if (s.screen != Screen::Question) return;
  s.answers.counterparty = answer.party;
  next_question(s.index);
}

void Visit::operator()(const SkipWriting&) {
  if (s.screen != Screen::Statement && s.screen != Screen::Speak) return;
  settle();
  s.spoken = true;
  s.problems.clear();
  to_review();
}

void Visit::operator()(const Part& part) {
  if (s.screen != Screen::Statement) return;
  settle();
  go_part(std::clamp(part.index, 0, 2));
}

void Visit::operator()(const Edit& edit) {
  if (s.screen != Screen::Review) return;
  s.problems.clear();
  go(edit.screen, edit.index);
}

void Visit::operator()(const WriteName& write) {
  if (s.screen == Screen::Review) go(Screen::DrawName, write.whose == 1 ? 1 : 0);
}

void Visit::operator()(const Pen& pen) {
  if (Drawing* drawing = pad()) draw_on(*drawing, pen.dots);
}

void Visit::operator()(const PenClear&) {
  if (Drawing* drawing = pad()) kiosk::wipe(*drawing);
  s.problems.clear();
}

void Visit::operator()(const ReadText& read) {
  if (s.screen == Screen::Review) go(Screen::Read, read.part);
}

void Visit::operator()(const Focus& f) {
  if (s.field == Field::None) return;  // only a page that is written on has a field
  settle();
  focus(f.field, f.index);
  if (has_caret(s.field)) s.caret = writing::placed(text_of(s, s.field, s.field_index), f.caret);
}

void Visit::operator()(const Caret& caret) {
  if (!has_caret(s.field)) return;
  settle();
  s.caret = writing::placed(text_of(s, s.field, s.field_index), caret.at);
}

void Visit::operator()(const StepCaret& step) {
  s.keys = step.keys;
  settle();
  if (has_caret(s.field)) s.caret = writing::stepped(text_of(s, s.field, s.field_index), s.caret, step.by);
}

void Visit::operator()(const Scanned& scan) {
  if (s.screen != Screen::Home && s.screen != Screen::Ask) {
    // Whoever registers a matter has the paper of another one in hand: said, not written into a name.
    if (s.field != Field::None) s.remark = tr("小票的码请在「查进度」里扫。");
    return;
  }
  if (!s.asking.empty()) return;
  if (s.screen == Screen::Home) (*this)(Begin{Screen::Ask, Purpose::Progress});
  if (s.screen != Screen::Ask) return;
  // Only a number is one: what is typed on goes by its places.
  const auto number = canonical_matter_id(scan.matter);
  if (!number && scan.code.empty()) return (*this)(ScanRefused{});
  s.problems.clear();
  s.remark.clear();
  if (number) {
    s.number = *number;
    std::erase(s.number, '-');
  }
  if (!scan.code.empty()) s.code = scan.code;
  if (canonical_matter_id(s.number) && !s.code.empty()) return ask();
  focus(canonical_matter_id(s.number) ? Field::QueryCode : Field::MatterNumber, 0);
  s.remark = scan.code.empty() ? tr("编号读到了，请再扫查询码。") : tr("查询码读到了，请再扫编号。");
}

void Visit::operator()(const ScanRefused&) {
  if (s.screen == Screen::Ask || s.field != Field::None) s.remark = tr("这个码认不出，请用小票上的。");
}

void Visit::operator()(const Letter&) {
  if (s.screen != Screen::Ask || s.number.size() < 7) return;
  char& letter = s.number[6];
  if (letter < 'A' || letter > 'Z') return;
  letter = letter == 'K' ? 'D' : letter == 'D' ? 'H' : 'K';
  clear_problem(Field::MatterNumber);
}

void Visit::operator()(const Reveal&) {
  if (s.screen == Screen::Identify) s.shown = !s.shown;
}

void Visit::operator()(const ChooseWindow& choice) {
  if (s.screen != Screen::Ruling || !s.ruling || !s.filing.empty()) return;
  const auto& others = s.ruling->alternatives;
  if (choice.window == s.ruling->window || choice.window == s.chosen) s.chosen.clear();
  else if (std::find(others.begin(), others.end(), choice.window) != others.end()) s.chosen = choice.window;
}

void Visit::operator()(const Submit&) {
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

void Visit::operator()(const PickNumber& pick) {
  if (s.screen != Screen::TakeNumber || !s.filing.empty() || s.receipt) return;
  s.filing = id('f');
  s.number_only = true;
  s.filing_error.reset();
  s.chosen = pick.window;
  commands_.emplace_back(TakeNumber{s.filing, pick.window});
}

void Visit::operator()(const Reprint&) {
  if (s.screen != Screen::Done || !s.receipt || print_pending() || s.paper == PaperWish::Asked) return;
  s.paper = PaperWish::Wanted;
  print();
}

void Visit::operator()(const ChoosePaper& choice) {
  if (s.screen != Screen::Done || !s.receipt || s.paper != PaperWish::Asked) return;
  s.paper = choice.wanted ? PaperWish::Wanted : PaperWish::Declined;
  if (choice.wanted) print();
}

void Visit::operator()(const Grade& grade) {
  if (s.screen != Screen::Rate) return;
  if (grade.service > 0) s.service = std::clamp(grade.service, 1, 5);
  if (grade.outcome > 0) s.outcome = std::clamp(grade.outcome, 1, 5);
}

void Visit::operator()(const RateNow&) {
  if (s.screen == Screen::Progress && s.progress && s.progress->may_rate) go(Screen::Rate, 0);
}

void Visit::operator()(const AddMore&) {
  if (s.screen != Screen::Progress || !s.progress) return;
  s.supplements = s.progress->matter;
  go(Screen::Notice, 0);
}

void Visit::operator()(const SpeakInstead&) {
  if (s.screen == Screen::Statement) go(Screen::Speak, 0);
}

void Visit::operator()(const Again&) {
  s.listening = true;
  if (s.settings.volume == 0) s.settings.volume = Settings{}.volume;
}

void Visit::operator()(const Record&) {
  if (s.screen != Screen::Speak) return;
  s.playing = false;
  // What was recorded before stays until the new recording is there: a wrong touch loses nothing.
  s.microphone = s.microphone == Microphone::Recording ? Microphone::Off : Microphone::Recording;
}

void Visit::operator()(const Recorded& recorded) {
  // Also after the page was left for a helper: nothing that was said is lost while the visit lasts.
  if (s.visit.empty()) return;
  if (s.microphone == Microphone::Recording) s.microphone = Microphone::Off;
  if (recorded.oral.empty()) return;
  s.oral = recorded.oral;
  if (!s.help.empty()) say_help();
}

void Visit::operator()(const NoMicrophone&) {
  if (s.screen == Screen::Speak) s.microphone = Microphone::Absent;
}

void Visit::operator()(const PlayOral& play) {
  s.playing = play.on && s.screen == Screen::Speak && !s.oral.empty() && s.microphone != Microphone::Recording;
  if (s.playing) s.listening = true;
}

void Visit::operator()(const DropOral&) {
  s.oral = {};
  s.playing = false;
}

}  // namespace yizhan::kiosk
