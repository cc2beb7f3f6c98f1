// The second envelope, the key-set and the port that joins them (trust.md §8.2, 8.3, 8.9).
#include <sodium.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/envelope.h"
#include "core/key_set.h"
#include "core/sealer.h"
#include "support.h"

using namespace yizhan;
using namespace yizhan::test;

namespace {

constexpr const char* a_hall = "440583-H01";
const Time at_ten = ten();

/// Whether one wrap, alone, opens with this key.
bool opens_box(const std::string& wrap, const KeyPair& key) {
  const auto bytes = [](const std::string& hex) {
    std::vector<unsigned char> out(hex.size() / 2);
    sodium_hex2bin(out.data(), out.size(), hex.data(), hex.size(), nullptr, nullptr, nullptr);
    return out;
  };
  unsigned char plain[64];
  return crypto_box_seal_open(plain, reinterpret_cast<const unsigned char*>(wrap.data()), wrap.size(), bytes(key.public_hex).data(), bytes(key.secret_hex).data()) == 0;
}

/// Everybody who may be a recipient in the tests, with the secrets nobody in a hall would have.
struct Town {
  KeyPair root = make_sign_keys(), hall = make_box_keys(), other_hall = make_box_keys(), county = make_box_keys(), discipline = make_box_keys(), escrow = make_box_keys(),
          device = make_sign_keys();
  KeySet set(int version = 1) const {
    KeySet s;
    s.version = version;
    s.issued = s.not_before = at_ten;
    s.not_after = at_ten + std::chrono::hours(24 * 365);
    s.root_public_hex = root.public_hex;
    s.recipients = {{"H01-1", "hall", a_hall, hall.public_hex},   {"H02-1", "hall", "440583-H02", other_hall.public_hex}, {"C-1", "county", "", county.public_hex},
                    {"D-1", "discipline", "", discipline.public_hex}, {"E-1", "escrow", "", escrow.public_hex}};
    return s;
  }
  std::shared_ptr<const Sealer> sealer() const { return make_sealer(set(), "440583-K03", a_hall, device); }
};

std::string golden(const std::string& name) {
  std::ifstream in(YIZHAN_SOURCE_DIR "/tests/memory/golden/" + name, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// One contract for every sealer (house.md §8): what it says it seals opens for the class's recipients and for nobody else.
void keeps_the_contract(const Sealer& sealer, SealClass of, const std::vector<KeyPair>& readers, const std::vector<KeyPair>& others) {
  const std::string text = "测试：样板厂三个月没有发钱。";
  const auto envelope = sealer.seal(of, text, {a_matter, at_ten});
  REQUIRE(envelope);
  CHECK(envelope->find("测试") == std::string::npos);
  const auto attachment = sealer.attachment(of, "about", noise(3000), {a_matter, at_ten});
  REQUIRE(attachment);
  for (const KeyPair& key : readers) {
    CHECK(open_any(*envelope, a_matter, key).value() == text);
    CHECK(open_attachment(*attachment, a_matter, key).value().content == noise(3000));
    CHECK_FALSE(open_any(*envelope, "440583-K03-20261120-0002-5", key));
  }
  for (const KeyPair& key : others) {
    CHECK_FALSE(open_any(*envelope, a_matter, key));
    CHECK_FALSE(open_attachment(*attachment, a_matter, key));
  }
}

}  // namespace

TEST_CASE("an ordinary matter opens for the hall's duty, the county and escrow; an accusation for discipline and escrow only", "[seal][key_set][XFTL30]") {
  const Town town;
  const auto sealer = town.sealer();
  keeps_the_contract(*sealer, SealClass::Ordinary, {town.hall, town.county, town.escrow}, {town.discipline, town.other_hall});
  keeps_the_contract(*sealer, SealClass::Accusation, {town.discipline, town.escrow}, {town.hall, town.county, town.other_hall});
  CHECK(sealer->key_set() == 1);
}

TEST_CASE("what was made ahead of a press seals for the same readers, and each key once", "[seal][key_set][XFTL30]") {
  const Town town;
  const auto sealer = town.sealer();
  sealer->prepare();
  sealer->prepare();
  // More than are made ahead: the last ones are made with their envelope.
  std::set<std::string> fresh;
  const std::size_t wraps_at = 3 + 1 + 1 + std::string_view(a_matter).size() + 1 + 10 + 8 + 4 + 1 + 24;
  for (int i = 0; i < 5; ++i)
    for (const SealClass of : {SealClass::Ordinary, SealClass::Accusation}) {
      const bool accusation = of == SealClass::Accusation;
      const std::string text = "第" + std::to_string(i) + "封";
      const auto envelope = sealer->seal(of, text, {a_matter, at_ten});
      REQUIRE(envelope);
      for (const auto& [key, reads] : {std::pair{town.hall, !accusation}, {town.county, !accusation}, {town.discipline, accusation}, {town.escrow, true}, {town.other_hall, false}}) {
        const auto opened = open_any(*envelope, a_matter, key);
        CHECK(opened.has_value() == reads);
        if (opened) CHECK(*opened == text);
      }
      const std::string raw = from_base64(*envelope).value();
      for (std::size_t wrap = 0; wrap < 3; ++wrap) CHECK(fresh.insert(raw.substr(wraps_at + wrap * 112, 32)).second);
    }
  CHECK(fresh.size() == 5 * 2 * 3);
}

TEST_CASE("base64 is what libsodium writes, at every length", "[seal]") {
  for (std::size_t n = 0; n < 200; ++n) {
    const std::string data = noise(n);
    std::string theirs(sodium_base64_encoded_len(n, sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(theirs.data(), theirs.size(), reinterpret_cast<const unsigned char*>(data.data()), n, sodium_base64_VARIANT_ORIGINAL);
    theirs.pop_back();
    CHECK(base64(data) == theirs);
  }
}

TEST_CASE("a hall without a key-set seals accusations only, as it did before", "[seal][key_set][XFTL30]") {
  const KeyPair discipline = make_box_keys();
  const auto early = make_early_sealer({discipline.public_hex});
  keeps_the_contract(*early, SealClass::Accusation, {discipline}, {make_box_keys()});
  CHECK(early->seal(SealClass::Ordinary, "x", {a_matter, at_ten}).error().code == Code::Unavailable);
  CHECK(make_early_sealer({})->seal(SealClass::Accusation, "x", {a_matter, at_ten}).error().code == Code::Unavailable);
  CHECK(early->key_set() == 0);
}

TEST_CASE("from outside an accusation and an ordinary matter are the same: length, head, number of wraps", "[seal][XFTL30]") {
  const Town town;
  const auto sealer = town.sealer();
  std::set<std::size_t> sizes;
  for (const SealClass of : {SealClass::Ordinary, SealClass::Accusation})
    for (const std::size_t n : {std::size_t{0}, std::size_t{10}, std::size_t{300}, std::size_t{900}}) sizes.insert(sealer->seal(of, noise(n), {a_matter, at_ten})->size());
  CHECK(sizes.size() == 1);
  const auto raw = [&](SealClass of) { return from_base64(*sealer->seal(of, "x", {a_matter, at_ten})).value(); };
  const std::string a = raw(SealClass::Ordinary), b = raw(SealClass::Accusation);
  const std::size_t head = 3 + 1 + 1 + std::string_view(a_matter).size() + 1 + 10 + 8 + 4 + 1;
  CHECK(a.substr(0, head) == b.substr(0, head));
  const auto read = envelope_head(base64(b));
  REQUIRE(read);
  CHECK(read->matter == a_matter);
  CHECK(read->device == "440583-K03");
  CHECK(read->at == at_ten);
  CHECK(read->key_set == 1);
  // The steps of the size.
  CHECK(padded_bytes(1) == 2048);
  CHECK(padded_bytes(2048) == 2048);
  CHECK(padded_bytes(1, true) == 256);
  CHECK(padded_bytes(257, true) == 512);
  CHECK(padded_bytes(2048, true) == 2048);
  CHECK(padded_bytes(2049, true) == 4096);
  CHECK(padded_bytes(2049) == 4096);
  CHECK(padded_bytes(4097) == 8192);
}

TEST_CASE("the place of a wrap does not tell whose it is", "[seal][XFTL30]") {
  const Town town;
  const auto sealer = town.sealer();
  // A wrap is opened by trial, so the place of the escrow's is found by cutting the others: count where it lies in 60 envelopes.
  std::set<std::size_t> places;
  const std::size_t wraps_at = 3 + 1 + 1 + std::string_view(a_matter).size() + 1 + 10 + 8 + 4 + 1 + 24;
  for (int i = 0; i < 60; ++i) {
    const std::string raw = from_base64(*sealer->seal(SealClass::Accusation, "x", {a_matter, at_ten})).value();
    for (std::size_t w = 0; w < 3; ++w) {
      std::string one = raw;
      for (std::size_t other = 0; other < 3; ++other)
        if (other != w) one.replace(wraps_at + other * 112, 112, std::string(112, '\0'));
      // The rest is bound to all three, so the wrap itself is tried: a changed envelope never opens.
      CHECK_FALSE(open_any(base64(one), a_matter, town.escrow));
      const auto sealed_box = one.substr(wraps_at + w * 112, 112);
      if (opens_box(sealed_box, town.escrow)) places.insert(w);
    }
  }
  CHECK(places == std::set<std::size_t>{0, 1, 2});
}

TEST_CASE("one flipped bit anywhere closes a second envelope, or unmasks its signature", "[seal]") {
  const Town town;
  const auto envelope = town.sealer()->seal(SealClass::Ordinary, "short", {a_matter, at_ten});
  REQUIRE(envelope);
  CHECK(envelope_signed_by(*envelope, town.device.public_hex));
  CHECK_FALSE(envelope_signed_by(*envelope, town.root.public_hex));
  CHECK_FALSE(envelope_signed_by(*envelope, "zz"));
  const auto raw = from_base64(*envelope);
  REQUIRE(raw);
  Dice dice(12);
  for (std::size_t at = 0; at < raw->size(); ++at) {
    std::string damaged = *raw;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << dice.below(8)));
    INFO(at);
    const std::string text = base64(damaged);
    REQUIRE_FALSE(envelope_signed_by(text, town.device.public_hex));
    if (at >= raw->size() - 64) continue;  // the signature itself: the text under it is whole
    // A wrap that is not the hall's may be damaged: the cipher is bound to it all the same.
    REQUIRE_FALSE(open_envelope(text, a_matter, town.hall));
  }
  for (std::size_t cut = 0; cut < raw->size(); cut += 7) {
    REQUIRE_FALSE(open_envelope(base64(raw->substr(0, cut)), a_matter, town.hall));
    REQUIRE_FALSE(envelope_signed_by(base64(raw->substr(0, cut)), town.device.public_hex));
  }
  CHECK_FALSE(open_envelope("no base64!", a_matter, town.hall));
  CHECK_FALSE(envelope_head(""));
}

TEST_CASE("whatever length, an envelope gives back what was put in", "[seal]") {
  const Town town;
  Dice dice(13);
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{1020}, std::size_t{1021}, std::size_t{4096}, std::size_t{60'000}, std::size_t{900'000}}) {
    const std::string text = noise(n, n + 1);
    CHECK(open_envelope(*town.sealer()->seal(SealClass::Ordinary, text, {a_matter, at_ten}), a_matter, town.county).value() == text);
  }
  for (int i = 0; i < 40; ++i) {
    const std::string text = encode_content({dice.petition(), {}});
    CHECK(open_envelope(*town.sealer()->seal(SealClass::Accusation, text, {a_matter, at_ten}), a_matter, town.discipline).value() == text);
  }
}

TEST_CASE("what a sealed matter holds inside comes back as it was", "[seal][codec]") {
  FiledContent content{sample_petition(), {}, Suggested{"m", "wages", 900, "LAW", 800}, ChosenBy::Staff};
  content.ruling.window = "LAW";
  content.ruling.path = LegalPath::Arbitration;
  content.ruling.reasons = {{"labour", {"信访工作条例", "31"}, "劳动报酬", "先去仲裁"}};
  const std::string text = encode_content(content);
  const auto back = decode_content(text);
  REQUIRE(back);
  CHECK(encode_content(*back) == text);
  CHECK(back->petition.statement.facts == content.petition.statement.facts);
  CHECK(back->ruling.path == LegalPath::Arbitration);
  CHECK(back->suggested->window_permille == 800);
  CHECK(back->by == ChosenBy::Staff);
  CHECK(decode_content("[]").error().code == Code::Invalid);
}

TEST_CASE("what the second envelope sealed opens for ever", "[seal][golden]") {
  std::istringstream keys(golden("envelope_2.keys"));
  KeyPair recipient, device;
  keys >> recipient.public_hex >> recipient.secret_hex >> device.public_hex;
  std::string envelope = golden("envelope_2.txt");
  envelope.pop_back();
  CHECK(open_any(envelope, a_matter, recipient).value() == "测试：样板厂三个月没有发钱，请帮我要回拖欠的工资。");
  CHECK(envelope_signed_by(envelope, device.public_hex));
  CHECK(envelope_head(envelope).value().key_set == 7);
}

// Makes the golden envelope above. Run once per version of the envelope, never again for the same one:
//   test_memory "[.make_golden]"
TEST_CASE("make the golden envelope", "[.make_golden]") {
  const KeyPair recipient = make_box_keys(), device = make_sign_keys();
  const auto envelope = seal_envelope("测试：样板厂三个月没有发钱，请帮我要回拖欠的工资。", {1, a_matter, "440583-K03", at_ten, 7}, {recipient.public_hex}, device.secret_hex);
  REQUIRE(envelope);
  const std::string dir = YIZHAN_SOURCE_DIR "/tests/memory/golden/";
  std::ofstream(dir + "envelope_2.txt") << *envelope << "\n";
  std::ofstream(dir + "envelope_2.keys") << recipient.public_hex << "\n" << recipient.secret_hex << "\n" << device.public_hex << "\n";
}

// ---- the key-set -----------------------------------------------------------------------------------------------------

TEST_CASE("a key-set comes back as it was signed, and only as it was signed", "[key_set]") {
  const Town town;
  KeySet set = town.set(4);
  set.revoked = {"440583-K09"};
  const std::string text = encode_key_set(set, town.root.secret_hex);
  const auto read = decode_key_set(text);
  REQUIRE(read);
  CHECK(*read == set);
  CHECK(decode_key_set(text, town.root.public_hex));
  CHECK(decode_key_set(text, make_sign_keys().public_hex).error().what.find("another root") != std::string::npos);
  // Signed by somebody who is not the root he names.
  CHECK(decode_key_set(encode_key_set(set, make_sign_keys().secret_hex)).error().what.find("signature") != std::string::npos);
  Dice dice(14);
  for (int i = 0; i < 400; ++i) {
    std::string damaged = text;
    const std::size_t at = dice.below(damaged.size());
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << dice.below(7)));
    INFO(at);
    REQUIRE_FALSE(decode_key_set(damaged));
  }
}

TEST_CASE("a key-set that is not what it should be is refused with the reason", "[key_set]") {
  using nlohmann::json;
  const Town town;
  const json good = json::parse(encode_key_set(town.set(), town.root.secret_hex));
  struct Row { const char* what; std::function<void(json&)> change; const char* words; };
  const Row rows[] = {
      {"an unknown field", [](json& s) { s["plus"] = 1; }, "unknown or missing"},
      {"a missing field", [](json& s) { s.erase("revoked"); }, "unknown or missing"},
      {"version 0", [](json& s) { s["version"] = 0; }, "version"},
      {"a negative version", [](json& s) { s["version"] = -1; }, "version"},
      {"two of one id", [](json& s) { s["recipients"][1]["id"] = s["recipients"][0]["id"]; }, "id"},
      {"an id with a quote", [](json& s) { s["recipients"][0]["id"] = "a\"b"; }, "id"},
      {"a hall key without its hall", [](json& s) { s["recipients"][0]["hall"] = ""; }, "hall"},
      {"a county key with a hall", [](json& s) { s["recipients"][2]["hall"] = "440583-H01"; }, "hall"},
      {"an unknown purpose", [](json& s) { s["recipients"][0]["purpose"] = "police"; }, "purpose"},
      {"a key that is none", [](json& s) { s["recipients"][0]["public"] = "12"; }, "64 hex"},
      {"no discipline key", [](json& s) { s["recipients"].erase(3); }, "discipline"},
      {"a time as text", [](json& s) { s["not_after"] = "tomorrow"; }, "time"},
      {"a list as text", [](json& s) { s["revoked"] = "all"; }, "list"},
      {"a recipient with a field more", [](json& s) { s["recipients"][0]["note"] = "x"; }, "unknown or missing"},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    json set = good["set"];
    row.change(set);
    const std::string text = set.dump();
    const auto read = decode_key_set(json{{"set", set}, {"signature", sign("yizhan-key-set\n" + text, town.root.secret_hex)}}.dump());
    REQUIRE_FALSE(read);
    CHECK(read.error().what.find(row.words) != std::string::npos);
  }
  CHECK_FALSE(decode_key_set(""));
  CHECK_FALSE(decode_key_set("[]"));
  CHECK_FALSE(decode_key_set(std::string(key_set_bytes_max + 1, ' ')));
}

TEST_CASE("a newer key-set of the same root follows, nothing else", "[key_set]") {
  const Town town;
  CHECK(may_follow(town.set(1), town.set(2)));
  CHECK(may_follow(town.set(2), town.set(2)).error().code == Code::Conflict);
  CHECK(may_follow(town.set(2), town.set(1)).error().code == Code::Conflict);
  KeySet other = town.set(9);
  other.root_public_hex = make_sign_keys().public_hex;
  CHECK(may_follow(town.set(1), other).error().code == Code::Conflict);
}

TEST_CASE("a revoked recipient gets nothing from that moment; the others go on", "[key_set][XFTL30]") {
  const Town town;
  KeySet set = town.set();
  set.revoked = {"H01-1"};
  CHECK(recipients_of(set, SealClass::Ordinary, a_hall).value() == std::vector{town.county.public_hex, town.escrow.public_hex});
  set.revoked = {"H01-1", "C-1"};
  CHECK(recipients_of(set, SealClass::Ordinary, a_hall).error().code == Code::Unavailable);
  set.revoked = {"D-1"};
  CHECK(recipients_of(set, SealClass::Accusation, a_hall).error().code == Code::Unavailable);
  // A key that follows another takes its place: the last one listed.
  set = town.set();
  const KeyPair next = make_box_keys();
  set.recipients.push_back({"H01-2", "hall", a_hall, next.public_hex});
  CHECK(recipients_of(set, SealClass::Ordinary, a_hall).value().front() == next.public_hex);
  set.revoked = {"H01-2"};
  CHECK(recipients_of(set, SealClass::Ordinary, a_hall).value().front() == town.hall.public_hex);
  // A hall that has no key of its own is still read by the county.
  CHECK(recipients_of(set, SealClass::Ordinary, "440583-H07").value() == std::vector{town.county.public_hex, town.escrow.public_hex});
}

TEST_CASE("a key-set grows old with an alarm, not with a closed door", "[key_set]") {
  const Town town;
  const KeySet set = town.set();
  CHECK(freshness(set, set.not_after) == Freshness::Fresh);
  CHECK(freshness(set, set.not_after + Span{1}) == Freshness::Expired);
  CHECK(freshness(set, set.not_after + key_set_grace) == Freshness::Expired);
  CHECK(freshness(set, set.not_after + key_set_grace + Span{1}) == Freshness::Overdue);
  KeySet for_ever = set;
  for_ever.not_after = Time{Span::max() - Span{1}};  // no arithmetic runs over the end of time
  CHECK(freshness(for_ever, Time{Span::max()}) == Freshness::Expired);
  CHECK(recipients_of(set, SealClass::Ordinary, a_hall));
}

TEST_CASE("any two custodians give the escrow key back, none alone does", "[key_set]") {
  const KeyPair a = make_box_keys(), b = make_box_keys(), c = make_box_keys(), stranger = make_box_keys(), escrow = make_box_keys();
  const auto shares = escrow_secret(escrow.secret_hex, {a.public_hex, b.public_hex, c.public_hex});
  REQUIRE(shares);
  CHECK(shares->size() == 3);
  const std::vector<std::pair<KeyPair, KeyPair>> pairs = {{a, b}, {b, c}, {a, c}};
  for (const auto& [first, second] : pairs) {
    const auto half = open_escrow(*shares, first);
    REQUIRE(half);
    const auto whole = open_escrow(*half, second);
    REQUIRE(whole);
    CHECK(from_base64(whole->front()).value() == escrow.secret_hex);
    // One alone, twice, comes no further.
    CHECK_FALSE(open_escrow(*half, first));
  }
  CHECK_FALSE(open_escrow(*shares, stranger));
  CHECK_FALSE(open_escrow({"%%"}, a));
  CHECK_FALSE(escrow_secret(escrow.secret_hex, {a.public_hex, b.public_hex}));
}
