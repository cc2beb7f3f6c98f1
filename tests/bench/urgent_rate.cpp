/// How many rows of real text the urgent rules take for danger, and how many written cases they find.
///   urgent_rate [--list even|odd] [DATA_DIR]     the folder with complaints/*.tsv; else $YIZHAN_DATA_DIR, else ../shared/data
///   urgent_rate --lines FILE [--list missed|found]   one statement a line: how many ring, for a county that tries its own words
/// Prints n, rate and the 95 % Wilson interval for each file. docs/SIGNALS.md tells which half was read
/// when. --list shows rows to the person who mends rules: they belong to nobody here, never copy them.
/// Exit: 0 within limits, 1 not, 77 no data (skipped).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "core/router.h"
#include "core/text.h"

using namespace yizhan;

namespace {

constexpr double false_alarms_max = 0.003, found_min = 0.95;

std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> all(1);
  for (const char c : line) {
    if (c == '\t') all.emplace_back();
    else if (c != '\r') all.back() += c;
  }
  return all;
}

struct Count {
  int hits = 0, n = 0;
  double rate() const { return n == 0 ? 0 : static_cast<double>(hits) / n; }
  std::string words() const {
    const double z = 1.96, m = std::max(1, n), p = hits / m, centre = (p + z * z / (2 * m)) / (1 + z * z / m);
    const double half = z * std::sqrt(p * (1 - p) / m + z * z / (4 * m * m)) / (1 + z * z / m);
    return fmt::format("{:5} of {:6}  {:6.2f} %  [{:.2f}, {:.2f}]", hits, n, 100 * rate(), 100 * std::max(0.0, centre - half), 100 * std::min(1.0, centre + half));
  }
  void add(bool hit) { hits += hit, ++n; }
};

/// Which signal spoke, and which of its words stand in the text.
std::string why(const RuleBook& book, const std::string& text) {
  Found found;
  book.index->scan(text, found);
  book.index->settle(found);
  std::string out;
  for (std::size_t i = 0; i < book.signals.size(); ++i) {
    if ((found.signals >> i & 1U) == 0) continue;
    out += " " + book.signals[i].id + ":";
    for (const std::string& list : book.signals[i].words)
      for (const std::string& word : book.words.at(list)) {
        const std::size_t gap = word.find("…"), at = text.find(word.substr(0, gap));
        if (at == std::string::npos || (gap != std::string::npos && text.find(word.substr(gap + 3), at) == std::string::npos)) continue;
        const std::size_t from = at < 60 ? 0 : at - 60;
        out += word + "[" + printable(text.substr(from, 150)) + "] ";
      }
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  std::string data, list, lines;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--list" && i + 1 < argc) list = argv[++i];
    else if (std::string_view(argv[i]) == "--lines" && i + 1 < argc) lines = argv[++i];
    else data = argv[i];
  }
  const char* given = std::getenv("YIZHAN_DATA_DIR");
  if (data.empty()) data = given != nullptr ? given : YIZHAN_SOURCE_DIR "/../shared/data";
  std::ifstream file(YIZHAN_SOURCE_DIR "/assets/rulebooks/national.toml", std::ios::binary);
  const auto book = load_rulebook(std::string(std::istreambuf_iterator<char>(file), {}), "national.toml");
  if (!book) return fmt::print(stderr, "{}\n", book.error().what), 1;

  if (!lines.empty()) {
    Count count;
    std::ifstream in(lines);
    for (std::string line; std::getline(in, line);) {
      Petition p;
      p.statement.request = line;
      const bool urgent = route(p, *book).urgent;
      count.add(urgent);
      if (list == (urgent ? "found" : "missed")) fmt::print("{}{}\n", line, urgent ? why(*book, line) : "");
    }
    return fmt::print("{:24} {}\n", lines, count.words()), 0;
  }

  bool good = true;
  std::map<std::string, Count> written;
  // The rules were mended on urgent.tsv; the fresh ones were never mended on and are counted, not listed: that they stay unread keeps the figure honest.
  for (const std::string name : {"urgent", "urgent_fresh"}) {
    std::ifstream cases(YIZHAN_SOURCE_DIR "/tests/tables/" + name + ".tsv");
    for (std::string line; std::getline(cases, line);) {
      if (line.empty() || line[0] == '#') continue;
      const auto c = cells(line);
      Petition p;
      p.statement.request = c.at(3);
      const bool urgent = route(p, *book).urgent;
      written[name + " " + c[0] + " " + c[1]].add(urgent);
      written[name + " " + c[0]].add(urgent);
      if ((list == c[1] || (!list.empty() && name == "urgent")) && urgent != (c[0] == "yes")) fmt::print("written {} {}: {}\n", c[0], c[1], c[3]);
    }
  }
  for (const auto& [name, count] : written) fmt::print("{:24} {}\n", name, count.words());
  good = good && written["urgent yes"].rate() >= found_min;

  if (!std::filesystem::exists(data + "/complaints/teddy7.tsv")) {
    fmt::print("no data in {}: the real rows were not tried\n", data);
    return good ? 77 : 1;
  }
  Count all, halves[2], conflict;
  std::set<std::string> seen;
  for (const char* name : {"teddy7", "unlabelled", "legal_qa", "mediation", "window_gold", "window_replyorg"}) {
    Count count;
    std::ifstream rows(data + "/complaints/" + name + ".tsv");
    std::string line;
    std::getline(rows, line);
    const auto head = cells(line);
    while (std::getline(rows, line)) {
      const auto c = cells(line);
      Petition p;
      for (std::size_t i = 0; i < c.size() && i < head.size(); ++i) {
        if (head[i] == "title") p.title = c[i];
        if (head[i] == "text" || head[i] == "question") p.statement.facts = c[i];
      }
      const Ruling r = route(p, *book);
      const bool odd = !c[0].empty() && (c[0].back() - '0') % 2 != 0;
      count.add(r.urgent);
      if (!seen.insert(p.title + p.statement.facts).second) continue;  // the files overlap
      all.add(r.urgent);
      halves[odd].add(r.urgent);
      const bool recused = std::any_of(r.reasons.begin(), r.reasons.end(), [](const Reason& x) { return x.rule == "conflict"; });
      conflict.add(recused);
      if (r.urgent && list == (odd ? "odd" : "even")) fmt::print("{}:{}\n", c[0], why(*book, p.title + "\n" + p.statement.facts));
      if (list == "conflict" && recused) fmt::print("{}: {} {}\n", c[0], p.title, p.statement.facts.substr(0, 1500));
    }
    fmt::print("{:24} {}\n", name, count.words());
  }
  fmt::print("{:24} {}\n{:24} {}\n{:24} {}\n{:24} {}\n", "every row once", all.words(), "  even numbers", halves[0].words(), "  odd numbers", halves[1].words(), "  recusal by the text", conflict.words());
  good = good && all.rate() <= false_alarms_max;
  return good ? 0 : 1;
}
