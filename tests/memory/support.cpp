#include "support.h"

#include <unistd.h>

#include <fstream>
#include <iterator>

#include "core/text.h"

namespace yizhan::test {

Scratch::Scratch(const std::filesystem::path& under) {
  std::string name = (under / "yizhan-test-XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  path_ = name;
}
Scratch::~Scratch() {
  std::error_code ignored;  // leaving a scratch file behind harms nobody
  std::filesystem::remove_all(path_, ignored);
}

std::string files_of(const Scratch& scratch) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch.path())) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(in), {});
  }
  return all;
}

std::string Dice::text() {
  static const std::vector<std::string> pieces = {"驿站", "a",      "\"",     "\\", "\n", "\t",       std::string(1, '\0'),
                                                  "𠮷",   "\u202e", "##name", "%n", "·",  "\x1b[31m", "{}",
                                                  "[1]",  "王",     "0",      " ",  "，", "é",        "\u007f"};
  std::string out;
  for (std::size_t n = below(4) == 0 ? 0 : below(12); n > 0; --n) out += pieces[below(pieces.size())];
  return out;
}
std::vector<std::string> Dice::texts() {
  std::vector<std::string> all(below(4));
  for (auto& t : all) t = text();
  return all;
}
Identity Dice::identity() { return {text(), pick<DocumentKind>(5), text(), text(), text()}; }
Petition Dice::petition() {
  Petition p;
  p.channel = pick<Channel>(5);
  p.kind = pick<MatterKind>(4);
  p.topic = text();
  p.petitioner = identity();
  p.filing_as = pick<FilingAs>(4);
  p.filer = identity();
  p.authority = text();
  p.head_count = static_cast<int>(below(1000)) - 10;
  for (std::size_t n = below(3); n > 0; --n) p.representatives.push_back(identity());
  p.answers = {pick<Answer>(3), pick<Answer>(3), pick<Answer>(3), pick<Counterparty>(9),
               pick<Answer>(3), pick<Answer>(3), pick<Answer>(3)};
  p.statement = {text(), text(), text(), text(), text(), text(), yes()};
  p.title = text();
  p.helper = text();
  p.input = pick<InputWay>(3);
  return p;
}
Ruling Dice::ruling() {
  Ruling r;
  r.window = text();
  r.path = pick<LegalPath>(9);
  r.urgent = yes(), r.sealed = yes(), r.mediatable = yes();
  r.alternatives = texts();
  for (std::size_t n = below(3); n > 0; --n) r.reasons.push_back({text(), {text(), text()}, text(), text()});
  r.rulebook = text();
  return r;
}
Strokes Dice::strokes() {
  Strokes s;
  s.width = static_cast<std::int32_t>(1 + below(stroke_box_max));
  s.height = static_cast<std::int32_t>(1 + below(stroke_box_max));
  const auto inside = [&](std::int32_t max) { return static_cast<std::int32_t>(below(static_cast<std::size_t>(max) + 1)); };
  for (std::size_t n = 1 + below(below(8) == 0 ? strokes_max : 6); n > 0; --n) {
    for (std::size_t p = 1 + below(40); p > 0 && s.points.size() < stroke_points_max; --p) s.points.push_back({inside(s.width), inside(s.height)});
    s.ends.push_back(static_cast<std::uint32_t>(s.points.size()));
  }
  return s;
}
Fact Dice::fact() {
  switch (below(std::variant_size_v<Fact>)) {
    case 0:
      return Filed{yes() ? std::optional<Petition>(petition()) : std::nullopt, text(), text(), text(), text(), text(),
                   yes() ? static_cast<int>(below(9)) : 0, yes() ? text() : std::string(), yes() ? text() : std::string()};
    case 1:
      return Routed{ruling(), text(), pick<ChosenBy>(2),
                    yes() ? std::optional(Suggested{text(), text(), static_cast<int>(below(1001)), text(), static_cast<int>(below(1001))}) : std::nullopt};
    case 2:
      return TicketIssued{text(), text(), pick<Priority>(4), text()};
    case 3:
      return ReceiptPrinted{yes(), text()};
    case 4:
      return Queued{pick<QueueOp>(6), text(), text(), text(), text(), text(), text(), yes()};
    case 5:
      return Viewed{text(), text()};
    case 6:
      return RouteOverridden{text(), pick<LegalPath>(9), text(), text(), text()};
    case 7:
      return Consulted{text(), yes(), text(), text(), pick<LegalPath>(9), texts(), text(), pick<ConsultOutcome>(6), texts()};
    case 8:
      return MediationApplied{text(), text(), text(), text(), text()};
    case 9:
      return MediationConsent{text(), text(), yes(), text()};
    case 10:
      return MediatorsChosen{text(), texts(), text()};
    case 11:
      return MediationSession{text(), text(), text()};
    case 12:
      return MediationEnded{text(), pick<MediationOutcome>(3), text(), static_cast<std::int64_t>(rng_()), text(), text(), yes(),
                            text()};
    case 13:
      return Disposed{text(), pick<Disposition>(7), text(), text(), text(), text()};
    case 14:
      return Rated{static_cast<int>(below(6)), static_cast<int>(below(6)), text()};
    case 15:
      return Transferred{text(), text()};
    case 16:
      return Accepted{text(), text()};
    case 17:
      return NotAccepted{text(), text()};
    case 18:
      return Extended{static_cast<int>(below(31)), text(), text()};
    case 19:
      return Answered{text(), pick<Opinion>(2), text(), text()};
    case 20:
      return Served{text(), text()};
    case 21:
      return Attached{text(), text(), static_cast<std::int64_t>(rng_()), text(), static_cast<std::int64_t>(below(1u << 20)), yes(), text()};
    case 22:
      return Signed{text(), text(), yes() ? encode_strokes(strokes()).value() : text()};
    case 23:
      return NameDrawn{text(), text()};
    case 24:
      return Transcribed{text(), text(), text(), yes()};
    case 25:
      return Checkpointed{below(1u << 20), text(), text(), text(), text(), text(), text(), text(), text()};
    case 26:
      return EpochOpened{text(), below(1u << 20), text(), text()};
    case 27:
      return StatusSealed{static_cast<int>(below(100)), text()};
    case 28:
      return CodeReplaced{text(), text(), text(), text()};
    case 29:
      return Recused{text(), text(), text()};
    case 30:
      return Assigned{text(), text(), text()};
    case 31:
      return StaffSession{text(), text(), text()};
    default:
      return SealedFact{"consulted", text(), static_cast<int>(below(9))};
  }
}

Event Author::say(const MatterId& matter, const Fact& fact, Time at) {
  Event event = make_event(origin_, ++seq_, at, matter, fact, last_);
  last_ = event.hash;
  return event;
}

std::string noise(std::size_t n, std::uint64_t seed) {
  std::mt19937_64 rng(seed);
  std::string out(n, '\0');
  for (char& c : out) c = static_cast<char>(rng() >> 32);
  return out;
}

Attached attached(std::string_view bytes, std::string_view kind) {
  return {std::string(kind), "audio/ogg; codecs=opus", static_cast<std::int64_t>(bytes.size()), hex(hash_bytes(bytes)), 61'000, false, ""};
}

Petition sample_petition() {
  Petition p;
  p.topic = "wages";
  p.petitioner.name = "测试甲";
  p.petitioner.phone = "13800000000";
  p.answers.counterparty = Counterparty::Employer;
  p.answers.in_proceedings = Answer::No;
  p.statement.request = "请帮我要回三个月的工钱。";
  p.statement.facts = "我在星河样板厂搬货，三月到五月没有发钱。";
  p.statement.reasons = "说好按月发，有工牌和记账本。";
  p.statement.place = "云栖县样板路1号";
  p.statement.party_complained_of = "星河样板厂";
  return p;
}

std::unique_ptr<EventLog> open_log(const std::string& path, const std::string& vfs) {
  auto log = EventLog::open(path, EventLog::Mode::ReadWrite, vfs);
  INFO((log ? std::string() : log.error().what));
  REQUIRE(log);
  return std::move(*log);
}

bool same(const Event& a, const Event& b) {
  return a.id == b.id && a.at == b.at && a.matter == b.matter && a.type == b.type && a.v == b.v && a.body_hash == b.body_hash &&
         a.body == b.body && a.hash == b.hash;
}

}  // namespace yizhan::test
