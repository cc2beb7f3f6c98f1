/// Small hall for the sync tests: temporary directories, a clock in the hand, devices with keys, and transports that
/// call a Hub directly, lose messages or lie.
#pragma once
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <random>
#include <string>

#include "core/books.h"
#include "core/seal.h"
#include "sync/client.h"
#include "sync/server.h"
#include "tests/folder.h"

namespace yizhan::sync::kit {

using TempDir = test::Folder;

struct HandClock final : Clock {
  Time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + std::chrono::hours(1)};  // 09:00 in the hall
  Tick ticks{Span{1'000'000}};
  Time wall() const override { return now; }
  Tick tick() const override { return ticks; }
  void go(Span span) {
    now += span;
    ticks += span;
  }
};

inline const LawBooks& books() {
  static const LawBooks loaded = [] {
    auto read = load_law_books(YIZHAN_ASSETS_DIR, "national");
    REQUIRE(read);
    return *read;
  }();
  return loaded;
}

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(word(result.error().code) << ": " << result.error().what);
  return *std::move(result);
}

inline std::unique_ptr<EventLog> open_log(const std::string& path) { return must(EventLog::open(path)); }

/// One hub and its log; start() again is a restart.
struct HubNode {
  TempDir dir;
  HubConfig config;
  std::unique_ptr<EventLog> log;
  std::unique_ptr<Hub> hub;
  explicit HubNode(Origin self, bool county = false) {
    config.self = std::move(self);
    config.county = county;
    config.key = make_sign_keys();
    start();
  }
  void start() {
    hub.reset();
    log.reset();
    log = open_log(dir / "hub.db");
    hub = std::make_unique<Hub>(*log, config, books().rules, books().calendar);
    must(hub->start());
  }
};

/// Calls a hub in the same thread; long polls return at once with whatever there is.
struct DirectTransport : Transport {
  HubNode* node;
  const HandClock* clock;
  int exchanges = 0;
  DirectTransport(HubNode& n, const HandClock& c) : node(&n), clock(&c) {}
  Result<Reply> exchange(const Request& request, Span) override {
    ++exchanges;
    auto answer = node->hub->handle(request, clock->wall(), clock->tick(), false);
    return std::get<Reply>(answer);
  }
};

/// A kiosk, a desk or a hall hub seen as a device: key, log, pinned hub.
struct Machine {
  TempDir dir;
  Origin origin;
  KeyPair key = make_sign_keys();
  std::unique_ptr<EventLog> own;
  EventLog* log = nullptr;
  explicit Machine(Origin o) : origin(std::move(o)), own(open_log(dir / "log.db")), log(own.get()) {}
  Machine(Origin o, HubNode& hall) : origin(std::move(o)), key(hall.config.key), log(hall.log.get()) {}

  Enrolment enrol_at(HubNode& hub, std::string_view role, const HandClock& clock, std::vector<std::string> windows = {}) {
    const auto code = must(hub.hub->invite(origin, role, clock.wall(), std::move(windows)));
    DirectTransport transport(hub, clock);
    return must(enrol(transport, {code, origin, std::string(role), key.public_hex, "", {}}, key, clock.wall()));
  }
  Pinned pinned(const HubNode& hub) const { return {origin, key, hub.config.self, hub.config.key.public_hex}; }
  ClientConfig client_config(const HubNode& hub) const {
    ClientConfig config;
    config.self = origin;
    config.key = key;
    config.hub_origin = hub.config.self;
    config.hub_public_hex = hub.config.key.public_hex;
    config.long_poll = Span{0};
    return config;
  }
  Client::WithLog with_log() {
    return [this](const std::function<void(EventLog&)>& work) { work(*log); };
  }
  std::uint64_t head() const { return must(log->head(origin)).seq; }
};

inline Petition petition(std::string request = "要求发还拖欠的工钱") {
  Petition p;
  p.topic = "wages";
  p.petitioner.name = "林小满";
  p.statement.request = std::move(request);
  p.statement.facts = "修路三个月，工钱没有结清。";
  p.answers.counterparty = Counterparty::Employer;
  return p;
}

struct Filing {
  std::uint32_t serial = 0;
  std::string status_public = {};  ///< whom the county seals statuses to
  /// Filed, routed, ticket issued: what a kiosk states at once. `window` decides who may read it.
  MatterId file(Machine& kiosk, const HandClock& clock, const WindowCode& window = "LAW", Priority priority = Priority::Normal, std::string sealed = "",
                std::string tag = "") {
    const MatterId id = make_matter_id(kiosk.origin, hall_day(clock.wall()), ++serial);
    Filed filed;
    if (sealed.empty()) filed.petition = petition();
    filed.sealed = sealed;
    filed.query_tag = std::move(tag);
    filed.status_public = status_public;
    filed.rulebook = "national 2022-05-01";
    Routed routed;
    routed.ruling.window = window;
    routed.ruling.path = LegalPath::Arbitration;
    routed.ruling.sealed = !sealed.empty();
    routed.ruling.reasons = {{"r", {"信访工作条例", "31(2)"}, "先走仲裁", ""}};
    routed.ruling.rulebook = filed.rulebook;
    routed.chosen = window;
    char number[16];
    std::snprintf(number, sizeof number, "%s%03u", window == "LAW" ? "A" : "B", serial);
    const Fact facts[] = {filed, routed, TicketIssued{number, window, priority, sealed.empty() ? "wages" : ""}};
    must(kiosk.log->append(kiosk.origin, id, facts, clock.wall()));
    return id;
  }
};

/// Steps a client until it has nothing to do before `until` (default: now). Returns exchanges made.
inline int pump(Client& client, Transport& transport, HandClock& clock, int exchanges_max = 2000, Span cost = Span{1}) {
  int made = 0;
  while (made < exchanges_max) {
    auto request = client.step(clock.tick(), clock.wall());
    if (!request) break;
    ++made;
    auto reply = transport.exchange(*request, client.patience());
    clock.go(cost);
    client.received(reply, clock.tick(), clock.wall());
  }
  return made;
}

/// Full one-pass sync of a machine with a hub; returns the final state.
inline ClientState sync_once(Machine& machine, HubNode& hub, HandClock& clock, std::vector<std::string> pull = {}, bool relay = false) {
  auto config = machine.client_config(hub);
  config.pull = std::move(pull);
  config.relay = relay;
  Client client(config, machine.with_log());
  DirectTransport transport(hub, clock);
  pump(client, transport, clock);
  return client.state();
}

/// A signed request of a machine straight to a hub, unpacked: status and body.
struct Told {
  int status = 0;
  std::string body;
  std::string code() const {
    const auto refusal = refusal_from_json(body);
    return refusal ? refusal->code : "";
  }
};
inline Request signed_request(const Machine& machine, const HandClock& clock, std::string method, std::string target, std::string body = "") {
  Request request{std::move(method), std::move(target), {}, {}};
  if (!body.empty()) set_body(request, std::move(body), "application/json");
  sign_request(request, machine.origin, machine.key, clock.wall());
  return request;
}
inline Told told(HubNode& hub, const Request& request, const HandClock& clock) {
  const auto reply = std::get<Reply>(hub.hub->handle(request, clock.wall(), clock.tick(), false));
  return {reply.status, must(body_of(reply))};
}
inline Told tell(Machine& machine, HubNode& hub, const HandClock& clock, std::string method, std::string target, std::string body = "") {
  return told(hub, signed_request(machine, clock, std::move(method), std::move(target), std::move(body)), clock);
}

/// What this hub would have answered, signed with its key or another.
inline Reply signed_by(const KeyPair& key, const Request& request, int status, const std::string& body) {
  Reply reply{status, {{"Content-Type", "application/json"}}, body};
  Hub::finish(reply, request, "440583-H01", key);
  return reply;
}

/// A hall's hub and one kiosk that is enrolled there.
struct Pair {
  HandClock clock;
  HubNode hall{"440583-H01"};
  Machine kiosk{"440583-K01"};
  Filing filing;
  Pair() { kiosk.enrol_at(hall, "kiosk", clock); }
};

}  // namespace yizhan::sync::kit
