#include "core/triage/grams.h"

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <vector>

#include "core/triage/arithmetic.h"

namespace yizhan::triage {

namespace {

std::u32string read(std::string_view text) {
  std::u32string out;
  normalise(text, out);
  return out;
}

}  // namespace

TEST_CASE("a place's pseudonym, a number and a mark say only what they are", "[triage]") {
  CHECK(read("A3区的路") == read("B市的路"));
  CHECK(read("欠3000元") == read("欠12.5元"));
  CHECK(read("路灯，不亮！！") == U"路灯 不亮 ");
  CHECK(read("WAP市") == U"wap市");  // a word's last letter is no pseudonym
}

TEST_CASE("wide and narrow, capital and small, traditional and simplified are one", "[triage]") {
  CHECK(read("ＷＩＦＩ１２") == read("wifi34"));
  CHECK(read("醫療費用") == read("医疗费用"));
  CHECK(read("拖欠農民工工資") == read("拖欠农民工工资"));
}

TEST_CASE("broken UTF-8 and what is no word become a space", "[triage]") {
  CHECK(read("\xff\xfe路\xe4\xb8") == U"路 ");
  CHECK(read("😀路😀") == U"路 ");
  CHECK(read("").empty());
  CHECK(read("\xf5\x80\x80\x80").empty());
}

TEST_CASE("no more than twenty thousand characters are read", "[triage]") {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "路";
  CHECK(read(text).size() == read_characters_max);
}

TEST_CASE("grams are short runs that cross no gap", "[triage]") {
  const auto lengths = [](std::u32string_view text) {
    std::vector<int> out;
    each_gram(text, Part::Anywhere, [&](std::uint32_t, int n) { out.push_back(n); });
    return out;
  };
  CHECK(lengths(U"") == std::vector<int>{});
  CHECK(lengths(U"路灯坏") == std::vector<int>{1, 2, 3, 1, 2, 1});
  CHECK(lengths(U"路 灯") == std::vector<int>{1, 1});
  std::uint32_t anywhere = 0, title = 0;
  each_gram(U"路", Part::Anywhere, [&](std::uint32_t key, int) { anywhere = key; });
  each_gram(U"路", Part::Title, [&](std::uint32_t key, int) { title = key; });
  CHECK(anywhere != title);
}

TEST_CASE("our own logarithm and exponential are as good as the library's", "[triage]") {
  for (double x = 1e-6; x < 1e6; x *= 1.37) CHECK(std::abs(same_log(x) - std::log(x)) < 1e-13 * (1 + std::abs(std::log(x))));
  for (double x = -30; x < 30; x += 0.37) CHECK(std::abs(same_exp(x) / std::exp(x) - 1) < 1e-13);
  CHECK(same_exp(-1e9) == 0);
  CHECK(std::isfinite(same_exp(1e9)));
}

}  // namespace yizhan::triage
