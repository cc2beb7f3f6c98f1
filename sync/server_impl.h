/// What server.cpp (calls), server_blobs.cpp (attachments), server_queue.cpp (queue, news, help), server_keys.cpp (the key-set), server_staff.cpp (people) and
/// server_status.cpp (statuses for citizens) share. Private to the hub.
#pragma once
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "core/checkpoints.h"
#include "sync/server.h"

namespace yizhan::sync {

/// What the hub must know of a matter to decide who may read it and where its ticket stands.
struct Access {
  WindowCode window;
  bool sealed = false;
  Origin filed_by;
  std::set<Origin> desks;  ///< called it once
  std::optional<Ticket> ticket;
  std::set<std::string> assigned, recused;  ///< people
};

/// What the hub keeps of a person at one desk.
struct PinAt {
  std::string verifier_hash;  ///< hex: what is shown must hash to this
  std::string pepper;         ///< hex, 32 bytes
};
struct Account {
  std::string name, role;
  int wrong = 0;              ///< tries since the last right one, counted before they are looked at
  bool locked = false, removed = false;
  Time not_before{};
  std::string code_hash;      ///< of the one-time code for a new PIN; "" none
  Time code_until{};
  int code_wrong = 0;
  std::map<Origin, PinAt> pins;
};
/// Who sits at a desk, as far as the hub was shown a right PIN there.
struct Seated {
  std::string staff;
  bool active = false;        ///< not locked, not signed out
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
  int epoch = 1;                  ///< of this hub's own logs: more than 1 after a restore (docs/PROTOCOL.md, "Epochs")
  Origin own_log() const;         ///< what this hub states itself goes here
  Origin stream_for(const Origin& hall) const;  ///< county: its facts for that hall
  Origin statuses_for(const Origin& hall) const;  ///< the stream of sealed statuses, likewise
  std::optional<Error> broken;
  std::map<Origin, Device> devices;
  std::vector<Invite> invites;
  std::map<Origin, Origin> relays;  ///< county: log → hall hub that relays it
  /// The hall that relays a machine's logs, of whatever epoch; null: none yet.
  const Origin* relay_of(const Origin& origin) const;
  /// Texts of help calls are for a person at reception, where there are accounts.
  bool may_see_draft(const Device& device) const;

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

  // server_keep.cpp: signatures over the logs
  std::map<Origin, Checkpoints> own_logs;             ///< since begin()
  std::map<Origin, std::uint64_t> countersigned;      ///< log → entry
  std::uint64_t own_facts = 0, own_facts_seen = 0, written_seen = 0;  ///< own statements; what was looked at last
  std::optional<Tick> countersign_at;
  bool serving = false;
  std::optional<ScrubAt> reading;                     ///< a round under way
  std::string reading_found, read_day;
  std::int64_t read_since_note = 0;
  void read_some(Time wall);
  Status countersign(Time wall);
  bool lost(const Error& error);

  // Upstream, as its client reported.
  bool upstream_online = false;
  Time county_as_of{};
  std::map<Origin, std::uint64_t> county_marks;
  std::map<Origin, Anchor> county_anchors;  ///< the county's newest signature over each log, for its author
  std::uint64_t blob_marks = 0;  ///< grows when the county has taken an attachment

  // 请人帮我: memory only, gone with the process (trust.md 13).
  std::map<std::string, HelpCall> help;
  std::map<std::string, Time> help_seen;
  std::set<std::string> help_gone;  ///< ended calls: a replayed request cannot bring one back

  struct Tries { Tick since{}; int wrong = 0; };
  std::map<Origin, Tries> tries;    ///< wrong query codes by device
  std::map<std::pair<std::string, MatterId>, Time> viewed;

  std::string key_set_json;               ///< verbatim, as the root signed it
  std::optional<KeySet> key_set;
  std::map<std::string, Account> accounts;
  std::map<Origin, Seated> seats;
  struct Challenge { std::string word; Tick until{}; };
  std::map<Origin, Challenge> challenges; ///< the last one given to each desk

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

  // server_keys.cpp
  Status load_keys();
  bool trusted(const Device& device) const;  ///< neither revoked here nor by the key-set
  Reply give_keys() const;
  Reply give_devices() const;

  // server_staff.cpp
  Status load_people();
  Status save_people();
  Reply staff_call(const Device& device, const Parsed& request, Time wall, Tick now);
  Reply enter(const Device& device, const Parsed& request, Time wall, Tick now);
  Reply set_pin(const Device& device, const Parsed& request, Time wall, Tick now);
  bool take_challenge(const Origin& desk, const std::string& word, Tick now);
  /// The account somebody at that desk asks to sit down as, or why not.
  std::variant<Account*, Reply> account_asked(const Device& device, const std::string& challenge, const std::string& id, Tick now);
  Reply entered(const Account& account, std::string sealed);  ///< and tells everybody that somebody sits there
  bool people_needed() const;                             ///< the hall has accounts: desks are worked by people
  const std::string* person_at(const Origin& desk) const; ///< who is signed in there; null: nobody
  bool may_know(const Device& device, const Event& event, const Access& entry) const;
  void follow_desk(const Device& device, std::span<const Event> fresh, Time wall);
  Status called_by_person(const Device& device, const MatterId& matter, Time wall);

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
  /// `request`: stated at most once, for good. Errors: those of the log, Conflict for a request that was stated before.
  Status state(const MatterId& matter, const Fact& fact, Time wall, const std::string& request = {});
  Result<QueueAnswer> queue(const Device& device, const QueueAsk& ask, Time wall);
  Result<QueueAnswer> next_call(const QueueAsk& ask, const std::function<bool(const MatterId&)>& withdrawn, Time wall);
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
