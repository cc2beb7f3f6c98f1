#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <unistd.h>

#include "tests/ui/help.h"

using namespace yizhan::ui;
namespace fs = std::filesystem;

namespace {

std::unique_ptr<PinyinEngine> engine(const std::string& data = PINYIN_DATA) {
  auto opened = open_pinyin(data);
  REQUIRE(opened);
  return std::move(*opened);
}
std::string first(PinyinEngine& e, std::string_view letters) {
  const auto found = e.candidates(letters, 0);
  return found.words.empty() ? std::string() : found.words[0];
}
/// The page a word is on, or −1.
int page_of(PinyinEngine& e, std::string_view letters, std::string_view word, int pages_max = 200) {
  for (int page = 0; page < pages_max; ++page) {
    const auto found = e.candidates(letters, page);
    if (std::find(found.words.begin(), found.words.end(), word) != found.words.end()) return page;
    if (!found.more) break;
  }
  return -1;
}
/// Files and their contents, to see that nothing was written.
std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    all[entry.path().string()] = std::string(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

}  // namespace

TEST_CASE("words of the hall come before those that sound the same", "[ui][pinyin]") {
  const auto e = engine();
  const std::map<std::string, std::string> expected{
      {"xinfang", "信访"},       {"zhongcai", "仲裁"},     {"laodongzhongcai", "劳动仲裁"}, {"tuoqiangongzi", "拖欠工资"}, {"lvshi", "律师"},
      {"tiaojie", "调解"},       {"chaiqian", "拆迁"},     {"falvyuanzhu", "法律援助"},     {"xingzhengfuyi", "行政复议"}, {"baogongtou", "包工头"},
      {"qianzhe", "欠着"},       {"ldzc", "劳动仲裁"},     {"xfcs", "信访超市"},            {"zhengdi", "征地"},         {"shenfenzheng", "身份证"},
      {"renshejushenqing", "人社局申请"},
  };
  for (const auto& [letters, word] : expected) {
    INFO(letters);
    CHECK(first(*e, letters) == word);
  }
}

TEST_CASE("everyday characters keep their everyday order", "[ui][pinyin]") {
  const auto e = engine();
  CHECK(first(*e, "wo") == "我");
  CHECK(first(*e, "de") == "的");
  CHECK(first(*e, "zhangsan") == "张三");
  CHECK(first(*e, "nv") == "女");
}

TEST_CASE("rare characters of names can be reached", "[ui][pinyin]") {
  const auto e = engine();
  const std::vector<std::pair<std::string, std::string>> rare{{"yan", "䶮"}, {"ji", "𠮷"}, {"yan", "龑"}, {"kun", "堃"}, {"rong", "镕"}, {"chong", "翀"}, {"yi", "祎"}, {"zhe", "喆"}};
  for (const auto& [letters, word] : rare) {
    INFO(word);
    const int page = page_of(*e, letters, word);
    CHECK(page >= 0);
    CHECK(page <= 24);
  }
}

TEST_CASE("a candidate says how many letters it stands for", "[ui][pinyin]") {
  const auto e = engine();
  const auto found = e->candidates("qianzhe", 0);
  CHECK(found.preedit == "qian zhe");
  for (std::size_t i = 0; i < found.words.size(); ++i) {
    INFO(found.words[i]);
    CHECK(e->consumed("qianzhe", 0, i) == (found.words[i].size() > 3 ? 7 : 4));
  }
  const auto split = e->candidates("xi'an", 0);
  CHECK(split.words[0] == "西安");
  CHECK(e->consumed("xi'an", 0, 0) == 5);
}

TEST_CASE("what is left after a partial candidate goes on as if it had been typed alone", "[ui][pinyin]") {
  const auto e = engine();
  std::string letters = "laodongzhongcaiweiyuanhui", text;
  for (int step = 0; step < 12 && !letters.empty(); ++step) {
    const auto found = e->candidates(letters, 0);
    REQUIRE_FALSE(found.words.empty());
    const std::size_t last = found.words.size() - 1;
    const int used = e->consumed(letters, 0, last);
    REQUIRE(used > 0);
    text += found.words[last];
    letters.erase(0, static_cast<std::size_t>(used));
  }
  CHECK(letters.empty());
  CHECK_FALSE(text.empty());
}

TEST_CASE("typing letter by letter finds the same as typing at once", "[ui][pinyin]") {
  const auto slow = engine();
  for (const std::string word : {"laodongzhongcai", "woyaoxiangfayuanqisu", "xi'an", "fangan"}) {
    std::vector<PinyinEngine::Candidates> step_by_step;
    slow->forget();
    for (std::size_t n = 1; n <= word.size(); ++n) step_by_step.push_back(slow->candidates(word.substr(0, n), 0));
    for (std::size_t n = 1; n <= word.size(); ++n) {
      slow->forget();
      const auto fresh = slow->candidates(word.substr(0, n), 0);
      INFO(word.substr(0, n));
      CHECK(fresh.words == step_by_step[n - 1].words);
      CHECK(fresh.preedit == step_by_step[n - 1].preedit);
    }
  }
}

TEST_CASE("nothing is learned: choosing the second candidate many times changes no order", "[ui][pinyin]") {
  std::vector<std::string> before, after;
  {
    const auto e = engine();
    before = e->candidates("xinfang", 0).words;
    REQUIRE(before.size() > 2);
    // Asking what a candidate stands for chooses it inside the engine; forty rounds are forty choices of the second.
    for (int i = 0; i < 40; ++i) {
      e->forget();
      static_cast<void>(e->consumed("xinfang", 0, 1));
    }
    e->forget();
    after = e->candidates("xinfang", 0).words;
    CHECK(after == before);
  }
  CHECK(engine()->candidates("xinfang", 0).words == before);
}

TEST_CASE("nothing is written, and a folder that nobody may write to will do", "[ui][pinyin]") {
  const fs::path copy = fs::temp_directory_path() / ("yizhan_pinyin_" + std::to_string(::getpid()));
  fs::remove_all(copy);
  fs::copy(PINYIN_DATA, copy, fs::copy_options::recursive);
  fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_exec, fs::perm_options::replace);
  const auto before = contents(copy);
  {
    const auto e = engine(copy.string());
    CHECK(first(*e, "xinfang") == "信访");
    e->fuzzy(true);
    CHECK(first(*e, "laodongzongcai") == "劳动仲裁");
    e->fuzzy(false);
    CHECK(first(*e, "laodongzongcai") != "劳动仲裁");
  }
  CHECK(contents(copy) == before);
  fs::permissions(copy, fs::perms::owner_all, fs::perm_options::replace);
  fs::remove_all(copy);
}

TEST_CASE("a hundred visits with all that people type leave no file anywhere", "[ui][pinyin]") {
  // A home of its own, so that whatever a library might keep for its user would be seen.
  const fs::path home = fs::temp_directory_path() / ("yizhan_home_" + std::to_string(::getpid()));
  fs::remove_all(home);
  fs::create_directories(home);
  const auto files = [](const fs::path& folder) {
    std::size_t n = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) n += entry.is_regular_file() ? 1 : 0;
    return n;
  };
  const std::size_t data_before = files(PINYIN_DATA);
  const std::string old_home = ::getenv("HOME") ? ::getenv("HOME") : "";
  const fs::path old_place = fs::current_path();
  ::setenv("HOME", home.c_str(), 1);
  ::setenv("XDG_CONFIG_HOME", home.c_str(), 1);
  ::setenv("TMPDIR", home.c_str(), 1);
  fs::current_path(home);
  for (int visit = 0; visit < 100; ++visit) {
    auto opened = open_pinyin(PINYIN_DATA);
    REQUIRE(opened);
    for (const char* letters : {"xinfang", "laobanqianwogongzi", "gzz", "zhangsan"}) {
      const auto found = (*opened)->candidates(letters, 0);
      REQUIRE(found.words.size() > 1);
      static_cast<void>((*opened)->consumed(letters, 0, 1));
    }
    (*opened)->forget();
  }
  CHECK(files(home) == 0);
  CHECK(files(PINYIN_DATA) == data_before);
  fs::current_path(old_place);
  ::setenv("HOME", old_home.c_str(), 1);
  ::unsetenv("XDG_CONFIG_HOME");
  ::unsetenv("TMPDIR");
  fs::remove_all(home);
}

TEST_CASE("missing data is said, not crashed on", "[ui][pinyin]") {
  const auto opened = open_pinyin("/nonexistent/pinyin");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == yizhan::Code::Unavailable);
}

TEST_CASE("letters that spell nothing, and very many of them, do no harm", "[ui][pinyin]") {
  const auto e = engine();
  CHECK(e->candidates("", 0).words.empty());
  for (const std::string& letters : {std::string("vvv"), std::string("'''"), std::string(60, 'q'), std::string("A1!\x1B")}) {
    const auto found = e->candidates(letters, 0);
    for (std::size_t i = 0; i < found.words.size(); ++i) {
      const int n = e->consumed(letters, 0, i);
      CHECK((n >= 0 && n <= static_cast<int>(letters.size())));
    }
  }
  CHECK(first(*e, "wo") == "我");
}

TEST_CASE("given the source assets, the data built beside the program is taken", "[ui][pinyin]") {
  const auto e = engine(PINYIN_SOURCE);
  CHECK(first(*e, "xinfang") == "信访");
}
