#include "core/anchor.h"

#include <nlohmann/json.hpp>

namespace yizhan {

std::string anchor_text(const Anchor& a) {
  return "yizhan anchor 1\n" + a.by + "\n" + a.head.origin + "\n" + std::to_string(a.head.seq) + "\n" + hex(a.head.hash) + "\n" +
         std::to_string(a.at.time_since_epoch().count());
}

Anchor make_anchor(const Origin& by, const KeyPair& key, const Head& head, Time at) {
  Anchor anchor{by, key.public_hex, head, at, {}, Span{-1}};
  anchor.signature_hex = sign(anchor_text(anchor), key.secret_hex);
  return anchor;
}

bool check_anchor(const Anchor& a) { return verify_signature(anchor_text(a), a.signature_hex, a.key_hex); }

std::string anchor_line(const Anchor& a) {
  return nlohmann::json{{"anchor", 1},       {"at", a.at.time_since_epoch().count()}, {"by", a.by},        {"hash", hex(a.head.hash)},
                        {"key", a.key_hex},  {"origin", a.head.origin},               {"seq", a.head.seq}, {"signature", a.signature_hex}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::uint64_t may_erase(const std::vector<Anchor>& of_log, Time newest_at, Span calm, Span wait) {
  std::uint64_t until = 0;
  for (const Anchor& a : of_log)
    if (by_county(a) && a.calm.count() >= 0 && calm - a.calm >= wait && newest_at - a.at >= wait && a.head.seq > until && check_anchor(a)) until = a.head.seq;
  return until;
}

Result<Anchor> anchor_from_line(std::string_view line) {
  const Error bad{Code::Invalid, "not a countersignature"};
  try {
    const auto json = nlohmann::json::parse(line);
    if (json.at("anchor") != 1) return bad;
    Anchor a;
    a.by = json.at("by").get<std::string>();
    a.key_hex = json.at("key").get<std::string>();
    a.head.origin = json.at("origin").get<std::string>();
    a.head.seq = json.at("seq").get<std::uint64_t>();
    const auto hash = digest_from_hex(json.at("hash").get<std::string>());
    if (!hash) return bad;
    a.head.hash = *hash;
    a.at = Time{Span{json.at("at").get<std::int64_t>()}};
    a.signature_hex = json.at("signature").get<std::string>();
    if (a.by.size() > 64 || a.head.origin.size() > 64 || a.key_hex.size() != 64 || a.signature_hex.size() != 128) return bad;
    return a;
  } catch (const std::exception&) {
    return bad;
  }
}

Result<std::vector<Anchor>> anchors_from_lines(std::string_view text) {
  std::vector<Anchor> all;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto anchor = anchor_from_line(line);
    if (!anchor) return Error{Code::Invalid, "line " + std::to_string(number) + ": " + anchor.error().what};
    all.push_back(std::move(*anchor));
  }
  return all;
}

}  // namespace yizhan
