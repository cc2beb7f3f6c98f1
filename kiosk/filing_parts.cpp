#include "kiosk/filing_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/seal.h"
#include "core/tr.h"

namespace yizhan::kiosk {

namespace {

std::string_view view(const NewAttachment& attachment) {
  if (!attachment.bytes) return {};
  return {reinterpret_cast<const char*>(attachment.bytes->data()), attachment.bytes->size()};
}

/// Printable ASCII: both words stand in lists of desks and programs.
bool plain(std::string_view text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// The places of names there are in this petition.
bool has_person(const Petition& p, std::string_view who) {
  if (who == "petitioner") return true;
  if (who == "filer") return p.filing_as != FilingAs::Self;
  for (std::size_t i = 0; i < p.representatives.size(); ++i)
    if (who == fmt::format("representatives[{}]", i)) return true;
  return false;
}

}  // namespace

bool spoken(const FileMatter& command) {
  return std::any_of(command.attachments.begin(), command.attachments.end(), [](const NewAttachment& a) { return a.kind == attached_statement; });
}

std::vector<Problem> check_parts(const FileMatter& command) {
  std::vector<Problem> problems;
  if (command.attachments.size() > attachments_max) problems.push_back({"attachments", fmt::format(mark("附件最多{}个，请减少"), attachments_max)});
  for (std::size_t i = 0; i < command.attachments.size(); ++i) {
    const NewAttachment& a = command.attachments[i];
    const auto bad = [&](const char* what) { problems.push_back({fmt::format("attachments[{}]", i), what}); };
    if (view(a).empty()) bad(a.kind == attached_statement ? mark("录音是空的，请重新录") : mark("附件是空的，请重新添加"));
    else if (view(a).size() > attachment_bytes_max) bad(a.kind == attached_statement ? mark("录音太长，请录短一些") : mark("附件太大，请换小一些的"));
    else if (!plain(a.kind, 40) || !plain(a.media_type, 100) || a.duration_ms < 0) bad(mark("附件认不出，请重新添加"));
  }
  if (const auto& s = command.signature) {
    const auto drawn = check_strokes(s->strokes);
    if (s->strokes.empty()) problems.push_back({"signature", mark("还没有签名，请重写")});
    else if (!drawn) problems.push_back({"signature", mark("签名笔画太多，请重写")});
    else if (!has_person(command.petition, s->who)) problems.push_back({"signature", mark("不知是谁的签名，请重写")});
    // A signature stands under what was shown; whoever changes a word after it signs again.
    else if (s->text_hash != text_hash(command.petition)) problems.push_back({"signature", mark("内容改过，请重新签名")});
  }
  if (command.names.size() > attachments_max) problems.push_back({"names", mark("手写的名字太多，请减少")});
  for (std::size_t i = 0; i < command.names.size(); ++i) {
    const DrawnName& name = command.names[i];
    const std::string_view place(name.place);
    if (!place.ends_with(".name") || !has_person(command.petition, place.substr(0, place.size() - 5)) || !check_strokes(name.strokes))
      problems.push_back({fmt::format("names[{}]", i), mark("手写的名字认不出，请重写")});
  }
  return problems;
}

Result<Parts> make_parts(const FileMatter& command, const Petition& petition, const Sealing& sealing) {
  Parts parts;
  if (command.attachments.empty() && !command.signature && command.names.empty()) return parts;
  const std::string text = text_hash(petition);
  // Strokes were checked before: what check_parts() lets through can be written.
  const auto strokes = [](const Strokes& s) { return encode_strokes(s).value_or(std::string{}); };
  const Sealer* sealer = sealing.sealer;
  parts.sealed.reserve(command.attachments.size() + command.names.size() + 1);
  std::vector<Fact> sealed_facts;
  const auto add = [&](const Fact& fact, std::string_view bytes) -> Status {
    if (sealer == nullptr) {
      parts.facts.push_back(fact);
      if (!bytes.empty()) parts.blobs.push_back(bytes);
      return Done{};
    }
    if (bytes.empty() && sealer->key_set() > 0) {
      // Every matter may be signed, so that one is signed tells nothing; 256 KiB for a few strokes would fill a village's line.
      auto small = sealer->seal(sealing.of, encode_fact(fact), {sealing.binding.matter, sealing.binding.at, true});
      if (!small) return small.error();
      parts.facts.emplace_back(SealedFact{std::string(type_of(fact)), std::move(*small), sealer->key_set()});
      return Done{};
    }
    auto made = sealer->attachment(sealing.of, encode_stated(fact), bytes, sealing.binding);
    if (!made) return made.error();
    Attached outside;
    outside.bytes = static_cast<std::int64_t>(made->size());
    outside.hash = hex(hash_bytes(*made));
    outside.sealed = true;
    sealed_facts.emplace_back(std::move(outside));
    parts.sealed.push_back(std::move(*made));
    parts.blobs.push_back(parts.sealed.back());
    return Done{};
  };
  for (const NewAttachment& a : command.attachments) {
    const auto bytes = view(a);
    if (auto added = add(Attached{a.kind, a.media_type, static_cast<std::int64_t>(bytes.size()), hex(hash_bytes(bytes)), a.duration_ms, false, text}, bytes); !added)
      return added.error();
  }
  if (command.signature)
    if (auto added = add(Signed{command.signature->who, text, strokes(command.signature->strokes)}, {}); !added) return added.error();
  for (const DrawnName& name : command.names)
    if (auto added = add(NameDrawn{name.place, strokes(name.strokes)}, {}); !added) return added.error();
  // By their hashes, which are chance: the order in which they were made would tell which is the signature.
  std::sort(sealed_facts.begin(), sealed_facts.end(), [](const Fact& a, const Fact& b) { return std::get<Attached>(a).hash < std::get<Attached>(b).hash; });
  parts.facts.insert(parts.facts.end(), sealed_facts.begin(), sealed_facts.end());
  return parts;
}

}  // namespace yizhan::kiosk
