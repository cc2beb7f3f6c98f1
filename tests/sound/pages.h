/// Every page a citizen can stand on, reached by actions, for tests of what pages say.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "tests/citizen/scenes.h"

namespace yizhan::kiosk::test {

struct Page {
  std::string name;
  std::function<void(Lobby&)> reach;
};
/// Names, numbers, statement, party and place that nobody may hear by accident.
inline void say_everything(Lobby& l, const std::string& topic = "wages") {
  l.act(Begin{Screen::Notice, {}}), l.act(Next{});
  l.act(ChooseDocument{DocumentKind::ResidentId});
  l.type("测试甲乙"), l.act(Focus{Field::Number, 0}), l.type(sample_id()), l.act(Focus{Field::Phone, 0}), l.type("13900000000"), l.act(Next{});
  l.act(ChooseWhom{Whom::Agent}), l.type("测试丙丁"), l.act(Next{});
  l.act(ChooseTopic{topic}), l.act(Next{}), l.answer_all();
}
inline std::vector<Page> pages() {
  const auto home = [](Lobby& l) { l.act(Begin{Screen::Notice, {}}), l.act(Back{}); };
  const auto statement = [](Lobby& l) { say_everything(l), l.type("请讨回我的三千元工资。"); };
  const auto review = [statement](Lobby& l) { statement(l), l.act(Part{1}), l.type("老板一直拖着不给钱。"), l.act(Next{}), l.type("白纸黑字写着的。"), l.act(Next{}), l.type("测试村东头"), l.act(Focus{Field::Party, 0}), l.type("某某测试劳务队"), l.act(Next{}); };
  return {
      {"home", home},
      {"notice", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}); }},
      {"card", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}), l.act(Next{}); }},
      {"identify", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}), l.act(Next{}), l.act(ChooseDocument{DocumentKind::ResidentId}), l.type("测试甲乙"), l.act(Focus{Field::Number, 0}), l.type(sample_id()); }},
      {"identify_wrong", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}), l.act(Next{}), l.act(ChooseDocument{DocumentKind::ResidentId}), l.type("测试甲乙"), l.act(Focus{Field::Number, 0}), l.type("110101195001010021"), l.act(Next{}); }},
      {"whom", [](Lobby& l) { l.act(Begin{Screen::Notice, {}}), l.act(Next{}), l.lay_card("测试甲乙"); }},
      {"other", [](Lobby& l) { l.to_whom(), l.act(ChooseWhom{Whom::Agent}), l.type("测试丙丁"); }},
      {"heads", [](Lobby& l) { l.to_whom(), l.act(ChooseWhom{Whom::Group}); }},
      {"representatives", [](Lobby& l) { l.to_whom(), l.act(ChooseWhom{Whom::Group}), l.act(AddHeads{18}), l.act(Next{}), l.type("测试戊己"); }},
      {"kind", [](Lobby& l) { l.to_kind(), l.act(ChooseTopic{"official"}); }},
      {"question", [](Lobby& l) { l.to_kind(), l.act(ChooseTopic{"wages"}), l.act(Next{}); }},
      {"urgent", [](Lobby& l) { l.to_kind(), l.act(ChooseTopic{"environment"}), l.act(Next{}), l.act(AnswerWith{Answer::Yes}); }},
      {"statement", statement},
      {"statement_problem", [](Lobby& l) { l.to_statement(), l.act(Next{}); }},
      {"place", [](Lobby& l) { l.to_statement(), l.type("请讨回工资。"), l.act(Part{2}), l.act(Next{}), l.type("测试村东头"); }},
      {"review", review},
      {"read", [](Lobby& l) { l.to_statement(); for (int i = 0; i < 40; ++i) l.type("请讨回我的三千元工资。"); l.act(SkipWriting{}), l.act(ReadText{0}); }},
      {"ruling", [review](Lobby& l) { review(l), l.act(Next{}); }},
      {"ruling_accusation", [](Lobby& l) { l.to_ruling("official"); }},
      {"done", [review](Lobby& l) { review(l), l.act(Next{}), l.act(Submit{}); }},
      {"done_nopaper", [review](Lobby& l) { l.snapshot.printer = DeviceState::OutOfPaper; review(l), l.act(Next{}), l.act(Submit{}); }},
      {"done_sealed", [](Lobby& l) { l.to_done("official"); }},
      {"number", [](Lobby& l) { l.act(Begin{Screen::TakeNumber, {}}); }},
      {"ask", [](Lobby& l) { l.to_ask(); }},
      {"progress", [](Lobby& l) { l.to_progress(); }},
      {"rate", [](Lobby& l) { l.to_rate(), l.act(Grade{4, 2}); }},
      {"thanks", [](Lobby& l) { l.to_rate(), l.act(Grade{4, 2}), l.act(Next{}); }},
      {"helper", [](Lobby& l) { l.to_kind(), l.act(CallHelp{}); }},
      {"guide", [](Lobby& l) { l.act(OpenGuide{}); }},
      {"sound", [](Lobby& l) { l.act(Begin{Screen::Sound, {}}); }},
      {"speak", [](Lobby& l) { l.to_statement(), l.act(SpeakInstead{}); }},
      {"speak_done", [](Lobby& l) { l.to_statement(), l.act(SpeakInstead{}), l.act(Record{}), l.act(Recorded{oral(Span{80'000})}); }},
      {"speak_absent", [](Lobby& l) { l.to_statement(), l.act(SpeakInstead{}), l.act(Record{}), l.act(NoMicrophone{}); }},
      {"leave", [](Lobby& l) { l.to_kind(), l.act(LeaveAsk{}); }},
      {"idle", [](Lobby& l) { l.to_kind(), l.wait(std::chrono::seconds(100)); }},
      {"trouble", [](Lobby& l) { l.to_kind(), l.snapshot.failed = Error{Code::Io, "x"}; }},
  };
}

}  // namespace yizhan::kiosk::test
