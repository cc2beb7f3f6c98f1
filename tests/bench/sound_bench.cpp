// sound_bench: how soon the machine is silent after a touch and how soon it speaks, in samples of what a loudspeaker
// would have got; what speaking costs; how large the set is. SDL's disk driver takes the loudspeaker's place.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "kiosk/sound/sdl_sound.h"
#include "kiosk/sound/teller.h"
#include "tests/sound/hear.h"

namespace fs = std::filesystem;
using namespace yizhan;
using namespace yizhan::kiosk::sound;
using Steady = std::chrono::steady_clock;

namespace {

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}
double rss_mb() {
  std::ifstream in("/proc/self/statm");
  long all = 0, resident = 0;
  in >> all >> resident;
  return static_cast<double>(resident) * 4096 / 1048576;
}
double ms_since(Steady::time_point t) { return std::chrono::duration<double, std::milli>(Steady::now() - t).count(); }
std::size_t frames(const std::string& file) {
  std::error_code none;
  const auto size = fs::file_size(file, none);
  return none ? 0 : size / 2;
}
void print(const std::string& what, std::vector<double> values, const char* unit) {
  std::sort(values.begin(), values.end());
  fmt::print("{:<58} p50 {:6.1f}  max {:6.1f} {}\n", what, values[values.size() / 2], values.back(), unit);
}
Utterance words(std::string text) { return {{Phrase{std::move(text), false, false, {}}}}; }

}  // namespace

int main() {
  const std::string file = fs::temp_directory_path() / fmt::format("sound_bench.{}.raw", ::getpid());
  ::setenv("SDL_AUDIODRIVER", "disk", 1);
  ::setenv("SDL_DISKAUDIOFILE", file.c_str(), 1);
  SoundOptions options;
  options.assets = YIZHAN_VOICE;
  std::uintmax_t bytes = 0, files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(options.assets))
    if (entry.is_regular_file()) bytes += entry.file_size(), ++files;
  fmt::print("the shipped set: {} files, {:.1f} MB with readings\n", files, static_cast<double>(bytes) / 1e6);

  const double before = rss_mb();
  auto t = Steady::now();
  auto sound = open_sdl_sound(options);
  if (!sound) return fmt::print("{}\n", sound.error().what), 1;
  fmt::print("opening voice and thread: {:.1f} ms, {:.1f} MB more resident\n", ms_since(t), rss_mb() - before);
  Speaker& speaker = (*sound)->speaker();

  std::vector<double> stop_ms, start_ms;
  for (int round = 0; round < 20; ++round) {
    // From the order to the first sample that is heard: the file grows by silence only while nothing is said.
    const std::size_t silent = frames(file);
    t = Steady::now();
    for (int i = 0; i < 3; ++i) speaker.say(words("点一个最像的。选错了也不要紧，后面能改。"), {5, Pace::Normal});
    std::size_t heard = 0;
    while (heard == 0 && ms_since(t) < 2000) {
      std::this_thread::sleep_for(Span{1});
      const auto all = hear::read_raw(file);
      for (std::size_t i = silent; i < all.size() && heard == 0; ++i)
        if (std::abs(all[i]) > 8) heard = i;
    }
    start_ms.push_back(ms_since(t));
    std::this_thread::sleep_for(Span{400 + round * 7});
    const std::size_t at = frames(file);
    speaker.stop();
    std::this_thread::sleep_for(Span{400});
    stop_ms.push_back(static_cast<double>(hear::silent_after(hear::read_raw(file), at)) / 48.0);
  }
  print("touch → silence, in samples the device still got", stop_ms, "ms (limit 100)");
  print("say → first sample in the device", start_ms, "ms");

  // What it costs while it speaks, at real time.
  const double cpu = cpu_seconds();
  t = Steady::now();
  for (int i = 0; i < 4; ++i) speaker.say(words("村东头老槐树下的水渠塌了三回，找过村里和镇里，一直没有人管。"), {5, Pace::Slow});
  std::this_thread::sleep_for(Span{8000});
  fmt::print("{:<58} {:.1f} % of a core, {:.1f} MB more resident\n", "speaking syllables, slow pace", (cpu_seconds() - cpu) / ms_since(t) * 1e5, rss_mb() - before);
  speaker.stop();

  // Plans: how long a text costs before its first sample, and a whole statement.
  auto library = open_library(options.assets, "");
  Teller teller(std::move(*library));
  std::string statement;
  while (statement.size() < 60'000) statement += "我在锦绣工地干了四个月木工，讲好每天二百六十元，";
  std::vector<std::int16_t> block(960);
  t = Steady::now();
  teller.say(words(statement), {});
  teller.read(block);
  fmt::print("{:<58} {:.1f} ms\n", "20,000 characters: until the first sample is ready", ms_since(t));
  t = Steady::now();
  std::size_t total = 0;
  for (int i = 0; i < 50 * 60; ++i) total += teller.read(block).frames;
  fmt::print("{:<58} {:.0f} × real time\n", "reading a statement aloud, without a device", static_cast<double>(total) / 48.0 / ms_since(t));

  // A recording of five minutes.
  auto writer = OpusWriter::make(recording_bits_per_second);
  const auto second = hear::sine(300, 1);
  const double cpu_before = cpu_seconds();
  for (int i = 0; i < 300; ++i) (void)writer->write(second);
  const auto made = writer->finish();
  fmt::print("{:<58} {:.2f} % of a core, {:.0f} KB\n", "recording five minutes", (cpu_seconds() - cpu_before) / 300 * 100, static_cast<double>(made.size()) / 1024);
  fs::remove(file);
  const bool sound_enough = *std::max_element(stop_ms.begin(), stop_ms.end()) <= 100;
  if (!sound_enough) fmt::print("TOO LATE: silence took more than 100 ms\n");
  return sound_enough ? 0 : 1;
}
