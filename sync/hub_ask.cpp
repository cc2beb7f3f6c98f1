// Questions to a hub's log: one matter or the newest ones, the report of a period, whether a receipt holds; and the projection they are answered from.
#include <fmt/format.h>
#include <unistd.h>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "core/books.h"
#include "core/envelope.h"
#include "core/number.h"
#include "core/opening.h"
#include "core/petition_json.h"
#include "core/text.h"
#include "sync/hub_commands.h"
#include "sync/hub_receipt.h"
#include "sync/hub_save.h"
#include "sync/projection.h"

namespace yizhan::sync::commands {

using Json = nlohmann::json;

namespace {

std::string_view name_of(std::string_view state) {
  constexpr MatterState all[] = {MatterState::Draft, MatterState::Registered, MatterState::Disposed, MatterState::NotAccepted, MatterState::Accepted,
                                 MatterState::InHandling, MatterState::OpinionIssued, MatterState::Served, MatterState::Closed};
  for (const auto one : all)
    if (word(one) == state) return chinese(one);
  return state;
}

struct Reading {
  std::unique_ptr<EventLog> log;
  LawBooks books;
  std::unique_ptr<Projection> projection;
};

Result<Reading> read_only(const HubOptions& options, bool with_projection, bool rebuild = false) {
  Reading out;
  if (!std::filesystem::exists(options.data_dir + "/" + hub_log_name)) return Error{Code::NotFound, "data: no hub has run in " + options.data_dir};
  auto log = EventLog::open(options.data_dir + "/" + hub_log_name, EventLog::Mode::ReadOnly);
  if (!log) return log.error();
  out.log = std::move(*log);
  auto books = load_law_books(options.assets_dir.empty() ? find_law_books() : options.assets_dir, options.jurisdiction);
  if (!books) return books.error();
  out.books = std::move(*books);
  if (!with_projection) return out;
  const std::string path = options.data_dir + "/" + hub_projection_name;
  auto projection = Projection::open(path);
  if (!projection && rebuild && projection.error().code == Code::Corrupt) {
    std::error_code gone;
    std::filesystem::remove(path, gone);
    projection = Projection::open(path);
  }
  if (!projection) return projection.error();
  out.projection = std::move(*projection);
  if (!options.county_key.empty()) {
    const auto key = secret_key(options.county_key);
    if (!key) return key.error();
    out.projection->open_with(std::make_shared<const KeyPair>(*key));
  }
  if (rebuild)
    if (const auto cleared = out.projection->clear(); !cleared) return cleared.error();
  const bool tty = isatty(STDERR_FILENO) == 1;
  const auto total = out.log->count();
  const auto caught = out.projection->catch_up(*out.log, out.books.rules, out.books.calendar, [&](std::uint64_t done) {
    if (tty && done > 20'000) fmt::print(stderr, "\r{} / {} events", done, total ? *total : done);
  });
  if (!caught) return caught.error();
  return out;
}

Json json_of(const MatterRow& row) {
  return {{"number", row.number}, {"hall", row.hall}, {"filed_by", row.filed_by}, {"filed_day", row.filed_day}, {"channel", row.channel}, {"kind", row.kind},
          {"topic", row.topic}, {"window", row.window}, {"path", row.path}, {"state", row.state}, {"sealed", row.sealed}, {"closed", row.closed}, {"queue_only", row.queue_only},
          {"persons", row.persons}, {"disposed_day", row.disposed_day}, {"accepted_day", row.accepted_day}, {"answered_day", row.answered_day},
          {"served_day", row.served_day}, {"not_accepted_day", row.not_accepted_day}, {"dispose_due", row.dispose_due},
          {"promise_dispose_due", row.promise_dispose_due}, {"handle_due", row.handle_due}, {"promise_handle_due", row.promise_handle_due},
          {"extended_days", row.extended_days}, {"transferred_to", row.transferred_to}, {"opinion", row.opinion}, {"mediation", row.mediation},
          {"service", row.service}, {"outcome", row.outcome}, {"conflicts", row.conflicts}};
}

/// What was said, whatever release sealed it.
Result<Petition> unsealed(std::span<const Event> events, const MatterId& number, const KeyPair& key) {
  for (const auto& event : events) {
    const auto fact = fact_of(event);
    const auto* filed = fact ? std::get_if<Filed>(&*fact) : nullptr;
    if (filed == nullptr) continue;
    if (filed->petition) return *filed->petition;
    if (filed->sealed.empty()) continue;
    const auto plain = open_any(filed->sealed, number, key);
    if (!plain) return plain.error();
    if (filed->key_set == 0) return decode_petition(*plain);
    auto content = decode_content(*plain);
    if (!content) return content.error();
    return std::move(content->petition);
  }
  return Error{Code::Invalid, "matter: it is not sealed"};
}

}  // namespace

int matter(const HubOptions& options, const std::string& typed, const std::string& key_file, const std::string& save_dir, std::size_t limit, bool json) {
  auto reading = read_only(options, true);
  if (!reading) return failed(reading.error());
  if (typed.empty()) {
    const auto rows = reading->projection->list(limit);
    if (!rows) return failed(rows.error());
    if (json) {
      Json all = Json::array();
      for (const auto& row : *rows) all.push_back(json_of(row));
      print(dump(all));
    } else {
      for (const auto& row : *rows) print(fmt::format("{}  {}  {:<4} {:<12} {}", row.number, row.filed_day, cell(row.window), row.path, name_of(row.state)));
    }
    return exit_done;
  }
  const auto number = canonical_matter_id(typed);
  if (!number) return failed(number.error());
  const auto row = reading->projection->matter(*number);
  if (!row) return failed(row.error());
  if (!*row) return failed({Code::NotFound, "matter: not here (has its hall been synchronised?)"});
  auto events = reading->log->of_matter(*number);
  if (!events) return failed(events.error());
  const std::string& reader = key_file.empty() ? options.county_key : key_file;
  std::optional<KeyPair> key;
  std::optional<Petition> opened;
  if (!reader.empty()) {
    const auto read = secret_key(reader);
    if (!read) return failed(read.error());
    key = *read;
    auto petition = unsealed(*events, *number, *key);
    // The county's own key is tried on everything; a key that was named must fit.
    if (!petition && !key_file.empty()) return failed(petition.error());
    if (petition) opened = std::move(*petition);
    *events = open_matter(*number, *events, *key).events;
  }
  const Matter folded = fold(*number, *events);
  const auto terms = deadlines(folded, reading->books.rules.in_force(hall_day(folded.filed_at)), reading->books.calendar);
  std::vector<Saved> saved;
  if (!save_dir.empty()) {
    auto done = save_attachments(*reading->log, *number, key, save_dir);
    if (!done) return failed(done.error());
    saved = std::move(*done);
  }
  if (json) {
    Json out = json_of(**row);
    out["events"] = events->size();
    Json lines = Json::array(), due_days = Json::array();
    for (const auto& line : folded.lines) lines.push_back({{"at", iso_minute(line.at)}, {"by", line.by}, {"type", line.type}, {"words", line.words}});
    for (const auto& term : terms) due_days.push_back({{"term", term.term}, {"due", iso(term.due)}, {"promised", term.promised}, {"why", term.why}});
    out["lines"] = lines;
    out["deadlines"] = due_days;
    out["conflict_words"] = folded.conflicts;
    out["attachments"] = folded.attachments.size();
    out["signatures"] = folded.signatures.size();
    if (!save_dir.empty()) {
      Json files = Json::array();
      for (const auto& one : saved) files.push_back({{"what", one.what}, {"file", one.file}, {"why", one.why}});
      out["saved"] = files;
    }
    if (opened) out["opened"] = Json::parse(encode_petition(*opened), nullptr, false);
    print(dump(out));
    return exit_done;
  }
  print(fmt::format("{}  {}  窗口 {}  登记 {}{}", *number, name_of((*row)->state), cell((*row)->window), (*row)->filed_day, (*row)->sealed ? "  密封" : (*row)->closed ? "  未开封" : ""));
  for (const auto& line : folded.lines) print(fmt::format("  {}  {}  {}", iso_minute(line.at), line.by, cell(line.words)));
  for (const auto& term : terms) print(fmt::format("  到期 {}  {}", iso(term.due), cell(term.why)));
  for (const auto& words : folded.conflicts) print("  矛盾  " + cell(words));
  if (!folded.attachments.empty() || !folded.signatures.empty()) print(fmt::format("  附件 {} 个  签名 {} 个", folded.attachments.size(), folded.signatures.size()));
  for (const auto& one : saved) print(fmt::format("  {}  {}", cell(one.what), one.file.empty() ? one.why : one.file));
  if (opened) {
    const Petition* petition = &*opened;
    const bool accusation = petition->kind == MatterKind::Accusation || (*row)->sealed;
    print((accusation ? "  检举人 " : "  信访人 ") + cell(petition->petitioner.name.empty() ? "未留名" : petition->petitioner.name) + "  电话 " + cell(petition->petitioner.phone));
    print((accusation ? "  被检举 " : "  反映的 ") + cell(petition->statement.party_complained_of));
    print("  要求 " + cell(petition->statement.request));
    print("  事实 " + cell(petition->statement.facts));
    print("  理由 " + cell(petition->statement.reasons));
  }
  return exit_done;
}

int report(const HubOptions& options, const std::string& from_text, const std::string& to_text, bool json) {
  const Date today = hall_day(SystemClock{}.wall());
  const auto year = std::chrono::year_month_day(today).year();
  auto from = Result<Date>(Date(year / 1 / 1)), to = Result<Date>(today);
  if (!from_text.empty()) from = parse_date(from_text);
  if (!to_text.empty()) to = parse_date(to_text);
  if (!from) return failed({Code::Invalid, "from: a day as YYYY-MM-DD"});
  if (!to) return failed({Code::Invalid, "to: a day as YYYY-MM-DD"});
  auto reading = read_only(options, true);
  if (!reading) return failed(reading.error());
  const auto made = reading->projection->report(*from, *to, today);
  if (!made) return failed(made.error());
  if (json) {
    const auto counts = [](const auto& rows) {
      Json out = Json::object();
      for (const auto& [name, number] : rows) out[name] = number;
      return out;
    };
    Json rates = Json::array(), channels = Json::array();
    for (const auto& rate : made->rates) rates.push_back({{"name", rate.name}, {"unit", rate.unit}, {"n", rate.n}, {"d", rate.d}, {"meaning", rate.meaning}, {"cutoff", made->cutoff}});
    for (const auto& row : made->channels) channels.push_back({{"channel", row.channel}, {"pieces", row.pieces}, {"batches", row.batches}, {"persons", row.persons}});
    print(dump(Json{{"from", made->from}, {"to", made->to}, {"cutoff", made->cutoff}, {"registered", made->registered}, {"queue_only", made->queue_only},
                {"pieces", made->pieces}, {"batches", made->batches}, {"persons", made->persons}, {"sealed", made->sealed}, {"closed", made->closed}, {"groups", made->groups},
                {"channels", channels}, {"by_window", counts(made->by_window)}, {"by_path", counts(made->by_path)}, {"by_topic", counts(made->by_topic)},
                {"by_state", counts(made->by_state)}, {"by_hall", counts(made->by_hall)}, {"rates", rates}}));
    return exit_done;
  }
  print(fmt::format("{} 至 {}（统计截止 {}）", made->from, made->to, made->cutoff));
  print(fmt::format("登记 {} 项，另有只取号 {} 项", made->registered, made->queue_only));
  print(fmt::format("来信、网上、电话 {} 件；来访 {} 批次 {} 人次（其中集体访 {} 批次）；密封检举 {} 件", made->pieces, made->batches, made->persons, made->groups, made->sealed));
  if (made->closed > 0) print(fmt::format("其中 {} 件密封未开：没有县级密钥，只按窗口和状态统计（--county-key）", made->closed));
  const auto lines = [](std::string_view title, const auto& rows) {
    std::string line(title);
    for (const auto& [name, number] : rows) line += fmt::format("  {} {}", name.empty() ? "—" : cell(name), number);
    print(line);
  };
  lines("窗口", made->by_window);
  lines("路径", made->by_path);
  lines("状态", made->by_state);
  for (const auto& rate : made->rates) {
    const std::string percent = rate.d == 0 ? "—" : fmt::format("{:.2f}%", 100.0 * static_cast<double>(rate.n) / static_cast<double>(rate.d));
    print(fmt::format("{}  {}/{} {}  {}  （{}）", rate.name, rate.n, rate.d, rate.unit, percent, rate.meaning));
  }
  return exit_done;
}

int receipt(const HubOptions& options, const std::string& text, const std::string& key, bool json) {
  auto reading = read_only(options, false);
  if (!reading) return failed(reading.error());
  std::vector<Device> devices;
  if (const auto note = reading->log->note("hub.devices"))
    if (auto known = devices_from_json(*note)) devices = std::move(*known);
  const auto checked = check_receipt(*reading->log, devices, text, key);
  if (!checked) return failed(checked.error());
  using Check = ReceiptCheck;
  const bool unknown_key = checked->signed_by_device == Check::Signed::Unknown;
  if (json) {
    print(dump(Json{{"matter", checked->proof.matter}, {"device", checked->device}, {"at", iso_minute(checked->proof.at)}, {"holds", checked->holds()},
                {"signed", unknown_key ? "unknown" : checked->signed_by_device == Check::Signed::Yes ? "yes" : "no"},
                {"known", checked->known == Check::Known::Same ? "same" : checked->known == Check::Known::Other ? "other" : "not here"}}));
  } else {
    print(fmt::format("{}  {}  {}", checked->proof.matter, iso_minute(checked->proof.at), checked->device));
    print(unknown_key                                        ? "签名：本机没有这台设备的公钥，请用 --key 给出（大厅服务器 hub keys 可查）"
          : checked->signed_by_device == Check::Signed::Yes ? "签名：是这台设备签的"
                                                            : "签名：不符，不是这台设备签的，或内容被改过");
    print(checked->known == Check::Known::Same    ? "登记：本机有这一件，时间、内容、日志位置都相符"
          : checked->known == Check::Known::Other ? "登记：本机有这个编号，但时间、内容或日志位置不符"
                                                  : "登记：本机还没有这一件（大厅是否已同步？）");
  }
  return checked->holds() ? exit_done : exit_failed;
}

int rebuild(const HubOptions& options) {
  const auto reading = read_only(options, true, true);
  if (!reading) return failed(reading.error());
  const auto total = reading->log->count();
  print(fmt::format("projection made anew from {} events", total ? *total : 0));
  return exit_done;
}

}  // namespace yizhan::sync::commands
