#include "kiosk/ink/words.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "core/text.h"

namespace yizhan::ink {
namespace {

constexpr std::array<char, 8> magic{'Y', 'Z', 'I', 'N', 'K', 'W', 'R', 'D'};
constexpr std::size_t words_bytes_max = 4'000'000, known_max = 65'535;
constexpr float unknown = -32;
/// Pairs are counted inside words only, so a pair that no word has may still be written: this much belongs to it.
constexpr float across_words = .5f;

struct Header {
  std::array<char, 8> magic{};
  std::uint32_t version = 0, known = 0, pairs = 0, words = 0, text = 0;
};
static_assert(sizeof(Header) == 28);

float nats(std::uint8_t cost) { return -static_cast<float>(cost) / 8; }

}  // namespace

Result<Words> Words::of(std::span<const std::byte> bytes, const std::string& name) {
  const auto corrupt = [&name](const std::string& why) { return Error{Code::Corrupt, name + ": " + why + "; build the target handwriting_data again"}; };
  Header h;
  if (bytes.size() < sizeof h) return corrupt("the words of handwriting are cut short");
  std::memcpy(&h, bytes.data(), sizeof h);
  if (h.magic != magic) return corrupt("not the words of handwriting");
  if (h.version != words_version) return corrupt("words of version " + std::to_string(h.version) + ", this program reads " + std::to_string(words_version));
  std::size_t at = sizeof h;
  bool whole = true;
  const auto take = [&]<class T>(std::span<const T>& into, std::size_t n) {
    const std::size_t size = n * sizeof(T);
    if (size > bytes.size() || at > bytes.size() - size) {
      whole = false;
      return;
    }
    into = {reinterpret_cast<const T*>(bytes.data() + at), n};  // 4-byte sections come first, then 2, then 1: always aligned
    at += size;
  };
  Words words;
  if (h.known > known_max) return corrupt("the words of handwriting make no sense");
  take(words.codes_, h.known);
  take(words.pairs_, h.pairs);
  take(words.offsets_, std::size_t{h.words} + 1);
  take(words.text_, h.text);
  take(words.cost_, h.known);
  take(words.pair_cost_, h.pairs);
  take(words.word_cost_, h.words);
  if (!whole) return corrupt("the words of handwriting are cut short");
  const bool sound = words.offsets_.back() <= h.text && std::is_sorted(words.offsets_.begin(), words.offsets_.end()) &&
                     std::all_of(words.text_.begin(), words.text_.end(), [&](std::uint16_t i) { return i < h.known; });
  if (!sound) return corrupt("the words of handwriting are damaged");
  return words;
}

Result<Words> Words::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0) {
    if (fd >= 0) ::close(fd);
    return Error{Code::Unavailable, path + ": the words of handwriting are missing; build the target handwriting_data"};
  }
  const auto size = static_cast<std::size_t>(std::max<off_t>(0, info.st_size));
  if (size < sizeof(Header) || size > words_bytes_max) {
    ::close(fd);
    return Error{Code::Corrupt, path + ": the words of handwriting are " + (size < sizeof(Header) ? "cut short" : "too large") + "; build the target handwriting_data again"};
  }
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  ::close(fd);
  if (data == MAP_FAILED) return Error{Code::Unavailable, path + ": cannot be mapped"};
  const std::shared_ptr<const void> mapping(data, [size](const void* start) { ::munmap(const_cast<void*>(start), size); });
  auto words = of({static_cast<const std::byte*>(data), size}, path);
  if (words) words->mapping_ = mapping;
  return words;
}

int Words::index_of(char32_t c) const {
  const auto at = std::lower_bound(codes_.begin(), codes_.end(), static_cast<std::uint32_t>(c));
  return at != codes_.end() && *at == c ? static_cast<int>(at - codes_.begin()) : -1;
}

float Words::likely(char32_t c) const {
  if (codes_.empty()) return 0;
  const int i = index_of(c);
  return i < 0 ? unknown : nats(cost_[static_cast<std::size_t>(i)]);
}

float Words::likely_after(char32_t before, char32_t c) const {
  if (codes_.empty()) return 0;
  const int a = before == 0 ? -1 : index_of(before), b = index_of(c);
  if (b < 0) return unknown;
  const float alone = nats(cost_[static_cast<std::size_t>(b)]);
  if (a < 0) return alone;
  const std::uint32_t key = static_cast<std::uint32_t>(a) << 16 | static_cast<std::uint32_t>(b);
  const auto at = std::lower_bound(pairs_.begin(), pairs_.end(), key);
  const float pair = at != pairs_.end() && *at == key ? std::exp(nats(pair_cost_[static_cast<std::size_t>(at - pairs_.begin())])) : 0;
  return std::log((1 - across_words) * pair + across_words * std::exp(alone));
}

std::vector<std::string> Words::next(std::string_view text, std::size_t n) const {
  std::vector<std::string> found;
  if (codes_.empty() || text.empty() || !valid_utf8(text)) return found;
  constexpr std::size_t reach = 4;
  std::vector<std::uint16_t> tail;
  for (const char32_t c : code_points(text)) {
    const int i = index_of(c);
    if (i < 0) tail.clear();  // a word does not run across a mark or a digit
    else tail.push_back(static_cast<std::uint16_t>(i));
    if (tail.size() > reach) tail.erase(tail.begin());
  }
  for (; !tail.empty() && found.size() < n; tail.erase(tail.begin())) {
    const std::size_t count = word_cost_.size();
    const auto before = [&](std::size_t i) {
      const auto w = word(i);
      return std::lexicographical_compare(w.begin(), w.end(), tail.begin(), tail.end());
    };
    std::size_t low = 0, high = count;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (before(middle)) low = middle + 1;
      else high = middle;
    }
    struct End { std::uint8_t cost; std::size_t word; };
    std::vector<End> ends;
    for (std::size_t i = low; i < count; ++i) {
      const auto w = word(i);
      if (w.size() < tail.size() || !std::equal(tail.begin(), tail.end(), w.begin())) break;
      if (w.size() > tail.size()) ends.push_back({word_cost_[i], i});
    }
    std::stable_sort(ends.begin(), ends.end(), [](const End& a, const End& b) { return a.cost < b.cost; });
    for (const End& end : ends) {
      if (found.size() >= n) break;
      std::string rest;
      for (const std::uint16_t i : word(end.word).subspan(tail.size())) rest += utf8(static_cast<char32_t>(codes_[i]));
      if (std::find(found.begin(), found.end(), rest) == found.end()) found.push_back(std::move(rest));
    }
  }
  return found;
}

}  // namespace yizhan::ink
