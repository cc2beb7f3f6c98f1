/// Every screen of the citizen in every state that is usually forgotten: how to get there, and what is then seen. Used by the
/// screen tests, the accessibility gate and the command that draws docs/screens.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "tests/citizen/lobby.h"

namespace yizhan::kiosk::test {

struct Scene {
  std::string name;
  std::function<void(Lobby&)> reach;
  Screen screen;
};

inline const std::string long_words =
    "我在锦绣工地干了四个月木工，讲好每天二百六十元，包工头只付了一部分，还欠一万八千六百元。打过三次电话，都说没有钱。一起干活的还有四个人，也都没有拿到钱，大家都等着过年。";

inline Oral oral(Span length) { return {std::make_shared<const std::vector<std::byte>>(1000, std::byte{7}), length}; }

inline std::vector<Scene> scenes() {
  const auto offline = [](Lobby& l) { l.snapshot.hub_online = l.snapshot.county_online = false; };
  return {
      {"home", [](Lobby&) {}, Screen::Home},
      {"home_unshown", [](Lobby& l) { l.snapshot.unshown = true; }, Screen::Home},
      {"home_offline_long_name", [offline](Lobby& l) { offline(l); l.snapshot.center = "云栖傣族景颇族自治县群众信访诉求综合服务中心"; l.snapshot.hall.queues = {{"LAW", 48, 120, 2}}; }, Screen::Home},
      {"home_disk_full", [](Lobby& l) { l.snapshot.failed = Error{Code::Unavailable, "full"}; }, Screen::Home},
      {"home_no_window_open", [](Lobby& l) { l.snapshot.closed = {"LAW", "MED", "PET"}; l.snapshot.hall.queues.clear(); }, Screen::Home},
      {"home_night", [offline](Lobby& l) { offline(l); l.snapshot.now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 20) + std::chrono::hours(15) + std::chrono::minutes(59); l.snapshot.closed = {"LAW", "MED", "PET"}; l.snapshot.hall.queues = {{"LAW", 48, 120, 0}, {"MED", 40, 120, 0}, {"PET", 128, 120, 0}}; }, Screen::Home},
      {"home_helped", [](Lobby& l) { l.act(CallHelp{}); l.act(Back{}); }, Screen::Home},
      {"notice", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}); }, Screen::Notice},
      {"card", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}); l.act(Next{}); }, Screen::Card},
      {"card_trouble", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}); l.act(Next{}); l.s.card_trouble = "x"; }, Screen::Card},
      {"card_absent", [](Lobby& l) { l.snapshot.reader = DeviceState::Absent; l.act(Begin{Screen::Notice, {}}); l.act(Next{}); }, Screen::Card},
      {"identify_name", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}); l.act(Next{}); l.act(ChooseDocument{DocumentKind::ResidentId}); l.type("李有田"); }, Screen::Identify},
      {"identify_wrong", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}); l.act(Next{}); l.act(ChooseDocument{DocumentKind::ResidentId}); l.type("李有田"); l.act(Focus{Field::Number, 0}); l.type("110101195001010021"); l.act(Next{}); }, Screen::Identify},
      {"identify_other", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}); l.act(Next{}); l.act(ChooseDocument{DocumentKind::Other}); l.act(ChooseDocument{DocumentKind::Passport}); l.act(Focus{Field::Number, 0}); l.type("E1234"); }, Screen::Identify},
      {"identify_none", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}); l.act(Next{}); l.act(ChooseDocument{DocumentKind::None}); }, Screen::Identify},
      {"whom", [](Lobby& l) { l.to_whom(); }, Screen::Whom},
      {"whom_long_name", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}); l.act(Next{}); l.lay_card("阿卜杜热西提·麦麦提吐尔逊江·艾合买提托合提"); }, Screen::Whom},
      {"other_relative", [](Lobby& l) { l.to_whom(); l.act(ChooseWhom{Whom::Relative}); l.type("李小丫"); }, Screen::Other},
      {"other_agent", [](Lobby& l) { l.to_whom(); l.act(ChooseWhom{Whom::Agent}); l.act(ChooseAuthority{true}); }, Screen::Other},
      {"heads", [](Lobby& l) { l.to_whom(); l.act(ChooseWhom{Whom::Group}); l.act(AddHeads{18}); }, Screen::Heads},
      {"representatives", [](Lobby& l) { l.to_whom(); l.act(ChooseWhom{Whom::Group}); l.act(AddHeads{18}); l.act(Next{}); l.type("王小满"); }, Screen::Representatives},
      {"kind", [](Lobby& l) { l.to_kind(); l.act(ChooseTopic{"wages"}); }, Screen::Kind},
      {"kind_helped", [](Lobby& l) { l.to_kind(); l.act(CallHelp{}); l.act(Next{}); }, Screen::Kind},
      {"question", [](Lobby& l) { l.to_kind(); l.act(ChooseTopic{"wages"}); l.act(Next{}); }, Screen::Question},
      {"question_party", [](Lobby& l) { l.to_kind(); l.act(ChooseTopic{"housing"}); l.act(Next{}); }, Screen::Question},
      {"question_filed", [](Lobby& l) { l.to_kind(); l.act(ChooseTopic{"education"}); l.act(Next{}); }, Screen::Question},
      {"question_concluded", [](Lobby& l) { l.to_kind(); l.act(ChooseTopic{"land"}); l.act(Next{}); l.act(AnswerWith{Answer::No}); l.act(AnswerWith{Answer::No}); l.act(AnswerWith{Answer::Yes}); }, Screen::Question},
      {"urgent", [](Lobby& l) { l.to_kind(); l.act(ChooseTopic{"environment"}); l.act(Next{}); l.act(AnswerWith{Answer::Yes}); }, Screen::Urgent},
      {"statement", [](Lobby& l) { l.to_statement(); l.type("我要求包工头付清工资18600元，最好在春节前付到我的银行卡上。"); }, Screen::Statement},
      {"statement_facts_full", [](Lobby& l) { l.to_statement(); l.type("付清工资。"); l.act(Next{}); for (int i = 0; i < 20; ++i) l.type(long_words); }, Screen::Statement},
      {"statement_empty_problem", [](Lobby& l) { l.to_statement(); l.act(Next{}); }, Screen::Statement},
      {"statement_phrases", [](Lobby& l) { l.to_statement(); Keys keys; keys.way = writing::Way::Phrases; l.act(Typed{"", 0, keys}); }, Screen::Statement},
      {"place", [](Lobby& l) { l.to_statement(); l.type("付清工资。"); l.act(Next{}); l.act(Next{}); l.act(Next{}); l.type("云栖县石板镇"); }, Screen::Place},
      {"review", [](Lobby& l) { l.to_review(); }, Screen::Review},
      {"review_nameless", [](Lobby& l) { l.to_review(); l.s.me = {}; }, Screen::Review},
      {"review_long", [](Lobby& l) { l.to_statement(); l.type(long_words + long_words); l.act(Next{}); l.type(long_words); l.act(Next{}); l.type("白纸黑字，应该付。"); l.act(Next{}); l.type("云栖县石板镇柳树村三组旁边的锦绣工地"); l.act(Focus{Field::Party, 0}); l.type("某某建筑劳务公司"); l.act(Next{}); }, Screen::Review},
      {"review_second_page", [](Lobby& l) { l.to_review(); l.act(Turn{1}); }, Screen::Review},
      {"review_second_person", [](Lobby& l) { l.to_whom(); l.act(ChooseWhom{Whom::Agent}); l.act(ChooseAuthority{true}); l.type("阿卜杜热西提·麦麦提吐尔逊江"); l.act(Next{}); l.act(ChooseTopic{"wages"}); l.act(Next{}); l.answer_all(); l.act(SkipWriting{}); }, Screen::Review},
      {"statement_20000", [](Lobby& l) { l.to_statement(); l.type("付清工资。"); l.act(Next{}); for (int i = 0; i < 260; ++i) l.type(long_words); }, Screen::Statement},
      {"read_20000", [](Lobby& l) { l.to_statement(); l.type("付清工资。"); l.act(Next{}); for (int i = 0; i < 240; ++i) l.type(long_words); l.act(SkipWriting{}); l.act(ReadText{1}); l.act(Turn{3}); }, Screen::Read},
      {"read", [](Lobby& l) { l.to_statement(); for (int i = 0; i < 10; ++i) l.type(long_words); l.act(SkipWriting{}); l.act(ReadText{0}); l.act(Turn{1}); }, Screen::Read},
      {"sign", [](Lobby& l) { l.to_sign(); }, Screen::Sign},
      {"sign_drawn", [](Lobby& l) { l.to_sign(); l.scribble(); }, Screen::Sign},
      {"sign_full", [](Lobby& l) { l.to_sign(); for (int i = 0; i < 40; ++i) l.scribble(); }, Screen::Sign},
      {"sign_again", [](Lobby& l) { l.to_sign(); l.scribble(); l.act(Next{}); l.act(Back{}); l.act(Back{}); l.act(Edit{Screen::Statement, 1}); l.type("打过电话。"); l.act(Next{}); l.act(Next{}); }, Screen::Sign},
      {"draw_name", [](Lobby& l) { l.to_review(); l.act(WriteName{0}); }, Screen::DrawName},
      {"review_drawn_name", [](Lobby& l) { l.to_review(); l.act(WriteName{0}); l.scribble(); l.act(Next{}); }, Screen::Review},
      {"ruling", [](Lobby& l) { l.to_ruling(); }, Screen::Ruling},
      {"ruling_chosen", [](Lobby& l) { l.to_ruling(); l.act(ChooseWindow{l.s.ruling->alternatives.front()}); }, Screen::Ruling},
      {"ruling_mediation", [](Lobby& l) { l.to_kind(); l.act(ChooseTopic{"neighbour"}); l.act(Next{}); l.act(AnswerWith{Answer::Yes}); l.act(AnswerWith{Answer::No}); l.act(AnswerWith{Answer::No}); l.act(SkipWriting{}); l.act(Next{}); }, Screen::Ruling},
      {"ruling_closed", [](Lobby& l) { l.snapshot.closed = {"LAW"}; l.to_ruling(); }, Screen::Ruling},
      {"ruling_two_matters", [](Lobby& l) { l.to_kind(); l.act(ChooseTopic{"neighbour"}); l.act(Next{}); l.act(AnswerWith{Answer::Yes}); l.act(AnswerWith{Answer::No}); l.act(AnswerWith{Answer::No}); l.type("楼上漏水，把我家泡了。还有老板拖欠工资半年了。"); l.act(Next{}); l.act(Next{}); l.act(Next{}); l.act(Next{}); l.after_review(); }, Screen::Ruling},
      {"ruling_accusation", [](Lobby& l) { l.to_ruling("official"); }, Screen::Ruling},
      {"ruling_waiting", [](Lobby& l) { l.to_ruling(); l.answers = false; l.act(Submit{}); }, Screen::Ruling},
      {"ruling_disk_full", [](Lobby& l) { l.to_ruling(); l.disk = Error{Code::Unavailable, "full"}; l.act(Submit{}); }, Screen::Ruling},
      {"ruling_long_wait", [](Lobby& l) { l.snapshot.hall.queues = {{"LAW", 48, 120, 1}, {"MED", 12, 120, 1}, {"PET", 64, 120, 1}}; l.to_ruling(); }, Screen::Ruling},
      {"ruling_nobody_there", [](Lobby& l) { l.snapshot.closed = {"LAW", "MED"}; l.to_ruling(); }, Screen::Ruling},
      {"done_long_wait", [](Lobby& l) { l.to_done(); l.s.receipt->ahead = 128; l.s.receipt->minutes = 120; l.s.receipt->ticket = "A1299"; l.s.receipt->place = "县级领导接访室（二楼东侧）"; l.s.receipt->window_name = "县级领导接访室"; }, Screen::Done},
      {"done", [](Lobby& l) { l.to_done(); }, Screen::Done},
      {"done_asked", [](Lobby& l) { l.to_ruling(); l.act(Submit{}); }, Screen::Done},
      {"done_declined", [](Lobby& l) { l.to_ruling(); l.act(Submit{}); l.act(ChoosePaper{false}); }, Screen::Done},
      {"done_offline_first", [offline](Lobby& l) { offline(l); l.to_done(); l.s.receipt->ahead = 0; l.snapshot.print.reset(); }, Screen::Done},
      {"done_nopaper", [offline](Lobby& l) { offline(l); l.snapshot.printer = DeviceState::OutOfPaper; l.to_done(); }, Screen::Done},
      {"done_sealed", [](Lobby& l) { l.to_done("official"); }, Screen::Done},
      {"done_number", [](Lobby& l) { l.act(Begin{Screen::TakeNumber, {}}); l.act(PickNumber{"LAW"}); l.act(ChoosePaper{true}); }, Screen::Done},
      {"done_number_nopaper", [](Lobby& l) { l.snapshot.printer = DeviceState::Absent; l.act(Begin{Screen::TakeNumber, {}}); l.act(PickNumber{"LAW"}); }, Screen::Done},
      {"number", [](Lobby& l) { l.act(Begin{Screen::TakeNumber, {}}); }, Screen::TakeNumber},
      {"number_long_wait", [](Lobby& l) { l.snapshot.hall.queues = {{"LAW", 48, 120, 1}, {"MED", 40, 120, 1}, {"PET", 128, 120, 1}}; l.act(Begin{Screen::TakeNumber, {}}); }, Screen::TakeNumber},
      {"number_closed", [](Lobby& l) { l.snapshot.closed = {"LAW", "MED"}; l.act(Begin{Screen::TakeNumber, {}}); }, Screen::TakeNumber},
      {"number_disk_full", [](Lobby& l) { l.act(Begin{Screen::TakeNumber, {}}); l.disk = Error{Code::Unavailable, "full"}; l.act(PickNumber{"LAW"}); }, Screen::TakeNumber},
      {"number_closed_all", [](Lobby& l) { l.snapshot.closed = {"LAW", "MED", "PET"}; l.act(Begin{Screen::TakeNumber, {}}); }, Screen::TakeNumber},
      {"ask", [](Lobby& l) { l.to_ask(); }, Screen::Ask},
      {"ask_wrong", [](Lobby& l) { l.to_ask(); l.act(Typed{"", 1, l.s.keys}); l.act(Next{}); }, Screen::Ask},
      {"progress", [](Lobby& l) { l.to_progress(); }, Screen::Progress},
      {"progress_long", [](Lobby& l) { l.to_progress(); for (int i = 0; i < 14; ++i) l.s.progress->lines.push_back({l.snapshot.now, "440583-C.H01", "extended", "县人社局延长办理期限三十日并已书面告知理由"}); }, Screen::Progress},
      {"rate", [](Lobby& l) { l.to_rate(); l.act(Grade{4, 2}); }, Screen::Rate},
      {"thanks", [](Lobby& l) { l.to_rate(); l.act(Grade{4, 2}); l.act(Next{}); }, Screen::Thanks},
      {"guide", [](Lobby& l) { l.act(OpenGuide{}); }, Screen::Guide},
      {"guide_lit", [](Lobby& l) { l.to_ruling(); l.act(OpenGuide{}); }, Screen::Guide},
      {"guide_sealed", [](Lobby& l) { l.to_ruling("official"); l.act(OpenGuide{}); }, Screen::Guide},
      {"helper", [](Lobby& l) { l.act(CallHelp{}); }, Screen::Helper},
      {"helper_unheard", [offline](Lobby& l) { offline(l); l.to_kind(); l.act(CallHelp{}); l.snapshot.help->reached = false; }, Screen::Helper},
      {"helper_done", [](Lobby& l) { l.to_kind(); l.act(CallHelp{}); l.snapshot.help->taken_by = "440583-D03"; l.snapshot.help->done = true; l.snapshot.help->outcome = "C007 综合接待"; }, Screen::Helper},
      {"sound", [](Lobby& l) { l.act(Begin{Screen::Sound, {}}); }, Screen::Sound},
      {"sound_off", [](Lobby& l) { l.act(Begin{Screen::Sound, {}}); Settings off = l.s.settings; off.volume = 0; off.pace = 0; l.act(Set{off}); }, Screen::Sound},
      {"speak", [](Lobby& l) { l.to_statement(); l.act(SpeakInstead{}); }, Screen::Speak},
      {"speak_running", [](Lobby& l) { l.to_statement(); l.act(SpeakInstead{}); l.act(Record{}); }, Screen::Speak},
      {"speak_done", [](Lobby& l) { l.to_statement(); l.act(SpeakInstead{}); l.act(Record{}); l.act(Recorded{oral(Span{80'000})}); }, Screen::Speak},
      {"speak_absent", [](Lobby& l) { l.to_statement(); l.act(SpeakInstead{}); l.act(Record{}); l.act(NoMicrophone{}); }, Screen::Speak},
      {"review_oral", [](Lobby& l) { l.to_statement(); l.act(SpeakInstead{}); l.act(Record{}); l.act(Recorded{oral(Span{80'000})}); l.act(Next{}); }, Screen::Review},
      {"leave", [](Lobby& l) { l.to_kind(); l.act(LeaveAsk{}); }, Screen::Leave},
      {"leave_done", [](Lobby& l) { l.to_done(); l.snapshot.print.reset(); l.act(LeaveAsk{}); }, Screen::Leave},
      {"idle", [](Lobby& l) { l.to_kind(); l.wait(std::chrono::seconds(100)); }, Screen::Idle},
      {"trouble", [](Lobby& l) { l.to_kind(); l.snapshot.failed = Error{Code::Io, "x"}; }, Screen::Trouble},
  };
}

}  // namespace yizhan::kiosk::test
