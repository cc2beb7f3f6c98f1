#include "kiosk/cli/train.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

#include "core/books.h"
#include "core/text.h"
#include "core/triage/arithmetic.h"
#include "core/triage/suggest.h"
#include "core/triage/training.h"
#include "kiosk/cli/cli.h"

namespace yizhan::kiosk::cli {
namespace {

using triage::Options;
using triage::Row;
using triage::Source;
using triage::Trainer;

using Table = std::vector<std::map<std::string, std::string>>;

std::vector<std::string> split(const std::string& line, char at) {
  std::vector<std::string> out(1);
  for (const char c : line) {
    if (c == at) out.emplace_back();
    else out.back() += c;
  }
  return out;
}

/// A TSV with a header line. Errors: NotFound; Invalid (a column is missing, a line is no UTF-8), naming file and line.
Result<Table> read_table(const std::string& path, std::initializer_list<const char*> columns) {
  std::ifstream in(path);
  if (!in) return Error{Code::NotFound, path + ": cannot be read"};
  std::string line;
  std::getline(in, line);
  const auto header = split(line, '\t');
  for (const char* column : columns)
    if (std::find(header.begin(), header.end(), column) == header.end()) return Error{Code::Invalid, path + ": line 1: there is no column " + column};
  Table table;
  for (std::size_t number = 2; std::getline(in, line); ++number) {
    if (line.empty()) continue;
    if (!valid_utf8(line)) return Error{Code::Invalid, fmt::format("{}: line {}: not UTF-8", path, number)};
    const auto cells = split(line, '\t');
    auto& row = table.emplace_back();
    for (std::size_t i = 0; i < header.size(); ++i) row[header[i]] = i < cells.size() ? cells[i] : "";
  }
  return table;
}

template <std::size_t N>
int number_of(const std::array<std::string_view, N>& labels, std::string_view label) {
  const auto at = std::find(labels.begin(), labels.end(), label);
  return at == labels.end() ? -1 : static_cast<int>(at - labels.begin());
}

Result<triage::WindowWords> read_words(const std::string& path) {
  std::ifstream in(path);
  if (!in) return Error{Code::NotFound, path + ": cannot be read"};
  triage::WindowWords words;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    const auto cells = split(line, '\t');
    const int window = number_of(window_labels, cells[0]);
    if (window < 0 || cells.size() != 2 || !valid_utf8(line)) return Error{Code::Invalid, fmt::format("{}: line {}: expected a window code, a tab, words", path, number)};
    for (const auto& word : split(cells[1], ' '))
      if (!word.empty()) words[static_cast<std::size_t>(window)].push_back(word);
  }
  return words;
}

/// Windows that somebody read for training: id, window, other windows; comments begin with #. Absent is fine.
Status read_windows(const std::string& path, std::vector<Row>& rows, const std::map<std::string, std::size_t>& by_id) {
  std::ifstream in(path);
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    const auto cells = split(line, '\t');
    const int window = cells.size() == 3 ? number_of(window_labels, cells[1]) : -1;
    if (window < 0) return Error{Code::Invalid, fmt::format("{}: line {}: expected an id, a window code, other codes", path, number)};
    const auto row = by_id.find(cells[0]);
    if (row == by_id.end() || rows[row->second].window >= 0) continue;
    rows[row->second].window = window;
    rows[row->second].read = true;
    for (const auto& code : split(cells[2], '/'))
      if (const int other = number_of(window_labels, code); other >= 0 && other != window) rows[row->second].accepted |= 1U << other;
  }
  return Done{};
}

Result<std::vector<Row>> read_rows(const std::string& dir, const std::string& windows) {
  const auto folds = read_table(dir + "/folds.tsv", {"id", "fold"});
  if (!folds) return folds.error();
  std::map<std::string, int> fold;
  for (const auto& row : *folds) {
    const std::string& word = row.at("fold");
    if (word.size() != 1 || word[0] < '0' || word[0] >= '0' + triage::fold_count) return Error{Code::Invalid, dir + "/folds.tsv: a fold is 0 to 4"};
    fold[row.at("id")] = word[0] - '0';
  }
  std::vector<Row> rows;
  std::map<std::string, std::size_t> by_id;
  const auto add = [&](Row row) {
    const auto known = fold.find(row.id);
    if (known != fold.end()) row.fold = known->second;
    by_id.emplace(row.id, rows.size());
    rows.push_back(std::move(row));
  };
  const auto complaints = read_table(dir + "/teddy7.tsv", {"id", "label_source", "title", "text"});
  if (!complaints) return complaints.error();
  for (const auto& cells : *complaints) {
    Row row{cells.at("id"), cells.at("title"), cells.at("text"), Source::Complaint, number_of(topic_labels, cells.at("label_source")), -1, 0, -1};
    if (row.topic < 0) return Error{Code::Invalid, dir + "/teddy7.tsv: " + row.id + ": an unknown label"};
    add(std::move(row));
  }
  // The other files make the model better; a county that only has labelled messages trains without them. Absent is fine, broken is not.
  std::optional<Error> broken;
  const auto optional_table = [&](const std::string& path, std::initializer_list<const char*> columns) {
    auto table = read_table(path, columns);
    if (table) return *std::move(table);
    if (table.error().code != Code::NotFound && !broken) broken = table.error();
    return Table{};
  };
  for (const auto& cells : optional_table(dir + "/teddy7_titleonly.tsv", {"id", "label_source", "title"}))
    add({cells.at("id"), cells.at("title"), "", Source::TitleOnly, number_of(topic_labels, cells.at("label_source")), -1, 0, -1});
  for (const auto& [file, source] : {std::pair("/window_gold.tsv", Source::Judged), std::pair("/window_replyorg.tsv", Source::Replied)})
    for (std::uint32_t number = 0; const auto& cells : optional_table(dir + file, {"id", "window", "alt", "title", "text"})) {
      const int window = number_of(window_labels, cells.at("window"));
      if (window < 0) return Error{Code::Invalid, dir + file + ": " + cells.at("id") + ": an unknown window"};
      std::uint32_t accepted = 0;
      std::string code;
      for (const char c : cells.at("alt") + " ") {
        if (c >= 'A' && c <= 'Z') {
          code += c;
          continue;
        }
        if (const int other = number_of(window_labels, code); other >= 0 && other != window) accepted |= 1U << other;
        code.clear();
      }
      if (const auto known = by_id.find(cells.at("id")); known != by_id.end()) {
        rows[known->second].window = window;
        rows[known->second].accepted = accepted;
        rows[known->second].number = number;
      } else {
        add({cells.at("id"), cells.at("title"), cells.at("text"), source, -1, window, accepted, -1, number});
      }
      ++number;
    }
  for (const auto& cells : optional_table(dir + "/unlabelled.tsv", {"id", "title", "text"}))
    if (!by_id.contains(cells.at("id"))) add({cells.at("id"), cells.at("title"), cells.at("text"), Source::Unlabelled, -1, -1, 0, -1});
  for (const auto& cells : optional_table(dir + "/legal_qa.tsv", {"id", "question"}))
    add({cells.at("id"), "", cells.at("question"), Source::Legal, -1, -1, 0, -1});
  // Rows of this file that were chosen by their reply or by a reader are complaints of the other files: they would cross the folds.
  for (const auto& cells : optional_table(dir + "/mediation.tsv", {"id", "kind", "text"}))
    if ((cells.at("kind").starts_with("cat:") || cells.at("kind").starts_with("kw:")) && !fold.contains(cells.at("id")))
      add({"M" + cells.at("id"), "", cells.at("text"), Source::Private, -1, -1, 0, -1});
  if (broken) return *broken;
  if (const auto done = read_windows(windows, rows, by_id); !done) return done.error();
  return rows;
}

// ---- figures -------------------------------------------------------------------------------------------------------------

struct Judged {
  std::size_t row = 0;
  int truth = 0, best = 0;
  std::uint32_t accepted = 0;
  double confidence = 0;
  int rank = 0;  ///< of the first right answer; 0 is first
  bool right() const { return best == truth || (accepted >> best & 1) != 0; }
};

/// "93.1 % (5870/6305; 92.4–93.7)": Wilson's 95 % interval.
std::string rate(std::size_t hits, std::size_t n) {
  if (n == 0) return "– (0)";
  const Interval interval = wilson(hits, n);
  return fmt::format("{:.2f} % ({}/{}; {:.1f}–{:.1f})", 100 * static_cast<double>(hits) / static_cast<double>(n), hits, n, 100 * interval.low, 100 * interval.high);
}

double macro_f1(const std::vector<Judged>& all, const std::vector<std::size_t>& which, std::size_t classes) {
  std::vector<double> hit(classes), said(classes), is(classes);
  for (const std::size_t i : which) {
    ++said[static_cast<std::size_t>(all[i].best)];
    ++is[static_cast<std::size_t>(all[i].truth)];
    if (all[i].best == all[i].truth) ++hit[static_cast<std::size_t>(all[i].truth)];
  }
  double sum = 0;
  for (std::size_t k = 0; k < classes; ++k)
    if (said[k] + is[k] > 0) sum += 2 * hit[k] / (said[k] + is[k]);
  return 100 * sum / static_cast<double>(classes);
}

double calibration_error(const std::vector<Judged>& all) {
  std::array<double, 10> claimed{}, right{};
  for (const Judged& one : all) {
    const auto bin = std::min<std::size_t>(9, static_cast<std::size_t>(one.confidence * 10));
    claimed[bin] += one.confidence;
    right[bin] += one.right() ? 1 : 0;
  }
  double error = 0;
  for (std::size_t b = 0; b < 10; ++b) error += std::abs(claimed[b] - right[b]);
  return all.empty() ? 0 : error / static_cast<double>(all.size());
}

/// What the calibration error of these confidences would be on average if every one of them were exactly true: few rows look badly
/// calibrated by chance alone.
double calibration_error_by_chance(std::vector<Judged> all) {
  std::uint64_t state = 88172645463325252ULL;
  double sum = 0;
  for (int draw = 0; draw < 200; ++draw) {
    for (Judged& one : all) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      one.accepted = 0;
      one.truth = static_cast<double>(state >> 11) * 0x1p-53 < one.confidence ? one.best : -1;
    }
    sum += calibration_error(all);
  }
  return sum / 200;
}

void print_coverage(std::vector<Judged> all) {
  std::sort(all.begin(), all.end(), [](const Judged& a, const Judged& b) { return a.confidence > b.confidence; });
  for (const std::size_t percent : {100U, 90U, 80U, 70U}) {
    const std::size_t n = all.size() * percent / 100;
    const auto hits = static_cast<std::size_t>(std::count_if(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n), [](const Judged& j) { return j.right(); }));
    fmt::print("  at {:3} % coverage  {}{}\n", percent, rate(hits, n), n > 0 ? fmt::format(", confidence from {:.3f}", all[n - 1].confidence) : "");
  }
}

void print_short(const char* what, const std::vector<Judged>& all, std::size_t classes) {
  std::vector<std::size_t> every(all.size());
  for (std::size_t i = 0; i < every.size(); ++i) every[i] = i;
  const auto hits = static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const Judged& j) { return j.right(); }));
  fmt::print("{:<34} {}  macro-F1 {:.2f}  ECE {:.3f}\n", what, rate(hits, all.size()), macro_f1(all, every, classes), calibration_error(all));
}

void print_topics(const std::vector<Judged>& all, const std::vector<Row>& rows) {
  print_short("topic, title and text", all, topic_count);
  std::vector<double> drawn;
  std::uint64_t state = 88172645463325252ULL;
  std::vector<std::size_t> sample(all.size());
  for (int draw = 0; draw < 1000; ++draw) {
    for (std::size_t& i : sample) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      i = static_cast<std::size_t>(state % all.size());
    }
    drawn.push_back(macro_f1(all, sample, topic_count));
  }
  std::sort(drawn.begin(), drawn.end());
  fmt::print("  macro-F1, 1000 bootstrap draws: {:.1f}–{:.1f}\n", drawn[24], drawn[974]);
  print_coverage(all);
  std::array<std::array<std::size_t, topic_count>, topic_count> table{};
  for (const Judged& one : all) ++table[static_cast<std::size_t>(one.truth)][static_cast<std::size_t>(one.best)];
  fmt::print("  confusion: rows are labels, columns are suggestions in the same order\n");
  for (std::size_t t = 0; t < topic_count; ++t) {
    std::size_t n = 0, said = 0;
    std::string cells;
    for (std::size_t b = 0; b < topic_count; ++b) {
      n += table[t][b];
      said += table[b][t];
      cells += fmt::format("{:6}", table[t][b]);
    }
    const double p = 100.0 * static_cast<double>(table[t][t]) / static_cast<double>(std::max<std::size_t>(said, 1)), r = 100.0 * static_cast<double>(table[t][t]) / static_cast<double>(std::max<std::size_t>(n, 1));
    fmt::print("  {} n={:5} precision {:5.1f} recall {:5.1f} F1 {:5.1f} {} {}\n", cells, n, p, r, p + r > 0 ? 2 * p * r / (p + r) : 0, rate(table[t][t], n), topic_labels[t]);
  }
  std::vector<const Judged*> wrong;
  for (const Judged& one : all)
    if (!one.right()) wrong.push_back(&one);
  std::sort(wrong.begin(), wrong.end(), [](const Judged* a, const Judged* b) { return a->confidence > b->confidence; });
  fmt::print("  surest errors:\n");
  for (std::size_t i = 0; i < std::min<std::size_t>(10, wrong.size()); ++i)
    fmt::print("    {} label {} suggested {} with {:.3f}\n", rows[wrong[i]->row].id, topic_labels[static_cast<std::size_t>(wrong[i]->truth)], topic_labels[static_cast<std::size_t>(wrong[i]->best)], wrong[i]->confidence);
}

void print_windows(const char* what, const std::vector<Judged>& all) {
  const auto count = [&](auto&& test) { return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), test)); };
  fmt::print("{:<34} top-1 {}\n", what, rate(count([](const Judged& j) { return j.right(); }), all.size()));
  fmt::print("  top-1, alternatives not counted   {}\n", rate(count([](const Judged& j) { return j.best == j.truth; }), all.size()));
  fmt::print("  top-3                             {}\n  ECE {:.3f} (by chance alone {:.3f})\n", rate(count([](const Judged& j) { return j.rank < 3; }), all.size()), calibration_error(all),
             calibration_error_by_chance(all));
  print_coverage(all);
  for (std::size_t k = 0; k < window_count; ++k) {
    std::size_t n = 0, hits = 0, three = 0;
    std::map<int, int> said;
    for (const Judged& one : all) {
      if (one.truth != static_cast<int>(k)) continue;
      ++n;
      hits += one.right() ? 1 : 0;
      three += one.rank < 3 ? 1 : 0;
      if (!one.right()) ++said[one.best];
    }
    std::string wrong;
    for (const auto& [window, times] : said) wrong += fmt::format(" {}×{}", window_labels[static_cast<std::size_t>(window)], times);
    if (n > 0) fmt::print("  {:<4} n={:3} top-1 {:3} top-3 {:3}{}{}\n", window_labels[k], n, hits, three, wrong.empty() ? "" : "  else", wrong);
  }
}

Judged judge_topic(std::size_t row, int truth, const TopicGuess& guess) {
  const std::size_t best = guess.best_topic();
  return {row, truth, static_cast<int>(best), 0, static_cast<double>(guess.topic[best]), 0};
}

Judged judge_window(std::size_t row, int truth, std::uint32_t accepted, const TopicGuess& guess) {
  const std::size_t best = guess.best_window();
  Judged out{row, truth, static_cast<int>(best), accepted, static_cast<double>(guess.window[best]), static_cast<int>(window_count)};
  for (std::size_t k = 0; k < window_count; ++k) {
    if (static_cast<int>(k) != truth && (accepted >> k & 1) == 0) continue;
    int above = 0;
    for (std::size_t j = 0; j < window_count; ++j) above += guess.window[j] > guess.window[k] ? 1 : 0;
    out.rank = std::min(out.rank, above);
  }
  return out;
}

// ---- the whole suggestion: law tree, duties, model -------------------------------------------------------------------------

/// One window row, seen by the tree, the duties and a model that never saw its fold.
struct Whole {
  std::size_t row = 0;
  int fold = 0;
  std::array<float, window_count> model{};
  Evidence evidence;
  Suggestion shipped;
};

Petition petition_of(const Row& row) {
  Petition petition;
  petition.channel = Channel::Online;
  petition.title = row.title;
  petition.statement.facts = row.text;
  return petition;
}

bool accepts(const Row& row, std::size_t k) { return static_cast<int>(k) == row.window || (row.accepted >> k & 1) != 0; }

/// Evidence weights and the two numbers of the confidence, as fitted on the rows outside one fold.
struct Fitted {
  EvidenceWeights weights;
  double base = 0, slope = 1;
};

Fitted fit_evidence(const std::vector<Whole>& all, const std::vector<Row>& rows, int without) {
  constexpr std::size_t n = 5;
  std::array<double, n> w{1, 0, 0, 0, 0};
  const auto weights = [&] { return EvidenceWeights{w[0], w[1], w[2], w[3], w[4]}; };
  double used = 0;
  for (const Whole& one : all) used += one.fold != without ? 1 : 0;
  for (int round = 0; round < 1000; ++round) {
    std::array<double, n> slope{};
    for (const Whole& one : all) {
      if (one.fold == without) continue;
      const Row& row = rows[one.row];
      const auto p = weighed(one.model, one.evidence, weights(), one.shipped.ruling);
      int others = 0;
      for (std::size_t k = 0; k < window_count; ++k) others += accepts(row, k) && static_cast<int>(k) != row.window ? 1 : 0;
      for (std::size_t k = 0; k < window_count; ++k) {
        const double truth = static_cast<int>(k) == row.window ? (others > 0 ? 0.75 : 1) : accepts(row, k) ? 0.25 / others : 0;
        const double d = (p[k] - truth) / used;
        const std::array<double, n> x{triage::same_log(std::max(static_cast<double>(one.model[k]), 1e-4)), one.evidence.title[k], one.evidence.lead[k], one.evidence.text[k],
                                      one.evidence.tree == static_cast<int>(k) ? 1.0 : 0.0};
        for (std::size_t i = 0; i < n; ++i) slope[i] += d * x[i];
      }
    }
    for (std::size_t i = 0; i < n; ++i) w[i] -= 0.3 * (slope[i] + 0.02 * (w[i] - (i == 0 ? 1 : 0)));  // held a little to "the model alone"
  }
  Fitted out{weights()};
  std::vector<std::pair<double, double>> shown;  // ln(p / (1 − p)) of the best, right or not
  for (const Whole& one : all) {
    if (one.fold == without) continue;
    const auto p = weighed(one.model, one.evidence, out.weights, one.shipped.ruling);
    const auto best = static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
    const double share = std::clamp(p[best], 1e-6, 1 - 1e-6);
    shown.emplace_back(triage::same_log(share / (1 - share)), accepts(rows[one.row], best) ? 1 : 0);
  }
  for (int round = 0; round < 3000; ++round) {
    double d_base = 0, d_slope = 0;
    for (const auto& [x, right] : shown) {
      const double d = 1 / (1 + triage::same_exp(-(out.base + out.slope * x))) - right;
      d_base += d, d_slope += d * x;
    }
    out.base -= 0.5 * d_base / static_cast<double>(shown.size());
    out.slope -= 0.1 * d_slope / static_cast<double>(shown.size());
  }
  return out;
}

Judged judge_whole(const Whole& one, const Row& row, const Fitted& fitted) {
  const auto p = weighed(one.model, one.evidence, fitted.weights, one.shipped.ruling);
  const auto best = static_cast<std::size_t>(std::max_element(p.begin(), p.end()) - p.begin());
  const double share = std::clamp(p[best], 1e-6, 1 - 1e-6);
  Judged out{one.row, row.window, static_cast<int>(best), row.accepted, 1 / (1 + triage::same_exp(-(fitted.base + fitted.slope * triage::same_log(share / (1 - share))))), static_cast<int>(window_count)};
  for (std::size_t k = 0; k < window_count; ++k) {
    if (!accepts(row, k)) continue;
    out.rank = std::min(out.rank, static_cast<int>(std::count_if(p.begin(), p.end(), [&](double v) { return v > p[k]; })));
  }
  return out;
}

Judged judge_shipped(const Whole& one, const Row& row) {
  const Suggestion& s = one.shipped;
  Judged out{one.row, row.window, number_of(window_labels, s.window), row.accepted, s.window_confidence, static_cast<int>(window_count)};
  const auto offer = [&](std::string_view code, int rank) {
    if (const int k = number_of(window_labels, code); k >= 0 && accepts(row, static_cast<std::size_t>(k))) out.rank = std::min(out.rank, rank);
  };
  offer(s.window, 0);
  for (std::size_t i = 0; i < s.alternatives.size(); ++i) offer(s.alternatives[i].window, static_cast<int>(i) + 1);
  return out;
}

void print_whole(const std::vector<Whole>& all, const std::vector<Row>& rows) {
  const auto print_set = [&](const char* what, auto&& judge) {
    std::vector<Judged> reader, reply;
    // Errors of the first, third, … row of each file were read while words were written, those of the others never.
    std::array<std::vector<Judged>, 2> reader_half, reply_half;
    for (const Whole& one : all) {
      const Row& row = rows[one.row];
      const bool judged = row.source == Source::Judged;
      const Judged j = judge(one, row);
      auto& into = judged ? reader : reply;
      (judged ? reader_half : reply_half)[row.number % 2].push_back(j);
      into.push_back(j);
    }
    fmt::print("{}\n", what);
    print_windows("window, judged by a reader", reader);
    print_windows("window, department that replied", reply);
    const auto half = [](const char* name, const std::vector<Judged>& js) {
      const auto count = [&](auto&& test) { return static_cast<std::size_t>(std::count_if(js.begin(), js.end(), test)); };
      fmt::print("  {:<34} top-1 {}  top-3 {}  ECE {:.3f}\n", name, rate(count([](const Judged& j) { return j.right(); }), js.size()),
                 rate(count([](const Judged& j) { return j.rank < 3; }), js.size()), calibration_error(js));
    };
    half("reader's rows, errors read", reader_half[0]);
    half("reader's rows, never read", reader_half[1]);
    half("reply rows, errors read", reply_half[0]);
    half("reply rows, never read", reply_half[1]);
    reader.insert(reader.end(), reply.begin(), reply.end());
    print_windows("window, both", reader);
  };
  std::array<Fitted, triage::fold_count> fitted;
  for (int f = 0; f < triage::fold_count; ++f) {
    const Fitted& one = fitted[static_cast<std::size_t>(f)] = fit_evidence(all, rows, f);
    fmt::print("evidence fitted without fold {}: model {:.2f} title {:.2f} lead {:.2f} text {:.2f} tree {:.2f}; confidence {:.2f} + {:.2f} x\n", f, one.weights.model, one.weights.title,
               one.weights.lead, one.weights.text, one.weights.tree, one.base, one.slope);
  }
  print_set("== whole suggestion, weights fitted on the other folds", [&](const Whole& one, const Row& row) { return judge_whole(one, row, fitted[static_cast<std::size_t>(one.fold)]); });
  print_set("== whole suggestion as shipped (weights rounded, reception below the threshold)", judge_shipped);
}

/// What the duties say of every row whose window is known: the model's windows are calibrated on top of it, as they are used.
Status add_evidence(std::vector<Row>& rows, const std::string& assets, const Duties& duties) {
  const auto books = load_law_books(assets, "national");
  if (!books) return books.error();
  for (Row& row : rows) {
    if (row.window < 0) continue;
    const Evidence evidence = evidence_of(petition_of(row), row.text, Ruling{}, books->rules.books.back(), duties);
    for (std::size_t k = 0; k < window_count; ++k)
      row.evidence[k] = static_cast<float>(evidence_weights.title * evidence.title[k] + evidence_weights.lead * evidence.lead[k] + evidence_weights.text * evidence.text[k]);
  }
  return Done{};
}

Status evaluate(const std::vector<Row>& rows, const triage::WindowWords& words, const Options& options, bool brief, const std::string& assets) {
  std::vector<Whole> whole;
  const auto books = brief ? Result<LawBooks>(LawBooks{}) : load_law_books(assets, "national");
  if (!books) return books.error();
  Triage triage;
  if (!brief) {
    const auto shipped = load_triage(assets);
    if (!shipped->duties.index) return Error{Code::Invalid, shipped->troubles.back()};
    triage.duties = shipped->duties;
  }
  const Trainer trainer(rows, words, options);
  std::vector<Judged> full, cut, cut_titled, titles, judged, replied;
  for (int f = 0; f < triage::fold_count; ++f) {
    // What is judged is what is shipped: bytes, loaded.
    const auto model = load_text_model(encode_text_model(brief ? trainer.fit(1U << f) : trainer.fit_calibrated(1U << f)));
    if (!model) return model.error();
    TextScratch scratch;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Row& row = rows[i];
      if (row.fold != f) continue;
      if (row.topic >= 0) {
        full.push_back(judge_topic(i, row.topic, suggest_topic(*model, scratch, row.title, row.text)));
        cut.push_back(judge_topic(i, row.topic, suggest_topic(*model, scratch, "", first_characters(row.text, triage::cut_characters))));
        const auto title = first_characters(row.title, triage::cut_characters);
        cut_titled.push_back(judge_topic(i, row.topic, suggest_topic(*model, scratch, title, first_characters(row.text, triage::cut_characters - characters(title)))));
        if (!row.title.empty()) titles.push_back(judge_topic(i, row.topic, suggest_topic(*model, scratch, row.title, "")));
      }
      if (row.window >= 0 && !row.read && !brief) {
        Whole& one = whole.emplace_back();
        one.row = i;
        one.fold = f;
        const Petition petition = petition_of(row);
        const RuleBook& book = books->rules.books.back();
        triage.model = *model;
        one.model = suggest_topic(*model, scratch, row.title, row.text).window;
        one.shipped = suggest(petition, book, triage, scratch);
        one.evidence = evidence_of(petition, row.text, one.shipped.ruling, book, triage.duties);
      }
      if (row.window >= 0 && !row.read) (row.source == Source::Judged ? judged : replied).push_back(judge_window(i, row.window, row.accepted, suggest_topic(*model, scratch, row.title, row.text)));
    }
    fmt::print(stderr, "kiosk train: fold {} of {} judged\n", f + 1, triage::fold_count);
  }
  if (brief) {
    const auto hits = static_cast<std::size_t>(std::count_if(full.begin(), full.end(), [](const Judged& j) { return j.right(); }));
    fmt::print("topic, {:3} % of the labels         {}\n", options.keep_percent, rate(hits, full.size()));
    return Done{};
  }
  print_topics(full, rows);
  print_short("topic, first 120 characters of text", cut, topic_count);
  print_coverage(cut);
  print_short("topic, first 120 of title and text", cut_titled, topic_count);
  print_short("topic, title only", titles, topic_count);
  print_windows("window, judged by a reader", judged);
  print_windows("window, department that replied", replied);
  judged.insert(judged.end(), replied.begin(), replied.end());
  print_windows("window, both", judged);
  print_whole(whole, rows);
  return Done{};
}

}  // namespace

int train(const Train& options) {
  const auto words = read_words(options.words);
  if (!words) return fail("train", words.error());
  const std::string folder = options.words.substr(0, options.words.find_last_of('/') + 1);
  auto rows = read_rows(options.directory, folder + "window_read.tsv");
  if (!rows) return fail("train", rows.error());
  if (const auto shipped = load_triage(options.assets); shipped->duties.index)
    if (const auto done = add_evidence(*rows, options.assets, shipped->duties); !done) return fail("train", done.error());
  fmt::print(stderr, "kiosk train: {} rows\n", rows->size());
  if (options.evaluate) {
    std::setvbuf(stdout, nullptr, _IOLBF, 1 << 12);
    if (const auto done = evaluate(*rows, *words, {}, false, options.assets); !done) return fail("train", done.error());
    if (options.curve)
      for (const int percent : {12, 25, 50, 100}) {
        Options some;
        some.keep_percent = percent;
        if (const auto done = evaluate(*rows, *words, some, true, options.assets); !done) return fail("train", done.error());
      }
    if (options.out.empty()) return exit_done;
  }
  const Trainer trainer(*rows, *words, {});
  const TextModel model = trainer.fit_calibrated(0);
  if (model.features.empty()) return fail("train", {Code::Invalid, "too few rows: nothing is said in three of them"});
  const std::string bytes = encode_text_model(model);
  if (const auto again = load_text_model(bytes); !again) return fail("train", again.error());
  std::ofstream out(options.out, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return fail("train", {Code::Io, options.out + ": cannot be written"});
  fmt::print("{}: {} bytes\n", options.out, bytes.size());
  return exit_done;
}

}  // namespace yizhan::kiosk::cli
