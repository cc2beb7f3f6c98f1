#include "sync/hub_save.h"

#include <fmt/format.h>

#include <filesystem>

#include "core/envelope.h"
#include "core/strokes.h"
#include "sync/hub_process.h"

namespace yizhan::sync {
namespace {

std::string_view ending(std::string_view media_type) {
  if (media_type.starts_with("audio/ogg")) return "opus";
  if (media_type.starts_with("image/jpeg")) return "jpg";
  if (media_type.starts_with("image/png")) return "png";
  return "bin";
}

Result<std::string> whole(const EventLog& log, const Digest& hash) {
  std::string all;
  for (;;) {
    const auto part = log.blob_bytes(hash, all.size());
    if (!part) return part.error();
    if (part->empty()) break;
    all += *part;
  }
  if (hash_bytes(all) != hash) return Error{Code::Corrupt, "attachment: its bytes were changed"};
  return all;
}

}  // namespace

std::string svg_of(const std::string& text) {
  const auto strokes = decode_strokes(text);
  if (!strokes) return {};
  std::string out = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}mm\" height=\"{1}mm\" viewBox=\"0 0 {0} {1}\">\n", strokes->width / 100.0, strokes->height / 100.0);
  for (std::size_t i = 0; i < strokes->ends.size(); ++i) {
    out += "<polyline fill=\"none\" stroke=\"#000\" stroke-width=\"0.7\" stroke-linecap=\"round\" stroke-linejoin=\"round\" points=\"";
    const auto stroke = strokes->stroke(i);
    for (const StrokePoint& p : stroke) out += fmt::format("{},{} ", p.x / 100.0, p.y / 100.0);
    // A dot is a stroke of one point: a line of no length with round ends.
    if (stroke.size() == 1) out += fmt::format("{},{} ", stroke[0].x / 100.0, stroke[0].y / 100.0);
    out += "\"/>\n";
  }
  return out + "</svg>\n";
}

Result<std::vector<Saved>> save_attachments(const EventLog& log, const MatterId& matter, const std::optional<KeyPair>& key, const std::string& dir) {
  std::error_code failed;
  std::filesystem::create_directories(dir, failed);
  if (failed) return Error{Code::Io, dir + ": " + failed.message()};
  const auto events = log.of_matter(matter);
  if (!events) return events.error();
  std::vector<Saved> saved;
  int n = 0;
  const auto write = [&](std::string what, std::string_view end, const std::string& bytes) -> Status {
    const std::string file = fmt::format("{}/{}-{}.{}", dir, matter, ++n, end);
    if (const auto written = write_private_file(file, bytes, false); !written) return written;
    saved.push_back({std::move(what), file, ""});
    return Done{};
  };
  const auto put = [&](const Fact& fact, const std::string& content) -> Status {
    if (const auto* attached = std::get_if<Attached>(&fact)) return write(attached->kind, ending(attached->media_type), content);
    if (const auto* sign = std::get_if<Signed>(&fact)) return write("signature", "svg", svg_of(sign->strokes));
    if (const auto* name = std::get_if<NameDrawn>(&fact)) return write("name", "svg", svg_of(name->strokes));
    return Done{};
  };
  for (const Event& event : *events) {
    auto fact = fact_of(event);
    if (!fact) continue;
    if (const auto* closed = std::get_if<SealedFact>(&*fact)) {
      if (event.type != "signed" && event.type != "name_drawn") continue;
      const auto plain = key ? open_envelope(closed->sealed, matter, *key) : Result<std::string>(Error{Code::NotFound, ""});
      if (!plain) {
        saved.push_back({event.type == "signed" ? "signature" : "name", "", "sealed: --unseal opens it"});
        continue;
      }
      fact = decode_fact(event.type, event.v, *plain);
      if (!fact) return fact.error();
    }
    const auto* attached = std::get_if<Attached>(&*fact);
    if (attached == nullptr) {
      if (const auto done = put(*fact, ""); !done) return done.error();
      continue;
    }
    const auto hash = digest_from_hex(attached->hash);
    const auto blob = hash ? log.blob(*hash) : Result<Blob>(hash.error());
    const std::string what = attached->sealed ? "sealed" : attached->kind;
    if (!blob || !blob->whole()) {
      saved.push_back({what, "", "not here yet"});
      continue;
    }
    const auto bytes = whole(log, *hash);
    if (!bytes) return bytes.error();
    if (!attached->sealed) {
      if (const auto done = put(*fact, *bytes); !done) return done.error();
      continue;
    }
    if (!key) {
      saved.push_back({what, "", "sealed: --unseal opens it"});
      continue;
    }
    const auto opened = open_attachment(*bytes, matter, *key);
    if (!opened) return opened.error();
    const auto inside = decode_stated(opened->about);
    if (!inside) return inside.error();
    if (const auto done = put(*inside, opened->content); !done) return done.error();
  }
  return saved;
}

}  // namespace yizhan::sync
