// make_voice READINGS SENTENCES OUT: the shipped voice, made at build time. Every syllable of the readings, the letters, and each
// line of SENTENCES ("<words><tab><file>"), by espeak-ng from our own pinyin; manifest.tsv says what is what.
#include <espeak-ng/speak_lib.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <SDL.h>

#include "kiosk/sound/clip.h"
#include "kiosk/sound/numbers.h"
#include "kiosk/sound/reading.h"

namespace {

using namespace yizhan;
using namespace yizhan::kiosk::sound;

std::vector<std::int16_t> collected;
int collect(short* samples, int count, espeak_EVENT*) {
  if (samples != nullptr) collected.insert(collected.end(), samples, samples + count);
  return 0;
}

/// espeak's spelling of a syllable: ü is v but after j, q, x, y; r, m and ng have no vowel of their own.
std::string espeak_syllable(std::string s) {
  const std::string plain = s.substr(0, s.size() - 1);
  if (plain == "r") return std::string("er") + s.back();
  if (plain == "n" || plain == "ng" || plain == "m" || plain == "hm" || plain == "hng") return std::string("en") + s.back();
  return s;
}

std::vector<std::int16_t> say(const std::string& text, const char* language, int speed) {
  collected.clear();
  ::espeak_SetVoiceByName(language);
  ::espeak_SetParameter(espeakRATE, speed, 0);
  ::espeak_SetParameter(espeakVOLUME, 100, 0);
  ::espeak_Synth(text.c_str(), text.size() + 1, 0, POS_CHARACTER, 0, espeakCHARS_UTF8, nullptr, nullptr);
  ::espeak_Synchronize();
  return collected;
}

/// 22,050 Hz → 48,000 Hz.
std::vector<std::int16_t> resampled(const std::vector<std::int16_t>& in, int from) {
  SDL_AudioStream* stream = ::SDL_NewAudioStream(AUDIO_S16SYS, 1, from, AUDIO_S16SYS, 1, rate_hz);
  ::SDL_AudioStreamPut(stream, in.data(), static_cast<int>(in.size() * 2));
  ::SDL_AudioStreamFlush(stream);
  std::vector<std::int16_t> out(static_cast<std::size_t>(::SDL_AudioStreamAvailable(stream)) / 2);
  ::SDL_AudioStreamGet(stream, out.data(), static_cast<int>(out.size() * 2));
  ::SDL_FreeAudioStream(stream);
  return out;
}

/// Silence at both ends goes, so that speech starts when it is asked for and syllables can follow each other.
std::vector<std::int16_t> trimmed(std::vector<std::int16_t> in, std::size_t margin_ms) {
  constexpr int quiet = 250;
  const std::size_t margin = margin_ms * rate_hz / 1000;
  std::size_t first = 0, last = in.size();
  while (first < last && std::abs(in[first]) < quiet) ++first;
  while (last > first && std::abs(in[last - 1]) < quiet) --last;
  first = first > margin ? first - margin : 0;
  last = std::min(in.size(), last + margin);
  std::vector<std::int16_t> out(in.begin() + static_cast<std::ptrdiff_t>(first), in.begin() + static_cast<std::ptrdiff_t>(last));
  const std::size_t fade = std::min<std::size_t>(out.size() / 4, rate_hz / 200);
  for (std::size_t i = 0; i < fade; ++i) {
    const float w = static_cast<float>(i) / static_cast<float>(fade);
    out[i] = static_cast<std::int16_t>(static_cast<float>(out[i]) * w);
    out[out.size() - 1 - i] = static_cast<std::int16_t>(static_cast<float>(out[out.size() - 1 - i]) * w);
  }
  return out;
}

struct Job {
  std::string words, file, text;
  const char* language;
  bool syllable = false;
  std::vector<std::int16_t> samples;
};

bool write_opus(const std::string& path, const std::vector<std::int16_t>& samples) {
  auto writer = OpusWriter::make(16'000, 2);
  if (!writer || !writer->write(samples)) return false;
  const auto bytes = writer->finish();
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  return static_cast<bool>(out);
}

int fail(const std::string& why) {
  std::fprintf(stderr, "make_voice: %s\n", why.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return fail("READINGS SENTENCES OUT");
  const auto readings = Readings::open(argv[1]);
  if (!readings) return fail(readings.error().what);
  const std::string out = argv[3];
  std::error_code none;
  std::filesystem::create_directories(out + "/s", none);
  std::filesystem::create_directories(out + "/y", none);

  std::vector<Job> jobs;
  std::ifstream sentences(argv[2]);
  if (!sentences) return fail(std::string(argv[2]) + ": cannot be read");
  for (std::string line; std::getline(sentences, line);) {
    const auto tab = line.find('\t');
    if (line.empty() || line[0] == '#' || tab == std::string::npos) continue;
    Job job{line.substr(0, tab), "s/" + line.substr(tab + 1), "", "cmn-latn-pinyin", false, {}};
    for (const Syllable& sound : readings->syllables(spoken(job.words))) {
      if (sound.text.empty()) job.text += sound.pause_ms >= pause_long_ms ? ". " : ", ";
      else job.text += (sound.text.size() > 1 ? espeak_syllable(sound.text) : sound.text) + " ";
    }
    jobs.push_back(std::move(job));
  }
  for (const std::string& syllable : readings->all_syllables()) jobs.push_back({syllable, "y/" + syllable + ".opus", espeak_syllable(syllable), "cmn-latn-pinyin", true, {}});
  for (char c = 'A'; c <= 'Z'; ++c) jobs.push_back({std::string(1, c), std::string("y/") + c + ".opus", std::string(1, c), "en-us", true, {}});

  const int hertz = ::espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, nullptr, espeakINITIALIZE_DONT_EXIT);
  if (hertz <= 0) return fail("espeak-ng has no data");
  ::espeak_SetSynthCallback(collect);
  for (Job& job : jobs) {
    job.samples = trimmed(resampled(say(job.text, job.language, job.syllable ? 150 : 155), hertz), job.syllable ? 4 : 15);
    if (job.samples.size() < static_cast<std::size_t>(rate_hz / 50)) return fail("nothing is heard for " + job.words + " (" + job.text + ")");
  }
  ::espeak_Terminate();
  // One loudness for all: the loudest sample of the set just fits.
  int peak = 1;
  for (const Job& job : jobs)
    for (const std::int16_t s : job.samples) peak = std::max(peak, std::abs(static_cast<int>(s)));
  const float gain = 31'000.f / static_cast<float>(peak);
  std::vector<std::thread> threads;
  std::vector<int> failed(2, 0);
  for (std::size_t t = 0; t < failed.size(); ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = t; i < jobs.size(); i += failed.size()) {
        for (std::int16_t& s : jobs[i].samples) s = static_cast<std::int16_t>(static_cast<float>(s) * gain);
        if (!write_opus(out + "/" + jobs[i].file, jobs[i].samples)) failed[t] = 1;
      }
    });
  for (auto& thread : threads) thread.join();
  if (failed[0] + failed[1] > 0) return fail(out + ": cannot be written");
  std::ofstream manifest(out + "/manifest.tsv");
  manifest << "# What is said, and the file that says it. Made by make_voice; a county's own folder goes over it (docs/VOICE.md).\n";
  for (const Job& job : jobs) manifest << job.words << '\t' << job.file << '\n';
  manifest.close();
  return manifest ? 0 : fail(out + "/manifest.tsv: cannot be written");
}
