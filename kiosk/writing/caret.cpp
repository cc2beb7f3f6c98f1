#include "kiosk/writing/caret.h"

#include <algorithm>

#include "core/text.h"
#include "kiosk/writing/amount.h"
#include "kiosk/writing/phrases.h"

namespace yizhan::writing {

namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }
std::size_t byte_of(std::string_view text, std::size_t caret) {
  if (caret == at_end) return text.size();
  std::size_t i = 0;
  for (; i < text.size(); ++i)
    if (!continues(text[i]) && caret-- == 0) break;
  return i;
}
/// The character that begins at byte `i`.
char32_t at(std::string_view text, std::size_t i) {
  std::size_t end = i + 1;
  while (end < text.size() && continues(text[end])) ++end;
  const auto points = code_points(text.substr(i, end - i));
  return points.empty() ? 0 : points.front();
}
/// Belongs to the character before it.
bool clings(char32_t c) {
  return (c >= 0x300 && c <= 0x36F) || (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0xE0100 && c <= 0xE01EF) ||
         (c >= 0xF71 && c <= 0xFBC);
}
std::size_t one_left(std::string_view text, std::size_t i) {
  while (i > 0) {
    do --i;
    while (i > 0 && continues(text[i]));
    if (i == 0 || !clings(at(text, i))) break;
  }
  return i;
}
std::size_t one_right(std::string_view text, std::size_t i) {
  if (i < text.size()) do ++i;
    while (i < text.size() && (continues(text[i]) || clings(at(text, i))));
  return i;
}
std::size_t caret_at_byte(std::string_view text, std::size_t i) { return i >= text.size() ? at_end : characters(text.substr(0, i)); }

}  // namespace

void insert_at(std::string& text, std::size_t& caret, std::string_view words) {
  const std::size_t byte = byte_of(text, caret);
  text.insert(byte, words);
  if (caret != at_end) caret = caret_at_byte(text, byte + words.size());
}

void erase_before(std::string& text, std::size_t& caret, int count) {
  const std::size_t end = byte_of(text, caret);
  std::size_t begin = end;
  for (; count > 0 && begin > 0; --count) begin = one_left(text, begin);
  text.erase(begin, end - begin);
  if (caret != at_end) caret = caret_at_byte(text, begin);
}

void erase_after(std::string& text, std::size_t& caret, int count) {
  if (caret == at_end) return;
  const std::size_t begin = byte_of(text, caret);
  std::size_t end = begin;
  for (; count > 0 && end < text.size(); --count) end = one_right(text, end);
  text.erase(begin, end - begin);
  caret = caret_at_byte(text, begin);
}

std::size_t stepped(std::string_view text, std::size_t caret, int by) {
  std::size_t byte = byte_of(text, caret);
  for (; by < 0 && byte > 0; ++by) byte = one_left(text, byte);
  for (; by > 0 && byte < text.size(); --by) byte = one_right(text, byte);
  return caret_at_byte(text, byte);
}

std::size_t placed(std::string_view text, std::size_t caret) {
  std::size_t byte = byte_of(text, caret);
  while (byte > 0 && byte < text.size() && clings(at(text, byte))) byte = one_right(text, one_left(text, byte));
  return caret_at_byte(text, byte);
}

std::string_view before_caret(std::string_view text, std::size_t caret, std::size_t most) {
  const std::string_view head = text.substr(0, byte_of(text, caret));
  std::size_t begin = head.size();
  for (; most > 0 && begin > 0; --most) do --begin;
    while (begin > 0 && continues(head[begin]));
  return head.substr(begin);
}

std::string settled(const Keys& keys) {
  std::string words = keys.pad.preview;
  for (const char c : keys.composing)
    if (c != '\'') words += c;
  if (keys.way == Way::Digits && keys.sheet == Sheet::Amount) words += amount_words(keys.typed);
  // The slot that was open is left unsaid: cut() keeps it at the front of the rest.
  if (!keys.rest.empty()) words += finished_phrase(keys.rest);
  return words;
}

}  // namespace yizhan::writing
