/// How long a ruling takes: medians over made-up statements of 200 and of 12,000 characters, and the worst we could think of.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>

#include "core/router.h"
#include "core/text.h"

using namespace yizhan;

namespace {

std::string repeated(const std::string& unit, std::size_t n) {
  std::string all;
  const std::size_t each = characters(unit);
  for (std::size_t done = 0; done < n; done += each) all += unit;
  return std::string(first_characters(all, n));
}

}  // namespace

int main() {
  std::ifstream file(YIZHAN_SOURCE_DIR "/assets/rulebooks/national.toml", std::ios::binary);
  const std::string toml(std::istreambuf_iterator<char>(file), {});
  const auto before = std::chrono::steady_clock::now();
  const auto book = load_rulebook(toml, "national.toml");
  if (!book) return fmt::print(stderr, "{}\n", book.error().what), 1;
  fmt::print("{:40} {:9.1f} µs\n", "load national.toml", std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - before).count());

  const std::string plain = "我们村的水渠去年就坏了，一直没有人来修，田里的秧苗都快干死了。找过村里两次，村主任说要等镇里的钱，镇里又说没有收到报告。家里三口人就靠这点地吃饭，希望有人来看一看，给个准话，什么时候能修好。";
  const std::string mixed = "老板拖欠工资半年，我去问他，他说再闹就打断我的腿。邻居听说我不想活了，劝我不要想不开。法院已立案，信访局的工作人员不给登记！孩子才五岁，没有饭吃。";
  bool good = true;
  const auto run = [&](const char* name, const std::string& text, double limit_us) {
    Petition p;
    p.statement.facts = text;
    const int rounds = text.size() > 10'000 ? 201 : 2001;
    std::vector<double> us;
    std::size_t kept = 0;
    for (int i = 0; i < rounds; ++i) {
      const auto from = std::chrono::steady_clock::now();
      kept += route(p, *book).reasons.size();
      us.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - from).count());
    }
    std::sort(us.begin(), us.end());
    const double median = us[us.size() / 2];
    good = good && kept > 0 && median <= limit_us;
    fmt::print("{:40} {:9.1f} µs median {:9.1f} µs p99   limit {:.0f}\n", name, median, us[us.size() * 99 / 100], limit_us);
  };
  run("200 characters, a village's ditch", repeated(plain, 200), 100);
  run("200 characters, every kind of word", repeated(mixed, 200), 100);
  run("12,000 characters, a village's ditch", repeated(plain, 12'000), 3000);
  run("12,000 characters, every kind of word", repeated(mixed, 12'000), 3000);
  run("12,000 characters, one word repeated", repeated("没有跳楼", 12'000), 3000);
  run("12,000 characters, one character", repeated("我", 12'000), 3000);
  run("12,000 characters, no stop, many words", repeated("不想活了法院工资邻居信访局不理孩子被打", 12'000), 3000);
  return good ? 0 : 1;
}
