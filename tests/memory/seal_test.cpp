#include <fstream>
#include <set>

#include "core/seal.h"
#include "support.h"

using namespace yizhan;
using namespace yizhan::test;

TEST_CASE("what is sealed opens with the right key and no other", "[seal][XFTL30]") {
  const KeyPair discipline = make_box_keys(), escrow = make_box_keys(), other = make_box_keys();
  const std::string text = "测试：某某收了钱。";
  const auto envelope = seal(text, a_matter, {discipline.public_hex, escrow.public_hex});
  REQUIRE(envelope);
  CHECK(envelope->find("测试") == std::string::npos);
  CHECK(*unseal(*envelope, a_matter, discipline) == text);
  CHECK(*unseal(*envelope, a_matter, escrow) == text);
  CHECK(unseal(*envelope, a_matter, other).error().code == Code::Invalid);
  CHECK(unseal(*envelope, "440583-K03-20261120-0002-5", discipline).error().code == Code::Invalid);
  CHECK(unseal(*envelope, a_matter, {discipline.public_hex, "zz"}).error().code == Code::Invalid);
}

TEST_CASE("a key or a signature has one text: capitals are refused", "[seal][fuzz]") {
  const KeyPair key{std::string(32, 'a') + std::string(32, '0'), ""}, signing = make_sign_keys();
  const auto capitals = [](std::string text) {
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
  };
  CHECK_FALSE(seal("x", a_matter, {capitals(key.public_hex)}));
  const std::string signature = sign("words", signing.secret_hex);
  REQUIRE(verify_signature("words", signature, signing.public_hex));
  // 64 and 128 random hex digits without a letter do not happen.
  CHECK_FALSE(verify_signature("words", capitals(signature), signing.public_hex));
  CHECK_FALSE(verify_signature("words", signature, capitals(signing.public_hex)));
}

TEST_CASE("one flipped bit anywhere closes an envelope", "[seal]") {
  const KeyPair key = make_box_keys();
  const auto raw = from_base64(*seal("short", a_matter, {key.public_hex}));
  REQUIRE(raw);
  Dice dice(11);
  // All of the head (nonce, wraps, commitment), and a sample of the rest.
  for (std::size_t at = 0; at < raw->size(); at += at < 450 ? 1 : 1 + dice.below(40)) {
    std::string damaged = *raw;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << dice.below(8)));
    INFO(at);
    REQUIRE_FALSE(unseal(base64(damaged), a_matter, key));
  }
  for (const std::size_t cut : {std::size_t{0}, std::size_t{3}, std::size_t{100}, raw->size() - 1})
    REQUIRE_FALSE(unseal(base64(raw->substr(0, cut)), a_matter, key));
  CHECK_FALSE(unseal("no base64!", a_matter, key));
}

TEST_CASE("neither the number of recipients nor the length shows", "[seal]") {
  const KeyPair a = make_box_keys(), b = make_box_keys(), c = make_box_keys();
  std::set<std::size_t> sizes;
  for (const auto& to :
       {std::vector<std::string>{a.public_hex}, {a.public_hex, b.public_hex}, {a.public_hex, b.public_hex, c.public_hex}})
    for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{2000}, std::size_t{4095}})
      sizes.insert(seal(std::string(n, 'x'), a_matter, to)->size());
  CHECK(sizes.size() == 1);
  CHECK(*seal("x", a_matter, {a.public_hex}) != *seal("x", a_matter, {a.public_hex}));
  CHECK(seal("x", a_matter, {}).error().code == Code::Invalid);
  CHECK(seal("x", a_matter, {a.public_hex, a.public_hex, a.public_hex, a.public_hex}).error().code == Code::Invalid);
  CHECK(seal("x", a_matter, {"12"}).error().code == Code::Invalid);
  CHECK(seal("x", a_matter, {std::string(64, '0')}).error().code == Code::Invalid);
  const std::string long_text(20'000 * 3, 'y');
  CHECK(*unseal(*seal(long_text, a_matter, {a.public_hex}), a_matter, a) == long_text);
}

// ---- attachments -------------------------------------------------------------------------------------------------------

namespace {

std::string golden(const std::string& name) {
  std::ifstream in(YIZHAN_SOURCE_DIR "/tests/memory/golden/" + name, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}
KeyPair golden_key() {
  std::istringstream in(golden("discipline.key"));
  KeyPair key;
  in >> key.public_hex >> key.secret_hex;
  return key;
}

}  // namespace

TEST_CASE("what was sealed by any released version opens for ever", "[seal][golden][XFTL30]") {
  std::string envelope = golden("envelope_1.txt");
  envelope.pop_back();
  CHECK(unseal(envelope, a_matter, golden_key()).value() == "测试：样板干部收了钱。");
  const auto opened = open_attachment(golden("attachment_1.sealed"), a_matter, golden_key());
  REQUIRE(opened);
  CHECK(opened->content == noise(40'000, 1));
  const auto about = decode_stated(opened->about);
  REQUIRE(about);
  const auto& fact = std::get<Attached>(*about);
  CHECK(fact.kind == attached_statement);
  CHECK(fact.duration_ms == 61'000);
  CHECK(fact.hash == hex(hash_bytes(opened->content)));
}

TEST_CASE("a sealed attachment opens with the right key, for its matter, and no other way", "[seal][XFTL30]") {
  const KeyPair discipline = make_box_keys(), escrow = make_box_keys(), other = make_box_keys();
  // Around the edges of a piece (16 KiB), of the padding, and nothing at all.
  for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{16'374}, std::size_t{16'375}, std::size_t{16'376}, std::size_t{100'000}, attachment_pad_bytes - 10,
                              attachment_pad_bytes - 9, attachment_bytes_max}) {
    const std::string content = noise(n, n);
    const auto sealed = seal_attachment("a", content, a_matter, {discipline.public_hex, escrow.public_hex});
    REQUIRE(sealed);
    INFO(n);
    CHECK(sealed->size() <= blob_bytes_max);
    for (const KeyPair& key : {discipline, escrow}) {
      const auto opened = open_attachment(*sealed, a_matter, key);
      REQUIRE(opened);
      CHECK(opened->about == "a");
      CHECK(opened->content == content);
    }
    CHECK_FALSE(open_attachment(*sealed, a_matter, other));
    CHECK_FALSE(open_attachment(*sealed, "440583-K03-20261120-0002-5", discipline));
  }
  CHECK(seal_attachment("a", "b", a_matter, {}).error().code == Code::Invalid);
  CHECK(seal_attachment("a", "b", a_matter, {std::string(64, '0')}).error().code == Code::Invalid);
}

TEST_CASE("a sealed attachment that was cut, continued, shuffled or touched stays closed", "[seal]") {
  const KeyPair key = make_box_keys();
  constexpr std::size_t piece = (16u << 10) + 17, pad = 64u << 10;
  const std::string sealed = seal_attachment("what", noise(50'000), a_matter, {key.public_hex}, pad).value();
  REQUIRE(open_attachment(sealed, a_matter, key));
  const std::size_t stream = sealed.size() - 4 * piece;
  const auto closed = [&](const std::string& bytes) { return open_attachment(bytes, a_matter, key).error().code == Code::Invalid; };
  for (std::size_t pieces = 0; pieces < 4; ++pieces) CHECK(closed(sealed.substr(0, stream + pieces * piece)));  // the final tag is required
  // Also where only padding is missing and all of the content would still be there.
  const std::string small = seal_attachment("what", noise(100), a_matter, {key.public_hex}, pad).value();
  for (std::size_t pieces = 0; pieces < 4; ++pieces) CHECK(closed(small.substr(0, stream + pieces * piece)));
  for (const std::size_t cut : {std::size_t{0}, std::size_t{4}, stream - 1, stream + 5, sealed.size() - 1}) CHECK(closed(sealed.substr(0, cut)));
  CHECK(closed(sealed + 'x'));
  CHECK(closed(sealed + sealed.substr(stream)));
  CHECK(closed(sealed.substr(0, stream) + sealed.substr(stream + piece, piece) + sealed.substr(stream, piece) + sealed.substr(stream + 2 * piece)));
  CHECK(closed(sealed.substr(0, stream) + sealed.substr(stream + piece)));
  // The pieces of one do not fit another, sealed for the same matter and key.
  const std::string twin = seal_attachment("what", noise(50'000), a_matter, {key.public_hex}, pad).value();
  CHECK(closed(sealed.substr(0, stream) + twin.substr(stream)));
  Dice dice(5);
  for (std::size_t at = 0; at < sealed.size(); at += at < stream ? 1 : 1 + dice.below(900)) {
    std::string bad = sealed;
    bad[at] = static_cast<char>(bad[at] ^ (1 << dice.below(8)));
    INFO(at);
    REQUIRE(closed(bad));
  }
}

TEST_CASE("a signature, a photo and two minutes of speech look alike when they are sealed", "[seal][XFTL30]") {
  const KeyPair a = make_box_keys(), b = make_box_keys(), c = make_box_keys();
  std::set<std::size_t> sizes;
  for (const auto& to : {std::vector<std::string>{a.public_hex}, {a.public_hex, b.public_hex}, {a.public_hex, b.public_hex, c.public_hex}})
    for (const std::size_t n : {std::size_t{900}, std::size_t{30'000}, std::size_t{240'000}})
      for (const std::string about : {"signed 1", "attached 1 with many more words"}) sizes.insert(seal_attachment(about, noise(n), a_matter, to)->size());
  CHECK(sizes.size() == 1);
  const std::string plain(3000, 'x');
  const auto sealed = seal_attachment("oral_statement", plain, a_matter, {a.public_hex});
  CHECK(sealed->find("oral") == std::string::npos);
  CHECK(sealed->find("xxxx") == std::string::npos);
  CHECK(*sealed != *seal_attachment("oral_statement", plain, a_matter, {a.public_hex}));
}

TEST_CASE("a signature holds for its message and its key", "[seal]") {
  const KeyPair device = make_sign_keys(), other = make_sign_keys();
  const std::string signature = sign("message", device.secret_hex);
  CHECK(signature.size() == 128);
  CHECK(verify_signature("message", signature, device.public_hex));
  CHECK_FALSE(verify_signature("massage", signature, device.public_hex));
  CHECK_FALSE(verify_signature("message", signature, other.public_hex));
  CHECK_FALSE(verify_signature("message", "", device.public_hex));
  CHECK_FALSE(verify_signature("message", signature.substr(2), device.public_hex));
  CHECK(fingerprint(device.public_hex).size() == 24);
  CHECK(fingerprint(device.public_hex) != fingerprint(other.public_hex));
}

TEST_CASE("a query code opens its own matter only", "[seal]") {
  const std::string code = new_query_code();
  CHECK(canonical_query_code(grouped(code)).value() == code);
  const std::string tag = query_tag(code, a_matter);
  CHECK(same_tag(tag, query_tag(code, a_matter)));
  CHECK_FALSE(same_tag(tag, query_tag(new_query_code(), a_matter)));
  CHECK_FALSE(same_tag(tag, query_tag(code, "440583-K03-20261120-0002-5")));
  CHECK_FALSE(same_tag("", ""));
  CHECK(random_id() != random_id());
  CHECK(*from_base64(base64(std::string("\0\xff·", 4))) == std::string("\0\xff·", 4));
  CHECK_FALSE(from_base64("a"));
}
