/// Letters and messages as rows: TSV with a header line, or NDJSON. Streaming: memory does not grow with the file.
#pragma once
#include <cstdint>
#include <fstream>
#include <istream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/petition.h"
#include "core/result.h"

namespace yizhan::kiosk::cli {

struct Row {
  std::size_t line = 0;      ///< in the file, from 1
  std::string id, source;
  std::string raw;           ///< the line as it stands, for the list of rejects
  Petition petition;
  std::optional<Problem> problem;  ///< the line itself cannot be read
};

inline constexpr std::size_t row_bytes_max = 1u << 20;

/// Columns (TSV) and keys (NDJSON): id, source, title, text, request, facts, reasons, name, number, phone, address, place, division,
/// party, topic, kind, channel, head_count, received; and guided answers as yes, no, unsure (or true, false): in_proceedings, decided,
/// about_official, both_willing, status_or_title, in_danger, filed_before, concluded; counterparty as in the rulebook. `text` fills
/// facts when there is no column of that name. Others are ignored.
class Rows {
 public:
  /// `path` "-" is standard input. Errors: NotFound, Invalid (a TSV without "id", or without any text column: names line 1).
  /// With `numbered` a row without an id is known by its line; nothing of that kind may be registered.
  static Result<std::unique_ptr<Rows>> open(const std::string& path, Channel channel, bool numbered = false);
  /// The next row; nothing at the end. A bad line is a row with a problem, never the end. Errors: Io.
  Result<std::optional<Row>> next();
  std::uint64_t bytes_read() const { return read_; }
  std::uint64_t bytes_total() const { return total_; }  ///< 0 when unknown

 private:
  Rows() = default;
  Status read_header();
  bool take_line(std::string& line);
  void from_tsv(Row& row) const;
  static void from_json(Row& row);
  static void set(Row& row, const std::string& key, const std::string& value);
  void finish(Row& row) const;

  std::ifstream file_;
  std::istream* in_ = nullptr;
  Channel channel_ = Channel::Letter;
  std::string first_;             ///< a line that was looked at and not used yet
  bool has_first_ = false;
  bool json_ = false, numbered_ = false;
  std::vector<std::string> columns_;
  std::size_t line_ = 0;
  std::uint64_t read_ = 0, total_ = 0;
};

/// "letter", "online", "phone", "fax", "hotline", "visit". Errors: Invalid.
Result<Channel> channel_of(std::string_view word);

}  // namespace yizhan::kiosk::cli
