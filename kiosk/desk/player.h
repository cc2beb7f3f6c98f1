/// Port: lets staff hear one recording at a time. Real: the desk's loudspeaker (kiosk/sound); simulated: below. ui thread.
#pragma once
#include <cstddef>
#include <memory>
#include <vector>

#include "core/result.h"
#include "kiosk/desk/desk.h"

namespace yizhan::kiosk::desk {

struct AttachmentPlayer {
  virtual ~AttachmentPlayer() = default;
  /// Ogg Opus from its beginning; ends what is playing. Returns at once. Errors: Unavailable (no loudspeaker), Corrupt.
  virtual Status play(std::shared_ptr<const std::vector<std::byte>> ogg_opus) = 0;
  virtual void stop() = 0;
  virtual bool playing() const = 0;
  /// Whether nothing can be heard: there turned out to be no loudspeaker.
  virtual bool silent() const = 0;
};

/// Plays nothing; a test says when it has come to its end, or that there is no loudspeaker.
struct SimulatedPlayer final : AttachmentPlayer {
  std::shared_ptr<const std::vector<std::byte>> heard;
  bool running = false, there = true;
  int plays = 0;
  Status play(std::shared_ptr<const std::vector<std::byte>> ogg_opus) override {
    if (!there) return Error{Code::Unavailable, "no loudspeaker"};
    heard = std::move(ogg_opus);
    running = true;
    ++plays;
    return Done{};
  }
  void stop() override { running = false; }
  bool playing() const override { return running; }
  bool silent() const override { return !there; }
};

/// Keeps a player to what the session wants to be heard. Once a frame, after update().
class Following {
 public:
  explicit Following(AttachmentPlayer* player) : player_(player) {}
  /// What the session has to be told: a recording ended, or cannot be heard.
  std::optional<PlayEnded> follow(const DeskSession& session, const Snapshot& world) {
    if (session.playing == hearing_) {
      if (hearing_.empty() || player_->playing()) return {};
      hearing_.clear();
      return PlayEnded{!player_->silent()};
    }
    if (!hearing_.empty()) player_->stop();
    hearing_.clear();
    if (session.playing.empty()) return {};
    const auto found = world.attachments.find(session.playing);
    if (player_ == nullptr || found == world.attachments.end() || !found->second.bytes || !player_->play(found->second.bytes)) return PlayEnded{false};
    hearing_ = session.playing;
    return {};
  }
  bool hearing() const { return !hearing_.empty(); }

 private:
  AttachmentPlayer* player_;
  std::string hearing_;
};

}  // namespace yizhan::kiosk::desk
