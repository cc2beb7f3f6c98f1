// Recordings, signatures and drawn names at the desk: seen by whom the matter was called by, heard, written down as said.
#include <cmath>

#include "kiosk/desk/player.h"
#include "tests/stations/robot.h"

using namespace stations;

namespace {

std::shared_ptr<const std::vector<std::byte>> sound(std::size_t n) { return std::make_shared<const std::vector<std::byte>>(n, std::byte{7}); }

Attachment recording(const std::string& bytes, std::int64_t ms) {
  Attachment a;
  a.what = {std::string(attached_statement), "audio/ogg; codecs=opus", 9000, hex(hash_bytes(bytes)), ms, false, ""};
  return a;
}

/// Something like 张三, in a box of 90 × 35 mm.
Strokes name() {
  Strokes s{9000, 3500, {}, {}};
  const auto curve = [&](float x0, float y0, float x1, float y1, float bend) {
    for (int i = 0; i <= 30; ++i) {
      const float t = static_cast<float>(i) / 30;
      s.points.push_back({static_cast<std::int32_t>(x0 + (x1 - x0) * t), static_cast<std::int32_t>(y0 + (y1 - y0) * t + bend * std::sin(t * 3.14f))});
    }
    s.ends.push_back(static_cast<std::uint32_t>(s.points.size()));
  };
  curve(800, 700, 2300, 800, -120), curve(2300, 800, 900, 1600, 100), curve(900, 1600, 2200, 2500, -200), curve(2200, 2500, 1300, 3100, 250);
  curve(2700, 900, 4300, 850, 80), curve(3500, 400, 3300, 3000, 300), curve(3300, 1900, 4600, 3000, -150);
  curve(5400, 800, 7600, 750, -80), curve(5700, 1700, 7400, 1650, -60), curve(5200, 2700, 8100, 2650, -90);
  return s;
}

void with_parts(Matter& m, int recordings, bool is_signed = true, bool drawn = false) {
  for (int i = 0; i < recordings; ++i) m.attachments.push_back(recording("recording " + std::to_string(i), i == 0 ? 61'400 : 7'000));
  if (is_signed) m.signatures.push_back({Signed{"petitioner", "", encode_strokes(name()).value()}, m.filed_at, true});
  if (drawn) m.names["petitioner.name"] = NameDrawn{"petitioner.name", encode_strokes(name()).value()};
}

struct Desk : Robot {
  explicit Desk(dk::Role role, int recordings, bool is_signed = true, bool drawn = false) : Robot(role) {
    if (role == dk::Role::Reception) station.world.tickets = {ticket("C021", "PET", at("2026-11-20", 9, 30), wages_id, "wages")};
    station.world.open = matter(wages_id, wages());
    with_parts(*station.world.open, recordings, is_signed, drawn);
    rest();
  }
  std::string hash(int i) const { return station.world.open->attachments[static_cast<std::size_t>(i)].what.hash; }
};

}  // namespace

TEST_CASE("a recording and a signature stand at the matter once it is called, and not before", "[screen][attach]") {
  for (const auto role : {dk::Role::Lawyer, dk::Role::Reception}) {
    Desk d(role, 1);
    const bool lawyer = role == dk::Role::Lawyer;
    d.tap(lawyer ? "ticket.A012" : "ticket.C021");
    CHECK_FALSE(d.has("attachment.0.play"));
    d.tap("call_next");
    REQUIRE(d.station.session.serving);
    REQUIRE(d.has("attachment.0.play"));
    CHECK_FALSE(d.enabled("attachment.0.play"));  // its bytes are still on the way
    d.station.world.attachments[d.hash(0)] = {nullptr, "later"};
    d.rest();
    d.check(lawyer ? "lawyer_recording_later" : "reception_recording_later");
    d.station.world.attachments[d.hash(0)] = {sound(9000), ""};
    d.rest();
    CHECK(d.enabled("attachment.0.play"));
    d.check(lawyer ? "lawyer_recording" : "reception_recording");
  }
}

TEST_CASE("a recording is heard from its beginning, stopped, and ends by itself", "[attach]") {
  Desk d(dk::Role::Lawyer, 2);
  dk::SimulatedPlayer player;
  dk::Following following(&player);
  const auto follow = [&] {
    if (const auto ended = following.follow(d.station.session, d.station.world)) d.station.step(*ended);
  };
  d.station.world.attachments[d.hash(0)] = {sound(9000), ""};
  d.station.world.attachments[d.hash(1)] = {sound(8000), ""};
  d.station.step(dk::Play{d.hash(0)});
  CHECK(d.station.session.playing.empty());  // nobody is called yet
  d.tap("call_next");
  d.tap("attachment.0.play");
  follow();
  CHECK(player.running);
  CHECK(player.heard->size() == 9000);
  d.check("lawyer_playing");
  d.tap("attachment.1.play");
  follow();
  CHECK(player.heard->size() == 8000);
  CHECK(player.plays == 2);
  d.tap("attachment.1.play");
  follow();
  CHECK_FALSE(player.running);
  d.key("F11");
  follow();
  CHECK(player.running);
  player.running = false;  // it came to its end
  follow();
  CHECK(d.station.session.playing.empty());
  follow();
  CHECK(player.plays == 3);
  // Whoever locks the desk or puts the person away does not leave a voice talking.
  d.key("F11");
  follow();
  d.key("F12");
  follow();
  CHECK_FALSE(player.running);
  d.key("F12");
  player.there = false;
  d.key("F11");
  follow();
  CHECK(d.station.session.playing.empty());
  CHECK(d.station.session.notice == "没有声音设备，请找管理员");
  dk::Following deaf(nullptr);
  d.key("F11");
  CHECK_FALSE(deaf.follow(d.station.session, d.station.world)->heard);
}

TEST_CASE("staff write a recording down as it was said, read it back, and it stands beside the statement", "[screen][attach][XFTL19]") {
  Desk d(dk::Role::Reception, 1);
  d.station.world.attachments[d.hash(0)] = {sound(9000), ""};
  d.tap("call_next");
  d.tap("attachment.0.write");
  REQUIRE(d.station.session.transcribing == d.hash(0));
  d.check("reception_transcript_empty");
  d.tap("transcript.state");
  REQUIRE(d.station.session.problems.size() == 1);
  CHECK(d.station.session.problems[0].field == "transcript");
  d.check("reception_transcript_missing");
  d.write("transcript", "我去年九月在工地做木工，包工头说年底一起算，到现在还差一万八千六。");
  d.tap("transcript.back");
  CHECK(d.station.draft().transcripts.at(d.hash(0)).read_back);
  d.check("reception_transcript");
  // Another word after it was read back: it has to be read again.
  d.station.step(dk::Typed{"transcript", "我去年九月在工地做木工，包工头说年底一起算，到现在还差一万八千六百块。"});
  CHECK_FALSE(d.station.draft().transcripts.at(d.hash(0)).read_back);
  d.rest();
  d.key("Ctrl+B");
  d.key("Ctrl+S");
  const auto* stated = d.station.stated<Transcribed>();
  REQUIRE(stated);
  CHECK(stated->attachment == d.hash(0));
  CHECK(stated->staff == "周小满");
  CHECK(stated->read_back);
  CHECK(stated->text.ends_with("六百块。"));
  CHECK(d.station.session.transcribing.empty());
  CHECK(d.station.draft().transcripts.empty());
  CHECK(d.station.session.serving);  // the talk goes on
  d.rest();
  d.check("reception_transcribed");
}

TEST_CASE("three recordings, a signature and a drawn name keep to their room", "[screen][attach]") {
  Desk d(dk::Role::Lawyer, 5, true, true);
  for (int i = 0; i < 5; ++i) d.station.world.attachments[d.hash(i)] = {sound(100), ""};
  d.tap("call_next");
  d.check("lawyer_many");
  CHECK(d.has("attachment.1.play"));
  CHECK_FALSE(d.has("attachment.2.play"));
  d.tap("attachments.more");
  d.tap("attachments.more");
  CHECK(d.has("attachment.4.play"));
  d.check("lawyer_many_last");
  d.tap("attachments.more");
  CHECK(d.has("attachment.0.play"));

  Desk only(dk::Role::Mediator, 0);
  only.station.world.tickets = {ticket("B004", "MED", at("2026-11-20", 9, 30), wages_id, "neighbour")};
  only.tap("call_next");
  only.check("mediator_signature");
  CHECK_FALSE(only.has("attachment.0.play"));
}

TEST_CASE("nothing of a sealed matter's attachments shows at a desk", "[screen][attach][XFTL30]") {
  Desk d(dk::Role::Reception, 0, false);
  Attachment a;
  a.what.sealed = true;
  a.what.bytes = 262'600;
  a.what.hash = std::string(64, 'a');
  d.station.world.open->attachments = {a, a, a};
  d.tap("call_next");
  CHECK_FALSE(d.has("attachment.0.play"));
  d.check("reception_sealed_parts");
}
