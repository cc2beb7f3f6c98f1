/// What the tests of filing share: the shipped rulebook, and a matter that must be sealed.
#pragma once
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>
#include <string>

#include "core/router.h"
#include "support.h"

namespace yizhan::test {

inline const RuleBooks& rules() {
  static const RuleBooks books = [] {
    std::ifstream in(YIZHAN_SOURCE_DIR "/assets/rulebooks/national.toml", std::ios::binary);
    auto book = load_rulebook(std::string(std::istreambuf_iterator<char>(in), {}), "national.toml");
    INFO((book ? "" : book.error().what));
    REQUIRE(book);
    RuleBooks all;
    REQUIRE(add(all, std::move(*book)));
    return all;
  }();
  return books;
}

/// About an official by name: XFTL 30.
inline Petition accusation() {
  Petition p = sample_petition();
  p.kind = MatterKind::Accusation;
  p.topic = "official";
  p.answers = {};
  p.answers.about_official = Answer::Yes;
  p.statement.request = "请查一查这个人。";
  p.statement.facts = "样板干部收了钱。";
  p.statement.party_complained_of = "样板干部";
  return p;
}

}  // namespace yizhan::test
