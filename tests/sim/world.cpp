#include "tests/sim/world.h"

#include <sodium.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/sim/markers.h"
#include "tests/sim/nodes.h"

namespace yizhan::sim {
namespace fs = std::filesystem;

namespace {

// 2026-11-20 09:00 in the hall: a Friday morning.
constexpr Time world_start = Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}} + std::chrono::hours(1);
constexpr const char* county_code = "440583";
constexpr Span day{24 * 3'600'000};
constexpr Span opens{8 * 3'600'000 + 1'800'000}, closes{17 * 3'600'000 + 1'800'000};  // of the hall's day
constexpr Span starts_at{9 * 3'600'000};                                                // the world begins at nine

std::string place_for_files() {
  // Only the locks beside the databases are real files: the disks are in memory (memory_disk.h).
  std::error_code none;
  const fs::path base = fs::is_directory("/dev/shm", none) && ::access("/dev/shm", W_OK) == 0 ? fs::path("/dev/shm") : fs::temp_directory_path();
  std::string pattern = (base / "yizhan-sim-XXXXXX").string();
  YIZHAN_CHECK(mkdtemp(pattern.data()) != nullptr, "a temporary directory");
  return pattern;
}

// Keys, query codes and envelopes come from the seed too, so that a failing seed fails again with the same bytes.
std::uint64_t entropy_state = 0;
const char* entropy_name() { return "seeded"; }
std::uint32_t entropy_word() {
  Dice dice(entropy_state);
  const std::uint64_t word = dice.next();
  entropy_state = word;
  return static_cast<std::uint32_t>(word >> 16);
}
void entropy_bytes(void* const into, const std::size_t n) {
  auto* bytes = static_cast<unsigned char*>(into);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<unsigned char>(entropy_word());
}
randombytes_implementation seeded_entropy{entropy_name, entropy_word, nullptr, nullptr, entropy_bytes, nullptr};

/// Read once in a process: they do not change, and every world of it goes by the same law.
const kiosk::Books& the_books() {
  static const kiosk::Books books = [] {
    auto loaded = kiosk::load_books(std::string(YIZHAN_SOURCE_DIR) + "/assets", "national");
    YIZHAN_CHECK(loaded.has_value(), "the project's own books are sound");
    return std::move(*loaded);
  }();
  return books;
}

/// At once, without weather: for setting the hall up.
struct StraightLine final : sync::Transport {
  sync::Hub& hub;
  const World& world;
  StraightLine(sync::Hub& h, const World& w) : hub(h), world(w) {}
  Result<sync::Reply> exchange(const sync::Request& request, Span) override {
    auto answer = hub.handle(request, world.wall(), world.now, false);
    return std::get<sync::Reply>(std::move(answer));
  }
};

std::string stream_of(const HubNode& county, const HubNode& hall) { return county.origin + "." + hall.origin.substr(hall.origin.find('-') + 1); }
/// How far this hall's matters are, each sealed to its citizen: what kiosks follow.
std::string sealed_stream_of(const HubNode& county, const HubNode& hall) { return county.origin + ".S" + hall.origin.substr(hall.origin.find('-') + 2); }

}  // namespace

std::uint64_t Dice::next() {  // splitmix64
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

Plan town_plan(std::uint64_t seed, int days) {
  Dice dice(seed * 6364136223846793005u + 7919);
  Plan plan;
  plan.halls = dice.chance(0.3) ? 2 : 1;
  plan.kiosks = 1 + static_cast<int>(dice.below(2));
  plan.desks = 2 + static_cast<int>(dice.below(3));
  const auto some = [&](double most) { return dice.chance(0.7) ? most * static_cast<double>(dice.below(1000)) / 1000.0 : 0.0; };
  Weather& w = plan.weather;
  w.lost = some(0.15);
  w.late = some(0.08);
  w.repeated = some(0.10);
  w.truncated = some(0.08);
  w.lied = some(0.10);
  w.crash = some(0.003);
  w.reordered = some(0.05);
  w.io_crash = some(0.01);
  w.io_error = some(0.01);
  plan.clocks_jump = dice.chance(0.6);
  plan.lines_fail = dice.chance(0.6);
  plan.lan_fails = dice.chance(0.6);
  plan.half_open = dice.chance(0.5);
  plan.disks_fill = dice.chance(0.4);
  plan.devices_fail = dice.chance(0.6);
  plan.revokes = dice.chance(0.3);
  plan.visits = true;
  plan.sealed = dice.chance(0.85);
  plan.nights = dice.chance(0.8);
  plan.days = day * days;
  plan.between_citizens = std::chrono::minutes(40 + static_cast<int>(dice.below(120)));
  return plan;
}

World::World(std::uint64_t s, Plan p) : seed(s), plan(std::move(p)), dice(s), books(the_books()), rules(books.rules), calendar(books.calendar) {
  // libsodium draws random bytes when it starts, once in a process: that draw must not be the first world's alone.
  YIZHAN_CHECK(sodium_init() >= 0, "libsodium");
  // The old generator must be gone before keys are made: every run of a seed makes the same ones.
  randombytes_set_implementation(&seeded_entropy);
  entropy_state = seed ^ 0x5DEECE66Du;
  root = place_for_files();
  discipline = make_box_keys();
  county_key = make_box_keys();
  escrow = make_box_keys();
  const KeyPair root_key = make_sign_keys();

  const std::string code = county_code;
  county = std::make_unique<HubNode>(*this, code + "-C", true, nullptr);
  sqlite3_randomness(0, nullptr);  // SQLite's own generator begins anew with the seed's bytes
  county->start();
  for (int h = 1; h <= plan.halls; ++h) {
    const auto device = [&](char letter, int tens, int ones) { return code + "-" + letter + std::to_string(tens) + std::to_string(ones); };
    halls.push_back(std::make_unique<HubNode>(*this, device('H', 0, h), false, county.get()));
    HubNode& hall = *halls.back();
    YIZHAN_CHECK(enrol(*county, hall, "hall", {}), "a hall is enrolled");
    hall_lines.push_back(std::make_unique<Uplink>(hall, *county));
    hall.start();
    if (plan.sealed) {
      if (!key_set) {
        key_set.emplace();
        key_set->version = 1;
        key_set->issued = key_set->not_before = world_start;
        key_set->not_after = world_start + std::chrono::hours(24 * 365);
        key_set->root_public_hex = root_key.public_hex;
        key_set->recipients = {{"C-1", "county", "", county_key.public_hex},
                               {"D-1", "discipline", "", plan.plant == Plant::HallKeyOpens ? hall.box_key.public_hex : discipline.public_hex},
                               {"E-1", "escrow", "", escrow.public_hex}};
      }
      key_set->recipients.push_back({"H" + std::to_string(h) + "-1", "hall", hall.origin, hall.box_key.public_hex});
    }
    for (int k = 1; k <= plan.kiosks; ++k) {
      kiosks.push_back(std::make_unique<KioskNode>(*this, device('K', h - 1, k), hall, 1 + (k - 1) * 300));
      YIZHAN_CHECK(enrol(hall, *kiosks.back(), "kiosk", {}), "a kiosk is enrolled");
      kiosks.back()->start();
    }
    for (int d = 1; d <= plan.desks; ++d) {
      // The first two share the lawyer's queue: that is where one person could be called twice.
      const std::string role = d <= 2 ? "desk-lawyer" : d == 3 ? "desk-mediator" : "desk-reception";
      const std::vector<WindowCode> windows = d <= 2 ? std::vector{window_lawyer} : d == 3 ? std::vector{window_mediation} : std::vector{window_reception};
      desks.push_back(std::make_unique<DeskNode>(*this, device('D', h - 1, d), hall, role, windows));
      if (plan.everybody_called) desks.back()->pace = std::chrono::minutes(1);
      YIZHAN_CHECK(enrol(hall, *desks.back(), role, windows), "a desk is enrolled");
      desks.back()->start();
    }
  }
}

World::~World() {
  for (Node* node : nodes()) node->stop();
  std::error_code none;
  fs::remove_all(root, none);
}

Time World::wall() const { return world_start + Span{now.time_since_epoch()}; }

bool World::enrol(HubNode& hub, Node& node, const std::string& role, const std::vector<WindowCode>& windows) {
  // The first morning is a calm one: lines that were started already have had their chance of bad luck (seed 6081).
  if (now == Tick{})
    for (Node* one : nodes()) one->disk.die_at(0);
  const auto invitation = hub.hub->invite(node.origin, role, wall(), windows);
  if (!invitation) return false;
  StraightLine line(*hub.hub, *this);
  const auto enrolled = sync::enrol(line, {*invitation, node.origin, role, node.key.public_hex, node.origin, windows}, node.key, wall());
  if (!enrolled) return false;
  YIZHAN_CHECK(enrolled->hub_public_hex == hub.key.public_hex, "the hub names its own key");
  return true;
}

std::vector<Node*> World::nodes() {
  std::vector<Node*> all;
  for (auto& kiosk : kiosks) all.push_back(kiosk.get());
  for (auto& desk : desks) all.push_back(desk.get());
  for (auto& hall : halls) all.push_back(hall.get());
  all.push_back(county.get());
  return all;
}

void World::at(Tick when, std::function<void()> what) {
  due_.push({std::max(when, now), ++order_, std::make_shared<std::function<void()>>(std::move(what))});
}

void World::run_for(Span span) {
  const Tick end = now + span;
  while (!due_.empty() && due_.top().when <= end) {
    const Due due = due_.top();
    due_.pop();
    now = due.when;
    (*due.what)();
  }
  now = end;
}

void World::note(const std::string& line) {
  const std::string stamped = std::to_string(now.time_since_epoch().count()) + " " + line;
  trace_ = hash_bytes(hex(trace_) + stamped);
  if (std::getenv("YIZHAN_TRACE") != nullptr) std::fprintf(stderr, "%s\n", stamped.c_str());
}

std::string World::trace_digest() const { return hex(trace_); }

bool World::open_hours() const {
  const Span of_day = (starts_at + Span{now.time_since_epoch()}) % day;
  return of_day >= opens && of_day < closes;
}

std::string World::weather_words() const {
  std::string words = "halls " + std::to_string(plan.halls) + ", kiosks " + std::to_string(plan.halls * plan.kiosks) + ", desks " + std::to_string(plan.halls * plan.desks);
  const Weather& w = plan.weather;
  const auto share = [&](const char* name, double p) {
    if (p <= 0) return;
    char text[48];
    std::snprintf(text, sizeof text, "; %s %.2g%%", name, 100 * p);
    words += text;
  };
  share("lost", w.lost);
  share("late", w.late);
  share("repeated", w.repeated);
  share("reordered", w.reordered);
  share("truncated", w.truncated);
  share("lied", w.lied);
  share("crash", w.crash);
  share("crash in a write", w.io_crash);
  share("failing write", w.io_error);
  const auto thing = [&](const char* name, bool is) {
    if (is) words += std::string("; ") + name;
  };
  thing("clocks jump", plan.clocks_jump);
  thing("county line fails", plan.lines_fail);
  thing("hall lines fail", plan.lan_fails);
  thing("half-open lines", plan.half_open);
  thing("disks fill", plan.disks_fill);
  thing("printers and readers fail", plan.devices_fail);
  thing("keys revoked", plan.revokes);
  thing("old disks put back", plan.restores);
  thing("a hall burns", plan.hall_burns);
  thing("nights off", plan.nights);
  thing(plan.sealed ? "every matter sealed" : "accusations sealed", true);
  return words;
}

void World::heard(const std::string& where, std::string_view words) {
  for (const std::string& marker : find_markers(words)) seen.spilt.insert({where, marker});
}

void World::look_at_disk(Node& node, bool thorough) {
  for (const auto& [name, content] : node.disk.image())
    for (const std::string& marker : find_markers(content, thorough)) seen.crash_images[marker].insert(node.origin);
}

// ---- bad luck ------------------------------------------------------------------------------------------------------------

void World::bad_luck() {
  // Every quarter of an hour the world thinks of something.
  if (!stormy) return;
  if (plan.clocks_jump && dice.chance(0.10)) {
    auto all = nodes();
    Node& node = *all[dice.below(all.size())];
    const auto years = std::chrono::hours(24 * 365);
    constexpr std::int64_t choices = 5;
    switch (dice.below(choices)) {
      case 0: node.skew += dice.between(-3 * years, 3 * years); break;
      case 1: node.skew += dice.between(-std::chrono::hours(26), std::chrono::hours(26)); break;
      case 2: node.skew += dice.between(-std::chrono::minutes(3), std::chrono::minutes(3)); break;
      case 3: node.skew += dice.between(-std::chrono::hours(24 * 5), std::chrono::hours(24 * 5)); break;
      default: node.skew = Span{0}; break;
    }
    ++happened["clock jumps"];
    note("clock of " + node.origin + " is off by " + std::to_string(node.skew.count()));
  }
  const auto for_a_while = [&](bool& what, Span least, Span most, const char* words) {
    if (what) return;
    what = true;
    ++happened[words];
    note(words);
    after(dice.between(least, most), [&what] { what = false; });
  };
  const auto hall_line = [&]() -> Uplink& { return dice.chance(0.5) ? kiosks[dice.below(kiosks.size())]->line : desks[dice.below(desks.size())]->line; };
  if (plan.lines_fail && dice.chance(0.06)) for_a_while(hall_lines[dice.below(hall_lines.size())]->cut, std::chrono::minutes(10), std::chrono::hours(40), "county line cut");
  if (plan.lan_fails && dice.chance(0.10)) for_a_while(hall_line().cut, std::chrono::minutes(1), std::chrono::hours(8), "hall line cut");
  if (plan.half_open && dice.chance(0.08)) {
    Uplink& line = dice.chance(0.4) ? *hall_lines[dice.below(hall_lines.size())] : hall_line();
    for_a_while(line.half_open, std::chrono::minutes(1), std::chrono::hours(3), "half-open line");
  }
  if (weather().crash > 0 && dice.chance(0.02)) {
    auto all = nodes();
    all[dice.below(all.size())]->crash(dice.between(std::chrono::seconds(5), std::chrono::hours(1)));
  }
  bad_disks();
  if (plan.devices_fail) bad_devices();
  if (plan.revokes && dice.chance(0.01)) revoke_one();
  if (plan.restores || plan.hall_burns) bad_backups();
  after(dice.between(std::chrono::minutes(10), std::chrono::minutes(20)), [this] { bad_luck(); });
}

void World::bad_disks() {
  for (Node* node : nodes()) {
    if (node->off) continue;
    if (weather().io_error > 0 && dice.chance(weather().io_error)) {
      ++happened["failing writes"];
      note("a write of " + node->origin + " will fail");
      node->disk.fail_at(1 + dice.below(20));
    }
    if (weather().io_crash > 0 && dice.chance(weather().io_crash)) node->disk.die_at(1 + dice.below(40));
  }
  if (!plan.disks_fill || !dice.chance(0.03)) return;
  auto all = nodes();
  Node& node = *all[dice.below(all.size())];
  if (node.disk.room() != MemoryDisk::endless) return;
  ++happened["full disks"];
  note("the disk of " + node.origin + " fills");
  node.disk.room(dice.below(200'000));
  after(dice.between(std::chrono::minutes(5), std::chrono::hours(4)), [this, &node] {
    note("somebody made room on the disk of " + node.origin);
    node.disk.room(MemoryDisk::endless);
  });
}

void World::bad_devices() {
  KioskNode& kiosk = *kiosks[dice.below(kiosks.size())];
  if (dice.chance(0.05)) kiosk.break_printer(dice.between(std::chrono::minutes(2), std::chrono::hours(5)));
  if (dice.chance(0.05)) kiosk.break_reader(dice.between(std::chrono::minutes(2), std::chrono::hours(5)));
}

/// A stolen device, or one whose key leaked: refused at once, and hours later it gets a new key and may speak again.
void World::revoke_one() {
  const bool a_kiosk = dice.chance(0.5);
  KioskNode* kiosk = a_kiosk ? kiosks[dice.below(kiosks.size())].get() : nullptr;
  DeskNode* desk = a_kiosk ? nullptr : desks[dice.below(desks.size())].get();
  Node& node = a_kiosk ? static_cast<Node&>(*kiosk) : *desk;
  HubNode& hall = a_kiosk ? kiosk->line.hub() : desk->line.hub();
  if (hall.gone() || node.revoked) return;
  bool kept = plan.plant == Plant::TakesRevoked || hall.hub->revoke(node.origin).has_value();
  if (hall.gone()) {
    kept = false;  // The hub died over it, and nobody knows what of it is on its disk (seeds 7188, 7255): staff give a new key all the same.
  } else if (!kept) {
    // Its disk is full or failing. While the hub runs it refuses the device all the same; staff see the error, and give a new key as after any revocation.
    const auto known = hall.hub->devices();
    if (std::none_of(known.begin(), known.end(), [&](const sync::Device& d) { return d.origin == node.origin && d.revoked; })) return;
  }
  node.revoked = true;
  ++happened["keys revoked"];
  note(node.origin + " is revoked");
  const auto head = kept ? hall.log()->head(node.origin) : Result<Head>(Error{});
  const std::uint64_t before = head ? head->seq : 0;
  const auto again = std::make_shared<std::function<void()>>();
  *again = [this, &node, &hall, before, again, kiosk, desk, kept] {
    // Staff come when the hub is up and its disk writes.
    if (hall.gone() || hall.disk.room() < 100'000) return after(std::chrono::minutes(5), *again);
    // What was said not to outlive a restart of the hub is not held against it.
    if (const auto now_there = hall.log()->head(node.origin); kept && now_there) seen.revoked.push_back({node.origin, hall.origin, before, now_there->seq});
    hall.disk.fail_at(0);
    hall.disk.die_at(0);
    const bool was_up = node.up;
    if (was_up) node.crash(std::chrono::seconds(30), Luck::Killed);
    node.key = make_sign_keys();
    // A hub that met a failing disk a moment ago refuses everything until it has begun anew: staff come again.
    if (!enrol(hall, node, kiosk != nullptr ? "kiosk" : desk->role, desk != nullptr ? desk->windows : std::vector<WindowCode>{})) return after(std::chrono::minutes(5), *again);
    node.revoked = false;
    note(node.origin + " has a new key");
  };
  after(dice.between(std::chrono::minutes(30), std::chrono::hours(4)), *again);  // before the six hours in which everything must arrive are over
}

void World::put_back(Node& node, MemoryDisk::Image files) {
  note(node.origin + " gets another disk");
  if (node.up) node.crash(std::chrono::seconds(20), Luck::Killed);
  node.disk.replace(std::move(files));
  ++node.disk_generation;
  seen_put_back.insert(node.origin);
}

void World::bad_backups() {
  // A copy of a disk as a snapshot takes it, and days later, once in a while, it is put back.
  auto all = nodes();
  Node& node = *all[dice.below(all.size() - 1)];  // the county has its own duplicates
  if (plan.restores && node.up && dice.chance(0.05)) backups_[node.origin] = node.disk.image();
  if (plan.restores && backups_.contains(node.origin) && !seen_put_back.contains(node.origin) && dice.chance(0.02)) {
    ++happened["old disks put back"];
    put_back(node, backups_[node.origin]);
  }
}

/// The county's people state one lawful next step about a matter that has reached them.
void World::county_decides() {
  after(dice.between(std::chrono::minutes(5), std::chrono::minutes(25)), [this] { county_decides(); });
  if (!stormy || county->gone() || seen.receipts.empty() || (plan.nights && !open_hours())) return;
  const ReceiptSeen& receipt = seen.receipts[dice.below(seen.receipts.size())];
  if (receipt.sealed || receipt.marker.empty()) return;
  const auto events = county->log()->of_matter(receipt.matter);
  if (!events || events->empty()) return;
  const Matter matter = fold(receipt.matter, *events);
  if (matter.state == MatterState::Draft) return;
  Fact fact;
  const std::string today = iso(hall_day(county->wall()));
  if (!matter.transferred) fact = Transferred{"云栖县住房和城乡建设局", ""};
  else if (!matter.accepted) fact = Accepted{"云栖县住房和城乡建设局", today};
  else if (!matter.answered) fact = Answered{"云栖县住房和城乡建设局", Opinion::Support, "云住建信〔2026〕7号", "已责成整改"};
  else if (!matter.served) fact = Served{today, "直接送达"};
  else return;
  const auto decided = county->hub->decide(receipt.matter, fact, county->wall());
  if (!decided) {
    heard("in a refusal of the county", decided.error().what);
    if (decided.error().code == Code::Io) return county->give_up();
    if (decided.error().code == Code::Unavailable && county->disk.room() != MemoryDisk::endless) return;
    seen.broken.push_back("the county could not state " + std::string(type_of(fact)) + ": " + decided.error().what);
    return;
  }
  if (county->gone()) return;
  ++happened["decisions"];
  note("county states " + std::string(type_of(fact)) + " of " + receipt.matter);
  county->poke();
}

/// Citizens and staff look at what a machine shows; what it showed is kept for the checkers.
void World::citizens_look() {
  after(std::chrono::minutes(30), [this] { citizens_look(); });
  if (seen.receipts.empty() || (plan.nights && stormy && !open_hours())) return;
  constexpr int looks = 3;  // a few people at a time: every matter is looked at often enough in days
  for (Node* node : nodes()) {
    if (node->gone()) continue;
    for (int look = 0; look < looks; ++look) {
      const ReceiptSeen& receipt = seen.receipts[dice.below(seen.receipts.size())];
      if (receipt.matter.empty()) continue;
      const auto events = node->log()->of_matter(receipt.matter);
      if (!events || events->empty()) continue;
      MatterState state = fold(receipt.matter, *events).state;
      if (plan.plant == Plant::StatusBack && node == county.get() && state >= MatterState::Accepted && dice.chance(0.5)) state = MatterState::Registered;
      seen.statuses.push_back({node->origin + "/" + std::to_string(node->disk_generation), receipt.matter, state});
    }
  }
  // Who says "the hub has your recording" is held to it, at any moment.
  for (auto& kiosk : kiosks) {
    if (kiosk->gone()) continue;
    HubNode& hall = kiosk->line.hub();
    for (int look = 0; look < looks; ++look) {
      const ReceiptSeen& receipt = seen.receipts[dice.below(seen.receipts.size())];
      if (receipt.kiosk != kiosk->origin || receipt.spoken.empty()) continue;
      const auto events = kiosk->log()->of_matter(receipt.matter);
      if (!events) continue;
      for (const Event& event : *events) {
        const auto fact = fact_of(event);
        const auto* attached = fact ? std::get_if<Attached>(&*fact) : nullptr;
        const auto own = attached != nullptr ? kiosk->log()->blob(*digest_from_hex(attached->hash)) : Result<Blob>(Error{});
        if (!own) continue;
        const auto held = [&](HubNode& hub, Reach reach) {
          if (hub.gone() || seen_put_back.contains(hub.origin)) return;
          const auto there = hub.log()->blob(own->hash);
          if (!there && there.error().code != Code::NotFound) return;  // its disk failed just now: it will not answer anybody either
          seen.marks.push_back({kiosk->origin, hub.origin, own->reached >= reach, there && there->whole()});
        };
        held(hall, Reach::Hub);
        held(*county, Reach::County);
      }
    }
  }
}

std::string World::stuck() {
  const auto whole = [&](Node& node, sync::Client* client) -> std::string {
    if (node.gone() || client == nullptr) return node.origin + " is down";
    if (seen_put_back.contains(node.origin)) return {};  // its own log waits for a new epoch
    const auto& state = client->state();
    const auto head = node.log()->head(node.origin);
    if (!head) return node.origin + " cannot read its log: " + head.error().what;
    if (state.stopped) return node.origin + " has stopped: " + state.stopped->what;
    const auto mark = state.marks.find(node.origin);
    if (head->seq == 0 || (mark != state.marks.end() && mark->second.county == head->seq)) return {};
    return node.origin + " holds " + std::to_string(head->seq) + ", the hub " + std::to_string(mark == state.marks.end() ? 0 : mark->second.hub) + ", the county " +
           std::to_string(mark == state.marks.end() ? 0 : mark->second.county) + " of it; " + state.trouble;
  };
  if (county->gone()) return "the county is down";
  const auto carried = [](Node& node) -> std::string {
    if (node.gone()) return node.origin + " is down";
    const auto here = node.log()->blobs_count(Reach::Here).value_or(1), at_hub = node.log()->blobs_count(Reach::Hub).value_or(1);
    return here + at_hub == 0 ? std::string() : node.origin + " has " + std::to_string(here) + " attachments nobody else has and " + std::to_string(at_hub) + " the county has not confirmed";
  };
  const auto line_of = [](const auto& kiosk) {
    if (!kiosk->line.client) return std::string("; it has no line");
    const auto& state = kiosk->line.client->state();
    return "; its line: " + (state.stopped ? "stopped, " + state.stopped->what : state.trouble.empty() ? std::string("well") : state.trouble);
  };
  for (auto& kiosk : kiosks)
    if (auto why = seen_put_back.contains(kiosk->origin) ? std::string() : carried(*kiosk); !why.empty()) return why + line_of(kiosk);
  for (auto& hall : halls)
    if (auto why = carried(*hall); !why.empty()) return why;
  for (auto& kiosk : kiosks)
    if (auto why = whole(*kiosk, kiosk->line.client.get()); !why.empty()) return why;
  for (auto& desk : desks)
    if (auto why = whole(*desk, desk->line.client.get()); !why.empty()) return why;
  for (std::size_t h = 0; h < halls.size(); ++h) {
    if (auto why = whole(*halls[h], hall_lines[h]->client.get()); !why.empty()) return why;
    for (const std::string& stream : {stream_of(*county, *halls[h]), sealed_stream_of(*county, *halls[h])}) {
      const auto stated = county->log()->head(stream);
      if (!stated) return "the county cannot read " + stream;
      const auto here = halls[h]->log()->head(stream);
      if (!here || here->seq != stated->seq) return halls[h]->origin + " lacks what the county said in " + stream;
      for (auto& kiosk : kiosks) {
        if (&kiosk->line.hub() != halls[h].get() || stream != sealed_stream_of(*county, *halls[h])) continue;
        const auto there = kiosk->log()->head(stream);
        if (!there || there->seq != stated->seq) return kiosk->origin + " lacks what the county said in " + stream;
      }
    }
  }
  return {};
}

void World::heal() {
  stormy = false;
  for (auto& line : hall_lines) line->cut = line->half_open = false;
  for (auto& kiosk : kiosks) kiosk->line.cut = kiosk->line.half_open = false;
  for (auto& desk : desks) desk->line.cut = desk->line.half_open = false;
  for (Node* node : nodes()) {
    node->disk.room(MemoryDisk::endless);
    node->disk.fail_at(0);
    node->disk.die_at(0);
    node->switch_on();
  }
  if (plan.plant == Plant::NeverDrains) kiosks.front()->line.cut = true;
  note("the storm is over");
}

void World::citizens_come(std::size_t k) {
  KioskNode& kiosk = *kiosks[k];
  if (!stormy) return;
  if (!plan.nights || open_hours()) {
    if (plan.visits) kiosk.somebody_comes();
    else kiosk.citizen();
  }
  after(dice.between(Span{plan.between_citizens.count() / 4}, Span{plan.between_citizens.count() * 7 / 4}), [this, k] { citizens_come(k); });
}

/// When the hall closes somebody presses the switches of the kiosks and desks, or pulls the plug; the hubs go on.
void World::day_and_night() {
  if (!stormy) return;
  const bool open = open_hours();
  for (Node* node : nodes()) {
    if (dynamic_cast<HubNode*>(node) != nullptr) continue;
    if (open) node->switch_on();
    else if (!node->off) node->switch_off();
  }
  const Span of_day = (starts_at + Span{now.time_since_epoch()}) % day;
  const Span next = of_day < opens ? opens - of_day : of_day < closes ? closes - of_day : day - of_day + opens;
  after(next + dice.between(Span{0}, std::chrono::minutes(20)), [this] { day_and_night(); });
}

void World::live() {
  for (std::size_t k = 0; k < kiosks.size(); ++k) after(dice.between(std::chrono::minutes(1), plan.between_citizens), [this, k] { citizens_come(k); });
  for (auto& desk : desks) desk->work();
  after(std::chrono::minutes(10), [this] { bad_luck(); });
  after(std::chrono::minutes(30), [this] { county_decides(); });
  after(std::chrono::minutes(30), [this] { citizens_look(); });
  if (plan.nights) day_and_night();
  run_for(plan.days);
  heal();
  // The longest back-off is a quarter of an hour, the longest repair an hour; after that everything has to flow.
  for (int quarter = 0; quarter < 24 && !drained_in_time; ++quarter) {
    run_for(std::chrono::minutes(15));
    const bool idle = !plan.everybody_called || std::all_of(desks.begin(), desks.end(), [](const auto& desk) { return desk->nobody_waits; });
    drained_in_time = quarter >= 8 && idle && drained();
    if (!drained_in_time || drained_after.count() == 0) drained_after = std::chrono::minutes(15 * (quarter + 1));
  }
}

Copy World::copy_of(Node& node) {
  Copy copy;
  copy.where = node.origin;
  EventLog* log = node.log();
  if (log == nullptr) {
    copy.damage.push_back({node.origin, 0, "it is down at the end"});
    return copy;
  }
  const auto heads = log->heads();
  if (!heads) {
    copy.damage.push_back({node.origin, 0, heads.error().what});
    return copy;
  }
  for (const Head& head : *heads) {
    std::uint64_t at_seq = 0;
    while (at_seq < head.seq) {
      const auto some = log->after(head.origin, at_seq, 500);
      if (!some || some->empty()) {
        copy.damage.push_back({head.origin, at_seq, "cannot be read up to its head"});
        break;
      }
      copy.events.insert(copy.events.end(), some->begin(), some->end());
      at_seq = some->back().id.seq;
    }
  }
  if (const auto damage = log->verify()) copy.damage.insert(copy.damage.end(), damage->begin(), damage->end());
  else copy.damage.push_back({node.origin, 0, damage.error().what});
  for (const Damage& damage : copy.damage) heard("in a finding of verify", damage.what);
  for (const auto& [name, content] : node.disk.image()) copy.markers.merge(find_markers(content, true));
  for (const Event& event : copy.events) {
    if (event.type != "attached") continue;
    const auto fact = fact_of(event);
    const auto* attached = fact ? std::get_if<Attached>(&*fact) : nullptr;
    const auto hash = attached != nullptr ? digest_from_hex(attached->hash) : Result<Digest>(Error{});
    const auto blob = hash ? log->blob(*hash) : Result<Blob>(Error{});
    if (!blob || !blob->whole()) continue;
    std::string& content = copy.blobs[*hash];
    content.clear();
    while (content.size() < blob->bytes) {
      const auto part = log->blob_bytes(*hash, content.size());
      if (!part || part->empty()) break;
      content += *part;
    }
  }
  return copy;
}

History World::history() {
  History all;
  all.quiet = drained_in_time;
  if (!drained_in_time) all.stuck = stuck();
  all.all_called = plan.everybody_called;
  all.discipline = discipline;
  all.county_key = county_key;
  all.ordinary_sealed = plan.sealed;
  for (auto& hall : halls) all.hall_keys[hall->origin] = hall->box_key;
  for (auto& kiosk : kiosks) {
    Copy copy = copy_of(*kiosk);
    copy.role = "kiosk";
    copy.hall = kiosk->line.hub().origin;
    all.copies.push_back(std::move(copy));
  }
  for (auto& desk : desks) {
    Copy copy = copy_of(*desk);
    copy.role = desk->role;
    copy.windows = desk->windows;
    copy.hall = desk->line.hub().origin;
    all.copies.push_back(std::move(copy));
  }
  for (auto& hall : halls) {
    Copy copy = copy_of(*hall);
    copy.role = "hall";
    copy.hall = hall->origin;
    std::int64_t cursor = 0;
    for (EventLog* log = hall->log(); log != nullptr;) {
      const auto some = log->arrived_after(cursor, 500);
      if (!some || some->empty()) break;
      for (const Event& event : *some) copy.arrivals.push_back(event.id);
    }
    all.copies.push_back(std::move(copy));
  }
  Copy top = copy_of(*county);
  top.role = "county";
  all.copies.push_back(std::move(top));
  all.put_back = seen_put_back;
  all.seen = seen;
  return all;
}

}  // namespace yizhan::sim
