/// The county's matters as rows, for questions over many of them. A copy that can be thrown away: everything in it comes from
/// the log, and the mark of how far it has read lies in the same transaction as the rows.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/event_log.h"
#include "core/matter.h"
#include "core/seal.h"

namespace yizhan::sync {

struct MatterRow {
  MatterId number;
  std::string hall;         ///< "440583-H01"; "" when it is not known who relayed it
  std::string filed_by;     ///< origin
  std::string filed_day;    ///< YYYY-MM-DD
  std::string channel, kind, topic, window, path, state;
  bool sealed = false;      ///< an accusation: it does not open for the county
  bool queue_only = false;
  bool closed = false;      ///< sealed under a key-set, and the county's key was not at hand: nothing is known but the window
  int persons = 1;          ///< head count; 1 when sealed
  std::string disposed_day, accepted_day, answered_day, served_day, not_accepted_day;
  std::string dispose_due, promise_dispose_due, handle_due, promise_handle_due;  ///< "" when the term does not run
  int extended_days = 0;
  std::string transferred_to, opinion, mediation;
  int service = 0, outcome = 0;  ///< the citizen's rating, 0 = none
  int conflicts = 0;
};

/// A rate is its two counts, never a typed percentage (need.md §1.6).
struct Rate {
  std::string name;      ///< "按期办结率"
  std::string unit;      ///< "件": what both counts count
  std::uint64_t n = 0, d = 0;
  std::string meaning;   ///< what n and d are, in words
};
struct ChannelCount { std::string channel; std::uint64_t pieces = 0, batches = 0, persons = 0; };
struct Report {
  std::string from, to, cutoff;  ///< days, both included; cutoff: the day the facts were read
  std::uint64_t registered = 0;  ///< matters, without 只取号
  std::uint64_t queue_only = 0;  ///< 只取号
  std::uint64_t pieces = 0;      ///< 件: letters, online, fax, phone
  std::uint64_t batches = 0;     ///< 批次: visits, a group once
  std::uint64_t persons = 0;     ///< 人次: heads of the visits
  std::uint64_t sealed = 0;      ///< accusations, counted by number only
  std::uint64_t closed = 0;      ///< sealed, and not opened for this report
  std::uint64_t groups = 0;      ///< visits of five and more
  std::vector<ChannelCount> channels;
  std::vector<std::pair<std::string, std::uint64_t>> by_window, by_path, by_topic, by_state, by_hall;
  std::vector<Rate> rates;
};

class Projection {
 public:
  /// Opens or makes the file. Errors: Io, Corrupt ("hub rebuild" makes it anew).
  static Result<std::unique_ptr<Projection>> open(const std::string& path);
  ~Projection();
  /// The county's key: matters that open with it are stored with their coarse fields (kind, topic, path, heads), never with a text. Rows made
  /// without it stay closed until "hub rebuild". Null: none.
  void open_with(std::shared_ptr<const KeyPair> county);
  /// Reads everything that has arrived in the log since the mark, in transactions of bounded size.
  Status catch_up(const EventLog& log, const RuleBooks& rules, const WorkCalendar& calendar, const std::function<void(std::uint64_t)>& progress = {});
  /// Forgets every row, so that catch_up reads the whole log again.
  Status clear();
  Result<std::optional<MatterRow>> matter(const MatterId& number);
  /// Newest first.
  Result<std::vector<MatterRow>> list(std::size_t limit);
  Result<Report> report(Date from, Date to, Date cutoff);

 private:
  struct Impl;
  Status store(const std::set<MatterId>& numbers, const EventLog& log, const RuleBooks& rules, const WorkCalendar& calendar, const std::map<Origin, Origin>& relays);
  Status reopen_closed(const EventLog& log, const RuleBooks& rules, const WorkCalendar& calendar, const std::map<Origin, Origin>& relays);
  explicit Projection(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The row a matter's events make; what catch_up stores.
MatterRow row_of(const Matter& matter, const RuleBooks& rules, const WorkCalendar& calendar);

}  // namespace yizhan::sync
