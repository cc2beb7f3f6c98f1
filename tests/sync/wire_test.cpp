#include <zstd.h>

#include "kit.h"

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::kit;

TEST_CASE("everything that travels reads back as it was written", "[wire]") {
  HallNews news;
  news.queues = {{"LAW", 3, 24, 1}, {"PET", 0, 0, 0}};
  news.calls = {{"A012", "1号律师窗口", Time{Span{1763600000123}}, "called", 2}};
  news.upstream_online = true;
  news.county_as_of = Time{Span{1763600000000}};
  news.as_of = Time{Span{1763600001000}};
  CHECK(to_json(must(hall_news_from_json(to_json(news)))) == to_json(news));

  const QueueAsk ask{QueueOp::Move, "r1", "440583-D01", "1号律师窗口", {"LAW", "MED"}, "A012", "MED", "双方愿意谈"};
  CHECK(to_json(must(queue_ask_from_json(to_json(ask)))) == to_json(ask));
  const HelpCall call{"x1", "440583-K01", "一号自助机", Time{Span{5}}, "statement", R"({"a":"\u0000"})", "440583-D03", true, "A012"};
  CHECK(to_json(must(help_call_from_json(to_json(call)))) == to_json(call));
  Heads heads;
  heads.version = 9;
  heads.heads = {{{"440583-K01", 7, hash_bytes("x")}, 5}};
  heads.hall = news;
  CHECK(to_json(must(heads_from_json(to_json(heads)))) == to_json(heads));
  const Ack ack{{"440583-K01", 7, hash_bytes("x")}, 3};
  CHECK(to_json(must(ack_from_json(to_json(ack)))) == to_json(ack));
  ProgressAnswer progress;
  progress.matter = "m";
  progress.lines = {{Time{Span{1}}, "440583-C.H01", "accepted", "单位已受理"}};
  progress.deadlines = {{"handle", must(parse_date("2026-11-20")), must(parse_date("2027-01-19")), false, {"信访工作条例", "34"}, "why", true}};
  CHECK(to_json(must(progress_answer_from_json(to_json(progress)))) == to_json(progress));

  const StaffList people{{{"L01", "林小满", "lawyer", true, false}, {"M02", "赵德福", "mediator", false, true}}, "a challenge", "L01"};
  const StaffList read = must(staff_list_from_json(to_json(people)));
  CHECK(to_json(read) == to_json(people));
  REQUIRE(read.people.size() == 2);
  CHECK(read.people[1].locked);
  CHECK(read.signed_in == "L01");
  CHECK(must(staff_list_from_json(R"({"people":[],"challenge":"c"})")).signed_in.empty());
  const StaffEnter enter{"L01", "a challenge", "verifier", "reply"};
  CHECK(to_json(must(staff_enter_from_json(to_json(enter)))) == to_json(enter));
  const StaffEntered refused{"", "wait", 3, 30, "林小满", "lawyer"};
  CHECK(to_json(must(staff_entered_from_json(to_json(refused)))) == to_json(refused));
  CHECK(must(staff_entered_from_json(R"({"sealed":"box","refused":""})")).left == 0);
  const StaffAdd add{"L01", "a challenge", "482916", "verifier", "reply"};
  CHECK(to_json(must(staff_add_from_json(to_json(add)))) == to_json(add));
}

TEST_CASE("broken JSON of every kind is refused, never thrown across the room", "[wire]") {
  for (const char* bad : {"", "{", "[]", "null", "3", R"({"op":7})", R"({"op":"dance","request":"r"})", "\xff\xfe", R"({"version":"x"})",
                          R"({"durable":false,"origin":"a","seq":1,"hash":"00","county":0})"}) {
    CAPTURE(bad);
    CHECK_FALSE(queue_ask_from_json(bad));
    CHECK_FALSE(heads_from_json(bad));
    CHECK_FALSE(ack_from_json(bad));
    CHECK_FALSE(hall_news_from_json(bad));
    CHECK_FALSE(enrolment_from_json(bad));
    CHECK_FALSE(progress_answer_from_json(bad));
    CHECK_FALSE(help_call_from_json(bad));
    CHECK_FALSE(staff_list_from_json(bad));
    CHECK_FALSE(staff_enter_from_json(bad));
    CHECK_FALSE(staff_entered_from_json(bad));
    CHECK_FALSE(staff_add_from_json(bad));
  }
}

TEST_CASE("JSON that is too deep or too large is refused before a tree is made of it", "[wire]") {
  const auto refused = [](const std::string& text) {
    const auto read = heads_from_json(text);
    return !read && read.error().what.ends_with("too large or too deep");
  };
  CHECK(refused(std::string(1'000'000, '[')));
  CHECK(refused(R"({"version":1,"x":)" + std::string(40, '[') + std::string(40, ']') + "}"));
  CHECK(refused("[" + std::string(3u << 20, ' ') + "]"));
  // Brackets inside a text are text.
  const std::string quoted = R"({"version":1,"now":1,"heads":[],"x":"\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["})";
  const auto read = heads_from_json(quoted);
  CHECK_FALSE(refused(quoted));
  CHECK(read);
}

TEST_CASE("a zstd bomb is cut at the limit, whatever its frame promises", "[wire]") {
  const std::string zeros(64u << 20, '\0');
  const auto honest = zstd_pack(zeros);
  REQUIRE(honest.size() < 10'000);
  CHECK(zstd_unpack(honest, 1u << 20).error().what == "body: too large");
  CHECK(must(zstd_unpack(honest, 64u << 20)) == zeros);

  // A frame that does not say how large it is.
  std::string silent(ZSTD_compressBound(zeros.size()), '\0');
  ZSTD_CCtx* context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
  const auto size = ZSTD_compress2(context, silent.data(), silent.size(), zeros.data(), zeros.size());
  ZSTD_freeCCtx(context);
  REQUIRE(ZSTD_isError(size) == 0);
  silent.resize(size);
  CHECK(zstd_unpack(silent, 1u << 20).error().what == "body: too large");

  CHECK(zstd_unpack(honest.substr(0, honest.size() / 2), 64u << 20).error().code == Code::Invalid);
  CHECK(zstd_unpack("not zstd at all", 1024).error().code == Code::Invalid);
  CHECK(zstd_unpack(honest + "tail", 64u << 20).error().code == Code::Invalid);
  CHECK(zstd_unpack("", 1024).error().code == Code::Invalid);
  Reply gzip{200, {{"Content-Encoding", "gzip"}}, "\x1f\x8b"};
  CHECK(body_of(gzip).error().code == Code::Invalid);
}

TEST_CASE("a body survives packing whether small or large", "[wire]") {
  for (const std::size_t size : {0u, 1u, 512u, 513u, 100'000u}) {
    std::string text(size, 'x');
    Reply reply;
    set_body(reply, text, "application/json");
    CHECK(must(body_of(reply)) == text);
    CHECK(header(reply.headers, "content-encoding") == (size > 512 ? "zstd" : ""));
  }
}

TEST_CASE("targets are taken apart exactly", "[wire]") {
  const auto target = must(parse_target("/v1/log/440583-C.H01?after=17&limit=x&empty&name=%E9%A9%BF"));
  CHECK(target.path == std::vector<std::string>{"v1", "log", "440583-C.H01"});
  CHECK(target.number("after", 1) == 17);
  CHECK(target.number("limit", 5) == 5);
  CHECK(target.number("absent", 6) == 6);
  CHECK(target.value("name") == "驿");
  for (const char* bad : {"", "v1", "/a%", "/a%4", "/a%zz"}) CHECK_FALSE(parse_target(bad));
  CHECK_FALSE(parse_target("/" + std::string(3000, 'a')));
}

TEST_CASE("a number of the protocol is a whole number that fits, or the body is not readable", "[wire][fuzz]") {
  const std::string good = R"({"queues":[{"window":"LAW","waiting":3,"minutes":25,"serving":1}],"calls":[],"upstream_online":false,"county_as_of":0,"as_of":0})";
  REQUIRE(hall_news_from_json(good));
  for (const char* number : {"1e300", "2.5", "99999999999", "\"3\"", "null", "-1e40"}) {
    std::string bad = good;
    bad.replace(bad.find(":3,"), 2, std::string(":") + number);
    INFO(number);
    CHECK_FALSE(hall_news_from_json(bad));
  }
  const std::string hash(64, 'a');
  CHECK(ack_from_json(R"({"durable":true,"origin":"440583-K01","seq":3,"county":0,"hash":")" + hash + "\"}"));
  CHECK_FALSE(ack_from_json(R"({"durable":true,"origin":"440583-K01","seq":-1,"county":0,"hash":")" + hash + "\"}"));
  CHECK_FALSE(ack_from_json(R"({"durable":true,"origin":"440583-K01","seq":3,"county":1.5,"hash":")" + hash + "\"}"));
  for (const char* number : {"1e300", "2.5", "99999999999", "\"3\"", "null"}) {
    INFO(number);
    for (const char* field : {"left", "wait_s"}) CHECK_FALSE(staff_entered_from_json(std::string(R"({"sealed":"","refused":"wait",")") + field + "\":" + number + "}"));
  }
  // And a moment is one that a calendar has.
  std::string late = good;
  late.replace(late.find("\"as_of\":0"), 9, "\"as_of\":9223372036854775807");
  CHECK(hall_day(hall_news_from_json(late).value().as_of) == hall_day(Time::max()));
}
