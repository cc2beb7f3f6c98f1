/// What server.cpp (calls), server_blobs.cpp (attachments), server_status.cpp (statuses for citizens) and server_queue.cpp (queue, news, help) share. Private to the hub.
#pragma once
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sync/server.h"

namespace yizhan::sync {

/// What the hub must know of a matter to decide who may read it and where its ticket stands.
struct Access {
  WindowCode window;
  bool sealed = false;
  Origin filed_by;
  std::set<Origin> desks;  ///< called it once
  std::optional<Ticket> ticket;
};

struct Invite {
  std::string code_hash;
  Origin origin;
  std::string role, name;
  std::vector<std::string> windows;
  Time until{};
  int wrong = 0;
};

struct Hub::Impl {
  EventLog& log;
  HubConfig config;
  RuleBooks rules;
  WorkCalendar calendar;

  std::uint64_t version = 1, written = 0;
  std::optional<Error> broken;
  std::map<Origin, Device> devices;
  std::vector<Invite> invites;
  std::map<Origin, Origin> relays;  ///< county: log → hall hub that relays it

  // The hall, folded. A year of it is some 15,000 matters: small entries, no texts.
  std::int64_t cursor = 0;
  std::unordered_map<MatterId, Access> access;
  std::map<Date, std::set<MatterId>> by_day;                           ///< by the day in the matter's number
  std::map<Date, std::map<std::string, std::vector<MatterId>>> tickets;///< ticket number → matters (two only by misconfiguration)
  Date today{};
  std::map<std::string, std::pair<Time, QueueAnswer>> answered;        ///< queue request id → its answer
  struct Pace { std::int64_t total_ms = 0; int count = 0; };
  std::map<WindowCode, Pace> pace;                                     ///< of today's finished talks
  std::map<WindowCode, std::map<Origin, Time>> desks_at;               ///< who called for a window lately

  // Upstream, as its client reported.
  bool upstream_online = false;
  Time county_as_of{};
  std::map<Origin, std::uint64_t> county_marks;
  std::uint64_t blob_marks = 0;  ///< grows when the county has taken an attachment

  // 请人帮我: memory only, gone with the process (trust.md 13).
  std::map<std::string, HelpCall> help;
  std::map<std::string, Time> help_seen;
  std::set<std::string> help_gone;  ///< ended calls: a replayed request cannot bring one back

  struct Tries { Tick since{}; int wrong = 0; };
  std::map<Origin, Tries> tries;    ///< wrong query codes by device
  std::map<std::pair<Origin, MatterId>, Time> viewed;

  Impl(EventLog& l, HubConfig c, RuleBooks r, WorkCalendar w)
      : log(l), config(std::move(c)), rules(std::move(r)), calendar(std::move(w)), blob_marks(l.blob_marks()) {}

  // server.cpp
  using Answer = std::variant<Reply, Wait>;
  Answer answer(Parsed& request, Time wall, Tick now, bool may_wait);
  Reply enrol(const Parsed& request, Time wall);
  Result<const Device*> authenticate(Parsed& request, Time wall);
  bool may_write(const Device& device, const Origin& origin) const;
  bool may_read_body(const Device& device, const Event& event);
  Heads heads_for(const Device& device, Time wall);
  std::uint64_t version_for(const Device& device) const;
  Reply take_events(const Device& device, const Origin& origin, Parsed& request, Time wall);
  Answer give_events(const Device& device, const Origin& origin, const Parsed& request, Tick now, bool may_wait);
  Reply give_matter(const Device& device, const MatterId& matter, Time wall);
  Status look(const Device& device, const MatterId& matter, Time wall);
  Reply progress(const Device& device, const Parsed& request, Tick now);
  Reply failure(const Error& error);
  Status save_devices();
  Status save_invites();

  // server_blobs.cpp
  bool may_bring(const Device& device, std::span<const Event> naming) const;
  BlobHave have(const Device& device, const Digest& hash) const;
  Reply tell_blobs(const Device& device, const Parsed& request);
  Reply take_piece(const Device& device, std::string_view name, const Parsed& request);
  Reply give_piece(const Device& device, std::string_view name, const Parsed& request, Time wall);

  // server_status.cpp: the county only
  std::int64_t status_cursor = 0;   ///< arrival of the last event that was looked at when the hub started
  std::int64_t status_noted = 0;    ///< the same, as it is on disk
  std::set<MatterId> status_owed;   ///< matters whose status is to be sealed anew
  void owe_statuses(std::span<const Event> events);
  Status seal_owed(Time wall);
  Status catch_up_statuses();

  // server_queue.cpp
  void index(std::span<const Event> events);
  Access compute(const MatterId& matter);
  const Access& access_of(const MatterId& matter);
  void refold(const MatterId& matter);
  void new_day(Date day);
  Status state(const MatterId& matter, const Fact& fact, Time wall);
  Result<QueueAnswer> queue(const Device& device, const QueueAsk& ask, Time wall);
  Result<QueueAnswer> next_call(const QueueAsk& ask, Time wall);
  Result<QueueAnswer> operate(const QueueAsk& ask, const MatterId& matter, const Access& was, Time wall);
  HallNews news(Time wall);
  Answer help_call(const Device& device, const Parsed& request, Time wall, Tick now, bool may_wait);
};

Reply plain_reply(int status, std::string body, std::string_view content_type = "application/json");
Reply refuse(int status, std::string_view code, std::string what, std::uint64_t seq = 0);
bool is_desk(const Device& device);
/// "440583-H01" → "440583-C.H01": the county's word about that hall's matters, for those who work on them.
Origin stream_of_hall(const Origin& hall);
/// "440583-H01" → "440583-C.S01": how far each of them is, sealed to the citizen; all a kiosk mirrors.
Origin status_stream_of(const Origin& hall);
bool is_status_stream(std::string_view origin);

}  // namespace yizhan::sync
