/// Words in every form in which a file may hold them, and a search for many of them at once.
#pragma once
#include <iconv.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/seal.h"
#include "core/text.h"

namespace status_tests {

inline std::string converted(const std::string& text, const char* to) {
  iconv_t conversion = iconv_open(to, "UTF-8");
  REQUIRE(conversion != reinterpret_cast<iconv_t>(-1));
  std::string out(text.size() * 4 + 4, '\0');
  char* from = const_cast<char*>(text.data());
  char* at = out.data();
  std::size_t left = text.size(), room = out.size();
  REQUIRE(iconv(conversion, &from, &left, &at, &room) != static_cast<std::size_t>(-1));
  iconv_close(conversion);
  out.resize(out.size() - room);
  return out;
}

inline std::string hex_text(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", c);
    out += two;
  }
  return out;
}

/// Every form of every word: UTF-8, GB 18030, UTF-16 of both orders, UTF-32, hex, base64 at any offset, JSON escapes. A word has four bytes at least.
class Forms {
 public:
  explicit Forms(const std::vector<std::string>& words) {
    for (const std::string& word : words)
      for (std::string& form : of(word)) {
        by_start_[start(form.data())].push_back(all_.size());
        all_.push_back({word, std::move(form)});
      }
  }
  static std::vector<std::string> of(const std::string& word) {
    std::vector<std::string> forms{word, converted(word, "GB18030"), converted(word, "UTF-16LE"), converted(word, "UTF-16BE"), converted(word, "UTF-32LE"), hex_text(word)};
    for (std::size_t shift = 0; shift < 3; ++shift) {
      std::string coded = yizhan::base64(std::string(shift, 'x') + word);
      forms.push_back(coded.substr(shift == 0 ? 0 : 4, coded.size() - 4 - (shift == 0 ? 0 : 4)));
      if (forms.back().size() < 8) forms.pop_back();  // too short to mean anything
    }
    std::string escaped;
    for (const char32_t c : yizhan::code_points(word)) {
      char form[12];
      std::snprintf(form, sizeof form, "\\u%04x", static_cast<unsigned>(c));
      escaped += form;
    }
    forms.push_back(escaped);
    return forms;
  }
  /// The words that stand in these bytes, each once.
  std::vector<std::string> found_in(const std::string& bytes) const {
    std::vector<std::string> found;
    for (std::size_t at = 0; at + 4 <= bytes.size(); ++at) {
      const auto here = by_start_.find(start(bytes.data() + at));
      if (here == by_start_.end()) continue;
      for (const std::size_t i : here->second)
        if (bytes.compare(at, all_[i].form.size(), all_[i].form) == 0 && std::find(found.begin(), found.end(), all_[i].word) == found.end()) found.push_back(all_[i].word);
    }
    return found;
  }

 private:
  struct One { std::string word, form; };
  static std::uint32_t start(const char* at) {
    std::uint32_t four = 0;
    std::memcpy(&four, at, sizeof four);
    return four;
  }
  std::vector<One> all_;
  std::unordered_map<std::uint32_t, std::vector<std::size_t>> by_start_;
};

}  // namespace status_tests
