#include "kiosk/cli/rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

namespace yizhan::kiosk::cli {
namespace {

constexpr std::array<std::pair<std::string_view, Channel>, 6> channels{{{"visit", Channel::Visit}, {"letter", Channel::Letter},
    {"online", Channel::Online}, {"phone", Channel::Phone}, {"fax", Channel::Fax}, {"hotline", Channel::Hotline12345}}};
constexpr std::array<std::pair<std::string_view, MatterKind>, 4> kinds{{{"appeal", MatterKind::Appeal}, {"suggestion", MatterKind::Suggestion},
    {"accusation", MatterKind::Accusation}, {"information", MatterKind::InformationRequest}}};

/// In the order of Counterparty, as the rulebook writes them.
constexpr std::array<std::string_view, 10> counterparties{"unknown", "neighbour", "relative", "employer", "company", "property_manager", "government", "village_committee", "court", "official"};

Answer* answer_of(Answers& a, std::string_view key) {
  const std::pair<std::string_view, Answer*> all[] = {{"in_proceedings", &a.in_proceedings}, {"decided", &a.decided}, {"about_official", &a.about_official},
      {"both_willing", &a.both_willing}, {"status_or_title", &a.status_or_title}, {"in_danger", &a.in_danger}, {"filed_before", &a.filed_before}, {"concluded", &a.concluded}};
  for (const auto& [name, answer] : all)
    if (name == key) return answer;
  return nullptr;
}

void strip_return(std::string& line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
}

}  // namespace

Result<Channel> channel_of(std::string_view word) {
  for (const auto& [name, channel] : channels)
    if (name == word) return channel;
  return Error{Code::Invalid, "channel: one of visit, letter, online, phone, fax, hotline"};
}

Result<std::unique_ptr<Rows>> Rows::open(const std::string& path, Channel channel, bool numbered) {
  std::unique_ptr<Rows> rows(new Rows);
  rows->channel_ = channel;
  rows->numbered_ = numbered;
  if (path == "-") {
    rows->in_ = &std::cin;
  } else {
    std::error_code trouble;
    if (std::filesystem::is_directory(path, trouble)) return Error{Code::NotFound, path + ": is a directory"};
    rows->file_.open(path, std::ios::binary);
    if (!rows->file_) return Error{Code::NotFound, path + ": cannot be read"};
    rows->total_ = std::filesystem::file_size(path, trouble);
    if (trouble) rows->total_ = 0;
    rows->in_ = &rows->file_;
  }
  if (const auto header = rows->read_header(); !header) return Error{header.error().code, path + ":" + header.error().what};
  return rows;
}

bool Rows::take_line(std::string& line) {
  if (has_first_) {
    line = std::move(first_);
    has_first_ = false;
    return true;
  }
  line.clear();
  if (!std::getline(*in_, line)) return false;
  read_ += line.size() + 1;
  ++line_;
  strip_return(line);
  return true;
}

Status Rows::read_header() {
  std::string line;
  if (!take_line(line)) return Error{Code::Invalid, "1: the file is empty"};
  if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
  if (line.starts_with("{")) {
    json_ = true;
    first_ = std::move(line);
    has_first_ = true;
    return Done{};
  }
  std::size_t from = 0;
  for (;;) {
    const auto tab = line.find('\t', from);
    columns_.push_back(line.substr(from, tab == std::string::npos ? tab : tab - from));
    if (tab == std::string::npos) break;
    from = tab + 1;
  }
  const auto has = [&](std::string_view name) { return std::find(columns_.begin(), columns_.end(), name) != columns_.end(); };
  if (!numbered_ && !has("id")) return Error{Code::Invalid, "1: the first line names the columns, and \"id\" must be one of them"};
  if (!has("text") && !has("facts") && !has("request") && !has("title")) return Error{Code::Invalid, "1: needs a column text, title, request or facts"};
  return Done{};
}

Result<std::optional<Row>> Rows::next() {
  Row row;
  for (;;) {
    if (!take_line(row.raw)) {
      if (in_->bad()) return Error{Code::Io, fmt::format("line {}: cannot be read", line_ + 1)};
      return std::optional<Row>{};
    }
    if (!row.raw.empty()) break;  // an empty last line is no letter …
    if (columns_.size() == 1 && in_->peek() != std::istream::traits_type::eof()) break;  // … but an only column may be empty
  }
  row.line = line_;
  row.petition.channel = channel_;
  row.petition.input = InputWay::Batch;
  if (row.raw.size() > row_bytes_max) row.problem = Problem{"line", "这一行太长，超过1兆字节"};
  else if (json_) from_json(row);
  else from_tsv(row);
  finish(row);
  return std::optional<Row>{std::move(row)};
}

void Rows::from_tsv(Row& row) const {
  std::size_t from = 0, column = 0;
  for (;; ++column) {
    const auto tab = row.raw.find('\t', from);
    const std::string value = row.raw.substr(from, tab == std::string::npos ? tab : tab - from);
    if (column < columns_.size() && !row.problem) set(row, columns_[column], value);
    if (tab == std::string::npos) break;
    from = tab + 1;
  }
  // A stray tab moves every later column: such a line is not guessed at.
  if (column + 1 != columns_.size() && !row.problem)
    row.problem = Problem{"line", fmt::format("应有{}列，实有{}列", columns_.size(), column + 1)};
}

void Rows::from_json(Row& row) {
  try {
    const auto json = nlohmann::json::parse(row.raw);
    if (!json.is_object()) {
      row.problem = Problem{"line", "不是JSON对象"};
      return;
    }
    for (const auto& [key, value] : json.items()) {
      if (row.problem) return;
      if (value.is_string()) set(row, key, value.get<std::string>());
      else if (value.is_boolean() && answer_of(row.petition.answers, key) != nullptr) set(row, key, value.get<bool>() ? "yes" : "no");
      else if (value.is_number_integer()) set(row, key, std::to_string(value.get<std::int64_t>()));
      else if (!value.is_null() && (key == "id" || key == "text")) row.problem = Problem{key, "应是文字"};
    }
  } catch (const nlohmann::json::exception&) {
    row.problem = Problem{"line", "不是JSON"};
  }
}

void Rows::set(Row& row, const std::string& key, const std::string& value) {
  Petition& p = row.petition;
  if (key == "id") row.id = value;
  else if (key == "source") row.source = value;
  else if (key == "title") p.title = value;
  else if (key == "text") p.statement.facts = p.statement.facts.empty() ? value : p.statement.facts;
  else if (key == "request") p.statement.request = value;
  else if (key == "facts") p.statement.facts = value.empty() ? p.statement.facts : value;
  else if (key == "reasons") p.statement.reasons = value;
  else if (key == "name") p.petitioner.name = value;
  else if (key == "number") p.petitioner.number = value;
  else if (key == "phone") p.petitioner.phone = value;
  else if (key == "address") p.petitioner.address = value;
  else if (key == "place") p.statement.place = value;
  else if (key == "division") p.statement.division = value;
  else if (key == "party") p.statement.party_complained_of = value;
  else if (key == "topic") p.topic = value;
  else if (key == "kind" && !value.empty()) {
    const auto known = std::find_if(kinds.begin(), kinds.end(), [&](const auto& kind) { return kind.first == value; });
    if (known == kinds.end()) row.problem = Problem{"kind", "只能是 appeal、suggestion、accusation、information"};
    else p.kind = known->second;
  } else if (key == "channel" && !value.empty()) {
    const auto channel = channel_of(value);
    if (!channel) row.problem = Problem{"channel", "渠道不认识"};
    else p.channel = *channel;
  } else if (Answer* answer = answer_of(p.answers, key); answer != nullptr && !value.empty()) {
    if (value == "yes") *answer = Answer::Yes;
    else if (value == "no") *answer = Answer::No;
    else if (value == "unsure") *answer = Answer::Unsure;
    else row.problem = Problem{key, "只能是 yes、no、unsure"};
  } else if (key == "counterparty" && !value.empty()) {
    const auto known = std::find(counterparties.begin(), counterparties.end(), value);
    if (known == counterparties.end()) row.problem = Problem{key, "对方不认识"};
    else p.answers.counterparty = static_cast<Counterparty>(known - counterparties.begin());
  } else if (key == "head_count" && !value.empty()) {
    const auto [end, trouble] = std::from_chars(value.data(), value.data() + value.size(), p.head_count);
    if (trouble != std::errc{} || end != value.data() + value.size()) row.problem = Problem{"head_count", "人数不是数字"};
  }
}

void Rows::finish(Row& row) const {
  if (numbered_ && row.id.empty()) row.id = std::to_string(row.line);
  if (!row.problem && row.id.empty()) row.problem = Problem{"id", "没有编号，登记后无法核对"};
  if (!row.problem && (row.id.size() > 200 || row.source.size() > 200)) row.problem = Problem{"id", "编号太长"};
}

}  // namespace yizhan::kiosk::cli
