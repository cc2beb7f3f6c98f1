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
