// pinyin_bench [ROUNDS]: how long one keystroke takes until its candidates are there, and how long the engine takes to be ready.
// Sentences, words, abbreviations, syllables cut off in the middle, and letters that spell nothing are typed letter by letter, each
// as a new composition. Exits 1 when the p99 of a keystroke misses 2 ms or the engine 10 ms. Bounded is the processor time of the
// thread, so that a busy build machine does not decide; the wall time is printed too.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "kiosk/ui/window.h"

using namespace yizhan::ui;

namespace {
double wall_ms() { return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double cpu_ms() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}
double at(std::vector<double>& of, double share) {
  std::sort(of.begin(), of.end());
  return of[static_cast<std::size_t>(static_cast<double>(of.size() - 1) * share)];
}
}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 20;
  const std::vector<std::string> typed{
      "laobanqianwogongziyizhimeigei", "woyaoxiangfayuanqisu", "yongrendanweiweifajiechulaodonghetong", "cunlizhengdibuchangkuanmeiyougeigou", "loushangloushuibawojiapaole",
      "qingbangmenxietiaojiejue", "pandilexiahouduifangbuzhixing", "gongchangpaiwushuidaohelimian", "haizishangxuedeshiqing", "laodongzhengyizhongcaiweiyuanhui",
      "gzz", "bjs", "qxj", "xfcs", "ldzc", "flyz", "shbx", "tqgz", "zgrmghg", "lshcwh", "gongzimeif", "laobanqgz", "chaiqbuch", "zhangsan", "lisi", "nv", "lv", "xian", "xi'an", "fangan",
      "ji", "yi", "shi", "zhe", "yan", "wofangzibeichaile", "bzdzmb", "wymbf", "qgbwk", "vvvvvvvv", "qqqqqqqqqqqqqqqq", "zhzhzhzhzhzh", "aaaaaaaa", "ueueue"};
  const double began = wall_ms(), began_cpu = cpu_ms();
  auto opened = open_pinyin(PINYIN_DATA);
  if (!opened) {
    std::fprintf(stderr, "pinyin_bench: %s\n", opened.error().what.c_str());
    return 1;
  }
  const double ready = wall_ms() - began, ready_cpu = cpu_ms() - began_cpu;
  PinyinEngine& engine = **opened;
  std::vector<double> wall, cpu, first;
  for (int round = 0; round < rounds; ++round)
    for (const std::string& letters : typed) {
      engine.forget();
      for (std::size_t n = 1; n <= letters.size(); ++n) {
        const double w = wall_ms(), c = cpu_ms();
        static_cast<void>(engine.candidates(std::string_view(letters).substr(0, n), 0));
        wall.push_back(wall_ms() - w);
        cpu.push_back(cpu_ms() - c);
        if (round == 0) first.push_back(cpu.back());
      }
    }
  const double p99 = at(cpu, .99);
  std::printf("engine ready      cpu %5.2f ms   wall %5.2f ms%s\n", ready_cpu, ready, ready_cpu > 10 ? "  OVER 10 ms" : "");
  std::printf("keystroke  n=%zu  cpu p50 %.3f  p99 %.3f  max %.3f ms   wall p50 %.3f  p99 %.3f ms%s\n", cpu.size(), at(cpu, .5), p99, cpu.back(), at(wall, .5), at(wall, .99),
              p99 > 2 ? "  OVER 2 ms" : "");
  std::printf("first round       cpu p50 %.3f  p99 %.3f  max %.3f ms\n", at(first, .5), at(first, .99), first.back());
  return p99 > 2 || ready_cpu > 10 ? 1 : 0;
}
