/// The halls of tests/engine/world.h with a county above them. People, units and texts are invented.
#pragma once
#include <map>

#include "core/status.h"
#include "tests/engine/world.h"

namespace status_tests {

using namespace engine_tests;

/// By value: what a loop runs over must outlive it.
inline std::vector<Event> events_of(const EventLog& log, const MatterId& matter) { return *log.of_matter(matter); }

/// A county hub in memory and the hall's line to it, by hand.
struct County {
  explicit County(HallHub& below) : hall(below), shelf(books()) {
    open();
    const auto code = hub->invite("440583-H01", "hall", hall.clock.wall());
    YIZHAN_CHECK(code.has_value(), "a code is made");
    sync::Request request{"POST", "/v1/enrol", {}, {}};
    sync::set_body(request, sync::to_json(sync::EnrolAsk{*code, "440583-H01", "hall", hall_key.public_hex, "", {}}), "application/json");
    sync::sign_request(request, "440583-H01", hall_key, hall.clock.wall());
    YIZHAN_CHECK(std::get<sync::Reply>(hub->handle(request, hall.clock.wall(), hall.clock.tick())).status == 200, "the hall is enrolled");
  }
  void open() {
    hub.reset();
    log.reset();
    log = std::move(*EventLog::open(folder / "county.db"));
    sync::HubConfig config;
    config.self = "440583-C";
    config.county = true;
    config.key = key;
    hub = std::make_unique<sync::Hub>(*log, config, shelf.rules, shelf.calendar);
    YIZHAN_CHECK(hub->start().has_value(), "the county starts");
  }
  /// The hall passes up what it has and takes down what is there, twice: what the first pass caused comes with the second.
  void meet() {
    for (int i = 0; i < 2; ++i) {
      sync::ClientConfig c;
      c.self = "440583-H01";
      c.key = hall_key;
      c.hub_origin = "440583-C";
      c.hub_public_hex = key.public_hex;
      c.relay = true;
      c.pull = {"440583-C.H01", "440583-C.S01"};
      c.long_poll = Span{0};
      sync::Client client(c, [&](const std::function<void(EventLog&)>& use) { use(hall.log()); });
      for (int n = 0; n < 2000; ++n) {
        const auto request = client.step(hall.clock.tick(), hall.clock.wall());
        if (!request) break;
        client.received(std::get<sync::Reply>(hub->handle(*request, hall.clock.wall(), hall.clock.tick(), false)), hall.clock.tick(), hall.clock.wall());
      }
      std::map<Origin, std::uint64_t> marks;
      for (const auto& [origin, mark] : client.state().marks) marks[origin] = mark.hub;
      hall.hub().refresh();
      hall.hub().upstream(client.state().online, client.state().complete_at, marks);
    }
  }
  void decide(const MatterId& matter, const Fact& fact) {
    const auto stated = hub->decide(matter, fact, hall.clock.wall());
    if (!stated) throw std::runtime_error(stated.error().what);
  }
  /// What lies sealed for a matter, in order of n.
  std::vector<StatusSealed> sealed_of(const MatterId& matter) const {
    std::vector<StatusSealed> all;
    for (const Event& event : events_of(*log, matter)) {
      const auto fact = fact_of(event);
      if (const auto* one = fact ? std::get_if<StatusSealed>(&*fact) : nullptr) all.push_back(*one);
    }
    return all;
  }

  HallHub& hall;
  Books shelf;
  Folder folder;
  KeyPair key = make_sign_keys(), hall_key = make_sign_keys();
  std::unique_ptr<EventLog> log;
  std::unique_ptr<sync::Hub> hub;
};

/// A hall of two kiosks with its county: somebody filed at the first one and left, and the county knows.
struct FiledHall {
  HallHub hall;
  Machine one{"kiosk", &hall, "440583-K01"}, two{"kiosk", &hall, "440583-K02"};
  County county{hall};
  Receipt receipt;
  FiledHall() {
    one.post(filing("v1-f1"));
    receipt = one.receipt();
    one.post(EndVisit{});
    one.sync();
    county.meet();
  }
};

inline CitizenStatus opened(const StatusSealed& sealed, const std::string& code, const MatterId& matter) {
  const auto plain = open_status(sealed.sealed, status_key(code, matter));
  if (!plain) throw std::runtime_error(plain.error().what);
  const auto status = decode_status(*plain);
  if (!status) throw std::runtime_error(status.error().what);
  return *status;
}

/// The first problem of the last question, or "".
inline std::string problem(Machine& machine) {
  const auto& progress = machine.now().progress;
  return progress && !progress->problems.empty() ? progress->problems.front().what : "";
}

}  // namespace status_tests
