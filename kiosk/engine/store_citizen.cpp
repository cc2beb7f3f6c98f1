// What a citizen asks the store besides filing: how far is my matter, my rating, a person to help me.
#include <algorithm>

#include "core/number.h"
#include "core/petition_json.h"
#include "core/seal.h"
#include "core/tr.h"
#include "kiosk/engine/store.h"

namespace yizhan::kiosk {
namespace {

/// "number: 最后一位不符" → "最后一位不符": the screen knows the field.
std::string after_field(const std::string& what) {
  const auto colon = what.find(": ");
  return colon == std::string::npos ? what : what.substr(colon + 2);
}

bool may_rate(const Matter& matter) {
  if (matter.rated || matter.closed_types.contains("rated")) return false;
  const bool served = matter.ticket && matter.ticket->state == TicketState::Ended;
  return served || matter.consulted || matter.disposed || matter.answered || matter.not_accepted || matter.mediation.ended || matter.closed_types.contains("consulted") || matter.closed_types.contains("mediation_ended");
}

constexpr const char* wrong_code = mark("编号或查询码不对，请核对");
constexpr const char* line_down = mark("现在断网，只能查本机登记的");

}  // namespace

void Store::progress_here(const std::string& request, const Matter& matter) {
  Progress progress;
  progress.request = request;
  progress.matter = matter.id;
  progress.lines = matter.lines;
  progress.state_words = std::string(chinese(matter.state));
  progress.deadlines = deadlines(matter, books_.rules.in_force(hall_day(matter.filed_at)), books_.calendar);
  progress.as_of = now_.hall.county_as_of;
  progress.as_of_known = progress.as_of != Time{};
  progress.may_rate = may_rate(matter);
  if (matter.state == MatterState::Registered) {
    // 已登记 → 县里已收到 only when the county said so (need.md 4.2).
    const auto mark = sync_.marks.find(matter.filed_by);
    const auto events = log_->of_matter(matter.id);
    if (mark != sync_.marks.end() && events)
      for (const auto& event : *events)
        if (event.type == "filed" && event.id.origin == matter.filed_by && event.id.seq <= mark->second.county) progress.state_words = tr("县里已收到");
  }
  now_.progress = std::move(progress);
  changed();
}

void Store::progress_there(const std::string& request, const MatterId& matter, const std::string& tag, std::optional<Matter> here) {
  call_hub("POST", "/v1/progress", sync::to_json(sync::ProgressAsk{matter, tag}), Span{here ? 3'000 : 8'000},
           [this, request, here = std::move(here), visit = visit_](const Result<std::string>& body) {
             if (visit != visit_) return;
             const auto answer = body ? sync::progress_answer_from_json(*body) : Result<sync::ProgressAnswer>(body.error());
             if (answer) {
               Progress progress;
               progress.request = request;
               progress.matter = answer->matter;
               progress.lines = answer->lines;
               progress.state_words = answer->county_has_it && answer->state == word(MatterState::Registered) ? tr("县里已收到") : answer->state_words;
               progress.deadlines = answer->deadlines;
               progress.as_of = answer->as_of;
               progress.as_of_known = answer->as_of != Time{};
               progress.may_rate = answer->may_rate && !(here && here->rated);
               now_.progress = std::move(progress);
               changed();
             } else if (here) {
               progress_here(request, *here);
             } else {
               const bool unknown = answer.error().code == Code::NotFound;
               now_.progress = Progress{};
               now_.progress->request = request;
               now_.progress->problems.push_back({"number", unknown ? wrong_code : line_down});
               changed();
             }
           });
}

void Store::on(const AskProgress& command) {
  now_.progress.reset();
  const auto refuse = [&](std::string field, std::string what) {
    now_.progress = Progress{};
    now_.progress->request = command.request;
    now_.progress->problems.push_back({std::move(field), std::move(what)});
    changed();
  };
  const auto number = canonical_matter_id(command.number);
  if (!number) return refuse("number", after_field(number.error().what));
  const auto code = canonical_query_code(command.code);
  if (!code) return refuse("code", after_field(code.error().what));
  const auto events = log_->of_matter(*number);
  if (!events) {
    broken(events.error());
    return refuse("number", tr("设备故障，请到窗口查询"));
  }
  const std::string tag = query_tag(*code, *number);
  std::optional<Matter> here;
  if (Matter matter = fold(*number, *events); !matter.query_tag.empty()) {
    // An unknown number and a wrong code read the same: nobody learns which matters exist.
    if (!same_tag(matter.query_tag, tag)) return refuse("number", wrong_code);
    here = std::move(matter);
  }
  if (enrolled() && (now_.hub_online || !here)) return progress_there(command.request, *number, tag, std::move(here));
  if (!here) return refuse("number", line_down);
  progress_here(command.request, *here);
}

void Store::rate_now(const Rate& command, const MatterId& matter, bool may) {
  if (!may) return settle({command.request, {}, {{"service", tr("这件事现在还不能评价")}}, {}});
  // need.md 4.3: service and outcome apart, and nobody but the citizen.
  const auto stated = state_facts(matter, {Fact{Rated{std::clamp(command.service, 0, 5), std::clamp(command.outcome, 0, 5), command.comment}}});
  settle({command.request, {}, {}, stated ? std::optional<Error>{} : stated.error()});
}

void Store::on(const Rate& command) {
  if (const auto* before = settled(command.request)) return settle(*before);
  if (const auto error = dead()) return settle({command.request, {}, {}, error});
  const auto refuse = [&](std::string field, std::string what) { settle({command.request, {}, {{std::move(field), std::move(what)}}, {}}); };
  const auto number = canonical_matter_id(command.number);
  if (!number) return refuse("number", after_field(number.error().what));
  const auto code = canonical_query_code(command.code);
  if (!code) return refuse("code", after_field(code.error().what));
  const auto comment = clean_text("comment", command.comment, 500);
  if (!comment) return refuse("comment", after_field(comment.error().what));
  const auto events = log_->of_matter(*number);
  if (!events) {
    broken(events.error());
    return settle({command.request, {}, {}, events.error()});
  }
  const std::string tag = query_tag(*code, *number);
  const Matter here = fold(*number, *events);
  if (!here.query_tag.empty() && !same_tag(here.query_tag, tag)) return refuse("number", wrong_code);
  const bool known = !here.query_tag.empty();
  if (here.rated) return rate_now(command, *number, false);
  if (known && may_rate(here)) return rate_now(command, *number, true);
  if (!enrolled()) return known ? rate_now(command, *number, false) : refuse("number", line_down);
  // Whether the talk is over is written at the desk; only the hub knows.
  call_hub("POST", "/v1/progress", sync::to_json(sync::ProgressAsk{*number, tag}), Span{8'000},
           [this, command, matter = *number, visit = visit_](const Result<std::string>& body) {
             if (visit != visit_) return;
             const auto answer = body ? sync::progress_answer_from_json(*body) : Result<sync::ProgressAnswer>(body.error());
             if (answer) return rate_now(command, matter, answer->may_rate);
             if (answer.error().code == Code::NotFound) return settle({command.request, {}, {{"number", wrong_code}}, {}});
             settle({command.request, {}, {}, Error{Code::Unavailable, "rate: " + answer.error().what}});
           });
}

// ---- 请人帮我 --------------------------------------------------------------------------------------------------------------

void Store::send_help() {
  if (!help_ || !enrolled()) return;
  call_hub("POST", "/v1/help", sync::to_json(*help_), Span{5'000}, [this, id = help_->id](const Result<std::string>& body) {
    if (!help_ || help_->id != id || !now_.help) return;
    now_.help->reached = body.has_value();
    if (body)
      if (const auto call = sync::help_call_from_json(*body)) now_.help->taken_by = call->taken_by;
    changed();
  });
}

void Store::on(const CallHelper& command) {
  if (!help_ || help_->id != command.id) {
    help_ = sync::HelpCall{};
    help_->id = command.id;
    help_->kiosk = config_.origin;
    help_->place = config_.place;
    help_->at = wall();
    now_.help = HelpState{};
    now_.help->id = command.id;
  }
  help_->page = command.page;
  help_->draft = command.draft ? encode_petition(*command.draft) : std::string{};
  send_help();
  changed();
}

void Store::on(const StopHelper& command) {
  if (enrolled()) {
    sync::HelpCall stop;
    stop.id = command.id;
    stop.kiosk = config_.origin;
    stop.done = true;
    // A call that cannot be taken back now ends at the hub by itself.
    call_hub("POST", "/v1/help", sync::to_json(stop), Span{5'000}, [](const Result<std::string>&) {});
  }
  if (help_ && help_->id == command.id) help_.reset();
  now_.help.reset();
  changed();
}

void Store::refresh_help() {
  const bool reception = config_.role == "desk-reception";
  if (!enrolled() || help_fetching_ || (!help_ && !reception)) return;
  if (help_ && now_.help && !now_.help->reached) send_help();  // the line is back
  help_fetching_ = true;
  call_hub("GET", "/v1/help", {}, Span{5'000}, [this, reception](const Result<std::string>& body) {
    help_fetching_ = false;
    const auto list = body ? sync::help_list_from_json(*body) : Result<sync::HelpList>(body.error());
    if (!list) return;
    if (reception) {
      const auto same = [](const sync::HelpCall& a, const sync::HelpCall& b) {
        return a.id == b.id && a.page == b.page && a.draft == b.draft && a.taken_by == b.taken_by && a.done == b.done;
      };
      if (std::equal(list->calls.begin(), list->calls.end(), now_.help_calls.begin(), now_.help_calls.end(), same)) return;
      now_.help_calls = list->calls;
      return changed();
    }
    for (const auto& call : list->calls) {
      if (!help_ || !now_.help || call.id != help_->id) continue;
      if (now_.help->taken_by == call.taken_by && now_.help->done == call.done) continue;
      now_.help->reached = true;
      now_.help->taken_by = call.taken_by;
      now_.help->done = call.done;
      now_.help->outcome = call.outcome;
      changed();
    }
  });
}

}  // namespace yizhan::kiosk
