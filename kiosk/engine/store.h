/// The store as a machine: the one owner of a machine's event log. Commands and news in, a snapshot and outside work out.
/// No thread, no socket, no device: the engine's store thread and the tests step it alike.
#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/checkpoints.h"
#include "core/clock.h"
#include "core/event_log.h"
#include "core/matter.h"
#include "kiosk/config.h"
#include "kiosk/devices/receipt.h"
#include "kiosk/engine/query_guard.h"
#include "kiosk/engine/staff_file.h"
#include "kiosk/filing.h"
#include "kiosk/messages.h"
#include "kiosk/staff.h"
#include "sync/client.h"

namespace yizhan::kiosk {

/// Port: room on the disk. Both calls return at once.
struct Disk {
  virtual ~Disk() = default;
  virtual std::uint64_t free_bytes() const = 0;
  virtual std::uint64_t total_bytes() const { return 0; }  ///< 0: not known
  /// The reserve that lets a text be filed on a full disk (trust.md R3): true sets it aside (when it fits), false gives it up.
  /// Returns whether it is there now.
  virtual bool reserve(bool keep) = 0;
};
inline constexpr std::uint64_t reserve_bytes = 64u << 20;
std::unique_ptr<Disk> make_disk(const std::string& data_dir, std::uint64_t reserve = reserve_bytes);

inline constexpr std::uint64_t disk_low_bytes = 256u << 20;
inline constexpr std::uint64_t disk_recovered_bytes = 1u << 20;

/// One direct call to the hub, made outside; its answer comes back through answered().
struct HubCall {
  std::uint64_t id = 0;
  std::string method, target, body;
  Span patience{15'000};
};
struct PrintJob {
  std::string request;
  MatterId matter;
  std::vector<PaperLine> paper;
};

/// What a step wants from the world outside.
struct Wanted {
  std::vector<HubCall> calls;
  std::vector<PrintJob> prints;
  std::optional<bool> listen;   ///< to the card reader
  bool cancel_prints = false;
  bool nudge = false;           ///< facts were written: sync soon
  bool changed = false;         ///< the snapshot is new
};

class Store {
 public:
  /// Errors: Conflict (database open elsewhere), Io, Corrupt, Unavailable (disk full).
  static Result<std::unique_ptr<Store>> open(const Config& config, const Books& books, const Clock& clock, std::unique_ptr<Disk> disk);

  /// This process begins to write the log: what is left of one that ended without a word is looked at first, then the opening entry is
  /// stated, and from now on checkpoints are (core/checkpoints.h). A full disk does not stop it. Errors: Corrupt, Io.
  Status begin_log();
  /// The process ends in order: the closing entry. Nothing when the log failed.
  void end_log();

  void command(const Command& command);
  void answered(std::uint64_t call, const Result<std::string>& body);
  void heard(const sync::ClientState& state);        ///< after exchanges of the sync client
  void printer(DeviceState state);
  void reader(DeviceState state);
  void card(const Result<std::optional<Identity>>& read);
  void printed(const PrintJob& job, const Status& outcome);
  void tick();                                       ///< time passed: clock, midnight, disk
  /// One bounded piece of work that can wait (the next query code, the reserve, the index of earlier visits).
  /// False: nothing is left to do.
  bool idle();
  Tick again_at() const { return again_at_; }        ///< when tick() is due
  /// Nobody is here, and something of a visit or of the line's work may still be in memory.
  bool may_forget() const { return held_ && !visited_; }
  /// Overwrites it (trust.md 10), what the database keeps for itself included: that is closed and opened again, 2 ms.
  /// Errors: as open(); then there is no log any more and the process must end.
  Status forget();
  /// What the steps since the last call want.
  Wanted take_wanted();
  EventLog& log() {
    held_ = held_ || !is_desk();  // the line reads what it sends, and at every turn the page where the log ends
    return *log_;
  }
  const Snapshot& snapshot() const { return now_; }
  void keys_changed();                               ///< the configuration's key-set is another one now
  const Keyring* keyring() const { return keyring_.get(); }  ///< of who is signed in; null: nobody, and while locked
  const Origin& own_log() const { return own_log_; }

 private:
  Store(const Config& config, const Books& books, const Clock& clock, std::unique_ptr<Disk> disk, std::unique_ptr<EventLog> log);
  Status start();

  // store.cpp: filing, paper, the log
  void on(const FileMatter& command);
  void on(const TakeNumber& command);
  void on(const PrintReceipt& command);
  void on(const ReadCard& command);
  void on(const EndVisit& command);
  void filed(Outcome outcome, const std::string& help_id);
  std::pair<int, int> queue_ahead(const WindowCode& chosen) const;
  /// Appends as this machine; on a full disk gives up the reserve and tries once more. Sets `failed`.
  Status state_facts(const MatterId& matter, const std::vector<Fact>& facts);
  bool broken(const Error& error);          ///< remembers store trouble; true when the disk is full and the reserve was given up now
  std::optional<Error> dead() const;        ///< Io or Corrupt: nothing may be acknowledged any more
  void settle(Outcome outcome);
  const Outcome* settled(const std::string& request) const;
  void absorb();                            ///< takes what arrived in the log since
  void take(const Event& event);
  void begin_day();
  void call_hub(std::string method, std::string target, std::string body, Span patience, std::function<void(const Result<std::string>&)> then);
  bool enrolled() const { return !config_.hub_url.empty() && !config_.hub_public_hex.empty(); }
  void changed() {
    now_.now = wall();
    wanted_.changed = true;
  }
  void news_of(const EventLog& log);
  /// For operators, once: in the snapshot, which desks show, and on standard error, which the system keeps. Nothing personal.
  void alarm(std::string line);

  // store_keep.cpp: checkpoints, erasing, the nightly reading, room on the disk
  bool keep_some();                         ///< one bounded piece; false: nothing is due
  bool checkpoint_due() const { return checkpoints_ && !dead() && clock_.tick() >= checkpoints_->again_at(); }
  bool state_checkpoint();
  bool erase_some();
  bool read_some();
  void found(const Damage& damage);
  void mend(const Damage& damage);
  void pass_calm();
  void note_calm();
  void look_at_disk();

  struct Key { MatterId matter; std::string tag; KeyPair status; };
  // store_citizen.cpp: progress, rating, help
  void on(const AskProgress& command);
  void on(const Rate& command);
  void on(const CallHelper& command);
  void on(const StopHelper& command);
  void progress_told(const std::string& request, Progress progress);
  void progress_refused(const std::string& request, std::string field, std::string what);
  void progress_there(const std::string& request, const Key& key, std::optional<Progress> here);
  static bool may_be_rated(const Matter& matter);
  bool rated_here(const MatterId& matter) const;

  // store_status.cpp: what the citizen's code opens here, the code that was never shown, the code that was lost
  static Key derive(const MatterId& matter, std::string_view code);
  /// Nothing when number and code do not fit what is here, whatever the reason; the work is the same. Errors: of the log.
  Result<std::optional<Progress>> known_here(const Key& key);
  void keep_told(const std::string& citizen_public_hex, std::string_view state, const Progress& progress);
  bool hub_must_know(const MatterId& matter) const;  ///< so that its "no" counts
  void look_for_unshown(const MatterId& matter, Time at);
  void shown(const MatterId& matter);
  void on(const ReceiptShown& command);
  void on(const ReplaceCode& command);
  void on(const ForgetCode& command);
  void rate_now(const Rate& command, const MatterId& matter, bool may);
  void refresh_help();
  void send_help();

  // store_desk.cpp: the queue, the open matter, earlier visits
  void on(const QueueCommand& command);
  void on(const OpenMatter& command);
  void on(const StateFact& command);
  void on(const TakeHelp& command);
  void queue_offline(const sync::QueueAsk& ask, const Error& why);
  void fetch_bodies(const MatterId& matter, const WindowCode& window);
  void refresh_tickets();
  void refresh_open();
  bool opens() const { return keyring_ && !keyring_->hall.secret_hex.empty(); }  ///< who is signed in holds the hall's key
  void open_attachments();                  ///< of the matter on the desk, once the look at it is stated
  OpenedBytes open_sealed(const Attached& outside, std::vector<std::byte> sealed);
  void retry_attachments();                 ///< what could not be had before
  void next_attachment();
  void attachment_ended(const std::string& hash, OpenedBytes outcome);
  bool index_some();
  void remember_person(const MatterId& matter, const Petition& petition);
  std::vector<Matter> earlier_of(const Matter& matter);

  // store_staff.cpp: who sits here
  void on(const SignIn& command);
  void on(const SignOut& command);
  void load_people();
  void refresh_staff();
  void take_people(const sync::StaffList& list);
  void ask_pepper(const std::string& id, const StaffBox& box, const std::string& pin, const std::string& challenge);
  void refused(const std::string& id, const std::string& why, int left, int wait_s);
  void signed_in(StaffWho who, KeyPair hall);
  bool may_fetch(const Ticket& ticket) const;

  bool is_desk() const { return config_.role.starts_with("desk-"); }
  Time wall() const { return clock_.wall(); }

  const Config& config_;
  const Books& books_;
  const Clock& clock_;
  std::unique_ptr<Disk> disk_;
  std::unique_ptr<EventLog> log_;
  Origin own_log_;                          // config_.origin, or its epoch after a restore
  std::shared_ptr<const Sealer> sealer_;    // of what is stated besides filing; null: nothing is sealed here
  Filing filing_;
  Snapshot now_;
  Wanted wanted_;
  Tick again_at_{};

  Date today_{};
  Hall hall_;                               // today's events only: a year of texts does not fit a kiosk's memory
  std::set<MatterId> of_today_;
  std::int64_t cursor_ = 0;                 // arrival of the last event seen

  std::optional<QuerySecret> secret_;
  bool wants_secret_ = true;
  std::optional<Receipt> receipt_;          // of this visit
  QueryGuard guard_;
  Tick unshown_until_{};
  MatterId told_shown_;                     // the last one whose code is known to have been shown
  MatterId last_ticket_;                    // the newest visit registered here, and when
  Time last_ticket_at_{};
  std::deque<Outcome> settled_;             // the same request again gets the same outcome
  std::map<WindowCode, int> issued_since_news_;
  bool wants_reserve_ = true;

  std::optional<Checkpoints> checkpoints_;  // since begin_log()
  Span calm_{};                             // running time of this machine in all; no clock that can be set moves it far
  Tick calm_tick_{}, touched_{};            // when it was counted; the last command
  Time calm_wall_{};
  Date erased_day_{};                       // whether anything may go is asked once a day
  std::uint64_t erasing_until_ = 0;
  std::optional<ScrubAt> reading_;          // a round under way
  std::int64_t read_since_note_ = 0;
  Date read_day_{};                         // of the last round that was finished
  std::map<std::string, std::string> found_;  // "440583-K01/22" → what was found there
  std::uint64_t card_serial_ = 0;
  bool visited_ = false, held_ = false;     // since the last EndVisit; since the last forget()
  std::uint64_t visit_ = 0;                 // answers that come after EndVisit belong to nobody

  std::uint64_t last_call_ = 0;
  std::map<std::uint64_t, std::function<void(const Result<std::string>&)>> calls_;
  sync::ClientState sync_;
  std::optional<sync::HelpCall> help_;      // the running call of this kiosk
  bool help_fetching_ = false;

  std::unique_ptr<Keyring> keyring_;
  std::vector<sync::Device> devices_;       // of the hall, as its hub told when somebody signed in
  bool staff_fetching_ = false;
  std::optional<Tick> staff_seen_;

  std::set<std::string> queue_under_way_;
  MatterId open_;                           // the matter on the desk
  bool fetching_ = false;
  bool looked_ = false;                     // and that somebody looks at it is on disk: texts and attachments may be opened
  std::map<std::string, Attached> inside_;  // of its sealed attachments, as far as they were opened: hash → what it is
  struct Coming { std::string hash; std::uint64_t bytes = 0; std::vector<std::byte> got; };
  std::deque<Coming> coming_;               // attachments on their way, one at a time
  std::uint64_t opening_ = 0;               // answers for a matter that was put away belong to nobody
  std::map<std::pair<MatterId, std::string>, Time> viewed_;
  std::map<EventId, WindowCode> asked_;     // bodies asked for, while the ticket was at that window
  std::set<MatterId> withheld_;             // of our window, and still not for us: sealed
  std::map<std::uint64_t, std::vector<MatterId>> persons_;  // keyed hash of an identity number → matters; memory only (trust.md 8.4)
  std::string person_key_;
  std::int64_t index_cursor_ = 0;
  bool indexed_ = false;
};

}  // namespace yizhan::kiosk
