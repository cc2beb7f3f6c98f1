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

constexpr const char* wrong_code = mark("编号或查询码不对，请核对");
// The same whether the number is unknown or the code is wrong: nobody learns which matters exist.
constexpr const char* not_here = mark("没查到，请核对；别处登记的，断网查不到");

}  // namespace

bool Store::may_be_rated(const Matter& matter) {
  if (matter.rated || matter.closed_types.contains("rated")) return false;
  const bool served = matter.ticket && matter.ticket->state == TicketState::Ended;
  return served || matter.consulted || matter.disposed || matter.answered || matter.not_accepted || matter.mediation.ended || matter.closed_types.contains("consulted") || matter.closed_types.contains("mediation_ended");
}

/// A rating from here may still be on its way to the hub.
bool Store::rated_here(const MatterId& matter) const {
  const auto events = log_->of_matter(matter);
  return events && std::any_of(events->begin(), events->end(), [](const Event& e) { return e.type == "rated"; });
}

void Store::progress_told(const std::string& request, Progress progress) {
  guard_.right();
  progress.request = request;
  now_.progress = std::move(progress);
  changed();
}

void Store::progress_refused(const std::string& request, std::string field, std::string what) {
  now_.progress = Progress{};
  now_.progress->request = request;
  now_.progress->problems.push_back({std::move(field), std::move(what)});
  changed();
}

void Store::progress_there(const std::string& request, const Key& key, std::optional<Progress> here) {
  call_hub("POST", "/v1/progress", sync::to_json(sync::ProgressAsk{key.matter, key.tag}), Span{here ? 3'000 : 8'000},
           [this, request, matter = key.matter, citizen = key.status.public_hex, here = std::move(here), visit = visit_](const Result<std::string>& body) {
             if (visit != visit_) return;
             const auto answer = body ? sync::progress_answer_from_json(*body) : Result<sync::ProgressAnswer>(body.error());
             if (answer) {
               Progress progress;
               progress.matter = answer->matter;
               progress.lines = answer->lines;
               progress.state_words = answer->county_has_it && answer->state == word(MatterState::Registered) ? tr("县里已收到") : answer->state_words;
               progress.deadlines = answer->deadlines;
               progress.as_of = answer->as_of;
               progress.as_of_known = answer->as_of != Time{};
               progress.may_rate = answer->may_rate && !rated_here(matter);
               if (!here || here->state_words != progress.state_words) keep_told(citizen, answer->state, progress);
               return progress_told(request, std::move(progress));
             }
             // The hub's no counts when it must know the matter: a window has given another code since.
             const bool no = answer.error().code == Code::NotFound;
             if (here && !(no && hub_must_know(matter))) return progress_told(request, *here);
             if (no || here) guard_.wrong(clock_.tick());
             progress_refused(request, "number", no ? wrong_code : not_here);
           });
}

void Store::on(const AskProgress& command) {
  now_.progress.reset();
  const auto refuse = [&](std::string field, std::string what) { progress_refused(command.request, std::move(field), std::move(what)); };
  const auto number = canonical_matter_id(command.number);
  if (!number) return refuse("number", after_field(number.error().what));
  const auto code = canonical_query_code(command.code);
  if (!code) return refuse("code", after_field(code.error().what));
  if (const Span wait = guard_.closed_for(clock_.tick()); wait.count() > 0)
    return refuse("number", trf("输错太多次，请等{}秒再查", (wait.count() + 999) / 1000));
  const Key key = derive(*number, *code);
  auto here = known_here(key);
  if (!here) {
    broken(here.error());
    return refuse("number", tr("设备故障，请到窗口查询"));
  }
  // With the line the hub has the last word: it knows what desks wrote since, and which codes a window replaced.
  if (enrolled() && (now_.hub_online || !*here)) return progress_there(command.request, key, std::move(*here));
  if (*here) return progress_told(command.request, std::move(**here));
  guard_.wrong(clock_.tick());
  refuse("number", enrolled() ? not_here : wrong_code);
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
  if (const Span wait = guard_.closed_for(clock_.tick()); wait.count() > 0)
    return refuse("number", trf("输错太多次，请等{}秒再查", (wait.count() + 999) / 1000));
  const Key key = derive(*number, *code);
  const auto here = known_here(key);
  if (!here) {
    broken(here.error());
    return settle({command.request, {}, {}, here.error()});
  }
  const bool known = here->has_value();
  if (known && (*here)->may_rate) return rate_now(command, *number, true);
  if (!enrolled()) {
    if (known) return rate_now(command, *number, false);
    guard_.wrong(clock_.tick());
    return refuse("number", wrong_code);
  }
  // Whether the talk is over is written at the desk; only the hub knows.
  call_hub("POST", "/v1/progress", sync::to_json(sync::ProgressAsk{*number, key.tag}), Span{8'000},
           [this, command, matter = *number, visit = visit_](const Result<std::string>& body) {
             if (visit != visit_) return;
             const auto answer = body ? sync::progress_answer_from_json(*body) : Result<sync::ProgressAnswer>(body.error());
             if (answer) return rate_now(command, matter, answer->may_rate && !rated_here(matter));
             if (answer.error().code == Code::NotFound) {
               guard_.wrong(clock_.tick());
               return settle({command.request, {}, {{"number", wrong_code}}, {}});
             }
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
