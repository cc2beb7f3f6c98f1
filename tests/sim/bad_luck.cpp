// What the world does to its machines every quarter of an hour: clocks, lines, crashes, disks, printers and readers, revoked keys, old disks put back.
#include "tests/sim/world.h"

#include <algorithm>

#include "tests/sim/markers.h"
#include "tests/sim/nodes.h"

namespace yizhan::sim {

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

}  // namespace yizhan::sim
