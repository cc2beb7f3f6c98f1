#include "kiosk/app_sound.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "core/books.h"
#include "core/text.h"
#include "kiosk/engine/wipe.h"
#include "kiosk/sound/speech.h"

namespace yizhan::kiosk {
namespace {

constexpr Span started_patience{700};  ///< until a loudspeaker reports that it speaks

/// Tones are for what a finger did on purpose, not for what the machine finds out.
bool makes_a_tone(const Action& action) { return !std::holds_alternative<News>(action) && !std::holds_alternative<Touched>(action) && !std::holds_alternative<Record>(action); }

std::string unspaced(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '-') out += c;
  return out;
}

}  // namespace

std::vector<std::string> personal_texts(const Session& s) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& text) {
    if (characters(text) >= 2) out.push_back(unspaced(text));
  };
  for (const Identity* who : {&s.me, &s.other})
    for (const std::string* text : {&who->name, &who->number, &who->phone, &who->address}) add(*text);
  for (const std::string& name : s.representatives) add(name);
  for (const std::string* text : {&s.statement.request, &s.statement.facts, &s.statement.reasons, &s.statement.place, &s.statement.party_complained_of, &s.code}) add(*text);
  if (s.number.size() > 7) add(s.number);  // the first seven are the hall's own
  if (s.receipt)
    for (const std::string* text : {&s.receipt->matter, &s.receipt->query_code}) add(*text);
  return out;
}

sound::Utterance guarded(sound::Utterance utterance, const Session& session) {
  const auto theirs = personal_texts(session);
  for (sound::Phrase& phrase : utterance.phrases) {
    if (phrase.personal) continue;
    const std::string text = unspaced(phrase.text);
    phrase.personal = std::any_of(theirs.begin(), theirs.end(), [&](const std::string& own) { return text.find(own) != std::string::npos; });
  }
  return utterance;
}

sound::Tuning tuning_of(const Settings& settings) { return {std::clamp(settings.volume, 0, sound::volume_max), static_cast<sound::Pace>(std::clamp(settings.pace, 0, 2))}; }

sound::SoundOptions sound_options(const Config& config) {
  sound::SoundOptions options;
  options.assets = find_built(config.assets_dir, "voice", "readings.tsv");
  options.voice = config.voice;
  options.speaker = config.speaker;
  options.handset = config.handset;
  options.microphone = config.microphone;
  options.after_each = wipe_stack;
  return options;
}

AppSound::AppSound(std::string mode, bool has_handset, Open open, std::function<void()> wake)
    : mode_(std::move(mode)), has_handset_(has_handset), open_(std::move(open)), wake_(std::move(wake)), failed_(mode_ == "none") {}

AppSound::~AppSound() {
  if (opening_.valid()) opening_.wait();
  if (sound_) sound_->on_news({});
}

void AppSound::load() {
  if (sound_ || failed_ || opening_.valid()) return;
  opening_ = std::async(std::launch::async, [open = open_, wake = wake_] {
    auto sound = open();
    wake();
    return sound;
  });
}

sound::Sound* AppSound::ready() {
  if (opening_.valid() && opening_.wait_for(std::chrono::seconds(0)) == std::future_status::ready) {
    auto opened = opening_.get();
    if (opened) {
      sound_ = std::move(*opened);
      sound_->on_news(wake_);
      if (const auto state = sound_->speaker().state(); !state.trouble.empty()) std::fprintf(stderr, "sound: %s\n", state.trouble.c_str());
    } else {
      failed_ = true;  // silent from here on; doctor names it, and the words are all on the screen
      std::fprintf(stderr, "%s\n", opened.error().what.c_str());
    }
  }
  if (sound_ && waiting_) {
    sound_->speaker().say(std::move(waiting_->first), waiting_->second);
    waiting_.reset();
  }
  return sound_.get();
}

void AppSound::touched() {
  load();
  waiting_.reset();
  if (auto* sound = ready()) sound->speaker().stop();
}

void AppSound::pressed(const Action& action, const Settings& settings) {
  if (std::holds_alternative<Again>(action)) again_ = true;
  if (std::holds_alternative<Set>(action)) tuned_ = true;
  if (auto* sound = ready(); sound != nullptr && makes_a_tone(action)) sound->speaker().tone(sound::Tone::Key, settings.volume);
}

void AppSound::say(sound::Utterance utterance, const Session& session) {
  if (utterance.empty() || failed_ || session.settings.volume == 0) return;
  load();
  utterance = guarded(std::move(utterance), session);
  // What nobody may hear is not carried about.
  if (!has_handset_) std::erase_if(utterance.phrases, [](const sound::Phrase& phrase) { return phrase.personal; });
  if (auto* sound = ready()) sound->speaker().say(std::move(utterance), tuning_of(session.settings));
  else if (!waiting_) waiting_.emplace(std::move(utterance), tuning_of(session.settings));
  else waiting_->first.phrases.insert(waiting_->first.phrases.end(), utterance.phrases.begin(), utterance.phrases.end());
}

void AppSound::drawn(ui::Ui& ui, const Session& session, Screen screen) {
  if (failed_) return;
  ready();
  const std::string page = std::string(word(screen)) + " " + std::to_string(session.index) + " " + std::to_string(session.page);
  sound::Utterance opening = sound::say_opening(ui);
  const bool entered = page != page_;
  const bool again = std::exchange(again_, false), tuned = std::exchange(tuned_, false);
  // Nobody is spoken to who is not there, and nobody is spoken over.
  const bool quiet = session.visit.empty() || session.microphone == Microphone::Recording || session.playing;
  // The five keys say where they stand, whatever the pages do by themselves.
  const ui::Focus& focus = ui.focus();
  const bool moved = focus.moved != std::exchange(focus_moved_, focus.moved) && focus.at != ui::FocusAt::Nothing;
  by_keys_ |= moved;
  if (quiet) {
    // The next page that opens says itself.
  } else if (again) {
    say(sound::say_page(ui), session);
  } else if (moved && focus.at == ui::FocusAt::Control) {
    if (entered) say(opening, session);
    say(sound::say_control(ui, focus.name), session);
  } else if (moved && focus.at == ui::FocusAt::Row) {
    say({{sound::Phrase{focus.words, true, false, {}}}}, session);  // which keys lie there is nobody else's business
  } else if (moved) {
    say(opening, session);
  } else if (mode_ == "page" || session.listening || screen == Screen::Idle) {
    // The first page waits for a touch: a hall full of talking machines helps nobody.
    if (tuned || (entered && screen != Screen::Home)) say(opening, session);
    else if (!entered) say(sound::news(said_, opening), session);
  }
  page_ = page;
  said_ = std::move(opening);
}

std::optional<Action> AppSound::heard(const Session& session, Tick now) {
  if (std::exchange(by_keys_, false) && !session.visit.empty() && !session.listening) return Listens{};
  const bool wanted = session.microphone == Microphone::Recording;
  if (wanted && failed_) return NoMicrophone{};
  if (!wanted && !recording_ && !awaiting_ && !playing_ && !session.playing) return {};
  load();
  auto* sound = ready();
  if (failed_) return wanted ? std::optional<Action>(NoMicrophone{}) : std::nullopt;
  if (sound == nullptr) return {};
  sound::Recorder& recorder = sound->recorder();
  const auto given = [&](sound::Recording made) -> Action {
    return Recorded{{std::make_shared<const std::vector<std::byte>>(std::move(made.bytes)), made.length}};
  };
  if (wanted && !recording_ && !awaiting_) {
    recorder.start();
    recording_ = true;
    return {};
  }
  if (recording_) {
    const auto state = recorder.state();
    if (!wanted) {
      recorder.stop(true);
      recording_ = false;
      awaiting_ = true;
    } else if (!state.recording) {
      recording_ = false;
      sound::Recording made = recorder.take();
      if (state.microphone == sound::Device::Absent && made.empty()) return NoMicrophone{};
      if (state.full) sound->speaker().tone(sound::Tone::End, session.settings.volume);
      return given(std::move(made));
    }
    return {};
  }
  if (awaiting_) {
    if (recorder.state().recording) return {};
    awaiting_ = false;
    sound::Recording made = recorder.take();
    if (made.empty()) return {};
    sound->speaker().tone(sound::Tone::End, session.settings.volume);
    return given(std::move(made));
  }
  if (session.playing && !playing_) {
    sound->speaker().stop();
    // Their own voice: in the handset when there is one; otherwise into the room where it was just spoken, because they asked for it.
    sound->speaker().say({{sound::Phrase{"", has_handset_, false, session.oral.bytes}}}, {std::max(session.settings.volume, 1), sound::Pace::Normal});
    playing_ = true;
    playing_since_ = now;
    return {};
  }
  if (playing_ && !session.playing) {
    playing_ = false;
    sound->speaker().stop();
  } else if (playing_ && now - playing_since_ > started_patience && !sound->speaker().state().speaking) {
    playing_ = false;
    return PlayOral{false};
  }
  return {};
}

sound::RecorderState AppSound::recorder() const { return sound_ ? sound_->recorder().state() : sound::RecorderState{}; }

void AppSound::ended() {
  waiting_.reset();
  said_ = {};
  page_.clear();
  again_ = tuned_ = recording_ = awaiting_ = playing_ = false;
  if (!sound_) return;
  sound_->speaker().stop();
  sound_->recorder().stop(false);
}

}  // namespace yizhan::kiosk
