#include "tests/sim/world.h"

#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/sim/nodes.h"

namespace yizhan::sim {
namespace fs = std::filesystem;

namespace {

// 2026-11-20 09:00 in the hall: a Friday morning.
constexpr Time world_start = Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20}} + std::chrono::hours(1);
constexpr const char* county_code = "440583";

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string place_for_files() {
  // Memory, where the machine offers it: what a run proves is order and protocol; real disks have their own tests.
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

void load_law(RuleBooks& rules, WorkCalendar& calendar) {
  const fs::path assets = fs::path(YIZHAN_SOURCE_DIR) / "assets";
  for (const auto& file : fs::directory_iterator(assets / "holidays")) {
    const auto added = add_holidays(calendar, read_file(file.path()), file.path().filename().string());
    YIZHAN_CHECK(added.has_value(), "the project's own holiday files are sound");
  }
  for (const auto& file : fs::directory_iterator(assets / "rulebooks")) {
    const std::string name = file.path().filename().string();
    if (name.rfind("national", 0) != 0) continue;
    auto book = load_rulebook(read_file(file.path()), name);
    YIZHAN_CHECK(book.has_value(), "the project's own rulebook is sound");
    YIZHAN_CHECK(add(rules, std::move(*book)).has_value(), "one rulebook a day");
  }
  YIZHAN_CHECK(!rules.books.empty(), "there is a national rulebook");
}

/// At once, without weather: for setting the hall up.
struct StraightLine final : sync::Transport {
  sync::Hub& hub;
  const World& world;
  StraightLine(sync::Hub& h, const World& w) : hub(h), world(w) {}
  Result<sync::Reply> exchange(const sync::Request& request, Span) override {
    auto answer = hub.handle(request, world_start, world.now, false);
    return std::get<sync::Reply>(std::move(answer));
  }
};

}  // namespace

std::uint64_t Dice::next() {  // splitmix64
  state_ += 0x9E3779B97F4A7C15u;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

World::World(std::uint64_t s, Plan p) : seed(s), plan(std::move(p)), dice(s) {
  // libsodium draws random bytes when it starts, once in a process: that draw must not be the first world's alone.
  YIZHAN_CHECK(sodium_init() >= 0, "libsodium");
  // The old generator must be gone before keys are made: every run of a seed makes the same ones.
  randombytes_set_implementation(&seeded_entropy);
  entropy_state = seed ^ 0x5DEECE66Du;
  root = place_for_files();
  load_law(rules, calendar);
  discipline = make_box_keys();

  const std::string code = county_code;
  county = std::make_unique<HubNode>(*this, code + "-C", true, nullptr);
  county->start();
  const auto enrol = [&](HubNode& hub, Node& node, const std::string& role, const std::vector<WindowCode>& windows) {
    const auto invitation = hub.hub->invite(node.origin, role, world_start, windows);
    YIZHAN_CHECK(invitation.has_value(), "an invitation");
    StraightLine line(*hub.hub, *this);
    const auto enrolled = sync::enrol(line, {*invitation, node.origin, role, node.key.public_hex, node.origin, windows}, node.key, world_start);
    YIZHAN_CHECK(enrolled.has_value(), "an enrolment");
    YIZHAN_CHECK(enrolled->hub_public_hex == hub.key.public_hex, "the hub names its own key");
  };
  for (int h = 1; h <= plan.halls; ++h) {
    const auto device = [&](char letter, int tens, int ones) { return code + "-" + letter + std::to_string(tens) + std::to_string(ones); };
    halls.push_back(std::make_unique<HubNode>(*this, device('H', 0, h), false, county.get()));
    HubNode& hall = *halls.back();
    enrol(*county, hall, "hall", {});
    hall_lines.push_back(std::make_unique<Uplink>(hall, *county));
    hall.start();
    for (int k = 1; k <= plan.kiosks; ++k) {
      kiosks.push_back(std::make_unique<KioskNode>(*this, device('K', h - 1, k), hall, 1 + (k - 1) * 300));
      enrol(hall, *kiosks.back(), "kiosk", {});
      kiosks.back()->start();
    }
    for (int d = 1; d <= plan.desks; ++d) {
      // The first two share the lawyer's queue: that is where one person could be called twice.
      const std::string role = d <= 2 ? "desk-lawyer" : d == 3 ? "desk-mediator" : "desk-reception";
      const std::vector<WindowCode> windows = d <= 2 ? std::vector{window_lawyer} : d == 3 ? std::vector{window_mediation} : std::vector{window_reception};
      desks.push_back(std::make_unique<DeskNode>(*this, device('D', h - 1, d), hall, role, windows));
      if (plan.everybody_called) desks.back()->pace = std::chrono::minutes(1);
      enrol(hall, *desks.back(), role, windows);
      desks.back()->start();
    }
  }
}

World::~World() {
  for (Node* node : nodes()) node->stop();
  std::error_code none;
  fs::remove_all(root, none);
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

void World::bad_luck() {
  // Every quarter of an hour the world thinks of something.
  if (!stormy) return;
  if (plan.clocks_jump && dice.chance(0.10)) {
    auto all = nodes();
    Node& node = *all[dice.below(all.size())];
    const auto years = std::chrono::hours(24 * 365);
    constexpr std::int64_t choices = 4;
    switch (dice.below(choices)) {
      case 0: node.skew += dice.between(-3 * years, 3 * years); break;
      case 1: node.skew += dice.between(-std::chrono::hours(26), std::chrono::hours(26)); break;
      case 2: node.skew += dice.between(-std::chrono::minutes(3), std::chrono::minutes(3)); break;
      default: node.skew = Span{0}; break;
    }
    note("clock of " + node.origin + " is off by " + std::to_string(node.skew.count()));
  }
  if (plan.lines_fail && dice.chance(0.06)) {
    Uplink& line = *hall_lines[dice.below(hall_lines.size())];
    if (!line.cut) {
      line.cut = true;
      note("a line to the county is cut");
      after(dice.between(std::chrono::minutes(10), std::chrono::hours(40)), [&line] { line.cut = false; });
    }
  }
  if (plan.lan_fails && dice.chance(0.10)) {
    Uplink& line = dice.chance(0.5) ? kiosks[dice.below(kiosks.size())]->line : desks[dice.below(desks.size())]->line;
    if (!line.cut) {
      line.cut = true;
      note("a line inside the hall is cut");
      after(dice.between(std::chrono::minutes(1), std::chrono::hours(8)), [&line] { line.cut = false; });
    }
  }
  if (weather().crash > 0 && dice.chance(0.05)) {
    auto all = nodes();
    all[dice.below(all.size())]->crash(dice.between(std::chrono::seconds(5), std::chrono::hours(1)));
  }
  after(dice.between(std::chrono::minutes(10), std::chrono::minutes(20)), [this] { bad_luck(); });
}

/// The county's people state one lawful next step about a matter that has reached them.
void World::county_decides() {
  after(dice.between(std::chrono::minutes(5), std::chrono::minutes(25)), [this] { county_decides(); });
  if (!county->up || seen.receipts.empty()) return;
  const ReceiptSeen& receipt = seen.receipts[dice.below(seen.receipts.size())];
  if (receipt.sealed || receipt.marker.empty()) return;
  const auto events = county->log->of_matter(receipt.matter);
  if (!events || events->empty()) return;
  const Matter matter = fold(receipt.matter, *events);
  if (!matter.petition) return;
  Fact fact;
  const std::string today = iso(hall_day(county->wall()));
  if (!matter.transferred) fact = Transferred{"云栖县住房和城乡建设局", ""};
  else if (!matter.accepted) fact = Accepted{"云栖县住房和城乡建设局", today};
  else if (!matter.answered) fact = Answered{"云栖县住房和城乡建设局", Opinion::Support, "云住建信〔2026〕7号", "已责成整改"};
  else if (!matter.served) fact = Served{today, "直接送达"};
  else return;
  const auto decided = county->hub->decide(receipt.matter, fact, county->wall());
  if (!decided) seen.broken.push_back("the county could not state " + std::string(type_of(fact)) + ": " + decided.error().what);
  note("county states " + std::string(type_of(fact)) + " of " + receipt.matter);
  county->poke();
}

/// Citizens and staff look at what a machine shows; what it showed is kept for the checkers.
void World::citizens_look() {
  for (Node* node : nodes()) {
    if (!node->up) continue;
    for (const ReceiptSeen& receipt : seen.receipts) {
      if (receipt.matter.empty() || !dice.chance(0.3)) continue;
      const auto events = node->log->of_matter(receipt.matter);
      if (events && !events->empty()) seen.statuses.push_back({node->origin, receipt.matter, fold(receipt.matter, *events).state});
    }
  }
  // Who says "the hub has your recording" is held to it, at any moment.
  for (auto& kiosk : kiosks) {
    if (!kiosk->up) continue;
    HubNode& hall = kiosk->line.hub();
    for (const ReceiptSeen& receipt : seen.receipts) {
      if (receipt.kiosk != kiosk->origin || receipt.spoken.empty()) continue;
      const auto events = kiosk->log->of_matter(receipt.matter);
      if (!events) continue;
      for (const Event& event : *events) {
        const auto fact = fact_of(event);
        const auto* attached = fact ? std::get_if<Attached>(&*fact) : nullptr;
        const auto own = attached != nullptr ? kiosk->log->blob(*digest_from_hex(attached->hash)) : Result<Blob>(Error{});
        if (!own) continue;
        const auto held = [&](HubNode& hub, Reach reach) {
          const auto there = hub.up ? hub.log->blob(own->hash) : Result<Blob>(Error{});
          if (hub.up) seen.marks.push_back({kiosk->origin, hub.origin, own->reached >= reach, there && there->whole()});
        };
        held(hall, Reach::Hub);
        held(*county, Reach::County);
      }
    }
  }
  after(std::chrono::minutes(30), [this] { citizens_look(); });
}

bool World::drained() {
  const auto whole = [](Node& node, sync::Client* client) {
    if (!node.up || client == nullptr) return false;
    const auto& state = client->state();
    const auto head = node.log->head(node.origin);
    if (!head || state.stopped) return false;
    const auto mark = state.marks.find(node.origin);
    return head->seq == 0 || (mark != state.marks.end() && mark->second.county == head->seq);
  };
  if (!county->up) return false;
  const auto carried = [](Node& node) {
    return node.log && node.log->blobs_count(Reach::Here).value_or(1) == 0 && node.log->blobs_count(Reach::Hub).value_or(1) == 0;
  };
  for (auto& kiosk : kiosks)
    if (!carried(*kiosk)) return false;
  for (auto& hall : halls)
    if (!carried(*hall)) return false;
  for (auto& kiosk : kiosks)
    if (!whole(*kiosk, kiosk->line.client.get())) return false;
  for (auto& desk : desks)
    if (!whole(*desk, desk->line.client.get())) return false;
  for (std::size_t h = 0; h < halls.size(); ++h) {
    if (!whole(*halls[h], hall_lines[h]->client.get())) return false;
    const std::string stream = county->origin + "." + halls[h]->origin.substr(halls[h]->origin.find('-') + 1);
    const auto stated = county->log->head(stream);
    if (!stated) return false;
    const auto here = halls[h]->log->head(stream);
    if (!here || here->seq != stated->seq) return false;
    for (auto& kiosk : kiosks) {
      if (&kiosk->line.hub() != halls[h].get()) continue;
      const auto there = kiosk->log->head(stream);
      if (!there || there->seq != stated->seq) return false;
    }
  }
  return true;
}

void World::heal() {
  stormy = false;
  for (auto& line : hall_lines) line->cut = false;
  for (auto& kiosk : kiosks) kiosk->line.cut = false;
  for (auto& desk : desks) desk->line.cut = false;
  note("the storm is over");
}

void World::live() {
  for (auto& kiosk : kiosks) {
    auto* one = kiosk.get();
    auto come = std::make_shared<std::function<void()>>();
    *come = [this, one, come] {
      if (!stormy) return;
      one->citizen();
      after(dice.between(Span{plan.between_citizens.count() / 4}, Span{plan.between_citizens.count() * 7 / 4}), *come);
    };
    after(dice.between(std::chrono::minutes(1), plan.between_citizens), *come);
  }
  for (auto& desk : desks) desk->work();
  after(std::chrono::minutes(10), [this] { bad_luck(); });
  after(std::chrono::minutes(30), [this] { county_decides(); });
  after(std::chrono::minutes(30), [this] { citizens_look(); });
  run_for(plan.days);
  heal();
  // The longest back-off is a quarter of an hour, the longest repair an hour; after that everything has to flow.
  for (int quarter = 0; quarter < 24 && !drained_in_time; ++quarter) {
    run_for(std::chrono::minutes(15));
    const bool idle = !plan.everybody_called || std::all_of(desks.begin(), desks.end(), [](const auto& desk) { return desk->nobody_waits; });
    drained_in_time = quarter >= 8 && idle && drained();
  }
}

Copy World::copy_of(Node& node) {
  Copy copy;
  copy.where = node.origin;
  const auto heads = node.log->heads();
  if (!heads) {
    copy.damage.push_back({node.origin, 0, heads.error().what});
    return copy;
  }
  for (const Head& head : *heads) {
    std::uint64_t at_seq = 0;
    while (at_seq < head.seq) {
      const auto some = node.log->after(head.origin, at_seq, 500);
      if (!some || some->empty()) {
        copy.damage.push_back({head.origin, at_seq, "cannot be read up to its head"});
        break;
      }
      copy.events.insert(copy.events.end(), some->begin(), some->end());
      at_seq = some->back().id.seq;
    }
  }
  if (const auto damage = node.log->verify()) copy.damage.insert(copy.damage.end(), damage->begin(), damage->end());
  else copy.damage.push_back({node.origin, 0, damage.error().what});
  for (const auto& file : fs::directory_iterator(fs::path(node.log_path()).parent_path())) copy.bytes += read_file(file.path());
  for (const Event& event : copy.events) {
    const auto fact = fact_of(event);
    const auto* attached = fact ? std::get_if<Attached>(&*fact) : nullptr;
    const auto hash = attached != nullptr ? digest_from_hex(attached->hash) : Result<Digest>(Error{});
    const auto blob = hash ? node.log->blob(*hash) : Result<Blob>(Error{});
    if (!blob || !blob->whole()) continue;
    std::string& content = copy.blobs[*hash];
    content.clear();
    while (content.size() < blob->bytes) {
      const auto part = node.log->blob_bytes(*hash, content.size());
      if (!part || part->empty()) break;
      content += *part;
    }
  }
  return copy;
}

History World::history() {
  History all;
  all.seen = seen;
  all.quiet = drained_in_time;
  all.all_called = plan.everybody_called;
  all.discipline = discipline;
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
    all.copies.push_back(std::move(copy));
  }
  Copy top = copy_of(*county);
  top.role = "county";
  all.copies.push_back(std::move(top));
  return all;
}

}  // namespace yizhan::sim

namespace yizhan::sim {

Node::Node(World& w, Origin o) : world(w), origin(std::move(o)), key(make_sign_keys()) {}

Time Node::wall() const { return world_start + Span{world.now.time_since_epoch()} + skew; }

std::string Node::log_path() const { return world.root + "/" + origin + "." + std::to_string(generation_) + "/log.db"; }

void Node::open_log() {
  fs::create_directories(fs::path(log_path()).parent_path());
  auto opened = EventLog::open(log_path());
  if (!opened) {
    world.seen.broken.push_back(origin + " does not open again: " + opened.error().what);
    return;
  }
  log = std::move(*opened);
}

void Node::crash(Span down) {
  if (!up) return;
  world.note(origin + " dies");
  const fs::path before = fs::path(log_path()).parent_path();
  ++generation_;
  const fs::path next = fs::path(log_path()).parent_path();
  fs::create_directories(next);
  // The shared-memory index dies with the process; the database and its write-ahead log are what the disk has.
  for (const auto& file : fs::directory_iterator(before)) {
    const std::string name = file.path().filename().string();
    if (name == "log.db" || name == "log.db-wal") fs::copy_file(file.path(), next / name);
  }
  up = false;
  ++life;
  stop();
  fs::remove_all(before);
  world.after(down, [this] {
    if (up) return;
    world.note(origin + " is back");
    start();
  });
}

HubNode::HubNode(World& w, Origin o, bool is_county, HubNode* up_to) : Node(w, std::move(o)), upstream(up_to), county(is_county) {}

void HubNode::start() {
  open_log();
  if (!log) return;
  sync::HubConfig config;
  config.self = origin;
  config.county = county;
  config.key = key;
  if (upstream != nullptr) config.upstream_origin = upstream->origin;
  config.discipline_keys = {world.discipline.public_hex};
  hub = std::make_unique<sync::Hub>(*log, config, world.rules, world.calendar);
  if (const auto started = hub->start(); !started) {
    world.seen.broken.push_back(origin + " does not start again: " + started.error().what);
    return;
  }
  up = true;
  written_ = hub->written();
  version_ = hub->version();
  pulled_ = 0;
  if (upstream == nullptr) return;
  for (std::size_t h = 0; h < world.halls.size(); ++h) {
    if (world.halls[h].get() != this || h >= world.hall_lines.size()) continue;
    Uplink& line = *world.hall_lines[h];
    sync::ClientConfig client;
    client.self = origin;
    client.key = key;
    client.hub_origin = upstream->origin;
    client.hub_public_hex = upstream->key.public_hex;
    client.relay = true;
    client.pull = {upstream->origin + "." + origin.substr(origin.find('-') + 1), upstream->origin + ".S" + origin.substr(origin.find('-') + 2)};
    client.long_poll = std::chrono::minutes(30);
    client.jitter_seed = world.dice.next();
    line.start(client, [this, &line] {
      const auto& state = line.client->state();
      std::map<Origin, std::uint64_t> marks;
      for (const auto& [log_origin, mark] : state.marks) {
        if (mark.hub > 0) marks[log_origin] = mark.hub;
        if (const auto head = world.county->up ? world.county->log->head(log_origin) : Result<Head>(Error{}); head)
          world.seen.marks.push_back({origin, world.county->origin, mark.hub, head->seq});
      }
      if (state.pulled != pulled_) hub->refresh();
      pulled_ = state.pulled;
      hub->upstream(state.online, state.complete_at, marks);
      poke();
    });
  }
}

void HubNode::stop() {
  held_.clear();
  for (std::size_t h = 0; h < world.halls.size(); ++h)
    if (world.halls[h].get() == this && h < world.hall_lines.size()) world.hall_lines[h]->stop();
  hub.reset();
  log.reset();
}

void HubNode::serve(const sync::Request& request, std::function<void(sync::Reply)> reply) {
  sync::Parsed parsed = sync::parse(request);
  auto answer = hub->answer(parsed, wall(), world.now);
  if (const auto* wait = std::get_if<sync::Wait>(&answer)) {
    held_.push_back({std::move(parsed), wait->until, std::move(reply)});
    const int alive = life;
    world.at(wait->until, [this, alive] {
      if (alive == life && up) poke();
    });
  } else {
    finish(std::get<sync::Reply>(std::move(answer)), parsed, reply);
  }
  if (up) poke();
}

void HubNode::poke() {
  if (upstream != nullptr && hub->written() != written_)
    for (std::size_t h = 0; h < world.halls.size(); ++h)
      if (world.halls[h].get() == this) world.hall_lines[h]->nudge();
  written_ = hub->written();
  if (hub->version() == version_ && std::none_of(held_.begin(), held_.end(), [&](const Held& one) { return one.until <= world.now; })) return;
  version_ = hub->version();
  std::vector<Held> waiting;
  waiting.swap(held_);
  for (Held& one : waiting) {
    auto answer = hub->answer(one.request, wall(), world.now, world.now < one.until);
    if (std::holds_alternative<sync::Wait>(answer)) held_.push_back(std::move(one));
    else finish(std::get<sync::Reply>(std::move(answer)), one.request, one.reply);
  }
}

void HubNode::finish(sync::Reply answer, const sync::Parsed& request, const std::function<void(sync::Reply)>& reply) {
  sync::Hub::finish(answer, request.request, origin, key);
  reply(std::move(answer));
}

void Uplink::start(sync::ClientConfig config, std::function<void()> after) {
  after_ = std::move(after);
  waiting_ = false;
  wanted_ = Tick::max();
  client = std::make_unique<sync::Client>(std::move(config), [this](const std::function<void(EventLog&)>& use) { use(*node_.log); });
  pump();
}

void Uplink::stop() { client.reset(); }

void Uplink::nudge() {
  if (!client) return;
  client->nudge();
  if (waiting_ && client->waiting()) {
    // The edge ends a long poll when there is something to say.
    waiting_ = false;
    ++epoch_;
    client->received(Error{Code::Unavailable, std::string(sync::interrupted_words)}, node_.world.now, node_.wall());
    after_();
  }
  pump();
}

void Uplink::pump() {
  World& world = node_.world;
  while (client && !waiting_) {
    const auto request = client->step(world.now, node_.wall());
    if (!request) {
      // A machine that asks to be called again at once, for ever, would burn a processor: the clock has to move.
      const Tick again = std::max(client->again_at(), world.now + Span{1});
      if (again < wanted_) {
        wanted_ = again;
        const int alive = node_.life;
        world.at(again, [this, alive, again] {
          if (alive != node_.life || wanted_ != again) return;
          wanted_ = Tick::max();
          pump();
        });
      }
      return;
    }
    waiting_ = true;
    const int alive = node_.life;
    const std::uint64_t epoch = ++epoch_;
    exchange(*request, client->patience(), [this, alive, epoch](const Result<sync::Reply>& reply) {
      if (alive != node_.life || epoch != epoch_ || !client) return;
      waiting_ = false;
      client->received(reply, node_.world.now, node_.wall());
      after_();
      pump();
    });
  }
}

void Uplink::exchange(const sync::Request& sent, Span patience, std::function<void(const Result<sync::Reply>&)> done) {
  World& world = node_.world;
  Dice& dice = world.dice;
  const int alive = node_.life;
  const auto over = std::make_shared<bool>(false);
  const auto finish = [this, alive, over, done = std::move(done)](const Result<sync::Reply>& reply) {
    if (*over || alive != node_.life) return;
    *over = true;
    done(reply);
  };
  world.after(patience + Span{1}, [finish] { finish(Error{Code::Unavailable, "no answer"}); });
  if (cut) {
    if (dice.chance(0.5)) world.after(Span{30}, [finish] { finish(Error{Code::Unavailable, "refused"}); });
    return;
  }
  const Weather weather = world.weather();
  sync::Request request = sent;
  if (dice.chance(weather.truncated / 2) && !request.body.empty()) request.body.resize(request.body.size() / 2);

  const auto deliver = [this, request, finish, weather](Span wait) {
    node_.world.after(wait, [this, request, finish, weather] {
      World& w = node_.world;
      if (cut || w.dice.chance(weather.lost)) return;
      if (!hub_.up) {
        w.after(Span{20}, [finish] { finish(Error{Code::Unavailable, "refused"}); });
        return;
      }
      if (w.dice.chance(weather.crash)) {  // before anything was done
        hub_.crash(w.dice.between(Span{2'000}, std::chrono::minutes(20)));
        return;
      }
      const int hub_life = hub_.life;
      hub_.serve(request, [this, finish, weather, hub_life](sync::Reply reply) {
        World& inner = node_.world;
        if (inner.dice.chance(weather.crash)) {  // committed, and the answer never leaves
          inner.after(Span{0}, [this, &inner, hub_life] {
            if (hub_.life == hub_life) hub_.crash(inner.dice.between(Span{2'000}, std::chrono::minutes(20)));
          });
          return;
        }
        if (inner.dice.chance(weather.lost)) return;
        Span pause = inner.dice.between(Span{1}, Span{120});
        if (inner.dice.chance(weather.late)) pause += std::chrono::minutes(40);
        if (inner.dice.chance(weather.truncated) && !reply.body.empty()) reply.body.resize(static_cast<std::size_t>(inner.dice.below(reply.body.size())));
        if (inner.dice.chance(weather.lied)) {
          switch (inner.dice.below(5)) {
            case 0: reply = sync::Reply{200, {{"Content-Type", "text/html"}}, "<html><body>请先登录无线网络</body></html>"}; break;
            case 1: reply = sync::Reply{302, {{"Location", "http://portal.invalid/"}}, ""}; break;
            case 2: reply.body = R"({"county":999999,"durable":true,"hash":")" + std::string(64, 'a') + R"(","origin":"440583-K01","seq":999999})"; break;
            case 3:
              if (old_reply_) reply = *old_reply_;
              break;
            default:
              if (!reply.body.empty()) reply.body[static_cast<std::size_t>(inner.dice.below(reply.body.size()))] ^= 0x20;
              break;
          }
        } else {
          old_reply_ = reply;
        }
        inner.after(pause, [finish, reply = std::move(reply)] { finish(reply); });
      });
    });
  };
  if (!dice.chance(weather.lost)) deliver(dice.between(Span{1}, Span{120}));
  if (dice.chance(weather.repeated)) deliver(dice.between(Span{200}, std::chrono::hours(2)));
  if (dice.chance(weather.crash)) {
    const int sender_life = node_.life;
    world.after(dice.between(Span{1}, Span{300}), [this, sender_life] {
      if (node_.life == sender_life) node_.crash(node_.world.dice.between(Span{2'000}, std::chrono::minutes(20)));
    });
  }
}

}  // namespace yizhan::sim
