// Can the hall tell an accusation from an ordinary matter without opening it (trust.md T5)? Files as many of each under a key-set, tries every key
// of the hall on every wrap, and trains a classifier on all that the hall can see.
//
//   blind_bench [--complaints teddy7.tsv] [--each 1000]
//
// With real messages (TSV: id source label_source title text) the accusations are those that speak of wrongdoing by officials, so that both
// kinds keep their own lengths; without, synthetic texts are used whose accusations are a third longer.
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstring>
#include <set>

#include "bench_hub.h"
#include "core/envelope.h"
#include "core/key_set.h"
#include "core/opening.h"
#include "core/sealer.h"
#include "kiosk/filing.h"

using namespace yizhan;
using namespace yizhan::bench;
using namespace yizhan::kiosk;

namespace {

struct Text { std::string title, text; bool accuses = false; };

std::vector<Text> real_texts(const std::string& path) {
  static const char* const words[] = {"举报", "贪污", "受贿", "腐败", "以权谋私", "滥用职权", "渎职", "包庇", "徇私", "保护伞", "乱作为", "不作为"};
  std::ifstream in(path);
  if (!in) die(path + ": cannot be read");
  std::vector<Text> out;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '\t');) cells.push_back(cell);
    if (cells.size() < 5) continue;
    Text t{cells[3], cells[4], false};
    for (const char* word : words) t.accuses = t.accuses || (t.title + t.text).find(word) != std::string::npos;
    out.push_back(std::move(t));
  }
  return out;
}

std::vector<Text> synthetic_texts(std::size_t each) {
  std::mt19937 dice(7);
  std::lognormal_distribution<double> sentences(1.4, 0.7);
  std::vector<Text> out;
  for (const bool accuses : {false, true})
    for (std::size_t i = 0; i < each; ++i) {
      Text t{"", "", accuses};
      const int n = 1 + static_cast<int>(sentences(dice) * (accuses ? 1.33 : 1.0));
      for (int k = 0; k < n; ++k) t.text += synthetic(dice).statement.facts;
      out.push_back(std::move(t));
    }
  return out;
}

/// Everything the hall has of a matter, as numbers: sizes of every body and line, counts, times, flags, window, and the envelope's own bytes.
std::vector<double> seen(const std::vector<Event>& events, const EventLog& log) {
  std::vector<double> x;
  double bytes = 0, blobs = 0, facts = 0;
  for (const Event& event : events) bytes += static_cast<double>(event.body->size());
  for (const Event& event : events) {
    const auto fact = must(fact_of(event));
    if (const auto* filed = std::get_if<Filed>(&fact)) {
      x.push_back(static_cast<double>(filed->sealed.size()));
      x.push_back(static_cast<double>(filed->key_set));
      x.push_back(static_cast<double>(filed->query_tag.size()));
      const auto raw = must(from_base64(filed->sealed));
      double sum = 0;
      for (const char c : raw) sum += static_cast<unsigned char>(c);
      x.push_back(sum / static_cast<double>(raw.size()));
      for (std::size_t i = 0; i < 64; ++i) x.push_back(static_cast<unsigned char>(raw[i]));  // head, nonce, first wrap
    } else if (const auto* routed = std::get_if<Routed>(&fact)) {
      x.push_back(static_cast<double>(event.body->size()));
      x.push_back(routed->ruling.urgent ? 1 : 0);
      x.push_back(static_cast<double>(routed->ruling.path));
      x.push_back(static_cast<double>(routed->by));
      for (const char* window : {"PET", "LAW", "MED"}) x.push_back(routed->chosen == window ? 1 : 0);
    } else if (const auto* ticket = std::get_if<TicketIssued>(&fact)) {
      x.push_back(static_cast<double>(ticket->priority));
      x.push_back(static_cast<double>(ticket->topic.size()));
    } else if (const auto* attached = std::get_if<Attached>(&fact)) {
      blobs += static_cast<double>(attached->bytes);
    } else {
      ++facts;
    }
  }
  x.insert(x.end(), {bytes, blobs, facts, static_cast<double>(events.size())});
  static_cast<void>(log);
  return x;
}

/// Logistic regression, standardised, five folds; the share of matters it puts right.
double accuracy(std::vector<std::vector<double>> x, const std::vector<int>& y) {
  const std::size_t n = x.size(), m = x[0].size();
  for (std::size_t j = 0; j < m; ++j) {
    double mean = 0, square = 0;
    for (const auto& row : x) mean += row[j];
    mean /= static_cast<double>(n);
    for (const auto& row : x) square += (row[j] - mean) * (row[j] - mean);
    const double scale = square > 0 ? std::sqrt(square / static_cast<double>(n)) : 1;
    for (auto& row : x) row[j] = (row[j] - mean) / scale;
  }
  std::size_t right = 0;
  for (std::size_t fold = 0; fold < 5; ++fold) {
    std::vector<double> w(m + 1, 0.0);
    for (int step = 0; step < 400; ++step) {
      std::vector<double> g(m + 1, 0.0);
      std::size_t count = 0;
      for (std::size_t i = 0; i < n; ++i) {
        if (i % 5 == fold) continue;
        double z = w[m];
        for (std::size_t j = 0; j < m; ++j) z += w[j] * x[i][j];
        const double e = 1 / (1 + std::exp(-z)) - y[i];
        for (std::size_t j = 0; j < m; ++j) g[j] += e * x[i][j];
        g[m] += e;
        ++count;
      }
      for (std::size_t j = 0; j <= m; ++j) w[j] -= 0.5 * (g[j] / static_cast<double>(count) + 0.001 * w[j]);
    }
    for (std::size_t i = fold; i < n; i += 5) {
      double z = w[m];
      for (std::size_t j = 0; j < m; ++j) z += w[j] * x[i][j];
      right += (z > 0) == (y[i] == 1) ? 1 : 0;
    }
  }
  return static_cast<double>(right) / static_cast<double>(n);
}

}  // namespace

int main(int argc, char** argv) {
  std::string complaints, where = std::filesystem::temp_directory_path().string();
  std::size_t each = 1000;
  CLI::App app("accusations and ordinary matters, seen from the hall");
  app.add_option("--complaints", complaints, "real messages; never part of this repository");
  app.add_option("--each", each);
  app.add_option("--dir", where);
  CLI11_PARSE(app, argc, argv);

  const Folder folder(where);
  auto texts = complaints.empty() ? synthetic_texts(each) : real_texts(complaints);
  std::mt19937 dice(11);
  std::shuffle(texts.begin(), texts.end(), dice);
  {  // As many of each from the start, in chance order: else the running number alone would tell where one kind was used up.
    std::size_t have[2] = {0, 0};
    for (const Text& t : texts) ++have[t.accuses ? 1 : 0];
    const std::size_t least = std::min({each, have[0], have[1]});
    std::size_t taken[2] = {0, 0};
    std::erase_if(texts, [&](const Text& t) { return taken[t.accuses ? 1 : 0]++ >= least; });
    std::shuffle(texts.begin(), texts.end(), dice);
  }
  std::ifstream file(YIZHAN_SOURCE_DIR "/assets/rulebooks/national.toml", std::ios::binary);
  RuleBooks rules;
  if (const auto added = add(rules, must(load_rulebook(std::string(std::istreambuf_iterator<char>(file), {}), "national.toml"))); !added) die(added.error().what);
  const WorkCalendar calendar;

  const KeyPair root = make_sign_keys(), device = make_sign_keys(), hall = make_box_keys(), other_hall = make_box_keys(), county = make_box_keys(), discipline = make_box_keys(), escrow = make_box_keys();
  KeySet set;
  set.version = 1;
  set.root_public_hex = root.public_hex;
  set.recipients = {{"H01", "hall", "440583-H01", hall.public_hex}, {"H02", "hall", "440583-H02", other_hall.public_hex}, {"C", "county", "", county.public_hex}, {"D", "discipline", "", discipline.public_hex}, {"E", "escrow", "", escrow.public_hex}};

  for (const bool same_window : {true, false}) {
    auto log = must(EventLog::open(folder.path + (same_window ? "/same.db" : "/all.db")));
    FilingConfig config;
    config.origin = "440583-K03";
    config.assets_dir = YIZHAN_SOURCE_DIR "/assets";
    config.sealer = make_sealer(set, config.origin, "440583-H01", device);
    Filing filing(*log, config, rules, calendar);
    std::size_t filed[2] = {0, 0}, opened = 0, wrong = 0;
    std::vector<std::vector<double>> x;
    std::vector<int> y;
    std::uint32_t serial = 0;
    double bytes[2] = {0, 0};
    std::map<std::size_t, std::size_t> steps[2];
    for (const Text& t : texts) {
      if (filed[t.accuses ? 1 : 0] >= each) continue;
      FileMatter command;
      command.request = "b" + std::to_string(serial);
      Petition& p = command.petition;
      p.kind = t.accuses ? MatterKind::Accusation : MatterKind::Appeal;
      p.topic = t.accuses ? "official" : "wages";
      p.petitioner.name = "示例" + std::to_string(dice() % 1000);
      p.petitioner.phone = "139" + std::to_string(10000000 + dice() % 89999999);
      p.answers.about_official = t.accuses ? Answer::Yes : Answer::No;
      p.answers.counterparty = t.accuses ? Counterparty::Official : Counterparty::Employer;
      p.statement.request = t.title.empty() ? "请处理。" : t.title;
      p.statement.facts = t.text;
      p.statement.party_complained_of = t.accuses ? "样板干部" : "样板单位";
      p.statement.place = "样板县";
      if (same_window) command.chosen = "PET", command.by = ChosenBy::Staff;
      const QuerySecret secret{"", std::string(64, '0'), make_matter_id(config.origin, hall_day(Time{Span{1'795'140'000'000}}), serial + 1)};
      const Outcome o = filing.file(command, secret, Time{Span{1'795'140'000'000}}, 0, 0);
      if (!o.receipt) continue;  // a text over the limits
      ++serial;
      ++filed[t.accuses ? 1 : 0];
      const auto events = must(log->of_matter(o.receipt->matter));
      const auto fact = must(fact_of(events.front()));
      bytes[t.accuses ? 1 : 0] += static_cast<double>(t.text.size());
      ++steps[t.accuses ? 1 : 0][std::get<Filed>(fact).sealed.size()];
      if (t.accuses) {
        for (const KeyPair& key : {hall, other_hall, county})
          if (open_matter(o.receipt->matter, events, key).opened) ++opened;
        if (!open_matter(o.receipt->matter, events, discipline).opened) ++wrong;
      } else if (!open_matter(o.receipt->matter, events, hall).opened) {
        ++wrong;
      }
      x.push_back(seen(events, *log));
      y.push_back(t.accuses ? 1 : 0);
    }
    const std::size_t least = std::min(filed[0], filed[1]);
    // Equal numbers of both, so that guessing is worth one half.
    std::vector<std::vector<double>> bx;
    std::vector<int> by;
    std::size_t used[2] = {0, 0};
    for (std::size_t i = 0; i < x.size(); ++i)
      if (used[y[i]]++ < least) bx.push_back(x[i]), by.push_back(y[i]);
    fmt::print("{}: {} accusations of {:.0f} bytes and {} ordinary of {:.0f}; opened by keys of halls or county: {}; not opened by their own: {}\n",
               same_window ? "the same window" : "windows as the law says", filed[1], bytes[1] / static_cast<double>(filed[1]), filed[0], bytes[0] / static_cast<double>(filed[0]), opened, wrong);
    for (const int k : {0, 1}) {
      fmt::print("  {} sizes:", k == 0 ? "ordinary" : "accusation");
      for (const auto& [size, count] : steps[k]) fmt::print("  {} bytes {:.1f} %", size, 100.0 * static_cast<double>(count) / static_cast<double>(filed[k]));
      fmt::print("\n");
    }
    // Which of them tells most: the difference of the means in standard deviations.
    std::vector<std::pair<double, std::size_t>> telling;
    for (std::size_t j = 0; j < bx[0].size(); ++j) {
      double mean[2] = {0, 0}, all = 0, square = 0;
      for (std::size_t i = 0; i < bx.size(); ++i) mean[by[i]] += bx[i][j], all += bx[i][j], square += bx[i][j] * bx[i][j];
      const double n = static_cast<double>(bx.size()), spread = std::sqrt(std::max(0.0, square / n - all / n * all / n));
      telling.emplace_back(spread > 0 ? std::fabs(mean[0] - mean[1]) / (n / 2) / spread : 0, j);
    }
    std::sort(telling.rbegin(), telling.rend());
    fmt::print("  most telling features (number: difference in deviations):");
    for (std::size_t k = 0; k < 5; ++k) fmt::print("  {}: {:.2f}", telling[k].second, telling[k].first);
    fmt::print("\n");
    fmt::print("  a trained classifier on {} features tells them apart in {:.1f} % (guessing 50)\n", bx[0].size(), 100 * accuracy(bx, by));
  }
  return 0;
}
