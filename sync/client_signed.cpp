// Signed calls: how a device signs a request and checks a hub's reply, one call outside the step machine, and enrolment.
#include "sync/client.h"

namespace yizhan::sync {

void sign_request(Request& request, const Origin& self, const KeyPair& key, Time wall) {
  const auto time = std::to_string(wall.time_since_epoch().count());
  request.headers.push_back({"Yizhan-Device", self});
  request.headers.push_back({"Yizhan-Time", time});
  request.headers.push_back({"Yizhan-Signature", sign(request_text(request, time), key.secret_hex)});
}

Status check_reply(const Reply& reply, const Request& request, std::string_view hub_public_hex) {
  if (reply.status >= 300 && reply.status < 400) return Error{Code::Unavailable, "not our hub: redirect"};
  const auto signature = header(reply.headers, "Yizhan-Signature");
  if (signature.empty()) {
    // What stands in front of a hub (its own HTTP edge, a proxy) may be too busy; that is trouble, never success.
    if (reply.status >= 400) return Error{Code::Unavailable, "no hub behind it: status " + std::to_string(reply.status)};
    const auto type = header(reply.headers, "Content-Type");
    return Error{Code::Unavailable, type.starts_with("text/html") ? "not our hub: a web page" : "not our hub: unsigned reply"};
  }
  if (!verify_signature(reply_text(reply, request), signature, hub_public_hex)) return Error{Code::Unavailable, "not our hub: wrong signature"};
  if (reply.status >= 200 && reply.status < 300) return Done{};
  Refusal refusal{"unavailable", "status " + std::to_string(reply.status), 0};
  if (const auto body = body_of(reply))
    if (auto read = refusal_from_json(*body)) refusal = std::move(*read);
  Code code = Code::Invalid;
  if (refusal.code == "gap" || refusal.code == "not_found") code = Code::NotFound;
  else if (refusal.code == "fork" || refusal.code == "conflict") code = Code::Conflict;
  else if (refusal.code == "corrupt") code = Code::Corrupt;
  else if (refusal.code == "unavailable") code = Code::Unavailable;
  return Error{code, refusal.code + ": " + refusal.what};
}

Result<std::string> ask(Transport& transport, const Pinned& pinned, std::string_view method, std::string_view target, std::string body,
                        Time wall, Span patience) {
  Request request{std::string(method), std::string(target), {}, {}};
  if (!body.empty()) set_body(request, std::move(body), "application/json");
  sign_request(request, pinned.self, pinned.key, wall);
  const auto reply = transport.exchange(request, patience);
  if (!reply) return reply.error();
  if (const auto sound = check_reply(*reply, request, pinned.hub_public_hex); !sound) return sound.error();
  return body_of(*reply);
}

Result<Enrolment> enrol(Transport& transport, const EnrolAsk& ask, const KeyPair& key, Time wall) {
  Request request{"POST", "/v1/enrol", {}, {}};
  set_body(request, to_json(ask), "application/json");
  sign_request(request, ask.origin, key, wall);
  const auto reply = transport.exchange(request, Span{15'000});
  if (!reply) return reply.error();
  const auto body = body_of(*reply);
  if (!body) return body.error();
  if (reply->status != 200) {
    if (const auto refusal = refusal_from_json(*body); refusal && reply->status < 500)
      return Error{Code::Invalid, refusal->code + ": " + refusal->what};
    return Error{Code::Unavailable, "no hub behind it: status " + std::to_string(reply->status)};
  }
  auto enrolment = enrolment_from_json(*body);
  if (!enrolment) return Error{Code::Unavailable, "not a hub: " + enrolment.error().what};
  // The reply must at least be signed by the very key it asks us to pin.
  if (const auto sound = check_reply(*reply, request, enrolment->hub_public_hex); !sound) return sound.error();
  if (enrolment->origin != ask.origin) return Error{Code::Unavailable, "not a hub: enrolled somebody else"};
  return enrolment;
}

}  // namespace yizhan::sync
