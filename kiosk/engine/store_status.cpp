// How far a matter is, answered without the line: number and code make a key, the key opens what the county sealed (docs/RECEIPTS.md). And the
// new code a window gives to who lost theirs.
#include <algorithm>

#include "core/status.h"
#include "core/tr.h"
#include "kiosk/engine/pulls.h"
#include "kiosk/engine/store.h"

namespace yizhan::kiosk {
namespace {

constexpr Span unshown_shown{120'000};           // trust.md R1
constexpr Span unshown_age_max{15 * 60'000};     // after a longer cut the person has gone home, or to the window

bool is_status(const Event& event) {
  const Origin stream = device_of(event.id.origin);  // a county that was restored goes on in its next epoch
  return event.type == "status_sealed" && stream.size() == 12 && stream.substr(7, 3) == "C.S";
}

/// A status for nobody, of the usual size: an unknown number must cost what a known one costs.
const std::string& nobodys_status() {
  static const std::string sealed = seal_status("{}", make_box_keys().public_hex).value_or("");
  return sealed;
}

/// The hall's last answer to this citizen, sealed to their code as the county's statuses are: what desks wrote reaches a kiosk through its hub only, and the
/// county seals it hours later (docs/RECEIPTS.md).
std::string told_key(const MatterId& matter) { return "told/" + matter; }

std::optional<std::string> seal_told(const std::string& citizen_public_hex, std::string_view state, const Progress& progress) {
  const auto known = matter_state(state);
  if (!known) return std::nullopt;  // a newer hub's
  CitizenStatus status{progress.matter, 0, progress.as_of, *known, progress.may_rate, progress.lines, progress.deadlines};
  fit(status);
  const auto sealed = seal_status(encode_status(status), citizen_public_hex);
  return sealed ? std::optional(*sealed) : std::nullopt;
}

template <class Key>
std::optional<CitizenStatus> told_before(const EventLog& log, const Key& key) {
  const auto sealed = log.note(told_key(key.matter));
  const auto plain = sealed ? open_status(*sealed, key.status) : Result<std::string>(sealed.error());
  const auto status = plain ? decode_status(*plain) : Result<CitizenStatus>(plain.error());
  if (!status || status->matter != key.matter) return std::nullopt;
  return *status;
}

}  // namespace

Store::Key Store::derive(const MatterId& matter, std::string_view code) { return {matter, query_tag(code, matter), status_key(code, matter)}; }

Result<std::optional<Progress>> Store::known_here(const Key& key) {
  const auto events = log_->of_matter(key.matter);
  if (!events) return events.error();
  StatusSealed newest;
  int newest_epoch = 0;  // restored from a copy the county counts on from there: its later word may have the smaller number
  for (const Event& event : *events) {
    if (!is_status(event)) continue;
    const auto fact = fact_of(event);
    if (const auto* sealed = fact ? std::get_if<StatusSealed>(&*fact) : nullptr; sealed != nullptr && std::pair(epoch_of(event.id.origin), sealed->n) >= std::pair(newest_epoch, newest.n))
      newest_epoch = epoch_of(event.id.origin), newest = *sealed;
  }
  const auto plain = open_status(newest.sealed.empty() ? nobodys_status() : newest.sealed, key.status);
  const auto status = plain ? decode_status(*plain) : Result<CitizenStatus>(plain.error());
  const bool opened = status && status->matter == key.matter && status->n == newest.n;
  const Matter here = fold(key.matter, *events);
  // What the county sealed last counts: after a lost code was replaced at a window, our own verifier still fits the old one.
  if (newest.sealed.empty() ? !same_tag(here.query_tag, key.tag) : !opened) return std::optional<Progress>{};

  Progress progress;
  progress.matter = key.matter;
  progress.lines = here.lines;
  progress.state_words = std::string(chinese(here.state));
  progress.may_rate = may_be_rated(here);
  progress.as_of = now_.hall.county_as_of;
  MatterState state = here.state;
  const auto add = [&](const std::vector<Line>& lines) {
    for (const Line& line : lines) {
      const auto same = [&](const Line& own) { return own.type == line.type && own.at == line.at; };
      if (std::none_of(progress.lines.begin(), progress.lines.end(), same)) progress.lines.push_back(line);
    }
    std::stable_sort(progress.lines.begin(), progress.lines.end(), [](const Line& a, const Line& b) { return a.at < b.at; });
  };
  if (opened) {
    add(status->lines);
    state = std::max(state, status->state);
    progress.state_words = tr(std::string(words_at_county(state)));
    progress.deadlines = status->deadlines;
    progress.may_rate = !here.rated && (progress.may_rate || status->may_rate);
    progress.as_of = std::max(progress.as_of, status->at);
  } else {
    progress.deadlines = deadlines(here, books_.rules.in_force(hall_day(here.filed_at)), books_.calendar);
    // 已登记 → 县里已收到 only when the county said so (need.md 4.2).
    const auto mark = sync_.marks.find(here.filed_by);
    if (state == MatterState::Registered && mark != sync_.marks.end())
      for (const Event& event : *events)
        if (event.type == "filed" && event.id.origin == here.filed_by && event.id.seq <= mark->second.county) progress.state_words = tr("县里已收到");
  }
  // Who was told more here while the line was up is not told less now.
  if (const auto told = told_before(*log_, key); told && told->state > state) {
    add(told->lines);
    progress.state_words = tr(std::string(words_at_county(told->state)));
    progress.deadlines = told->deadlines;
    progress.may_rate = !here.rated && (progress.may_rate || told->may_rate);
    progress.as_of = std::max(progress.as_of, told->at);
  }
  progress.as_of_known = progress.as_of != Time{};
  return std::optional(std::move(progress));
}

void Store::keep_told(const std::string& citizen_public_hex, std::string_view state, const Progress& progress) {
  if (dead()) return;
  const auto sealed = seal_told(citizen_public_hex, state, progress);
  // What is not written costs one older answer, with its date, should the line be cut before the county has sealed a newer one.
  if (sealed) static_cast<void>(log_->put_note(told_key(progress.matter), *sealed));
}

bool Store::hub_must_know(const MatterId& matter) const {
  const auto events = log_->of_matter(matter);
  if (!events) return true;
  for (const Event& event : *events) {
    if (event.type != "filed" || device_of(event.id.origin) != device_of(config_.origin)) continue;
    const auto mark = sync_.marks.find(event.id.origin);
    return mark != sync_.marks.end() && mark->second.hub >= event.id.seq;
  }
  return true;
}

// ---- the code that was never shown (trust.md R1, R31) ------------------------------------------------------------------------

void Store::look_for_unshown(const MatterId& matter, Time at) {
  if (config_.role != "kiosk" || matter.empty() || at + unshown_age_max < wall() || at > wall()) return;
  if (const auto shown = log_->note("engine.shown"); shown && *shown == matter) return;
  unshown_until_ = clock_.tick() + unshown_shown;
  now_.unshown = true;
  changed();
}

void Store::shown(const MatterId& matter) {
  if (config_.role != "kiosk" || matter.empty() || told_shown_ == matter) return;
  // A note that was not written costs two minutes of one sentence on the first page after a power cut.
  if (!dead() && log_->put_note("engine.shown", matter)) told_shown_ = matter;
}

void Store::on(const ReceiptShown& command) {
  if (receipt_ && receipt_->request == command.request) shown(receipt_->matter);
}

// ---- a lost code --------------------------------------------------------------------------------------------------------------

void Store::on(const ReplaceCode& command) {
  if (now_.replaced && now_.replaced->request == command.request) return changed();
  const auto refuse = [&](std::string what) {
    now_.replaced.reset();
    now_.outcome = Outcome{command.request, {}, {{"code", std::move(what)}}, {}};
    changed();
  };
  if (config_.role != "desk-reception") return refuse(tr("只有接待窗口能换查询码"));
  if (!now_.open || now_.open->id != command.matter || open_ != command.matter) return refuse(tr("请先打开这件事项"));
  const Matter& matter = *now_.open;
  // XFTL 30: what nobody here can read names nobody whose card could be compared.
  if (matter.sealed || !matter.petition) return refuse(tr("密封事项不能在窗口换查询码"));
  if (matter.petition->petitioner.number.empty() && matter.petition->petitioner.name.empty()) return refuse(tr("没留姓名的事项，查询码丢了不能补"));
  const std::string code = new_query_code();
  const Key key = derive(command.matter, code);
  const auto stated = state_facts(command.matter, {Fact{CodeReplaced{command.staff, key.tag, key.status.public_hex, command.reason}}});
  if (!stated) {
    now_.outcome = Outcome{command.request, {}, {}, stated.error()};
    return changed();
  }
  now_.replaced = Replaced{command.request, command.matter, code};
  Receipt slip;
  slip.request = command.request;
  slip.matter = command.matter;
  slip.query_code = code;
  slip.at = wall();
  if (const auto head = log_->head(config_.origin)) slip.chain8 = hex(head->hash).substr(0, 8);
  receipt_ = std::move(slip);
  if (open_ == command.matter) refresh_open();
  changed();
}

void Store::on(const ForgetCode&) {
  now_.replaced.reset();
  if (receipt_ && receipt_->ticket.empty()) receipt_.reset();
  changed();
}

}  // namespace yizhan::kiosk
