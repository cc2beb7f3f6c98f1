#include "core/triage/text_model.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>

#include "core/triage/arithmetic.h"

namespace yizhan {

namespace {

std::string file_bytes() {
  std::ifstream in(YIZHAN_SOURCE_DIR "/assets/models/triage.model", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

const TextModel& shipped() {
  static const TextModel model = [] {
    auto loaded = load_text_model(file_bytes());
    REQUIRE(loaded);
    return *std::move(loaded);
  }();
  return model;
}

std::string refusal(std::string_view bytes) {
  const auto loaded = load_text_model(bytes);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == Code::Corrupt);
  return loaded.error().what;
}

void sound(const TopicGuess& guess) {
  double topics = 0, windows = 0;
  for (const float p : guess.topic) {
    CHECK((std::isfinite(p) && p >= 0 && p <= 1));
    topics += static_cast<double>(p);
  }
  for (const float p : guess.window) {
    CHECK((std::isfinite(p) && p >= 0 && p <= 1));
    windows += static_cast<double>(p);
  }
  CHECK(std::abs(topics - 1) < 1e-5);
  CHECK(std::abs(windows - 1) < 1e-5);
}

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("plain statements find their topic and window", "[triage]") {
  struct Case {
    const char* text;
    const char* topic;
    const char* window;
  };
  // Written for this test. Where the labels surprise (buses are 城乡建设, medical insurance is 劳动和社会保障), docs/TRIAGE.md says so.
  for (const Case& one : {
           Case{"老板拖欠我们十几个工人三个月工资，社保也没有交，请劳动部门帮我们要回来", "劳动和社会保障", "RS"},
           Case{"小学门口乱收补课费，老师要求学生必须参加课外培训班", "教育文体", "JY"},
           Case{"化工厂半夜排放废气，臭味很大，河水都变黑了，请环保部门查处", "环境保护", "HB"},
           Case{"县医院的医生开错了药，护士态度恶劣，请卫生局查一查这家医院", "卫生计生", "WJ"},
           Case{"长途客运班车随意涨价，出租车拒载不打表，请交通局运管所管一管", "交通运输", "JT"},
           Case{"房子是商品房，墙体开裂漏水，工程质量太差，开发商不修，希望住建局验收时严格把关", "城乡建设", "ZJ"},
       }) {
    INFO(one.text);
    const TopicGuess guess = suggest_topic(shipped(), "", one.text);
    CHECK(topic_labels[guess.best_topic()] == one.topic);
    CHECK(window_labels[guess.best_window()] == one.window);
    sound(guess);
  }
}

TEST_CASE("any bytes get an answer", "[triage]") {
  TextScratch scratch;
  for (const std::string& text : {std::string(), std::string("路"), std::string("1234567890"), std::string("My salary was not paid for three months."), std::string("拖欠農民工工資，請幫忙"),
                                  std::string("ＡＢＣ　１２３ 路灯 １２ｋｍ"), std::string("😀😡🏠👨‍👩‍👧"), std::string("<html><body onload=\"x()\"><p>路灯坏了</p></body></html>"), repeat("救命", 5000),
                                  repeat("路", 20'000), repeat("公交车不来", 10'000), std::string("\0\x01\xff\xc0\x80\xed\xa0\x80", 8)}) {
    const TopicGuess guess = suggest_topic(shipped(), scratch, "", text);
    sound(guess);
    // Room that was used is room that is clean.
    const TopicGuess again = suggest_topic(shipped(), text, "");
    sound(again);
    CHECK(suggest_topic(shipped(), "", text).topic == guess.topic);
  }
}

TEST_CASE("what says nothing makes nothing likely", "[triage]") {
  for (const char* text : {"", "      ", "😀", "！！！"}) {
    const TopicGuess guess = suggest_topic(shipped(), "", text);
    CHECK(guess.known == 0);
    CHECK(guess.topic[guess.best_topic()] < 0.2F);
    CHECK(guess.window[guess.best_window()] < 0.2F);
  }
  // Not known words are not evidence: English, one character and digits stay below any threshold worth the name.
  for (const char* text : {"1234567890", "The weather is nice today", "的"}) {
    const TopicGuess guess = suggest_topic(shipped(), "", text);
    INFO(text << " " << guess.topic[guess.best_topic()]);
    CHECK(guess.topic[guess.best_topic()] < 0.9F);
  }
}

TEST_CASE("traditional characters are read as their simplified forms", "[triage]") {
  CHECK(suggest_topic(shipped(), "", "拖欠農民工工資").topic == suggest_topic(shipped(), "", "拖欠农民工工资").topic);
}

TEST_CASE("the answer is the same bits again", "[triage]") {
  const std::string text = repeat("小区的路灯坏了两个月，物业和城管都说不归他们管。", 20);
  const TopicGuess first = suggest_topic(shipped(), "路灯", text);
  TextScratch scratch;
  for (int i = 0; i < 3; ++i) {
    const TopicGuess next = suggest_topic(shipped(), scratch, "路灯", text);
    CHECK(next.topic == first.topic);
    CHECK(next.window == first.window);
  }
}

TEST_CASE("a model file is read as it was written", "[triage]") {
  const std::string bytes = file_bytes();
  REQUIRE(bytes.size() <= model_bytes_max);
  CHECK(encode_text_model(shipped()) == bytes);
}

TEST_CASE("a model that is missing, cut short, damaged or of another version is refused with the reason", "[triage]") {
  const std::string bytes = file_bytes();
  CHECK(refusal("") == "model: the file is empty");
  CHECK(refusal("hello, this is no model at all") == "model: this is not a triage model");
  for (const std::size_t size : {std::size_t{3}, std::size_t{8}, std::size_t{12}, std::size_t{400}, bytes.size() / 2, bytes.size() - 1})
    CHECK(refusal(std::string_view(bytes).substr(0, size)) == "model: the file is cut short");
  CHECK(refusal(bytes + "x") == "model: the file has bytes after its end");
  std::string other = bytes;
  other[8] = 9;
  CHECK(refusal(other) == "model: version 9, this program reads version 1: train it again");
  for (const std::size_t at : {std::size_t{20}, bytes.size() / 3, bytes.size() - 1}) {
    other = bytes;
    other[at] = static_cast<char>(other[at] ^ 0x40);
    CHECK(refusal(other) == "model: the checksum does not fit: the file is damaged");
  }
  other = bytes;
  for (std::size_t i = 12; i < 16; ++i) other[i] = '\xff';
  CHECK(refusal(other) == "model: an impossible number of features");
}

TEST_CASE("a model whose weights are no numbers is refused even when its checksum fits", "[triage]") {
  TextModel model = shipped();
  model.topic_heat = std::nanf("");
  CHECK(refusal(encode_text_model(model)) == "model: a weight is not a number");
  model = shipped();
  std::swap(model.features[1], model.features[2]);
  CHECK(refusal(encode_text_model(model)) == "model: features are out of order");
}

}  // namespace yizhan
