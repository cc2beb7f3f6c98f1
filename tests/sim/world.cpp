#include "tests/sim/world.h"

#include <sodium.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

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

}  // namespace yizhan::sim
