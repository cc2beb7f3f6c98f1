// What the text model costs: loading it, and one statement of 200, 2,000, 12,000 and 20,000 characters.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <vector>

#include "core/triage/suggest.h"

namespace {

using namespace yizhan;

double now_us() { return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/// Different characters in an everyday mix, so that the cache is as cold as with a real statement. Nobody's words.
std::string statement(std::size_t characters, std::uint32_t seed) {
  static const char* const words[] = {"小区", "物业", "路灯", "坏了", "学校", "老师", "收费", "医院", "报销", "公交", "线路", "工资", "拖欠", "污染", "废气", "希望", "领导", "处理", "我们", "已经",
                                      "多次", "反映", "没有", "结果", "，", "。", "请", "的", "在", "和", "三个月", "村民", "土地", "补偿", "开发商", "房产证", "派出所", "噪音", "垃圾", "道路"};
  std::string out;
  std::size_t have = 0;
  while (have < characters) {
    seed = seed * 1664525 + 1013904223;
    const std::string word = words[(seed >> 16) % std::size(words)];
    out += word;
    have += word.size() / 3;
  }
  return out;
}

void print(const char* what, std::vector<double> us) {
  std::sort(us.begin(), us.end());
  fmt::print("{:<36} n={:5} median {:9.1f} µs  p95 {:9.1f}  p99 {:9.1f}  worst {:9.1f}\n", what, us.size(), us[us.size() / 2], us[us.size() * 95 / 100], us[us.size() * 99 / 100], us.back());
}

}  // namespace

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : YIZHAN_SOURCE_DIR "/assets/models/triage.model";
  std::vector<double> loads;
  Result<TextModel> model = Error{Code::NotFound, ""};
  std::size_t size = 0;
  for (int i = 0; i < 50; ++i) {
    const double start = now_us();
    std::ifstream in(path, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    model = load_text_model(bytes);
    loads.push_back(now_us() - start);
    size = bytes.size();
  }
  if (!model) {
    fmt::print(stderr, "triage_bench: {}: {}\n", path, model.error().what);
    return 1;
  }
  fmt::print("model {} bytes, {} features\n", size, model->features.size());
  print("read and load", loads);
  TextScratch scratch;
  float sum = 0;
  for (const std::size_t characters : {200U, 2'000U, 12'000U, 20'000U}) {
    const int times = characters > 5'000 ? 300 : 3'000;
    std::vector<double> with, without;
    for (int i = 0; i < times; ++i) {
      const std::string text = statement(characters, static_cast<std::uint32_t>(i));
      double start = now_us();
      sum += suggest_topic(*model, scratch, "", text).topic[0];
      with.push_back(now_us() - start);
      start = now_us();
      sum += suggest_topic(*model, "", text).topic[0];
      without.push_back(now_us() - start);
    }
    print(fmt::format("{} characters, room kept", characters).c_str(), with);
    print(fmt::format("{} characters, room of its own", characters).c_str(), without);
  }
  // The whole suggestion: law tree, duties, model.
  const auto read = [](const std::string& file) {
    std::ifstream in(YIZHAN_SOURCE_DIR "/assets/" + file, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(in), {}};
  };
  const auto book = load_rulebook(read("rulebooks/national.toml"), "national.toml");
  const Triage triage = make_triage(read("models/triage.model"), read("models/window_duties.tsv"));
  if (!book || !triage.troubles.empty()) {
    fmt::print(stderr, "triage_bench: {}\n", book ? triage.troubles.front() : book.error().what);
    return 1;
  }
  for (const std::size_t characters : {200U, 2'000U, 12'000U, 20'000U}) {
    std::vector<double> kept, own;
    for (int i = 0; i < (characters > 5'000 ? 300 : 3'000); ++i) {
      Petition petition;
      petition.statement.facts = statement(characters, static_cast<std::uint32_t>(i));
      double start = now_us();
      sum += static_cast<float>(suggest(petition, *book, triage, scratch).window_confidence);
      kept.push_back(now_us() - start);
      start = now_us();
      sum += static_cast<float>(suggest(petition, *book, triage).window_confidence);
      own.push_back(now_us() - start);
    }
    print(fmt::format("suggestion, {} characters", characters).c_str(), kept);
    print(fmt::format("suggestion, {}, room of its own", characters).c_str(), own);
  }
  return sum < 0 ? 1 : 0;
}
