// `hub`: the hall's box and the county's server. Exit codes: 0 done, 1 refused or failed (one line on standard error says why),
// 2 wrong use, 75 temporary (try again).
#include <fmt/format.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/books.h"
#include "core/envelope.h"
#include "core/epoch.h"
#include "core/log_check.h"
#include "core/number.h"
#include "core/opening.h"
#include "core/petition_json.h"
#include "sync/hub_control.h"
#include "sync/hub_keys.h"
#include "sync/hub_process.h"
#include "sync/hub_receipt.h"
#include "sync/hub_save.h"
#include "sync/projection.h"

namespace {

using namespace yizhan;
using namespace yizhan::sync;
using Json = nlohmann::json;

constexpr int exit_done = 0, exit_failed = 1, exit_temporary = 75;
constexpr rlim_t descriptors_wanted = 4096 + 256;

std::string dump(const Json& json) { return printable_json(json.dump(-1, ' ', false, Json::error_handler_t::replace)); }

int exit_of(Code code) { return code == Code::Unavailable ? exit_temporary : exit_failed; }

int failed(const Error& error) {
  fmt::print(stderr, "hub: {}\n", printable(error.what));
  return exit_of(error.code);
}

void print(const std::string& text) { fmt::print("{}\n", text); }

/// A table cell of a terminal: what a person typed must not steer it.
std::string cell(std::string_view text) { return printable(text); }

std::string_view name_of(std::string_view state) {
  constexpr MatterState all[] = {MatterState::Draft, MatterState::Registered, MatterState::Disposed, MatterState::NotAccepted, MatterState::Accepted,
                                 MatterState::InHandling, MatterState::OpinionIssued, MatterState::Served, MatterState::Closed};
  for (const auto one : all)
    if (word(one) == state) return chinese(one);
  return state;
}

// ---- commands that state something: to the running hub, or directly when none runs ---------------------------------

/// The answer's JSON when it is ok. Errors: as the hub said; Unavailable when another process holds the log and gives no answer.
Result<Json> command(const HubOptions& options, const Json& what) {
  std::string line;
  if (auto answered = command_running_hub(options.data_dir, dump(what))) {
    if (!*answered) return answered->error();
    line = **answered;
  } else {
    auto process = HubProcess::open(options);
    if (!process) {
      if (process.error().code == Code::Conflict && process.error().what.starts_with("another process"))
        return Error{Code::Unavailable, process.error().what + " and does not listen"};
      return process.error();
    }
    line = run_command((*process)->hub(), dump(what), SystemClock{}.wall());
  }
  Json answer = Json::parse(line, nullptr, false);
  if (!answer.is_object() || !answer.contains("ok")) return Error{Code::Unavailable, "the hub's answer cannot be read"};
  if (answer.at("ok").get<bool>()) return answer;
  const std::string code = answer.value("code", "");
  for (const auto one : {Code::Invalid, Code::NotFound, Code::Conflict, Code::Unavailable, Code::Io, Code::Corrupt})
    if (code == word(one)) return Error{one, answer.value("what", "")};
  return Error{Code::Invalid, answer.value("what", "")};
}

// ---- serve ---------------------------------------------------------------------------------------------------------

int serve(const HubOptions& options, bool json) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&signals, one);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // As many descriptors as connections are let in, or a crowd of them would leave none for the disk.
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur < descriptors_wanted) {
    descriptors.rlim_cur = std::min<rlim_t>(descriptors_wanted, descriptors.rlim_max);
    static_cast<void>(setrlimit(RLIMIT_NOFILE, &descriptors));  // fewer are enough for a hall
  }
  spdlog::set_default_logger(spdlog::stderr_logger_mt("hub"));
  spdlog::set_pattern("%Y-%m-%d %H:%M:%S %l %v");
  spdlog::flush_on(spdlog::level::info);

  auto process = HubProcess::open(options);
  if (!process) {
    failed(process.error());
    return process.error().code == Code::Conflict && process.error().what.starts_with("another process") ? exit_temporary : exit_of(process.error().code);
  }
  const auto started = (*process)->serve([](const Error& error) {
    spdlog::critical("the disk failed, nothing is acknowledged any more: {}", error.what);
    kill(getpid(), SIGUSR1);
  });
  if (!started) return failed(started.error());
  const auto& config = (*process)->config();
  if (json) {
    print(dump({{"listening", (*process)->port()}, {"origin", config.self}, {"county", config.county}, {"public_hex", config.key.public_hex}}));
  } else {
    print(fmt::format("hub {} ({}) listens on port {}", config.self, config.county ? "county" : "hall", (*process)->port()));
    print(fmt::format("key fingerprint {}", fingerprint(config.key.public_hex)));
  }
  std::fflush(stdout);
  int got = 0;
  sigwait(&signals, &got);
  process->reset();
  return got == SIGUSR1 ? exit_temporary : exit_done;
}

// ---- decide --------------------------------------------------------------------------------------------------------

struct Decision {
  std::string number, what, unit, reason, day, approver, opinion, letter_no, summary, way, report_by;
  int days = 0;
};

Result<Fact> fact_of_decision(const Decision& d) {
  const std::string today = iso(hall_day(SystemClock{}.wall()));
  const std::string day = d.day.empty() ? today : d.day;
  if (d.what == "transferred") return Fact{Transferred{d.unit, d.report_by}};
  if (d.what == "accepted") return Fact{Accepted{d.unit, day}};
  if (d.what == "not-accepted") return Fact{NotAccepted{d.unit, d.reason}};
  if (d.what == "extended") return Fact{Extended{d.days, d.approver, d.reason}};
  if (d.what == "served") return Fact{Served{day, d.way}};
  const Opinion opinion = d.opinion == "support" ? Opinion::Support : d.opinion == "explain" ? Opinion::Explain : Opinion::NotSupport;
  if (d.opinion.empty()) return Error{Code::Invalid, "opinion: support, explain or not-support (XFTL 32)"};
  return Fact{Answered{d.unit, opinion, d.letter_no, d.summary}};
}

Result<KeyPair> secret_key(const std::string& key_file) {
  const auto text = read_small_file(key_file);
  if (!text) return text.error();
  std::istringstream in(*text);
  KeyPair key;
  in >> key.public_hex >> key.secret_hex;
  if (key.public_hex.size() != 64 || key.secret_hex.size() != 64) return Error{Code::Invalid, key_file + ": not a recipient's secret key (two lines of 64 hex digits)"};
  return key;
}

/// The same step of the procedure, and nothing that names anybody.
Fact without_names(Fact fact) {
  if (auto* f = std::get_if<Transferred>(&fact)) f->to_unit.clear();
  if (auto* f = std::get_if<Accepted>(&fact)) f->unit.clear();
  if (auto* f = std::get_if<NotAccepted>(&fact)) f->unit.clear(), f->reason.clear();
  if (auto* f = std::get_if<Extended>(&fact)) f->approver.clear(), f->reason.clear();
  if (auto* f = std::get_if<Answered>(&fact)) f->unit.clear(), f->letter_no.clear(), f->summary.clear();
  if (auto* f = std::get_if<Served>(&fact)) f->way.clear();
  return fact;
}

/// Whether the matter is in clear, or opens with the county's key. A matter that is not here is not judged here.
Result<bool> county_may_read(const HubOptions& options, const MatterId& number) {
  const auto log = EventLog::open(options.data_dir + "/" + hub_log_name, EventLog::Mode::ReadOnly);
  if (!log) return log.error();
  const auto events = (*log)->of_matter(number);
  if (!events) return events.error();
  const Matter matter = fold(number, *events);
  if (matter.sealed) return false;
  if (!matter.closed) return true;
  if (options.county_key.empty()) return false;
  const auto key = secret_key(options.county_key);
  if (!key) return key.error();
  return open_matter(number, *events, *key).opened;
}

int decide(const HubOptions& options, const Decision& decision, bool json) {
  const auto number = canonical_matter_id(decision.number);
  if (!number) return failed(number.error());
  auto fact = fact_of_decision(decision);
  if (!fact) return failed(fact.error());
  const auto readable = county_may_read(options, *number);
  if (!readable) return failed(readable.error());
  if (!*readable) {
    // XFTL 30: the hall gets this fact. Of what is, or may be, an accusation no unit and no word goes down with it.
    *fact = without_names(std::move(*fact));
    fmt::print(stderr, "decide: {} does not open with the county's key{}: stated without unit, number and words\n", *number, options.county_key.empty() ? " (none was given: --county-key)" : "");
  }
  const auto answer = command(options, {{"do", "decide"}, {"matter", *number}, {"type", type_of(*fact)}, {"body", encode_fact(*fact)}});
  if (!answer) return failed(answer.error());
  if (json) print(dump(*answer));
  else print(fmt::format("{} {}: stated as {}/{}", *number, decision.what, answer->at("origin").get<std::string>(), answer->at("seq").get<std::uint64_t>()));
  return exit_done;
}

// ---- questions -----------------------------------------------------------------------------------------------------

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
    print(dump({{"from", made->from}, {"to", made->to}, {"cutoff", made->cutoff}, {"registered", made->registered}, {"queue_only", made->queue_only},
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

int verify(const HubOptions& options, const std::vector<std::string>& anchor_files, bool json) {
  if (!std::filesystem::exists(options.data_dir + "/" + hub_log_name)) return failed({Code::NotFound, "data: no hub has run in " + options.data_dir});
  const auto log = EventLog::open(options.data_dir + "/" + hub_log_name, EventLog::Mode::ReadOnly);
  if (!log) return failed(log.error());
  std::vector<Anchor> outside;
  for (const auto& path : anchor_files) {
    std::ifstream in(path, std::ios::binary);  // a year of a county is some megabytes
    if (!in) return failed({Code::NotFound, path + ": cannot be read"});
    auto some = anchors_from_lines(std::string(std::istreambuf_iterator<char>(in), {}));
    if (!some) return failed({Code::Invalid, path + ": " + some.error().what});
    outside.insert(outside.end(), some->begin(), some->end());
  }
  const bool tty = isatty(STDERR_FILENO) == 1;
  const auto proved = prove(**log, std::move(outside), {}, [&](std::uint64_t done, std::uint64_t total) {
    if (tty) fmt::print(stderr, "\r{} / {} events", done, total);
  });
  if (tty) fmt::print(stderr, "\n");
  if (!proved) return failed(proved.error());
  const auto blobs = (*log)->blob_totals();
  if (!blobs) return failed(blobs.error());
  const auto& damages = proved->damage;
  std::uint64_t events = 0;
  for (const auto& one : proved->logs) events += one.head.seq;
  if (json) {
    Json rows = Json::array(), logs = Json::array();
    for (const auto& damage : damages) rows.push_back({{"origin", damage.origin}, {"seq", damage.seq}, {"what", damage.what}});
    for (const auto& one : proved->logs)
      logs.push_back({{"origin", one.head.origin}, {"seq", one.head.seq}, {"hash", hex(one.head.hash)}, {"checkpoints", one.checkpoints}, {"day_keys", one.day_keys},
                      {"countersigned", one.anchored}, {"unclean", one.unclean}});
    const Json attachments{{"named", blobs->named}, {"whole", blobs->whole}, {"bytes", blobs->bytes}};
    print(dump({{"sound", damages.empty()}, {"events", events}, {"logs", logs}, {"attachments", attachments},
                {"anchors", {{"inside", proved->anchors_inside}, {"outside", proved->anchors_outside}}}, {"damage", rows}}));
  } else {
    for (const auto& damage : damages) print(fmt::format("{}/{}: {}", damage.origin, damage.seq, damage.what));
    if (blobs->named > 0) print(fmt::format("{} attachments named, {} whole here, {} bytes", blobs->named, blobs->whole, blobs->bytes));
    std::uint64_t checkpoints = 0, countersigned = 0;
    for (const auto& one : proved->logs) checkpoints += one.checkpoints, countersigned += one.anchored;
    print(fmt::format("{} events in {} logs, {} checkpoints, {} events countersigned: {}", events, proved->logs.size(), checkpoints, countersigned, damages.empty() ? "sound" : "DAMAGED"));
  }
  if (damages.empty()) return exit_done;
  return failed({Code::Corrupt, fmt::format("verify: {} findings", damages.size())});
}

int anchors(const HubOptions& options) {
  const auto answer = command(options, {{"do", "anchors"}});
  if (!answer) return failed(answer.error());
  for (const auto& line : answer->at("lines")) print(line.get<std::string>());
  return exit_done;
}

int backup(const HubOptions& options, const std::string& to, bool json) {
  if (!std::filesystem::exists(options.data_dir + "/" + hub_log_name)) return failed({Code::NotFound, "data: no hub has run in " + options.data_dir});
  const auto log = EventLog::open(options.data_dir + "/" + hub_log_name, EventLog::Mode::ReadOnly);
  if (!log) return failed(log.error());
  if (const auto made = (*log)->backup_to(to); !made) return failed(made.error());
  const auto count = (*log)->count();
  if (json) print(dump({{"ok", true}, {"file", to}, {"events", count.value_or(0)}}));
  else print(fmt::format("{}: {} events, verified; without hub.key, which is kept apart", to, count.value_or(0)));
  return exit_done;
}

int restore(const HubOptions& options, const std::string& from, int epoch, bool json) {
  const std::string path = options.data_dir + "/" + hub_log_name;
  Origin self;
  int highest = 1;
  const auto look = [&](const EventLog& log) {
    const auto note = log.note("hub.self");
    if (note) self = note->substr(0, note->find(' '));
    const auto heads = log.heads();
    if (!heads) return;
    for (const auto& head : *heads) {
      const Origin device = device_of(head.origin);
      if (device == self || (self.ends_with("-C") && device.starts_with(self + "."))) highest = std::max(highest, epoch_of(head.origin));
    }
    if (const auto own = own_log_of(log, self)) highest = std::max(highest, epoch_of(*own));
  };
  {
    const auto copy = EventLog::open(from, EventLog::Mode::ReadOnly);
    if (!copy) return failed(copy.error());
    const auto damage = (*copy)->verify();
    if (!damage) return failed(damage.error());
    if (!damage->empty()) return failed({Code::Corrupt, fmt::format("{}: {}/{}: {}", from, damage->front().origin, damage->front().seq, damage->front().what)});
    look(**copy);
    if (self.empty()) return failed({Code::Invalid, from + ": not a copy of a hub's log"});
  }
  std::error_code failure;
  std::filesystem::create_directories(options.data_dir, failure);
  if (failure) return failed({Code::Io, options.data_dir + ": " + failure.message()});
  std::string aside;
  if (std::filesystem::exists(path)) {
    auto here = EventLog::open(path);
    if (!here && here.error().code == Code::Conflict) return failed({Code::Unavailable, here.error().what + ": stop it first"});
    if (here) look(**here);
    aside = path + ".before-" + std::to_string(SystemClock{}.wall().time_since_epoch().count());
  }
  if (epoch == 0) epoch = highest + 1;
  if (!aside.empty())
    for (const char* rest : {"", "-wal", "-shm"})
      if (std::filesystem::exists(path + rest)) std::filesystem::rename(path + rest, aside + rest);
  // The projection is made anew from the log.
  std::filesystem::remove(options.data_dir + "/" + hub_projection_name, failure);
  std::filesystem::copy_file(from, path + ".part", std::filesystem::copy_options::overwrite_existing);
  std::filesystem::permissions(path + ".part", std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::rename(path + ".part", path);
  const auto log = EventLog::open(path);
  if (!log) return failed(log.error());
  Status opened = Done{};
  if (self.ends_with("-C")) opened = epoch > highest && epoch <= epoch_max ? (*log)->put_note("epoch", std::to_string(epoch)) : Status(Error{Code::Invalid, "epoch: must be higher than ever before"});
  else opened = open_epoch(**log, self, epoch, "restored", SystemClock{}.wall());
  if (!opened) return failed(opened.error());
  if (json) print(dump({{"ok", true}, {"log", in_epoch(self, epoch)}, {"aside", aside}}));
  else print(fmt::format("restored; this hub states its own facts as {} from now on{}\nput hub.key beside it before it is started, or enrol every device anew", in_epoch(self, epoch),
                         aside.empty() ? "" : "; the log that was here is " + aside));
  return exit_done;
}

/// For a supervisor or a watch: disk, the log's notes. Reads beside a running hub.
int health(const HubOptions& options, bool json) {
  const auto log = EventLog::open(options.data_dir + "/" + hub_log_name, EventLog::Mode::ReadOnly);
  if (!log) return failed(log.error());
  const auto room = std::filesystem::space(options.data_dir);
  const bool low = room.available < (256u << 20), alarm = low || room.available < room.capacity / 10;
  const auto found = (*log)->note("scrub.found"), day = (*log)->note("scrub.day");
  const bool damaged = found && !found->empty();
  const auto count = (*log)->count();
  if (!count) return failed(count.error());
  if (json) {
    print(dump({{"ok", !alarm && !damaged}, {"disk_free_mb", room.available >> 20}, {"disk_mb", room.capacity >> 20}, {"disk_alarm", alarm}, {"disk_low", low},
                {"events", *count}, {"scrub_day", day.value_or("")}, {"scrub_found", found.value_or("")}}));
  } else {
    print(fmt::format("disk   {} MB free of {}{}", room.available >> 20, room.capacity >> 20, low ? "  LOW" : alarm ? "  under a tenth: make room" : ""));
    print(fmt::format("log    {} events", *count));
    print(fmt::format("scrub  {}", damaged ? cell(*found) : day ? "sound on " + *day : "no night has passed yet"));
  }
  return alarm || damaged ? exit_failed : exit_done;
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
    print(dump({{"matter", checked->proof.matter}, {"device", checked->device}, {"at", iso_minute(checked->proof.at)}, {"holds", checked->holds()},
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

// ---- keys ----------------------------------------------------------------------------------------------------------

int keys_show(const HubOptions& options, bool json) {
  const auto answer = command(options, {{"do", "devices"}});
  if (!answer) return failed(answer.error());
  if (json) {
    if (const auto set = answer->contains("key_set") ? decode_key_set(answer->at("key_set").get<std::string>()) : Result<KeySet>(Error{}); set) {
      Json with = *answer;
      with["key_set"] = Json::parse(key_set_to_json(*set, SystemClock{}.wall()));
      print(dump(with));
      return exit_done;
    }
    print(dump(*answer));
    return exit_done;
  }
  print(fmt::format("{}  key {}", answer->at("hub_origin").get<std::string>(), answer->at("hub_public_hex").get<std::string>()));
  print(fmt::format("fingerprint {}", answer->at("fingerprint").get<std::string>()));
  const auto devices = devices_from_json(answer->at("devices").dump());
  if (!devices) return failed(devices.error());
  for (const auto& device : *devices) {
    std::string windows;
    for (const auto& window : device.windows) windows += (windows.empty() ? "" : ",") + cell(window);
    print(fmt::format("{:<11} {:<15} {:<12} {}{}{}", device.origin, device.role, windows, fingerprint(device.public_hex), device.revoked ? "  REVOKED" : "",
                      device.skew_ms != 0 ? fmt::format("  CLOCK OFF BY {} s", device.skew_ms / 1000) : ""));
  }
  if (!answer->contains("key_set")) {
    print("no key-set: only accusations are sealed here (hub keys init)");
    return exit_done;
  }
  const auto set = decode_key_set(answer->at("key_set").get<std::string>());
  if (!set) return failed(set.error());
  print_key_set(*set, SystemClock{}.wall());
  return exit_done;
}

int keys_enrol(const HubOptions& options, const std::string& origin, const std::string& role, const std::vector<std::string>& windows, const std::string& name, bool json) {
  const auto answer = command(options, {{"do", "invite"}, {"origin", origin}, {"role", role}, {"windows", windows}, {"name", name}});
  if (!answer) return failed(answer.error());
  if (json) {
    print(dump(*answer));
  } else {
    print(answer->at("code").get<std::string>());
    fmt::print(stderr, "one-time code for {} as {}, valid one hour; hub fingerprint {}\n", origin, role, answer->at("fingerprint").get<std::string>());
  }
  return exit_done;
}

int keys_revoke(const HubOptions& options, const std::string& origin) {
  const auto answer = command(options, {{"do", "revoke"}, {"origin", origin}});
  return answer ? exit_done : failed(answer.error());
}

int keys_discipline(const HubOptions& options, const std::string& secret_file, bool json) {
  std::error_code failure;
  std::filesystem::create_directories(options.data_dir, failure);
  const std::string public_file = options.data_dir + "/discipline.pub";
  std::string known;
  if (const auto text = read_small_file(public_file)) known = *text;
  const KeyPair key = make_box_keys();
  // The secret first: a public key whose secret was never written would seal accusations for nobody.
  if (const auto kept = write_private_file(secret_file, key.public_hex + "\n" + key.secret_hex + "\n", false); !kept) return failed(kept.error());
  if (const auto written = write_private_file(public_file, known + key.public_hex + "\n", true); !written) return failed(written.error());
  std::istringstream lines(known + key.public_hex);
  const std::vector<std::string> keys{std::istream_iterator<std::string>(lines), {}};
  if (const auto answer = command_running_hub(options.data_dir, dump({{"do", "discipline"}, {"keys", keys}})); answer && !*answer) return failed(answer->error());
  if (json) print(dump({{"ok", true}, {"public_hex", key.public_hex}, {"keys", keys}, {"fingerprint", fingerprint(key.public_hex)}}));
  else print(fmt::format("public key {} added to {}\nsecret key in {}: keep it away from this machine", key.public_hex, public_file, secret_file));
  return exit_done;
}

int run(int argc, char** argv) {
  CLI::App app("Yizhan hub: receives, keeps and passes on what kiosks and desks state", "hub");
  app.require_subcommand(1);
  app.set_version_flag("--version", "0.1.0");
  HubOptions options;
  bool json = false;
  std::function<int()> action;

  const auto common = [&](CLI::App* sub) {
    sub->add_option("--data", options.data_dir, "data directory")->required();
    sub->add_option("--assets", options.assets_dir, "rulebooks and holiday files");
    sub->add_option("--jurisdiction", options.jurisdiction, "whose rulebook")->capture_default_str();
    sub->add_option("--origin", options.origin, "this hub's name at the first start: 440583-H01, or 440583-C with --county");
    sub->add_flag("--county", options.county, "a county hub: it has no hub above it");
    sub->add_flag("--json", json, "answer for programs");
  };

  auto* serving = app.add_subcommand("serve", "run the hub");
  common(serving);
  serving->add_option("--listen", options.listen, "ADDR:PORT")->capture_default_str();
  serving->add_option("--upstream", options.upstream_url, "URL of the hub above (http:// or https://)");
  serving->add_option("--upstream-code", options.upstream_code, "one-time code of the hub above, for the first start");
  serving->add_option("--tls-cert", options.tls_cert, "PEM certificate chain");
  serving->add_option("--tls-key", options.tls_key, "PEM private key");
  serving->add_option("--ca", options.ca_file, "PEM of the private CA the hub above is checked with");
  serving->add_option("--peer-connections", options.connections_per_peer, "connections one address may hold")->capture_default_str()->check(CLI::Range(1, 4096));
  serving->callback([&] { action = [&] { return serve(options, json); }; });

  Decision decision;
  auto* deciding = app.add_subcommand("decide", "state a fact of the county about a matter");
  common(deciding);
  deciding->add_option("--county-key", options.county_key, "file of the county's secret key: ordinary matters are opened with it ($YIZHAN_COUNTY_KEY)")->envname("YIZHAN_COUNTY_KEY");
  deciding->add_option("number", decision.number, "matter number")->required();
  deciding->add_option("what", decision.what, "transferred, accepted, not-accepted, extended, answered or served")
      ->required()
      ->check(CLI::IsMember({"transferred", "accepted", "not-accepted", "extended", "answered", "served"}));
  deciding->add_option("--unit,--to-unit", decision.unit, "the unit that acts");
  deciding->add_option("--report-by", decision.report_by, "transferred: report back by YYYY-MM-DD (交办)");
  deciding->add_option("--on", decision.day, "accepted, served: YYYY-MM-DD, today when left out");
  deciding->add_option("--reason", decision.reason, "not-accepted, extended");
  deciding->add_option("--days", decision.days, "extended");
  deciding->add_option("--approver", decision.approver, "extended: who approved it");
  deciding->add_option("--opinion", decision.opinion, "answered: support, explain or not-support")->check(CLI::IsMember({"support", "explain", "not-support"}));
  deciding->add_option("--letter-no", decision.letter_no, "answered: number of the opinion letter");
  deciding->add_option("--summary", decision.summary, "answered: one sentence for the petitioner");
  deciding->add_option("--way", decision.way, "served: how");
  deciding->callback([&] { action = [&] { return decide(options, decision, json); }; });

  std::string number, key_file, save_dir;
  std::size_t limit = 50;
  auto* asking = app.add_subcommand("matter", "what has happened to a matter; without a number the newest ones");
  common(asking);
  asking->add_option("--county-key", options.county_key, "file of the county's secret key: ordinary matters are opened with it ($YIZHAN_COUNTY_KEY)")->envname("YIZHAN_COUNTY_KEY");
  asking->add_option("number", number, "matter number");
  asking->add_option("--unseal", key_file, "secret key file of a recipient: county, discipline, escrow or a hall's duty");
  asking->add_option("--save", save_dir, "directory for its recordings, photos and signatures as files");
  asking->add_option("--limit", limit, "how many")->capture_default_str();
  asking->callback([&] { action = [&] { return matter(options, number, key_file, save_dir, limit, json); }; });

  std::string from, to;
  auto* reporting = app.add_subcommand("report", "counts and rates of a period");
  common(reporting);
  reporting->add_option("--county-key", options.county_key, "file of the county's secret key: ordinary matters are opened with it ($YIZHAN_COUNTY_KEY)")->envname("YIZHAN_COUNTY_KEY");
  reporting->add_option("--from", from, "first day, YYYY-MM-DD; else 1 January");
  reporting->add_option("--to", to, "last day, YYYY-MM-DD; else today");
  reporting->callback([&] { action = [&] { return report(options, from, to, json); }; });

  auto* verifying = app.add_subcommand("verify", "read everything and check every chain");
  common(verifying);
  std::vector<std::string> anchor_files;
  verifying->add_option("--anchors", anchor_files, "files of countersignatures kept outside (hub anchors)");
  verifying->callback([&] { action = [&] { return verify(options, anchor_files, json); }; });
  auto* anchoring = app.add_subcommand("anchors", "countersign every log as it is now and print the lines that an auditor keeps");
  common(anchoring);
  anchoring->callback([&] { action = [&] { return anchors(options); }; });
  std::string copy_file;
  int epoch = 0;
  auto* backing = app.add_subcommand("backup", "copy the log and its attachments into one verified file, without keys");
  common(backing);
  backing->add_option("--to", copy_file, "a file that does not exist yet")->required();
  backing->callback([&] { action = [&] { return backup(options, copy_file, json); }; });
  auto* restoring = app.add_subcommand("restore", "put a copy in the place of the log and go on in the next epoch");
  common(restoring);
  restoring->add_option("--from", copy_file, "a file of hub backup")->required()->check(CLI::ExistingFile);
  restoring->add_option("--epoch", epoch, "higher than ever before; else one more than the copy and the log here know")->check(CLI::Range(2, 99));
  restoring->callback([&] { action = [&] { return restore(options, copy_file, epoch, json); }; });
  auto* watching = app.add_subcommand("health", "room on the disk and what the nightly reading found; 1 when somebody must look");
  common(watching);
  watching->callback([&] { action = [&] { return health(options, json); }; });
  std::string receipt_text, receipt_key;
  auto* receipts = app.add_subcommand("receipt", "does a receipt hold: who signed it, and is its matter here");
  common(receipts);
  receipts->add_option("text", receipt_text, "what its QR code says, XF2:…")->required();
  receipts->add_option("--key", receipt_key, "the device's public key, 64 hex digits, where it is not enrolled here");
  receipts->callback([&] { action = [&] { return receipt(options, receipt_text, receipt_key, json); }; });

  auto* rebuilding = app.add_subcommand("rebuild", "make the projection anew from the log");
  common(rebuilding);
  rebuilding->add_option("--county-key", options.county_key, "file of the county's secret key: ordinary matters are opened with it ($YIZHAN_COUNTY_KEY)")->envname("YIZHAN_COUNTY_KEY");
  rebuilding->callback([&] { action = [&] { return rebuild(options); }; });

  auto* keys = app.add_subcommand("keys", "show, enrol and revoke devices; make, sign, install and open the county's keys");
  common(keys);
  keys->get_option("--data")->required(false);  // ceremonies happen on machines that are no hub
  keys->require_subcommand(0, 1);
  std::string origin, role, name, secret_file;
  std::vector<std::string> windows;
  keys->callback([&] {
    if (keys->get_subcommands().empty()) action = [&] { return keys_show(options, json); };
  });
  auto* showing = keys->add_subcommand("show", "this hub's key and its devices");
  showing->fallthrough();
  showing->callback([&] { action = [&] { return keys_show(options, json); }; });
  auto* enrolling = keys->add_subcommand("enrol", "make a one-time code for a device");
  enrolling->fallthrough();
  enrolling->add_option("device", origin, "440583-K03")->required();
  enrolling->add_option("--role", role, "kiosk, desk-lawyer, desk-mediator, desk-reception, board or hall")->required();
  enrolling->add_option("--windows", windows, "window codes a desk serves, when not those of its role")->delimiter(',');
  enrolling->add_option("--name", name, "words for people");
  enrolling->callback([&] { action = [&] { return keys_enrol(options, origin, role, windows, name, json); }; });
  auto* revoking = keys->add_subcommand("revoke", "refuse a device from now on");
  revoking->fallthrough();
  revoking->add_option("device", origin, "440583-K03")->required();
  revoking->callback([&] { action = [&] { return keys_revoke(options, origin); }; });
  auto* discipline = keys->add_subcommand("discipline", "make the key pair accusations are sealed to");
  discipline->fallthrough();
  discipline->add_option("--secret", secret_file, "new file for the secret key; keep it elsewhere")->required();
  discipline->callback([&] { action = [&] { return keys_discipline(options, secret_file, json); }; });

  const HubCommand plainly = [](const HubOptions& at, const std::string& what) -> Result<std::string> {
    const auto answer = command(at, Json::parse(what));
    if (!answer) return answer.error();
    return dump(*answer);
  };
  add_key_ceremonies(*keys, options, json, action, plainly);
  auto* staff = app.add_subcommand("staff", "people of this hall: accounts, PINs, assignments, and who looked at what");
  common(staff);
  staff->require_subcommand(1);
  add_staff_commands(*staff, options, json, action, plainly);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_done : 2;
  }
  return action();
}

}  // namespace

int main(int argc, char** argv) {
  umask(0077);  // what petitioners say is for this hub's user alone
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // a library's word at the very edge
    fmt::print(stderr, "hub: {}\n", printable(error.what()));
    return exit_failed;
  }
}
