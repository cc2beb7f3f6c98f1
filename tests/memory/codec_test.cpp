#include <nlohmann/json.hpp>

#include "core/event_text.h"
#include "core/petition_json.h"
#include "support.h"

using namespace yizhan;
using namespace yizhan::test;
using nlohmann::json;

TEST_CASE("every fact survives being written and read, byte for byte", "[codec]") {
  Dice dice(20261120);
  std::set<std::string_view> types;
  for (int i = 0; i < 5000; ++i) {
    const Fact fact = dice.fact();
    const std::string body = encode_fact(fact);
    const auto read = decode_fact(type_of(fact), 1, body);
    REQUIRE(read);
    REQUIRE(read->index() == fact.index());
    REQUIRE(encode_fact(*read) == body);
    REQUIRE(valid_json(body));
    REQUIRE(body.find('\n') == std::string::npos);
    // Canonical: sorted keys and no spaces, as a second writer makes them.
    REQUIRE(json::parse(body).dump() == body);
    types.insert(std::holds_alternative<SealedFact>(fact) ? std::string_view("a sealed one") : type_of(fact));
  }
  CHECK(types.size() == std::variant_size_v<Fact>);
}

TEST_CASE("a sealed fact keeps the type of what is inside, whatever that is", "[codec]") {
  const SealedFact sealed{"mediation_ended", "QUJD", 3};
  CHECK(type_of(sealed) == "mediation_ended");
  const std::string body = encode_fact(sealed);
  CHECK(body == R"({"key_set":3,"sealed":"QUJD"})");
  const auto read = decode_fact("mediation_ended", 1, body);
  REQUIRE(read);
  REQUIRE(std::holds_alternative<SealedFact>(*read));
  CHECK(std::get<SealedFact>(*read).type == "mediation_ended");
  CHECK(std::get<SealedFact>(*read).key_set == 3);
  // Nobody states the carrier itself.
  CHECK(decode_fact("sealed_fact", 1, body).error().code == Code::NotFound);
  // A matter keeps its own fields beside the envelope.
  const Filed filed{std::nullopt, "QUJD", "tag", "", "national", "", 3, "", ""};
  const auto back = decode_fact("filed", 1, encode_fact(filed));
  REQUIRE(back);
  CHECK(std::get<Filed>(*back).sealed == "QUJD");
  CHECK(std::get<Filed>(*back).query_tag == "tag");
  // Without a key-set the bytes are those of an earlier build.
  CHECK(encode_fact(Filed{std::nullopt, "QUJD", "", "", "", ""}).find("key_set") == std::string::npos);
}

TEST_CASE("a batch without the hashes that can be computed is the same batch", "[codec][sync]") {
  Dice dice(77);
  Author author(test::kiosk);
  std::vector<Event> whole;
  for (int i = 0; i < 50; ++i) whole.push_back(author.say(a_matter, dice.fact(), ten(i)));
  whole[20].body.reset();  // a copy of the header only keeps the hash of its body
  const auto terse = [&](std::size_t i) { return i == 0 || i + 1 == whole.size() ? whole[i] : to_terse(whole[i]); };
  std::vector<Event> read;
  std::size_t full = 0, short_ = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string line, long_line;
    append_line(line, terse(i));
    append_line(long_line, whole[i]);
    full += long_line.size(), short_ += line.size();
    const auto event = parse_line(line);
    REQUIRE(event);
    std::string again;
    append_line(again, *event);
    CHECK(again == line);
    read.push_back(*event);
  }
  CHECK(short_ + 48 * 140 < full);
  const auto batch = check_batch(read);
  REQUIRE(batch);
  for (std::size_t i = 0; i < whole.size(); ++i) CHECK(same(batch->events[i], whole[i]));
  // Whatever is changed inside is seen at the end.
  for (const std::size_t i : {std::size_t{1}, std::size_t{30}, std::size_t{48}}) {
    auto changed = read;
    changed[i].matter = "440583-K03-20261120-0002-5";
    CHECK(check_batch(changed).error().code == Code::Corrupt);
  }
  // Neither end may be terse, and a header alone needs the hash of its body.
  auto open_end = read;
  open_end.back() = to_terse(open_end.back());
  CHECK(check_batch(open_end).error().code == Code::Corrupt);
  std::string line;
  Event bare = to_terse(whole[3]);
  bare.body.reset();
  append_line(line, bare);
  CHECK_FALSE(parse_line(line));
}

TEST_CASE("a fact keeps its values, not only its bytes", "[codec]") {
  const MediationEnded ended{"调解员",    MediationOutcome::Agreed, "分两次付清", 120'000, "2026-12-20", "银行转账", true,
                             "2026-11-20"};
  const auto read = decode_fact("mediation_ended", 1, encode_fact(ended));
  REQUIRE(read);
  const auto& back = std::get<MediationEnded>(*read);
  CHECK(back.outcome == MediationOutcome::Agreed);
  CHECK(back.terms == "分两次付清");
  CHECK(back.amount_fen == 120'000);
  CHECK(back.perform_by == "2026-12-20");
  CHECK(back.oral);

  const Filed filed{sample_petition(), "", "tag", "2026-11", "national 2022-05-01", "line 7"};
  const auto again = decode_fact("filed", 1, encode_fact(filed));
  REQUIRE(again);
  const auto& petition = std::get<Filed>(*again).petition;
  REQUIRE(petition);
  CHECK(petition->answers.counterparty == Counterparty::Employer);
  CHECK(petition->statement.party_complained_of == "星河样板厂");
  CHECK(std::get<Filed>(*again).source_ref == "line 7");
}

TEST_CASE("what the machine suggested is a fact beside the ruling, and routes from before it keep their bytes", "[codec]") {
  Routed routed;
  routed.ruling.window = routed.chosen = "PET";
  const std::string old = encode_fact(routed);
  CHECK(old.find("suggested") == std::string::npos);
  const auto read_old = decode_fact("routed", 1, old);
  REQUIRE(read_old);
  CHECK_FALSE(std::get<Routed>(*read_old).suggested);
  CHECK(encode_fact(*read_old) == old);

  routed.suggested = Suggested{"1-0123abcd", "教育文体", 931, "JY", 804};
  const auto read = decode_fact("routed", 1, encode_fact(routed));
  REQUIRE(read);
  const auto& suggested = std::get<Routed>(*read).suggested;
  REQUIRE(suggested);
  CHECK(suggested->model == "1-0123abcd");
  CHECK(suggested->topic == "教育文体");
  CHECK(suggested->topic_permille == 931);
  CHECK(suggested->window == "JY");
  CHECK(suggested->window_permille == 804);
}

TEST_CASE("missing fields keep their defaults and unknown ones are passed over", "[codec]") {
  const auto read = decode_fact("accepted", 3, R"({"unit":"样板局","colour":"red","deep":{"x":[1,2]}})");
  REQUIRE(read);
  CHECK(std::get<Accepted>(*read).unit == "样板局");
  CHECK(std::get<Accepted>(*read).accepted_on.empty());
  const auto empty = decode_fact("mediation_ended", 1, "{}");
  REQUIRE(empty);
  CHECK(std::get<MediationEnded>(*empty).amount_fen == -1);
}

TEST_CASE("what cannot be read says which field and why", "[codec]") {
  CHECK(decode_fact("weather", 1, "{}").error().code == Code::NotFound);
  CHECK(decode_fact("accepted", 1, "not json").error().code == Code::Invalid);
  CHECK(decode_fact("accepted", 1, "[]").error().code == Code::Invalid);
  const auto type = decode_fact("accepted", 1, R"({"unit":5})");
  REQUIRE_FALSE(type);
  CHECK(type.error().what.find("unit") != std::string::npos);
  const auto word = decode_fact("routed", 1, R"({"ruling":{"reasons":[{},{"basis":{"law":false}}]}})");
  REQUIRE_FALSE(word);
  CHECK(word.error().what.find("ruling.reasons[1].basis.law") != std::string::npos);
  CHECK(decode_fact("queued", 1, R"({"op":"Sing"})").error().code == Code::Invalid);
  CHECK(decode_fact("extended", 1, R"({"days":99999999999})").error().code == Code::Invalid);
  CHECK(decode_fact("extended", 1, R"({"days":18446744073709551615})").error().code == Code::Invalid);
  CHECK(decode_fact("extended", 1, R"({"days":1.5})").error().code == Code::Invalid);
}

TEST_CASE("a text that is not UTF-8 is refused, never mended in silence", "[codec]") {
  const auto body = encode_fact_checked(Rated{5, 5, "好\xff"});
  REQUIRE_FALSE(body);
  CHECK(body.error().code == Code::Invalid);
}

TEST_CASE("a petition travels as text", "[codec]") {
  Dice dice(7);
  for (int i = 0; i < 500; ++i) {
    const Petition petition = dice.petition();
    const std::string text = encode_petition(petition);
    const auto read = decode_petition(text);
    REQUIRE(read);
    REQUIRE(encode_petition(*read) == text);
  }
  const auto line = decode_petition(R"({"channel":"Letter","statement":{"request":"修路"},"title":"关于道路"})");
  REQUIRE(line);
  CHECK(line->channel == Channel::Letter);
  CHECK(line->statement.request == "修路");
  CHECK(line->head_count == 1);
  const auto wrong = decode_petition(R"({"statement":{"request":["修路"]}})");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().what.find("statement.request") != std::string::npos);
  Petition draft;
  draft.statement.facts = "坏字节\xfe尾";
  CHECK(decode_petition(encode_petition(draft))->statement.facts == "坏字节\uFFFD尾");
}

TEST_CASE("an event line is read as it was written", "[codec]") {
  Dice dice(99);
  Author author(kiosk);
  for (int i = 0; i < 2000; ++i) {
    Event event =
        author.say(i % 3 ? a_matter : "", dice.fact(), Time{Span{static_cast<std::int64_t>(dice.below(1u << 30)) - 1000}});
    if (dice.below(4) == 0) event.body.reset();
    if (dice.below(20) == 0) event.body = "not { json";
    std::string line;
    append_line(line, event);
    const auto read = parse_line(line);
    REQUIRE(read);
    REQUIRE(same(*read, event));
  }
}

TEST_CASE("the hash covers the header and what follows from the body", "[codec]") {
  Author author(kiosk);
  const Event event = author.say(a_matter, Accepted{"样板局", "2026-11-20"}, ten());
  CHECK(header_bytes(event) == "{\"at\":1795140000000,\"body_hash\":\"" + hex(event.body_hash) + "\",\"matter\":\"" + a_matter +
                                   R"(","origin":"440583-K03","seq":1,"type":"accepted","v":1})");
  CHECK(hash_bytes(*event.body) == event.body_hash);
  CHECK(chain_hash(Digest{}, event) == event.hash);
  for (int what = 0; what < 6; ++what) {
    Event other = event;
    if (what == 0) other.at += Span{1};
    if (what == 1) other.matter += "0";
    if (what == 2) other.id.origin = desk1;
    if (what == 3) other.id.seq = 2;
    if (what == 4) other.type = "answered";
    if (what == 5) other.v = 2;
    CHECK(chain_hash(Digest{}, other) != event.hash);
  }
  // A published vector, so that another program can be written from the protocol alone.
  CHECK(hex(hash_bytes("abc")) == "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
}

TEST_CASE("a malformed line is refused, whatever is wrong with it", "[codec]") {
  Author author(kiosk);
  std::string good;
  append_line(good, author.say(a_matter, Accepted{"样板局", "2026-11-20"}, ten()));
  REQUIRE(parse_line(good));
  for (std::size_t cut = 0; cut + 1 < good.size(); ++cut) REQUIRE_FALSE(parse_line(std::string_view(good).substr(0, cut)));
  // Only the last brace missing looks like a shorter body; the body's hash finds it.
  const auto shorter = parse_line(std::string_view(good).substr(0, good.size() - 1));
  REQUIRE(shorter);
  CHECK(hash_bytes(*shorter->body) != shorter->body_hash);
  CHECK_FALSE(parse_line(good + " "));
  CHECK_FALSE(parse_line(good + "\n"));
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string line = good;
    line.replace(line.find(from), from.size(), to);
    return parse_line(line);
  };
  CHECK_FALSE(with("440583-K03\",\"seq", "\",\"seq"));
  CHECK_FALSE(with("\"seq\":1", "\"seq\":0"));
  CHECK_FALSE(with("\"seq\":1", "\"seq\":-1"));
  CHECK_FALSE(with("\"seq\":1", "\"seq\":99999999999999999999"));
  CHECK_FALSE(with("\"v\":1", "\"v\":true"));
  CHECK_FALSE(with("\"type\":\"accepted\"", "\"type\":\"" + std::string(65, 'x') + "\""));
  CHECK_FALSE(with("\"type\":\"accepted\"", "\"type\":\"两个\""));
  CHECK_FALSE(with("\"hash\":\"", "\"hash\":\"G"));
  std::string line = good.substr(0, good.find("\"body\":") + 7) + '"' + std::string(event_body_bytes_max, 'x') + "\"}";
  CHECK_FALSE(parse_line(line));
  // A body that is no JSON is kept verbatim: judging it is not the line's business.
  CHECK(*with("\"accepted_on\"", "accepted_on").value().body != "");
}

TEST_CASE("the quick JSON checker agrees with a full parser", "[codec]") {
  const char* yes[] = {"{}", "[]",   " [1, 2.5e-3 , -0 ] ", R"("𠮷\ud842\udfb7\n")", "true", "null", R"({"a":[{"b":null}]})",
                       "0",  "-1E+9"};
  const char* no[] = {"",
                      "{",
                      "{]",
                      "[1,]",
                      "01",
                      "1.",
                      ".5",
                      "+1",
                      "\"\x01\"",
                      R"("\x")",
                      R"("\ud842")",
                      R"("\udfb7")",
                      "{a:1}",
                      "tru",
                      "[1]2",
                      "\"\xff\"",
                      "\"\xc0\x80\"",
                      "\"\xed\xa0\x80\"",
                      "\"\xf4\x90\x80\x80\"",
                      "\"\xe4\xb8\"",
                      "{\"a\" 1}",
                      "nul",
                      "-",
                      "1e",
                      "\"",
                      "[",
                      "\xef\xbb\xbf{}x"};
  for (const auto* text : yes) CHECK(valid_json(text));
  for (const auto* text : no) {
    INFO(text);
    CHECK_FALSE(valid_json(text));
  }
  CHECK_FALSE(valid_json(std::string(100'000, '[')));  // deep nesting must not eat the stack
  Dice dice(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string body = encode_fact(dice.fact());
    for (std::size_t n = 1 + dice.below(2); n > 0; --n) {
      // No new exponents: a number beyond double is well-formed JSON, only the other parser refuses it.
      const char c = static_cast<char>(dice.below(256));
      if (c != 'e' && c != 'E') body[dice.below(body.size())] = c;
    }
    INFO(body);
    REQUIRE(valid_json(body) == json::accept(body));
  }
}
