// What is stated and by which rules: events, facts, petitions, drawings, the fold, and the dated books of a county.
#include <algorithm>

#include "core/event_text.h"
#include "core/matter.h"
#include "core/petition_json.h"
#include "core/text.h"
#include "core/triage/suggest.h"
#include "kiosk/writing/divisions.h"
#include "kiosk/writing/phrases.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/samples.h"

namespace yizhan::fuzz {
namespace {

// ---- events ------------------------------------------------------------------------------------------------------------

bool same(const Event& a, const Event& b) {
  return a.id == b.id && a.at == b.at && a.matter == b.matter && a.type == b.type && a.v == b.v && a.body_hash == b.body_hash && a.body == b.body && a.hash == b.hash;
}

void event_line_target(std::string_view input) {
  const auto event = parse_line(input);
  if (!event) {
    MUST(event.error().code == Code::Invalid && valid_utf8(event.error().what), "a refused line says so, and quotes nothing");
    return;
  }
  MUST(check_header(*event), "what is read has a lawful header");
  MUST(!event->body || event->body->find('\n') == std::string::npos, "a line is one line");
  std::string line;
  append_line(line, *event);
  const auto again = parse_line(line);
  MUST(again && same(*again, *event), "a line that is written reads back the same");
  MUST(line.size() <= input.size(), "the canonical line is the shortest");
  MUST(valid_json(header_bytes(*event)), "a header is JSON");
  // A different header has a different hash under the same history.
  Event other = *event;
  ++other.id.seq;
  MUST(chain_hash({}, other) != chain_hash({}, *event), "the chain covers the number");
}

// ---- facts ---------------------------------------------------------------------------------------------------------------

void check_fact(const Result<Fact>& fact, std::string_view type) {
  if (!fact) {
    MUST(fact.error().code == Code::Invalid || fact.error().code == Code::NotFound, "a fact that cannot be read is one of two things");
    MUST(valid_utf8(fact.error().what), "an error is text");
    return;
  }
  MUST(type_of(*fact) == type, "a fact is of the type that was asked for");
  const auto body = encode_fact_checked(*fact);
  if (!body) return;  // a text that is no UTF-8: the store refuses it
  MUST(valid_json(*body) && valid_utf8(*body) && body->find('\n') == std::string::npos, "a body is one line of JSON");
  const auto again = decode_fact(type, 1, *body);
  MUST(again && encode_fact(*again) == *body, "what is encoded reads back the same");
}

void fact_target(std::string_view input) {
  static const std::vector<std::string> types = [] {
    std::vector<std::string> words;
    for (const Fact& fact : every_fact()) words.emplace_back(type_of(fact));
    return words;
  }();
  Feed feed(input);
  const auto which = feed.byte();
  if (which >= 0xF0) {
    const auto text = feed.rest();
    const auto stated = decode_stated(text);
    if (stated) MUST(decode_stated(encode_stated(*stated)).has_value(), "a fact with its type reads back");
    return;
  }
  const std::string& type = types[which % types.size()];
  check_fact(decode_fact(type, 1, feed.rest()), type);
}

void petition_target(std::string_view input) {
  Feed feed(input);
  const bool spoken = feed.flag();
  auto petition = decode_petition(feed.rest());
  if (!petition) {
    MUST(petition.error().code == Code::Invalid, "what is no petition is Invalid");
    return;
  }
  const std::string text = encode_petition(*petition);
  MUST(valid_utf8(text) && valid_json(text), "a petition is JSON");
  const auto again = decode_petition(text);
  MUST(again && encode_petition(*again) == text, "a petition reads back the same");
  Petition checked = *petition;
  const auto problems = validate(checked, rulebook(), spoken);
  for (const auto& problem : problems) {
    MUST(!problem.field.empty() && !problem.what.empty() && valid_utf8(problem.what), "a problem names its field and says what to do");
  }
  if (!problems.empty()) {
    MUST(encode_petition(checked) == text, "nothing typed is changed when there is a problem");
  } else {
    const std::string canonical = encode_petition(checked);
    MUST(validate(checked, rulebook(), spoken).empty() && encode_petition(checked) == canonical, "canonical stays canonical");
    MUST(checked.petitioner.name.empty() || clean_name(checked.petitioner.name), "a filed name is a name");
  }
  const Ruling ruling = route(checked, rulebook());
  const auto* window = rulebook().window(ruling.window);
  MUST(window != nullptr && window->on_site, "every petition is given a window of the hall");
  MUST(!ruling.reasons.empty(), "a ruling says why");
  for (const auto& reason : ruling.reasons) MUST(!reason.basis.law.empty() || !reason.basis.number.empty() || !reason.because.empty(), "a reason says something");
  for (const auto& other : ruling.alternatives) MUST(other != ruling.window, "an alternative is another window");
  if (checked.kind == MatterKind::Accusation) MUST(ruling.sealed, "an accusation is sealed");
}

void triage_target(std::string_view input) {
  static const Triage triage = make_triage(file_bytes(source_dir() + "/assets/models/triage.model"), file_bytes(source_dir() + "/assets/models/window_duties.tsv"));
  MUST(triage.troubles.empty(), "the shipped model can be read");
  static TextScratch room;
  Feed feed(input);
  Petition p;
  static constexpr Channel channels[] = {Channel::Visit, Channel::Letter, Channel::Online};
  p.channel = channels[feed.below(3)];
  const auto topic = feed.byte();
  if (topic < rulebook().topics.size()) p.topic = rulebook().topics[topic].code;
  p.answers.counterparty = static_cast<Counterparty>(feed.below(10));
  p.statement.party_complained_of = feed.word();
  p.title = feed.word();
  p.statement.facts = feed.rest();
  const Suggestion suggestion = suggest(p, rulebook(), triage, room);
  MUST(std::find(window_labels.begin(), window_labels.end(), suggestion.window) != window_labels.end(), "a suggestion is one of the windows");
  MUST(suggestion.window_confidence >= 0 && suggestion.window_confidence <= 1 && suggestion.topic_confidence >= 0 && suggestion.topic_confidence <= 1, "a share is a share");
  MUST(suggestion.alternatives.size() <= alternatives_max && !suggestion.reasons.empty(), "a suggestion says why");
  const Suggestion again = suggest(p, rulebook(), triage);
  MUST(again.window == suggestion.window && again.window_confidence == suggestion.window_confidence, "nothing of the last text stays in the room");
}

void model_target(std::string_view input) {
  Feed feed(input);
  if (feed.flag()) {
    static_cast<void>(load_duties(feed.rest(), "window_duties.tsv"));
    return;
  }
  const auto bytes = feed.rest();
  if (const auto model = load_text_model(bytes)) {
    MUST(encode_text_model(*model) == bytes, "a model that is read is the model that was written");
    const auto guess = suggest_topic(*model, "工钱", "修路三个月，工钱没有结清。");
    MUST(guess.topic[guess.best_topic()] > 0, "a model guesses");
  }
}

void fold_target(std::string_view input) {
  static const std::vector<Fact> samples = every_fact();
  static const std::vector<std::string_view> types = [] {
    std::vector<std::string_view> words;
    for (const Fact& fact : samples) words.push_back(type_of(fact));
    return words;
  }();
  static const Origin origins[] = {a_kiosk, a_desk, a_hub, a_stream, "440583-K02"};
  Feed feed(input);
  std::vector<Event> events;
  std::uint64_t seq[std::size(origins)] = {};
  while (!feed.empty() && events.size() < 16) {
    const auto which = feed.byte();
    const auto by = feed.below(std::size(origins));
    // Times of clocks that jumped: any.
    const auto how = feed.below(4);
    const Time at = how == 0 ? Time{Span{feed.number<std::int64_t>()}} : nine(static_cast<int>(feed.number<std::int16_t>()) * static_cast<int>(how));
    std::string body;
    const auto type = types[which % types.size()];
    if (which >= 200) body = feed.word();
    else body = encode_fact(samples[which % types.size()]);
    events.push_back(make_event_of(origins[by], ++seq[by], at, a_matter, type, 1, std::move(body), {}));
  }
  const Matter matter = fold(a_matter, events);
  std::vector<Event> shuffled(events.rbegin(), events.rend());
  shuffled.insert(shuffled.end(), events.begin(), events.begin() + static_cast<std::ptrdiff_t>(events.size() / 2));
  const Matter again = fold(a_matter, shuffled);
  MUST(again.state == matter.state && again.lines.size() == matter.lines.size() && again.conflicts == matter.conflicts && again.sealed == matter.sealed &&
           again.attachments.size() == matter.attachments.size() && again.transcripts.size() == matter.transcripts.size() && again.window() == matter.window() &&
           again.viewed.size() == matter.viewed.size(),
       "shuffling and repeating events changes nothing");
  for (std::size_t i = 0; i < matter.lines.size(); ++i) MUST(matter.lines[i].words == again.lines[i].words && valid_utf8(matter.lines[i].words), "the dated list is the same list");
  Hall hall;
  for (const Event& event : shuffled) hall.add(event);
  MUST(hall.matter(a_matter).state == matter.state, "the running fold is the fold");
  static_cast<void>(deadlines(matter, rulebook(), law_books().calendar));
  if (matter.ticket) static_cast<void>(hall.ticket(matter.ticket->number, hall_day(matter.ticket->issued)));
  static_cast<void>(hall.tickets(hall_day(nine())));
}

void strokes_target(std::string_view input) {
  if (const auto drawn = decode_strokes(input)) {
    MUST(check_strokes(*drawn), "what is read is a drawing");
    MUST(encode_strokes(*drawn).value_or("") == input, "one drawing has one encoding");
    return;
  }
  Feed feed(input);
  Strokes strokes;
  strokes.width = feed.number<std::int16_t>();
  strokes.height = feed.number<std::int16_t>();
  while (!feed.empty()) {
    for (std::size_t n = feed.below(8); n > 0; --n) strokes.points.push_back({feed.number<std::int16_t>(), feed.number<std::int16_t>()});
    strokes.ends.push_back(static_cast<std::uint32_t>(strokes.points.size()) + (feed.below(16) == 0 ? 1 : 0));
  }
  const auto text = encode_strokes(strokes);
  MUST(text.has_value() == check_strokes(strokes).has_value(), "only a drawing is encoded");
  if (text) MUST(decode_strokes(*text) && *decode_strokes(*text) == strokes, "a drawing reads back the same");
}

// ---- the books of a county ----------------------------------------------------------------------------------------------

bool names_a_place(const Error& error, std::string_view file) { return error.code == Code::Invalid && error.what.starts_with(std::string(file) + ":"); }

void rulebook_target(std::string_view input) {
  Feed feed(input);
  const bool based = feed.flag();
  const auto rules = load_rulebook(feed.rest(), "x.toml", based ? &rulebook() : nullptr);
  if (!rules) {
    MUST(names_a_place(rules.error(), "x.toml"), "an error names file and line");
    return;
  }
  for (const auto kind : {MatterKind::Appeal, MatterKind::Suggestion, MatterKind::Accusation, MatterKind::InformationRequest, MatterKind::QueueOnly}) {
    Petition p = a_petition();
    p.kind = kind;
    const Ruling ruling = route(p, *rules);
    const auto* window = rules->window(ruling.window);
    MUST(window != nullptr && window->on_site && !ruling.reasons.empty(), "a rulebook that is taken leaves nobody without a window");
    static_cast<void>(route(p, *rules, closed_windows(*rules, law_books().calendar, nine())));
  }
  for (const Term& term : rules->terms) static_cast<void>(due(term, hall_day(nine()), law_books().calendar));
  static_cast<void>(rules->rep_limit(7));
}

void county_files_target(std::string_view input) {
  Feed feed(input);
  switch (feed.below(5)) {
    case 0: {
      if (const auto plan = load_hall_plan(feed.rest(), "hall.toml", rulebook())) {
        for (const auto& room : plan->rooms)
          MUST(room.x >= 0 && room.y >= 0 && room.x + room.w <= plan->width * 1.001f && room.y + room.h <= plan->height * 1.001f, "a room is inside the hall");
        static_cast<void>(plan->here_of("440583-K02"));
        static_cast<void>(plan->room_of(window_lawyer));
      } else {
        MUST(names_a_place(plan.error(), "hall.toml"), "an error names file and line");
      }
      return;
    }
    case 1: {
      WorkCalendar calendar;
      const auto added = add_holidays(calendar, feed.rest(), "holiday.json");
      if (!added) {
        MUST(names_a_place(added.error(), "holiday.json") && calendar.off.empty() && calendar.makeup.empty() && calendar.years.empty(), "nothing is added of a file with an error");
        return;
      }
      MUST(calendar.years.size() == 1, "a file is a year");
      static_cast<void>(due(*rulebook().term("dispose"), hall_day(nine()), calendar));
      return;
    }
    case 2: {
      using namespace writing;
      static const std::vector<std::string> topics = [] {
        std::vector<std::string> codes;
        for (const auto& topic : rulebook().topics) codes.push_back(topic.code);
        return codes;
      }();
      if (const auto bank = PhraseBank::parse(feed.rest(), "phrases.tsv", topics)) {
        for (const auto field : {PhraseField::Request, PhraseField::Facts, PhraseField::Reasons, PhraseField::Place, PhraseField::Party})
          for (const auto& phrase : bank->of("wages", field)) {
            MUST(characters(phrase) <= phrase_characters_max && !has_control(phrase), "a phrase keeps its limit");
            MUST(finished_phrase(phrase).find('{') == std::string::npos, "no slot is left in a finished phrase");
            static_cast<void>(shown_phrase(phrase));
          }
      }
      return;
    }
    case 3: {
      const auto text = feed.rest();
      const auto cut = writing::cut_at_slot(text);
      if (!cut.slot) MUST(cut.before == text && cut.after.empty(), "without a slot nothing is cut");
      static_cast<void>(writing::finished_phrase(text));
      return;
    }
    default: {
      using namespace writing;
      const auto first = feed.word(), second = feed.word(), third = feed.word();
      const auto made = Divisions::parse(first, second, third);
      if (!made) return;
      std::vector<std::string> codes{""};
      for (std::size_t i = 0; i < codes.size() && codes.size() < 200; ++i)
        for (const auto& part : made->parts(codes[i])) {
          MUST(part.code.starts_with(codes[i]) || codes[i].empty(), "a part lies in its whole");
          codes.push_back(part.code);
        }
      for (const auto& code : codes) {
        static_cast<void>(made->spoken(code, "445222"));
        static_cast<void>(made->above(code));
        static_cast<void>(made->known(code));
      }
      static_cast<void>(made->search("", "hp", 20));
      return;
    }
  }
}

// ---- seeds ------------------------------------------------------------------------------------------------------------------

std::vector<Seed> event_line_seeds() {
  std::vector<Seed> seeds;
  std::size_t n = 0;
  for (const Event& event : chained(a_kiosk, every_fact())) {
    std::string line;
    append_line(line, event);
    if (++n % 3 == 1 && line.size() <= 1500) seeds.emplace_back(event.type, line);
  }
  Event bare = chained(a_kiosk, every_fact())[2];
  bare.body.reset();
  std::string line;
  append_line(line, bare);
  seeds.emplace_back("header_only", line);
  bare.body = "not json";
  append_line(line.erase(), bare);
  seeds.emplace_back("poisoned", line);
  return seeds;
}
std::vector<Seed> fact_seeds() {
  std::vector<Seed> seeds;
  const auto facts = every_fact();
  for (std::size_t i = 0; i < facts.size(); ++i) seeds.emplace_back(std::string(type_of(facts[i])), std::string(1, static_cast<char>(i)) + encode_fact(facts[i]));
  Filed sealed;
  sealed.sealed = "WVoxAAAA";
  seeds.emplace_back("filed_sealed", std::string(1, '\0') + encode_fact(sealed));
  seeds.emplace_back("stated", "\xFF" + encode_stated(facts[22]));
  seeds.emplace_back("later", std::string("\2") + R"({"new":[{}],"ticket":"B001"})");
  return seeds;
}
std::vector<Seed> petition_seeds() {
  Petition accusation = a_petition();
  accusation.kind = MatterKind::Accusation;
  accusation.answers.about_official = Answer::Yes;
  Petition card = a_petition();
  card.petitioner.document = DocumentKind::ResidentId;
  card.petitioner.number = std::string("11010119500101002") + id_check_digit("11010119500101002");
  card.representatives.clear();
  card.head_count = 1;
  card.input = InputWay::Card;
  Petition queue;
  queue.kind = MatterKind::QueueOnly;
  return {{"plain", std::string(1, '\0') + encode_petition(a_petition())}, {"accusation", std::string(1, '\0') + encode_petition(accusation)}, {"card", std::string(1, '\0') + encode_petition(card)},
          {"queue", "\1" + encode_petition(queue)}, {"empty", std::string(1, '\0') + "{}"}, {"half", std::string(1, '\0') + R"({"petitioner":{"name":"王","document":"Passport","number":"e 123"},"head_count":0})"}};
}
std::vector<Seed> triage_seeds() {
  const auto text = [](int topic, std::string_view party, std::string_view title, std::string_view facts) {
    return std::string("\1") + static_cast<char>(topic) + '\2' + std::string(party) + '\0' + std::string(title) + '\0' + std::string(facts);
  };
  return {{"wages", text(0, "", "工钱", "修路三个月，老板拖欠工钱没有结清。")}, {"land", text(200, "样板镇政府", "土地", "征地补偿款没有发到手。")}, {"danger", text(3, "", "", "他说要杀了我，我不想活了。")},
          {"tags", text(9, "", "<p>物业</p>", "&nbsp;物业乱收费&#26080;人管…<br>学校")}, {"empty", ""}};
}
std::vector<Seed> model_seeds() {
  TextModel small;
  for (std::uint32_t key : {7U, 99U, 12345U}) {
    TextModel::Feature feature;
    feature.key = key;
    feature.topic_factor = feature.window_factor = factor_byte(1.5);
    feature.topic[0] = 5;
    feature.window[1] = -5;
    small.features.push_back(feature);
  }
  small.prepare();
  return {{"model", std::string(1, '\0') + encode_text_model(small)}, {"duties", "\1" + file_bytes(source_dir() + "/assets/models/window_duties.tsv").substr(0, 900)}, {"duty", "\1LAW\t3\t律师\t律师 法律援助\n"}};
}
std::vector<Seed> fold_seeds() {
  std::string all, twice, times;
  const auto put = [](std::string& to, int which, int by, int how) { to += {static_cast<char>(which), static_cast<char>(by), static_cast<char>(how)}; to += std::string(how == 0 ? 8 : 2, '\1'); };
  for (int i = 0; i < 25; ++i) put(all, i, i < 4 ? 0 : i < 15 ? 1 : i < 21 ? 3 : 0, 1);
  for (const int i : {0, 1, 2, 4, 4, 12, 12, 15, 16, 17, 19, 19}) put(twice, i, i % 5, 2);
  for (const int i : {0, 1, 2, 4, 16, 18}) {
    times += {static_cast<char>(i), '\0', '\0'};
    times += raw("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F");
  }
  return {{"all", all}, {"twice", twice}, {"times", times}, {"own_words", raw("\xC8\0\1\1\1{\"petition\":null,\"sealed\":\"x\"}\0\2\0\1\1\1")}};
}
std::vector<Seed> strokes_seeds() { return {{"drawing", have(encode_strokes(a_drawing()))}, {"points", raw("\x70\x17\xD0\x07\3\1\0\2\0\3\0\4\0\5\0\6\0\1")}, {"short", "AQ=="}}; }

std::string lines_of(std::string_view file, std::size_t bytes) {
  const auto all = file_bytes(source_dir() + "/assets/" + std::string(file));
  return all.size() <= bytes ? all : all.substr(0, all.rfind('\n', bytes) + 1);
}
std::vector<Seed> rulebook_seeds() {
  // A whole book, small: what every section may hold.
  constexpr std::string_view small = R"toml(jurisdiction = "sample"
name = "样板县"
valid_from = 2026-01-01
base = "national"
[[term]]
id = "notify"
amount = 10
unit = "calendar_days"
whose = "ours"
basis = {law = "信访工作条例", number = "22.2"}
label = "告知"
from = "收到"
)toml";
  return {{"small", "\1" + std::string(small)}, {"jieyang", "\1" + lines_of("rulebooks/jieyang.toml", 12'000)}, {"zhejiang", "\1" + lines_of("rulebooks/zhejiang.toml", 12'000)}};
}
std::vector<Seed> county_files_seeds() {
  return {{"plan", std::string(1, '\0') + file_bytes(source_dir() + "/assets/halls/hall.toml")}, {"holidays", "\1" + file_bytes(source_dir() + "/assets/holidays/holiday-2026.json").substr(0, 6000)},
          {"day", "\1{\"year\":2026,\"days\":[{\"name\":\"元旦\",\"date\":\"2026-01-01\",\"isOffDay\":true},{\"name\":\"x\",\"date\":\"2026-01-04\",\"isOffDay\":false}]}"},
          {"phrases", "\2" + lines_of("phrases/phrases.tsv", 1500)}, {"slot", "\3在{place}欠了{amount}，{date}说好的。"},
          {"divisions", "\4" + raw("44\t广东省\n4452\t揭阳市\n445222\t揭西县\n445222001\t河婆街道\n\0河\th\n婆\tp\n\0" "445222001001\t样板村\n")}};
}

const Join joined[] = {
    Join({"event_line", "a line reads back the same, has a lawful header and is one line", 2048, event_line_target, event_line_seeds}),
    Join({"fact", "what is decoded encodes to canonical JSON that reads back the same", 2048, fact_target, fact_seeds}),
    Join({"petition", "a petition reads back the same, stays canonical once valid, and always gets a window and a reason", 2048, petition_target, petition_seeds}),
    Join({"triage", "any text is given one of the windows, and leaves nothing for the next", 1024, triage_target, triage_seeds}),
    Join({"model", "a text model that is read is the one that was written", 2048, model_target, model_seeds}),
    Join({"fold", "shuffling and repeating events changes nothing, whatever their bodies and times", 512, fold_target, fold_seeds}),
    Join({"strokes", "one drawing has one encoding, inside its box and limits", 1024, strokes_target, strokes_seeds}),
    Join({"rulebook", "a rulebook that is taken leaves nobody without a window; an error names file and line", 16'384, rulebook_target, rulebook_seeds}),
    Join({"county_files", "hall plans, holidays, phrases, divisions: limits hold; an error adds nothing and names its place", 8192, county_files_target, county_files_seeds}),
};

}  // namespace
}  // namespace yizhan::fuzz
