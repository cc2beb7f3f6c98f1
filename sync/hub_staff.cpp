#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "core/books.h"
#include "core/law.h"
#include "core/number.h"
#include "core/text.h"
#include "sync/hub_commands.h"
#include "sync/hub_keys.h"

namespace yizhan::sync {
namespace {

using Json = nlohmann::json;
using commands::exit_done, commands::failed, commands::dump;

std::string_view role_words(std::string_view role) {
  static constexpr std::pair<std::string_view, std::string_view> words[] = {
      {"lawyer", "律师"}, {"mediator", "调解员"}, {"reception", "接待"}, {"manager", "经理"}, {"auditor", "审计员"}};
  for (const auto& [word, chinese] : words)
    if (word == role) return chinese;
  return role;
}

struct Row {
  Time at{};
  Origin author;
  MatterId matter;
  std::string staff, what, reason;
};

/// Who signed in, who looked at what, who was put on a matter or withdrew, in the order it came here.
Result<std::vector<Row>> trace(const std::string& data, Date from, Date to) {
  const auto log = EventLog::open(data + "/" + hub_log_name, EventLog::Mode::ReadOnly);
  if (!log) return log.error();
  std::vector<Row> rows;
  std::int64_t cursor = 0;
  for (;;) {
    const auto events = (*log)->arrived_after(cursor, 2000);
    if (!events) return events.error();
    if (events->empty()) break;
    for (const auto& event : *events) {
      const Date day = hall_day(event.at);
      if (day < from || day > to) continue;
      const auto fact = fact_of(event);
      if (!fact) continue;
      Row row{event.at, event.id.origin, event.matter, {}, {}, {}};
      if (const auto* session = std::get_if<StaffSession>(&*fact)) row.staff = session->staff, row.what = session->what;
      else if (const auto* viewed = std::get_if<Viewed>(&*fact)) row.staff = viewed->staff, row.what = "viewed";
      else if (const auto* in = std::get_if<Assigned>(&*fact)) row.staff = in->staff, row.what = "assigned by " + in->by, row.reason = in->reason;
      else if (const auto* out = std::get_if<Recused>(&*fact)) row.staff = out->staff, row.what = "withdrawn by " + out->by, row.reason = out->reason;
      else if (const auto* code = std::get_if<CodeReplaced>(&*fact)) row.staff = code->staff, row.what = "query code replaced";
      else continue;
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

int show_log(const HubOptions& options, const std::string& from_text, const std::string& to_text, const std::string& who, bool per_person, bool json) {
  const Date today = hall_day(SystemClock{}.wall());
  const auto from = from_text.empty() ? Result<Date>(today) : parse_date(from_text), to = to_text.empty() ? Result<Date>(today) : parse_date(to_text);
  if (!from) return failed({Code::Invalid, "from: a day as YYYY-MM-DD"});
  if (!to) return failed({Code::Invalid, "to: a day as YYYY-MM-DD"});
  auto rows = trace(options.data_dir, *from, *to);
  if (!rows) return failed(rows.error());
  if (!who.empty()) std::erase_if(*rows, [&](const Row& row) { return row.staff != who; });
  if (per_person) {
    std::map<std::pair<std::string, std::string>, std::map<std::string, int>> counts;
    for (const auto& row : *rows) {
      const std::string what = row.what.substr(0, row.what.find(' '));
      ++counts[{iso(hall_day(row.at)), row.staff}][what];
    }
    Json out = Json::array();
    for (const auto& [key, of] : counts) {
      if (json) {
        out.push_back({{"day", key.first}, {"staff", key.second}, {"counts", of}});
        continue;
      }
      std::string line = fmt::format("{}\t{}", key.first, printable(key.second));
      for (const auto& [what, n] : of) line += fmt::format("\t{} {}", printable(what), n);
      fmt::print("{}\n", line);
    }
    if (json) fmt::print("{}\n", dump(out));
    return exit_done;
  }
  if (json) {
    Json out = Json::array();
    for (const auto& row : *rows)
      out.push_back({{"at", iso_minute(row.at)}, {"desk", row.author}, {"staff", row.staff}, {"what", row.what}, {"matter", row.matter}, {"reason", row.reason}});
    fmt::print("{}\n", dump(out));
    return exit_done;
  }
  fmt::print("at\tdesk\tstaff\twhat\tmatter\treason\n");
  for (const auto& row : *rows)
    fmt::print("{}\t{}\t{}\t{}\t{}\t{}\n", iso_minute(row.at), row.author, printable(row.staff), printable(row.what), row.matter, printable(row.reason));
  return exit_done;
}

}  // namespace

void add_staff_commands(CLI::App& staff, HubOptions& options, bool& json, std::function<int()>& action, const HubCommand& command) {
  struct Given {
    std::string id, name, role, matter, reason, from, to, who;
    bool per_person = false;
  };
  const auto given = std::make_shared<Given>();
  const auto sub = [&](const char* name, const char* words) {
    auto* one = staff.add_subcommand(name, words);
    one->fallthrough();
    return one;
  };
  const auto roles = CLI::IsMember({"lawyer", "mediator", "reception", "manager", "auditor"});
  /// Sends one command and prints the code it may answer with.
  const auto ask = [&options, command](const Json& what) -> Result<Json> {
    const auto text = command(options, what.dump(-1, ' ', false, Json::error_handler_t::replace));
    if (!text) return text.error();
    return Json::parse(*text, nullptr, false);
  };
  const auto send = [ask, &json](const Json& what, const std::string& said) {
    const auto answer = ask(what);
    if (!answer) return failed(answer.error());
    if (json) {
      fmt::print("{}\n", dump(*answer));
    } else if (answer->contains("code")) {
      fmt::print("{}\n", answer->at("code").get<std::string>());
      fmt::print(stderr, "one-time code, valid 24 hours; at the desk: kiosk staff add {} --code CODE --hall-key FILE\n", said);
    } else {
      fmt::print("{}\n", said);
    }
    return exit_done;
  };

  auto* add = sub("add", "an account and the code to set a PIN at a desk");
  add->add_option("id", given->id, "L01: short, no name, never used again")->required();
  add->add_option("--name", given->name, "shown at the desks")->required();
  add->add_option("--role", given->role, "lawyer, mediator, reception, manager or auditor")->required()->check(roles);
  add->callback([=, &action] { action = [=] { return send({{"do", "staff_add"}, {"id", given->id}, {"name", given->name}, {"role", given->role}}, given->id); }; });

  auto* code = sub("code", "another code: for a PIN at another desk");
  code->add_option("id", given->id)->required();
  code->callback([=, &action] { action = [=] { return send({{"do", "staff_code"}, {"id", given->id}, {"forget", false}}, given->id); }; });

  auto* reset = sub("reset-pin", "forget this person's PINs everywhere, and a code for a new one");
  reset->add_option("id", given->id)->required();
  reset->callback([=, &action] { action = [=] { return send({{"do", "staff_code"}, {"id", given->id}, {"forget", true}}, given->id); }; });

  auto* unlock = sub("unlock", "after ten wrong PINs");
  unlock->add_option("id", given->id)->required();
  unlock->callback([=, &action] { action = [=] { return send({{"do", "staff_unlock"}, {"id", given->id}}, given->id + " may try again"); }; });

  auto* role = sub("role", "another role; the person signs in anew");
  role->add_option("id", given->id)->required();
  role->add_option("role", given->role)->required()->check(roles);
  role->callback([=, &action] { action = [=] { return send({{"do", "staff_role"}, {"id", given->id}, {"role", given->role}}, given->id + " is " + given->role + " now"); }; });

  auto* remove = sub("remove", "close an account; its id stays in the log, its name goes");
  remove->add_option("id", given->id)->required();
  remove->callback([=, &action] { action = [=] { return send({{"do", "staff_remove"}, {"id", given->id}}, given->id + " can sign in nowhere any more"); }; });

  const auto on_matter = [&](const char* word, const char* words, const char* what, const char* said) {
    auto* one = sub(word, words);
    one->add_option("matter", given->matter, "its number")->required();
    one->add_option("id", given->id)->required();
    one->add_option("--reason", given->reason, "why; it stands in the log")->required();
    one->callback([=, &action] {
      action = [=] {
        const auto number = canonical_matter_id(given->matter);
        if (!number) return failed({Code::Invalid, "matter: " + number.error().what});
        return send({{"do", what}, {"matter", *number}, {"id", given->id}, {"reason", given->reason}}, *number + ": " + given->id + said);
      };
    });
  };
  on_matter("assign", "need to know: this person works on this matter", "staff_assign", " works on it");
  on_matter("recuse", "回避: this person is kept from this matter", "staff_recuse", " is kept from it");

  auto* list = sub("list", "who has an account");
  list->callback([=, &json, &action] {
    action = [=, &json] {
      const auto answer = ask(Json{{"do", "staff_list"}});
      if (!answer) return failed(answer.error());
      if (json) {
        fmt::print("{}\n", dump(*answer));
        return exit_done;
      }
      for (const auto& row : answer->at("people")) {
        std::string desks, sitting;
        for (const auto& desk : row.at("desks")) desks += (desks.empty() ? "" : ",") + desk.get<std::string>();
        for (const auto& desk : row.at("signed_in")) sitting += (sitting.empty() ? "" : ",") + desk.get<std::string>();
        fmt::print("{:<8} {} {}  PIN at {}{}{}\n", row.at("id").get<std::string>(), role_words(row.at("role").get<std::string>()), printable(row.at("name").get<std::string>()),
                   desks.empty() ? "no desk yet" : desks, sitting.empty() ? "" : "  signed in at " + sitting,
                   row.at("locked").get<bool>() ? "  LOCKED (hub staff unlock)" : row.at("wrong").get<int>() > 0 ? fmt::format("  {} wrong", row.at("wrong").get<int>()) : "");
      }
      return exit_done;
    };
  });

  auto* log = sub("log", "who signed in, who looked at what and when (for the auditor); today when no day is named");
  log->add_option("--from", given->from, "first day, YYYY-MM-DD");
  log->add_option("--to", given->to, "last day, YYYY-MM-DD");
  log->add_option("--who", given->who, "one id only");
  log->add_flag("--per-person", given->per_person, "counts by day and person");
  log->callback([=, &options, &json, &action] {
    action = [=, &options, &json] { return show_log(options, given->from, given->to, given->who, given->per_person, json); };
  });
}

}  // namespace yizhan::sync
