// kiosk say: for engineers and for people who record a county's voice. Nothing of it touches a log or a visitor.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <thread>

#include "core/books.h"
#include "core/text.h"
#include "kiosk/cli/cli.h"
#include "kiosk/sound/sound.h"

namespace yizhan::kiosk::cli {
namespace {

constexpr Span longest{600'000};

Status write_wav(const std::string& path, const sound::Rendered& sound) {
  std::ofstream out(path, std::ios::binary);
  const auto put = [&](auto v) { out.write(reinterpret_cast<const char*>(&v), sizeof v); };  // little-endian machines only: Debian amd64, arm64
  const auto bytes = static_cast<std::uint32_t>(sound.samples.size() * 2), hertz = static_cast<std::uint32_t>(sound.rate);
  out << "RIFF";
  put(36 + bytes);
  out << "WAVEfmt ";
  put(std::uint32_t{16});
  put(std::uint16_t{1});
  put(std::uint16_t{1});
  put(hertz);
  put(hertz * 2);
  put(std::uint16_t{2});
  put(std::uint16_t{16});
  out << "data";
  put(bytes);
  out.write(reinterpret_cast<const char*>(sound.samples.data()), static_cast<std::streamsize>(bytes));
  out.close();
  if (!out) return Error{Code::Io, path + ": cannot be written"};
  return Done{};
}

/// The sentences of the shipped manifest as a manifest to fill: words, a tab, the file to record.
int list(const std::string& assets, const std::string& own) {
  std::ifstream in(assets + "/manifest.tsv");
  if (!in) return fail("say", {Code::Unavailable, assets + "/manifest.tsv: cannot be read"});
  std::set<std::string> have;
  std::ifstream theirs(own.empty() ? "" : own + "/manifest.tsv");
  for (std::string line; std::getline(theirs, line);) have.insert(line.substr(0, line.find('\t')));
  fmt::print("# {}\n", "照着念，每句一个文件；录好的放在同一个文件夹里，这张表存成 manifest.tsv");
  for (std::string line; std::getline(in, line);) {
    const auto tab = line.find('\t');
    if (tab == std::string::npos || line[0] == '#') continue;
    const std::string words = line.substr(0, tab), file = line.substr(tab + 1);
    if (!file.starts_with("s/") || have.contains(words)) continue;  // syllables and letters are the machine's own
    fmt::print("{}\t{}wav\n", printable(words), file.substr(2, file.size() - 2 - 4));
  }
  return exit_done;
}

}  // namespace

int say(const Common& common, const Say& options) {
  auto config = settings(common);
  if (!config) return fail("say", config.error());
  sound::SoundOptions with;
  with.assets = find_built(config->assets_dir, "voice", "readings.tsv");
  with.voice = options.voice.empty() ? config->voice : options.voice;
  with.speaker = config->speaker;
  with.handset = config->handset;
  if (options.list) return list(with.assets, with.voice);
  auto sound = sound::open_sound(with);
  if (!sound) return fail("say", sound.error());
  if (options.devices) {
    for (const bool capture : {false, true})
      for (const std::string& name : (*sound)->devices(capture)) fmt::print("{}\t{}\n", capture ? "microphone" : "speaker", printable(name));
    return exit_done;
  }
  const auto pace = options.pace == "slow" ? sound::Pace::Slow : options.pace == "fast" ? sound::Pace::Fast : sound::Pace::Normal;
  const sound::Utterance utterance{{sound::Phrase{options.text, options.personal, options.spelled, {}}}};
  const sound::Tuning tuning{options.volume, pace};
  if (!options.out.empty()) {
    const auto rendered = (*sound)->render(utterance, tuning, options.personal, longest);
    if (!rendered) return fail("say", rendered.error());
    if (rendered->samples.empty()) return fail("say", {Code::Invalid, "there is nothing in this text that can be spoken"});
    if (const auto written = write_wav(options.out, *rendered); !written) return fail("say", written.error());
    return exit_done;
  }
  if (options.personal && with.handset.empty()) return fail("say", {Code::Invalid, "no handset is set in config.toml: personal words are not spoken"});
  (*sound)->speaker().say(utterance, tuning);
  bool begun = false;
  const SystemClock clock;
  const Tick began = clock.tick();
  while (clock.tick() - began < longest) {
    std::this_thread::sleep_for(Span{20});
    const auto state = (*sound)->speaker().state();
    begun |= state.speaking;
    if (!state.speaking && (begun || clock.tick() - began > Span{3'000})) break;
    if (state.hall == sound::Device::Absent && state.handset != sound::Device::Ready) break;
  }
  if (!begun) return fail("say", {Code::Unavailable, (*sound)->speaker().state().trouble.empty() ? "nothing could be said" : (*sound)->speaker().state().trouble});
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
