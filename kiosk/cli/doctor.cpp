#include <fmt/format.h>

#include <sys/statvfs.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <nlohmann/json.hpp>

#include "core/books.h"
#include "core/anchor.h"
#include "core/epoch.h"
#include "core/text.h"
#include "kiosk/cli/cli.h"
#include "kiosk/ink/model.h"
#include "kiosk/ink/words.h"
#include "kiosk/devices/id_reader.h"
#include "kiosk/devices/printer.h"
#include "kiosk/engine/line.h"
#include "kiosk/engine/staff_file.h"
#include "kiosk/writing/divisions.h"
#include "kiosk/writing/phrases.h"
#include "kiosk/sound/sound.h"
#include "sync/client.h"

namespace yizhan::kiosk::cli {
namespace {

namespace fs = std::filesystem;

enum class Health { Ok, Warn, Fail };

class Findings {
 public:
  explicit Findings(bool json) : json_(json) {}
  /// `act`: what a person should do; "" when nothing.
  void say(Health health, std::string_view part, std::string_view what, std::string_view act = {}) {
    static constexpr const char* words[] = {"ok", "warn", "FAIL"};
    const char* word = words[static_cast<int>(health)];
    worst_ = std::max(worst_, health);
    if (health == Health::Fail && first_.empty()) first_ = fmt::format("{}: {}", part, what);
    rows_.push_back({{"health", word}, {"part", part}, {"what", what}, {"act", act}});
    // A finding may hold a piece of a broken file: nothing of it commands the terminal.
    if (!json_) fmt::print("{:<5}{:<12}{}{}{}\n", word, part, printable(what), act.empty() ? "" : " → ", printable(act));
  }
  int finish() const {
    if (json_)
      print_json(nlohmann::json{{"sound", worst_ != Health::Fail}, {"findings", rows_}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    if (worst_ == Health::Fail) return fail("doctor", {Code::Invalid, first_});
    return exit_done;
  }

 private:
  bool json_;
  Health worst_ = Health::Ok;
  std::string first_;
  nlohmann::json rows_ = nlohmann::json::array();
};

void check_disk(Findings& findings, const std::string& dir) {
  struct statvfs room {};
  if (::statvfs(dir.c_str(), &room) != 0) return findings.say(Health::Fail, "disk", dir + " cannot be read", "check that the disk is mounted");
  const auto free = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize, all = static_cast<std::uint64_t>(room.f_blocks) * room.f_frsize;
  const std::string words = fmt::format("{} MB free of {} MB", free >> 20, all >> 20);
  if ((room.f_flag & ST_RDONLY) != 0) findings.say(Health::Fail, "disk", "read-only", "remount it writable; look into the kernel log for disk errors");
  else if (free < (16u << 20)) findings.say(Health::Fail, "disk", words, "make room now: nothing can be registered soon");
  else if (free < (256u << 20) || free * 10 < all) findings.say(Health::Warn, "disk", words, "make room");
  else findings.say(Health::Ok, "disk", words);
}

/// What the machine found out about its own log: the nightly reading, and who outside signed for it.
void check_kept(Findings& findings, const Config& config, const EventLog& log, const Origin& own_log) {
  const auto found = log.note("scrub.found"), day = log.note("scrub.day");
  if (found && !found->empty()) findings.say(Health::Fail, "scrub", fmt::format("{} ({})", *found, day.value_or("")), "run kiosk verify; keep the file; call support");
  else if (day) findings.say(Health::Ok, "scrub", "everything was read through on " + *day);
  else findings.say(Health::Ok, "scrub", "no night has passed yet");
  const auto anchors = log.anchors(own_log);
  const auto erased = log.purged(own_log);
  if (!anchors || !erased) return findings.say(Health::Fail, "anchors", (anchors ? erased.error() : anchors.error()).what, "run kiosk verify");
  std::uint64_t hub = 0, county = 0;
  for (const Anchor& anchor : *anchors) (by_county(anchor) ? county : hub) = anchor.head.seq;
  if (config.hub_url.empty()) return;
  findings.say(Health::Ok, "anchors", fmt::format("the hub signed up to {}, the county up to {}; texts erased here up to {}", hub, county, *erased));
}

void check_log(Findings& findings, const Config& config, Origin& own, std::uint64_t& total) {
  const std::string path = config.data_dir + "/log.db";
  std::error_code none;
  if (!fs::exists(path, none)) return findings.say(Health::Ok, "database", "none yet; made at the first start");
  // Read-only, so that a running kiosk is not disturbed; opening checks schema, pragmas and identity.
  auto log = EventLog::open(path, EventLog::Mode::ReadOnly);
  if (!log) return findings.say(Health::Fail, "database", log.error().what, "keep the file, restore a backup beside it, call support");
  const auto count = (*log)->count();
  const auto own_log = own_log_of(**log, config.origin);
  const auto head = own_log ? (*log)->head(*own_log) : Result<Head>(own_log.error());
  if (!count || !head) return findings.say(Health::Fail, "database", (count ? head.error() : count.error()).what, "run kiosk verify");
  total = head->seq;
  own = *own_log;
  findings.say(Health::Ok, "database", fmt::format("{} events, {} of our own{}", *count, head->seq, *own_log == config.origin ? "" : " as " + *own_log));
  check_kept(findings, config, **log, *own_log);
}

void check_fonts(Findings& findings) {
  // The same files the widget kit maps; without them the machine shows boxes instead of people's names.
  struct Font { const char* path; const char* package; bool needed; };
  static constexpr Font fonts[] = {{"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "fonts-noto-cjk", true},
                                   {"/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc", "fonts-noto-cjk", true},
                                   {"/usr/share/fonts/truetype/hanazono/HanaMinA.ttf", "fonts-hanazono", false},
                                   {"/usr/share/fonts/truetype/hanazono/HanaMinB.ttf", "fonts-hanazono", false}};
  std::error_code none;
  bool sound = true;
  for (const auto& font : fonts) {
    if (fs::exists(font.path, none)) continue;
    sound = false;
    findings.say(font.needed ? Health::Fail : Health::Warn, "fonts", fmt::format("{} is missing", font.path), fmt::format("install {}", font.package));
  }
  if (sound) findings.say(Health::Ok, "fonts", "Noto Sans CJK and HanaMin");
}

void check_books(Findings& findings, const Config& config) {
  const auto books = load_books(config.assets_dir, config.jurisdiction);
  if (!books) return findings.say(Health::Fail, "rulebook", books.error().what, "mend that line, or put the last good file back");
  const Date today = hall_day(SystemClock{}.wall());
  const RuleBook& book = books->rules.in_force(today);
  if (book.valid_from > today) findings.say(Health::Warn, "rulebook", book.id() + " is not in force yet", "check the machine's date");
  else findings.say(Health::Ok, "rulebook", fmt::format("{}, {} rules, {} windows", book.id(), book.rules.size(), book.windows.size()));
  const auto triage = load_triage(config.assets_dir);
  if (triage->troubles.empty()) findings.say(Health::Ok, "triage", fmt::format("model {}, {} duties", triage->version, triage->duties.rows.size()));
  else findings.say(Health::Warn, "triage", triage->troubles.front(), "put back assets/models; the law tree and reception go on without it");
  const Date soon = today + std::chrono::days{90};
  if (!books->calendar.known(today)) findings.say(Health::Fail, "holidays", "this year is not covered", "put this year's holiday file into assets/holidays");
  else if (!books->calendar.known(soon)) findings.say(Health::Warn, "holidays", "next year is not covered yet", "put next year's holiday file into assets/holidays");
  else findings.say(Health::Ok, "holidays", fmt::format("{} to {}", *books->calendar.years.begin(), *books->calendar.years.rbegin()));
}

void check_pinyin(Findings& findings, const Config& config) {
  std::error_code none;
  const fs::path dir = config.assets_dir + "/pinyin";
  const bool there = fs::is_directory(dir, none) && fs::directory_iterator(dir, none) != fs::directory_iterator{};
  if (there) findings.say(Health::Ok, "pinyin", dir.string());
  else findings.say(Health::Warn, "pinyin", "no data in " + dir.string(), "build the pinyin data; letters are typed as they are until then");
}

/// What people write with beside the keyboard: files that a clerk edits, so that slips are told with their line.
void check_writing(Findings& findings, const Config& config) {
  if (const auto books = load_books(config.assets_dir, config.jurisdiction)) {
    std::vector<std::string> topics;
    for (const TopicInfo& topic : books->rules.in_force(hall_day(SystemClock{}.wall())).topics) topics.push_back(topic.code);
    const auto phrases = writing::PhraseBank::open(config.assets_dir + "/phrases/phrases.tsv", topics);
    if (phrases) findings.say(Health::Ok, "phrases", fmt::format("{} of {}", phrases->size(), phrases->date()));
    else findings.say(Health::Warn, "phrases", phrases.error().what, "mend that line; the rulebook's few phrases are shown until then");
  }
  const auto places = writing::Divisions::open(config.assets_dir + "/divisions");
  const std::string county = config.origin.substr(0, std::min<std::size_t>(6, config.origin.size()));
  if (!places) findings.say(Health::Warn, "places", places.error().what, "mend that line; places are typed until then");
  else if (places->known(county) != county) findings.say(Health::Warn, "places", fmt::format("no county {} any more", county), "people begin one level above; add the county to assets/divisions/divisions.tsv");
  else findings.say(Health::Ok, "places", fmt::format("{}, {} townships", places->name(county), places->parts(county).size()));
}

void check_handwriting(Findings& findings, const Config& config) {
  const std::string dir = ink::data_folder(config.assets_dir + "/handwriting");
  const auto model = ink::Model::open(dir + "/ink.model");
  const auto words = ink::Words::open(dir + "/ink.words");
  if (model && words) findings.say(Health::Ok, "handwriting", fmt::format("{} characters, {} rare ones", model->standard.codes.size(), model->rare.codes.size()));
  else findings.say(Health::Warn, "handwriting", model ? words.error().what : model.error().what, "build the target handwriting_data; the other ways of writing stay");
}

void check_sound(Findings& findings, const Config& config) {
  if (config.sound == "none") return findings.say(Health::Ok, "sound", "none wanted");
  if (config.role.starts_with("desk-")) return;
  sound::SoundOptions with;
  with.assets = find_built(config.assets_dir, "voice", "readings.tsv");
  with.voice = config.voice;
  with.speaker = config.speaker;
  with.handset = config.handset;
  auto sound = sound::open_sound(with);
  if (!sound) return findings.say(Health::Warn, "sound", sound.error().what, "build the voice data; everything stays readable until then");
  // The shortest of tones: only an open device tells whether there is one.
  (*sound)->speaker().tone(sound::Tone::Key, 1);
  sound::SpeakerState state;
  for (int i = 0; i < 40 && state.hall == sound::Device::Closed; ++i) {
    std::this_thread::sleep_for(Span{50});
    state = (*sound)->speaker().state();
  }
  if (state.hall != sound::Device::Ready) findings.say(Health::Warn, "sound", "no loudspeaker", "cable, volume of the system, speaker in config.toml; screens go on without it");
  else if (!state.trouble.empty()) findings.say(Health::Warn, "sound", state.trouble, "mend the voice folder; the shipped voice says what is missing");
  else findings.say(Health::Ok, "sound", config.voice.empty() ? "loudspeaker, shipped voice" : "loudspeaker, voice " + config.voice);
  if (!config.handset.empty() && state.handset != sound::Device::Ready) findings.say(Health::Warn, "handset", config.handset + " cannot be opened", "plug it in; nothing personal is spoken until then");
  if (config.role == "kiosk" && (*sound)->devices(true).empty()) findings.say(Health::Warn, "microphone", "none", "people who do not write are sent to a window");
}

void check_hub(Findings& findings, const Config& config, const Origin& own_log, std::uint64_t total) {
  if (config.hub_url.empty()) return findings.say(Health::Warn, "hub", "none configured: works alone", "kiosk enrol --hub URL --code CODE");
  if (config.hub_public_hex.empty()) return findings.say(Health::Fail, "hub", "not enrolled", "kiosk enrol --hub URL --code CODE");
  auto transport = open_line(config.hub_url, config.ca_file, Span{3'000});
  if (!transport) return findings.say(Health::Fail, "hub", transport.error().what, "mend hub_url or ca_file in config.toml");
  const auto body = sync::ask(**transport, {config.origin, config.key, config.hub_origin, config.hub_public_hex}, "GET", "/v1/heads", {},
                              SystemClock{}.wall(), Span{5'000});
  if (!body && body.error().code == Code::Unavailable)
    return findings.say(Health::Warn, "hub", body.error().what, "registering goes on; check cable and hub");
  const auto heads = body ? sync::heads_from_json(*body) : Result<sync::Heads>(body.error());
  if (!heads) return findings.say(Health::Fail, "hub", heads.error().what, "enrol this device again");
  std::uint64_t there = 0;
  for (const auto& head : heads->heads)
    if (head.head.origin == own_log) there = head.head.seq;
  const auto skew = std::chrono::duration_cast<std::chrono::seconds>(heads->now - SystemClock{}.wall()).count();
  if (skew > 600 || skew < -600) findings.say(Health::Warn, "clock", fmt::format("{} s apart from the hub", skew), "set the clock");
  if (there > total)
    return findings.say(Health::Fail, "hub", fmt::format("{} has {} events of {}, this disk {}: the disk was replaced, and nothing said here travels", config.hub_origin, there, own_log, total),
                        "kiosk restore FILE, or kiosk enrol with a new code");
  findings.say(Health::Ok, "hub", fmt::format("{} answers; {} of {} events there", config.hub_origin, there, total));
}

void check_keys(Findings& findings, const Config& config) {
  if (!config.key_set) {
    if (config.role != "board") findings.say(Health::Warn, "keys", "no key-set: only accusations are sealed", "hub keys init at the county; devices fetch it by themselves");
    return;
  }
  const KeySet& set = *config.key_set;
  const std::string words = fmt::format("version {}, valid to {}, root {}", set.version, iso(hall_day(set.not_after)), fingerprint(set.root_public_hex));
  const bool mine = std::find(set.revoked.begin(), set.revoked.end(), config.origin) != set.revoked.end();
  if (mine) findings.say(Health::Fail, "keys", "this device is revoked", "the county says why; enrol it anew as another device");
  switch (freshness(set, SystemClock{}.wall())) {
    case Freshness::Fresh: return findings.say(Health::Ok, "keys", words);
    case Freshness::Expired: return findings.say(Health::Warn, "keys", "EXPIRED: " + words, "ask the county for the next key-set; sealing goes on");
    case Freshness::Overdue: return findings.say(Health::Fail, "keys", "LONG EXPIRED: " + words, "ask the county for the next key-set today; sealing goes on");
  }
}

void check_people(Findings& findings, const Config& config) {
  if (!config.role.starts_with("desk-")) return;
  const auto people = load_staff(config.data_dir);
  if (!people) return findings.say(Health::Fail, "people", people.error().what, "remove that file and set the PINs again");
  if (people->empty()) return findings.say(Health::Warn, "people", "nobody signs in here: whoever sits down reads everything", "hub staff add, then kiosk staff add (docs/KEYS.md)");
  findings.say(Health::Ok, "people", fmt::format("{} may sign in", people->size()));
  if (!config.card_module.empty()) {
    std::error_code none;
    if (!fs::exists(config.card_module, none)) findings.say(Health::Fail, "card", config.card_module + " is missing", "mend card_module in config.toml, or install the card's package");
  }
}

void check_devices(Findings& findings, const Config& config) {
  const auto words = [](DeviceState state) -> std::pair<Health, std::string_view> {
    switch (state) {
      case DeviceState::Ready: return {Health::Ok, "ready"};
      case DeviceState::Busy: return {Health::Ok, "busy"};
      case DeviceState::OutOfPaper: return {Health::Warn, "out of paper"};
      case DeviceState::Absent: return {Health::Warn, "absent"};
      case DeviceState::Fault: break;
    }
    return {Health::Warn, "faulty: jam, cover or no answer"};
  };
  if (config.role == "board") return;
  const auto printer = words(make_printer(config.printer, config.devices_dir)->state());
  findings.say(printer.first, "printer", fmt::format("{} ({})", printer.second, config.printer),
               printer.first == Health::Ok ? "" : "paper, cover, cable; numbers stay on the screen until then");
  const auto reader = words(make_reader(config.reader, config.devices_dir)->state());
  findings.say(reader.first, "reader", fmt::format("{} ({})", reader.second, config.reader), reader.first == Health::Ok ? "" : "cable; numbers are typed until then");
}

}  // namespace

int doctor(const Common& common) {
  Findings findings(common.json);
  const auto config = settings(common);
  if (!config) {
    findings.say(Health::Fail, "config", config.error().what, "mend that line");
    return findings.finish();
  }
  findings.say(Health::Ok, "config", fmt::format("{} as {} in {}", config->origin, config->role, config->data_dir));
  std::uint64_t total = 0;
  check_disk(findings, config->data_dir);
  Origin own_log = config->origin;
  check_log(findings, *config, own_log, total);
  check_books(findings, *config);
  check_fonts(findings);
  check_pinyin(findings, *config);
  check_writing(findings, *config);
  check_handwriting(findings, *config);
  check_hub(findings, *config, own_log, total);
  check_devices(findings, *config);
  check_sound(findings, *config);
  check_keys(findings, *config);
  check_people(findings, *config);
  if (config->discipline_keys.empty() && !config->key_set && config->role == "kiosk")
    findings.say(Health::Warn, "sealing", "no discipline key: accusations cannot be filed (XFTL 30)", "enrol at a hub that has one");
  return findings.finish();
}

}  // namespace yizhan::kiosk::cli
