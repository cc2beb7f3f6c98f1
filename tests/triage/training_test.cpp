#include "core/triage/training.h"

#include <catch2/catch_test_macros.hpp>

namespace yizhan::triage {

namespace {

/// Ninety made-up messages about three topics, in five folds.
std::vector<Row> made_up() {
  const char* about[3][5] = {{"老板拖欠工资", "养老保险没有交", "工伤认定太慢", "退休工资少算", "加班没有加班费"},
                             {"小学老师补课收费", "幼儿园学位不够", "高考报名有问题", "教师职称评定", "学校食堂不卫生"},
                             {"公交车班次太少", "客运站乱涨价", "出租车拒载", "高速公路收费", "地铁口没有公交站"}};
  const char* rest[6] = {"请尽快处理", "希望领导重视", "我们多次反映没有结果", "谢谢", "已经三个月了", "请给一个答复"};
  constexpr int topic[3] = {1, 2, 6}, window[3] = {6, 5, 4};
  std::vector<Row> rows;
  for (int t = 0; t < 3; ++t)
    for (int a = 0; a < 5; ++a)
      for (int r = 0; r < 6; ++r) {
        Row row;
        row.id = "R" + std::to_string(rows.size());
        row.title = about[t][a];
        row.text = std::string(about[t][(a + r) % 5]) + "，" + about[t][a] + "，" + rest[r];
        row.source = Source::Complaint;
        row.topic = topic[t];
        row.window = r == 0 ? window[t] : -1;
        row.fold = (a + r) % fold_count;
        rows.push_back(row);
      }
  return rows;
}

WindowWords some_words() {
  WindowWords words;
  words[6] = {"工资", "养老"};
  words[5] = {"学校", "老师"};
  words[4] = {"公交", "出租车"};
  return words;
}

}  // namespace

TEST_CASE("training learns, and gives the same bytes twice", "[triage]") {
  const Trainer trainer(made_up(), some_words(), {});
  const TextModel model = trainer.fit_calibrated(0);
  const std::string bytes = encode_text_model(model);
  CHECK(bytes == encode_text_model(Trainer(made_up(), some_words(), {}).fit_calibrated(0)));
  const auto loaded = load_text_model(bytes);
  REQUIRE(loaded);
  const TopicGuess guess = suggest_topic(*loaded, "", "老板不发工资，也不交养老保险");
  CHECK(guess.best_topic() == 1);
  CHECK(guess.best_window() == 6);
}

TEST_CASE("a fold that is left out leaves no trace", "[triage]") {
  auto rows = made_up();
  const std::string without = encode_text_model(Trainer(rows, some_words(), {}).fit_calibrated(1U << 2));
  for (Row& row : rows)
    if (row.fold == 2) {
      row.topic = row.topic == 1 ? 2 : 1;
      if (row.window >= 0) row.window = 9;
    }
  CHECK(encode_text_model(Trainer(rows, some_words(), {}).fit_calibrated(1U << 2)) == without);
}

TEST_CASE("a title alone that resembles a left-out complaint is left out with it", "[triage]") {
  auto rows = made_up();
  Row title;
  title.id = "T1";
  title.title = rows[0].title;
  title.source = Source::TitleOnly;
  title.topic = 4;
  rows.push_back(title);
  auto other = rows;
  other.back().topic = 5;
  for (std::uint32_t f = 0; f < fold_count; ++f) {
    bool near = false;
    for (const Row& row : rows) near = near || (row.source == Source::Complaint && row.title == title.title && row.fold == static_cast<int>(f));
    if (near) CHECK(encode_text_model(Trainer(rows, some_words(), {}).fit(1U << f)) == encode_text_model(Trainer(other, some_words(), {}).fit(1U << f)));
  }
}

TEST_CASE("rare grams are not learnt, so nothing personal stays", "[triage]") {
  auto rows = made_up();
  rows[0].text += "，张某某身份证";
  rows[1].text += "，张某某身份证";
  const Trainer trainer(rows, some_words(), {});
  const TextModel model = trainer.fit(0);
  CHECK(suggest_topic(model, "", "张").known == 0);
}

TEST_CASE("rows without words, labels or windows are no trouble", "[triage]") {
  std::vector<Row> rows(3);
  rows[0].topic = 0;
  rows[0].fold = 0;
  const TextModel model = Trainer(rows, {}, {}).fit_calibrated(0);
  CHECK(model.features.empty());
}

}  // namespace yizhan::triage
