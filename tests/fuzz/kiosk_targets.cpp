// What stands in a hall: card reader, printer, paper, pad, keyboard, sound files, settings, rows of letters, and the visit itself.
#include <fcntl.h>
#include <pty.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "core/event_text.h"
#include "core/petition_json.h"
#include "core/seal.h"
#include "core/text.h"
#include "kiosk/cli/rows.h"
#include "kiosk/config.h"
#include "kiosk/devices/id_reader.h"
#include "kiosk/devices/printer.h"
#include "kiosk/devices/receipt.h"
#include "kiosk/filing_parts.h"
#include "kiosk/ink/reader.h"
#include "kiosk/ink/strokes_text.h"
#include "kiosk/session/session.h"
#include "kiosk/sound/clip.h"
#include "kiosk/sound/numbers.h"
#include "kiosk/sound/voice.h"
#include "kiosk/ui/kit.h"
#include "kiosk/ui/window.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/samples.h"

namespace yizhan::fuzz {
namespace {

using namespace kiosk;

bool commands_paper(std::string_view text) {
  for (const char32_t c : code_points(text))
    if ((c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7F && c <= 0x9F)) return true;
  return false;
}

// ---- card reader and printer -------------------------------------------------------------------------------------------------

void card_target(std::string_view input) {
  static const std::string dir = [] { std::filesystem::create_directory(scratch() + "/reader"); return scratch() + "/reader"; }();
  const auto reader = make_reader("simulated", dir);
  put_file(dir + "/card.txt", input);
  MUST(reader->state() == DeviceState::Ready, "a reader that is there is ready");
  if (input.empty()) return;  // an empty file is no card yet
  const auto card = reader->poll();
  if (!card) {
    MUST(card.error().code == Code::Invalid && card.error().what.starts_with("card: "), "a card that cannot be read is laid on again");
  } else {
    MUST(card->has_value(), "a card that lies there is reported");
    const Identity& person = **card;
    MUST(clean_name(person.name).value_or("") == person.name, "a name from a card is clean");
    const auto number = parse_id_number(person.number);
    MUST(number && number->canonical == person.number && person.document != DocumentKind::None, "a number from a card is canonical");
    MUST(valid_utf8(person.address), "an address is UTF-8");
  }
  const auto again = reader->poll();
  MUST(again && !again->has_value(), "a card is reported once until it is taken away");
}

void printer_target(std::string_view input) {
  // The device's end of a line that has said `input` before it is asked, and then answers both questions.
  static const struct Line {
    int printer = -1, device = -1;
    std::string path;
    Line() {
      char name[128] = {};
      MUST(::openpty(&printer, &device, name, nullptr, nullptr) == 0, "a line");
      termios raw{};
      ::tcgetattr(device, &raw);
      ::cfmakeraw(&raw);
      ::tcsetattr(device, TCSANOW, &raw);
      ::fcntl(printer, F_SETFL, O_NONBLOCK);
      path = name;
    }
  } line;
  ::tcflush(line.device, TCIOFLUSH);
  const std::string said = std::string(input.substr(0, 200)) + "\x12\x12";
  MUST(::write(line.printer, said.data(), said.size()) == static_cast<ssize_t>(said.size()), "the line takes a few bytes");
  const auto printer = make_printer("file:" + line.path, "");
  const DeviceState state = printer->state();
  char asked[64];
  while (::read(line.printer, asked, sizeof asked) > 0) {
  }
  // What the first two status bytes of the form 0xx1xx10 mean, by the manual.
  unsigned status[2] = {0, 0};
  std::size_t found = 0;
  for (const char c : said)
    if (const auto byte = static_cast<unsigned char>(c); (byte & 0x93U) == 0x12U && found < 2) status[found++] = byte;
  const bool paper_out = (status[1] & 0x60U) != 0 || (status[0] & 0x20U) != 0, fault = (status[0] & 0x44U) != 0;
  MUST(state == (paper_out ? DeviceState::OutOfPaper : fault ? DeviceState::Fault : DeviceState::Ready), "a state is what the two bytes say");
}

void paper_target(std::string_view input) {
  Feed feed(input);
  if (feed.flag()) {
    const auto text = feed.rest();
    if (const auto paper = decode_paper(text)) {
      for (const auto& line : *paper) MUST(line.dots >= 1 && line.dots <= 400, "a line keeps its size");
      const auto again = decode_paper(encode_paper(*paper));
      MUST(again && again->size() == paper->size() && encode_paper(*again) == encode_paper(*paper), "paper reads back the same");
    }
    if (const auto raster = from_pbm(text)) {
      MUST(raster->width == paper_dots && raster->rows.size() == static_cast<std::size_t>(raster->width / 8) * static_cast<std::size_t>(raster->height), "a picture has its dots");
      MUST(from_pbm(pbm(*raster)) && pbm(*from_pbm(pbm(*raster))) == pbm(*raster), "a picture reads back the same");
      MUST(escpos(*raster).size() < raster->rows.size() + 64 + static_cast<std::size_t>(raster->height / 256 + 1) * 8, "a job is its dots");
      MUST(png(*raster).starts_with("\x89PNG"), "a picture is a picture");
    }
    return;
  }
  // Whatever stands in a receipt, no byte of it commands a printer, and a sealed one names nothing.
  Receipt receipt;
  receipt.sealed = feed.flag();
  receipt.is_signed = feed.flag();
  receipt.ahead = static_cast<int>(feed.number<std::int16_t>());
  receipt.minutes = static_cast<int>(feed.number<std::int16_t>());
  receipt.at = nine(static_cast<int>(feed.number<std::int16_t>()));
  receipt.ticket = feed.word();
  receipt.matter = feed.word();
  receipt.query_code = feed.word();
  receipt.window_name = feed.word();
  receipt.place = feed.word();
  receipt.chain8 = feed.word();
  Deadline deadline = due(*rulebook().term("dispose"), hall_day(nine()), law_books().calendar);
  deadline.term = feed.word();
  receipt.deadlines = {deadline};
  const auto place = feed.rest();
  const auto paper = receipt_paper(receipt, rulebook(), place);
  const std::string text = encode_paper(paper);
  MUST(!commands_paper(plain_words(paper)) && !commands_paper(text) && valid_utf8(text), "no byte commands a printer");
  const auto again = decode_paper(text);
  MUST(again && again->size() == paper.size(), "as many lines as were meant");
  MUST(receipt_qr(receipt).size() <= 300, "a code for scanners keeps its length");
  if (receipt.sealed) MUST(paper.front().words == "办事凭条", "a sealed slip is neutral");
}

// ---- handwriting ----------------------------------------------------------------------------------------------------------------

const std::vector<std::byte>& ink_model() {
  static const std::vector<std::byte> bytes = [] {
    ink::ModelParts parts;
    parts.dimensions = 4;
    parts.scale = 0.01f;
    parts.usual = 50;
    parts.far = 500;
    for (std::size_t i = 0; i < ink::feature_count * parts.dimensions; ++i) parts.projection.push_back(static_cast<float>(static_cast<int>(i * 37 % 11) - 5) / 50);
    for (std::uint32_t i = 0; i < 12; ++i) {
      auto& part = i < 8 ? parts.standard : parts.rare;
      part.codes.push_back(i < 8 ? 0x4E00 + i : 0x20000 + i);
      part.owner.push_back(static_cast<std::uint32_t>(part.owner.size()));
      for (std::size_t j = 0; j < parts.dimensions; ++j) part.centres.push_back(static_cast<float>(static_cast<int>(i * 7 + j * 3) % 9 - 4));
    }
    return ink::model_bytes(parts);
  }();
  return bytes;
}
std::string ink_words() {
  std::string out("YZINKWRD");
  const auto put = [&](auto n) { out.append(reinterpret_cast<const char*>(&n), sizeof n); };
  // version, known, pairs, words, text; codes, pairs, offsets, text, costs
  for (const std::uint32_t n : {ink::words_version, 4U, 1U, 2U, 5U}) put(n);
  for (const std::uint32_t n : {0x4E00U, 0x4E01U, 0x4E03U, 0x5DE5U}) put(n);
  put(std::uint32_t{0x00010002});
  for (const std::uint32_t n : {0U, 2U, 5U}) put(n);
  for (const int n : {0, 1, 0, 1, 2}) put(static_cast<std::uint16_t>(n));
  for (const int n : {30, 40, 50, 60, 8, 10, 20}) put(static_cast<std::uint8_t>(n));
  return out;
}

void ink_target(std::string_view input) {
  Feed feed(input);
  const auto way = feed.below(4);
  if (way == 0) {
    if (const auto drawn = ink::ink_of_line(feed.rest())) {
      MUST(drawn->strokes() >= 1 && drawn->strokes() <= ink::strokes_max && drawn->points.size() <= ink::points_max, "ink keeps its limits");
      for (const auto& point : drawn->points) MUST(std::isfinite(point.x) && std::isfinite(point.y), "a pen is somewhere");
    }
    return;
  }
  if (way == 1) {  // files, aligned as a mapping is
    const bool model = feed.flag();
    const auto bytes = feed.rest();
    static std::vector<std::uint64_t> room;
    room.assign(bytes.size() / 8 + 1, 0);
    std::memcpy(room.data(), bytes.data(), bytes.size());
    const std::span<const std::byte> span(reinterpret_cast<const std::byte*>(room.data()), bytes.size());
    if (model) {
      static_cast<void>(ink::Model::of(span, "ink.model"));
    } else if (const auto words = ink::Words::of(span, "ink.words")) {
      static_cast<void>(words->next("一丁", 10));
      static_cast<void>(words->likely_after(U'一', U'丁'));
    }
    return;
  }
  static ink::Reader reader(have(ink::Model::of(ink_model(), "ink.model")), [] {
    static const std::string text = ink_words();
    static std::vector<std::uint32_t> room(text.size() / 4 + 1);
    std::memcpy(room.data(), text.data(), text.size());
    return have(ink::Words::of({reinterpret_cast<const std::byte*>(room.data()), text.size()}, "ink.words"));
  }());
  ink::Ink drawn;
  std::vector<ink::Point> path;
  const bool wild = feed.flag();
  while (!feed.empty() && drawn.strokes() < 40) {
    path.clear();
    for (std::size_t n = 1 + feed.below(12); n > 0; --n)
      path.push_back(wild ? ink::Point{feed.real(), feed.real()} : ink::Point{static_cast<float>(feed.byte()) / 2, static_cast<float>(feed.byte()) / 4});
    drawn.add(path);
  }
  const auto sees = [&](bool rare) {
    const ink::ReadOptions options{"一", rare, wild ? 0.f : 40.f, 20};
    for (const auto& reading : {reader.one(drawn, options), reader.line(drawn, options)}) {
      MUST(reading.choices.size() <= options.choices_max, "no more choices than were asked for");
      for (const auto& choice : reading.choices) {
        MUST(valid_utf8(choice.text) && !choice.text.empty() && !std::isnan(choice.score), "a choice is a character");
        for (const auto i : choice.left) MUST(i < drawn.strokes(), "what is left are strokes that were drawn");
      }
      if (reading.scribble) MUST(reading.choices.empty(), "a scribble is no character");
    }
  };
  sees(false);
  sees(way == 3);
  reader.forget();
}

void drawing_target(std::string_view input) {
  Feed feed(input);
  Drawing drawing;
  std::size_t dots = 0;
  while (!feed.empty()) {
    PenDots pen;
    const bool wild = feed.below(8) == 0;
    pen.width_mm = wild ? feed.real() : static_cast<float>(feed.byte());
    pen.height_mm = wild ? feed.real() : static_cast<float>(feed.byte());
    for (std::size_t n = feed.below(20); n > 0; --n, ++dots)
      pen.dots.push_back({static_cast<PenDot::What>(feed.below(4)), wild ? feed.real() : static_cast<float>(feed.number<std::int16_t>()) / 64, wild ? feed.real() : static_cast<float>(feed.number<std::int16_t>()) / 64});
    draw_on(drawing, pen);
    if (!drawing.empty()) {
      MUST(check_strokes(drawing.strokes), "what was drawn is a drawing");
      MUST(decode_strokes(have(encode_strokes(drawing.strokes))).has_value(), "and can be kept");
    }
  }
  wipe(drawing);
  MUST(drawing == Drawing{}, "a wiped drawing is blank");
}

// ---- pinyin -------------------------------------------------------------------------------------------------------------------------

void pinyin_target(std::string_view input) {
  static const std::unique_ptr<ui::PinyinEngine> engine = have(ui::open_pinyin(YIZHAN_PINYIN_DIR));
  static constexpr std::string_view keys = "abcdefghijklmnopqrstuvwxyz'";
  Feed feed(input);
  std::string letters;
  int page = 0;
  for (int n = 0; n < 60 && !feed.empty(); ++n) {
    const auto what = feed.byte();
    if (what < 200) letters += keys[what % keys.size()];
    else if (what < 220 && !letters.empty()) letters.pop_back();
    else if (what < 230) page = static_cast<int>(feed.below(40));
    else if (what < 236) engine->fuzzy(feed.flag());
    else if (what < 240) engine->forget(), letters.clear();
    else {
      const auto found = engine->candidates(letters, page);
      if (!found.words.empty()) {
        const int taken = engine->consumed(letters, page, feed.below(found.words.size()));
        MUST(taken >= 0 && taken <= static_cast<int>(letters.size()), "a word stands for some of the letters");
        letters.erase(0, static_cast<std::size_t>(taken));
        page = 0;
      }
    }
    if (letters.size() > 60) letters.resize(60);
    const auto found = engine->candidates(letters, page);
    MUST(found.words.size() <= 6, "a page is a page");
    if (letters.empty()) MUST(found.words.empty() && !found.more, "without letters there is nothing to choose");
    for (const auto& word : found.words) MUST(!word.empty() && valid_utf8(word), "a candidate is text");
  }
  engine->forget();
  engine->fuzzy(false);
  MUST(engine->candidates("", 0).preedit.empty(), "what was forgotten is gone");
}

// ---- sound --------------------------------------------------------------------------------------------------------------------------------

void clip_target(std::string_view input) {
  Feed feed(input);
  const auto way = feed.below(3);
  const auto bytes = feed.rest();
  const auto all = std::make_shared<const std::vector<std::byte>>(reinterpret_cast<const std::byte*>(bytes.data()), reinterpret_cast<const std::byte*>(bytes.data()) + bytes.size());
  std::unique_ptr<sound::Clip> clip;
  if (way == 0) {
    MUST(sound::length_ms(*all) >= 0, "a length is no less than nothing");
    if (auto open = sound::open_clip(all)) clip = std::move(*open);
  } else {
    const std::string path = scratch() + (way == 1 ? "/clip.wav" : "/clip.opus");
    put_file(path, bytes);
    if (auto open = sound::open_clip(path)) clip = std::move(*open);
  }
  if (!clip) return;
  std::vector<std::int16_t> samples(4'096);
  for (int n = 0; n < 200; ++n) {
    const auto got = clip->read(samples);
    if (!got || *got == 0) return;
    MUST(*got <= samples.size(), "no more samples than there is room for");
  }
}

void speech_target(std::string_view input) {
  Feed feed(input);
  const bool spelled = feed.flag();
  const auto way = feed.below(3);
  const auto text = feed.rest();
  const std::u32string said = sound::spoken(text, spelled);
  MUST(said.size() <= 30 * text.size(), "what is read is no longer than thirty times the text");
  for (const char32_t c : said) MUST(sound::is_han(c) || sound::is_pause(c) || (c >= U'A' && c <= U'Z'), "what is read has characters, capitals and pauses only");
  MUST(sound::spoken(sound::utf8_of(said)) == said, "what is written out is read as it stands");
  static const std::string dir = [] { std::filesystem::create_directory(scratch() + "/voice"); put_file(scratch() + "/voice/a.wav", "x"); return scratch() + "/voice"; }();
  if (way == 1) {
    put_file(dir + "/manifest.tsv", text);
    const sound::Voice voice = sound::Voice::open(dir);
    if (const auto* file = voice.file(sound::utf8_of(sound::key_of(said)))) MUST(file->starts_with(dir + "/") && file->find("/../") == std::string::npos, "a recording lies in its folder");
    MUST(valid_utf8(voice.trouble()) || !valid_utf8(text), "trouble is told in text");
  }
  if (way == 2) {
    put_file(dir + "/readings.tsv", text);
    put_file(dir + "/words.tsv", text);
    static const std::string small = "一\tyi1\n不\tbu4\n你\tni3\n你好\tni3 hao3\n好\thao3\n";
    auto readings = sound::Readings::open(dir + "/readings.tsv");
    if (readings) {
      static_cast<void>(readings->syllables(said));
      static_cast<void>(readings->all_syllables());
    }
    put_file(dir + "/small.tsv", small);
    auto own = have(sound::Readings::open(dir + "/small.tsv"));
    static_cast<void>(own.add(dir + "/words.tsv"));
    for (const auto& syllable : own.syllables(said)) MUST(syllable.pause_ms >= 0, "a pause lasts");
  }
}

// ---- settings and rows ------------------------------------------------------------------------------------------------------------------

void config_target(std::string_view input) {
  static const std::string dir = [] { std::filesystem::create_directory(scratch() + "/data"); return scratch() + "/data"; }();
  static const std::string good_key = [] {
    have(load_config(dir, ""));
    return file_bytes(dir + "/device.key");
  }();
  Feed feed(input);
  const bool key_too = feed.below(4) == 0;
  const auto enrolment = feed.word();
  const std::string key = key_too ? std::string(feed.word()) : good_key;
  std::filesystem::remove(dir + "/key_set.json");
  if (feed.below(8) == 7) put_file(dir + "/key_set.json", feed.word());
  put_file(dir + "/config.toml", feed.rest());
  put_file(dir + "/enrolment.toml", enrolment);
  put_file(dir + "/device.key", key);
  const auto config = load_config(dir, "");
  if (!config) {
    MUST((config.error().code == Code::Invalid || config.error().code == Code::Corrupt) && config.error().what.starts_with(dir + "/"), "an error names the file");
    return;
  }
  MUST(check_origin(config->origin), "a machine has a lawful name");
  MUST(config->ticket_first >= 1 && config->ticket_first <= config->ticket_last, "tickets have a range");
  MUST(config->idle_warn_s >= 10 && config->idle_wipe_s >= 5, "patience has a least");
  MUST(verify_signature("m", sign("m", config->key.secret_hex), config->key.public_hex), "the key signs");
  if (config->hub_public_hex.empty()) return;  // nothing is written down before there is a hub
  MUST(save_enrolment(*config).has_value(), "enrolment is written down");
  put_file(dir + "/config.toml", "");
  const auto again = load_config(dir, "");
  MUST(!valid_utf8(config->hub_origin) || (again && again->origin == config->origin && again->role == config->role), "what enrolment wrote is read again");
}

void rows_target(std::string_view input) {
  // A file without a name: nothing is written twice.
  static const int file = ::memfd_create("rows", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  Feed feed(input);
  const bool numbered = feed.flag();
  const auto bytes = feed.rest();
  MUST(::ftruncate(file, 0) == 0 && ::pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()), "a file in memory");
  auto rows = cli::Rows::open(path, Channel::Letter, numbered);
  if (!rows) {
    MUST(rows.error().code == Code::Invalid, "a file that is no list is refused");
    return;
  }
  std::size_t line = 0, lines = 1 + static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  for (std::size_t n = 0; n <= lines; ++n) {
    auto row = (*rows)->next();
    MUST(row.has_value(), "a bad line is a row with a problem, never the end");
    if (!*row) {
      MUST((*rows)->bytes_read() <= bytes.size() + 1, "no more is read than there is");
      return;
    }
    MUST((*row)->line > line && (*row)->line <= lines, "rows name their lines");
    line = (*row)->line;
    if ((*row)->problem) continue;
    MUST(!(*row)->id.empty() && (*row)->id.size() <= 200, "a row is known by its own word");
    Petition petition = (*row)->petition;
    MUST(petition.input == InputWay::Batch, "a row is batch input");
    if (validate(petition, rulebook()).empty()) MUST(!route(petition, rulebook()).window.empty(), "a row that is filed has a window");
  }
  MUST(false, "no more rows than lines");
}

// ---- what is attached when filing -----------------------------------------------------------------------------------------------------------

void parts_target(std::string_view input) {
  static const KeyPair discipline = make_box_keys();
  Feed feed(input);
  FileMatter command;
  command.petition = a_petition();
  static constexpr std::string_view kinds[] = {attached_statement, attached_photo, "other"};
  static constexpr std::string_view types[] = {"audio/ogg; codecs=opus", "image/jpeg", "text/html"};
  for (std::size_t n = feed.below(11); n > 0; --n) {
    NewAttachment attached;
    const auto kind = feed.below(5), type = feed.below(5);
    attached.kind = kind < 3 ? std::string(kinds[kind]) : std::string(feed.word());
    attached.media_type = type < 3 ? std::string(types[type]) : std::string(feed.word());
    attached.duration_ms = feed.flag() ? feed.number<std::int64_t>() : feed.byte() * 100;
    const auto bytes = feed.word();
    if (feed.below(5) != 0) attached.bytes = std::make_shared<const std::vector<std::byte>>(reinterpret_cast<const std::byte*>(bytes.data()), reinterpret_cast<const std::byte*>(bytes.data()) + bytes.size());
    command.attachments.push_back(std::move(attached));
  }
  if (feed.flag()) command.signature = DrawnSignature{feed.flag() ? "petitioner" : std::string(feed.word()), a_drawing(), feed.flag() ? text_hash(command.petition) : std::string(feed.word())};
  if (command.signature && feed.below(4) == 0 && !command.signature->strokes.points.empty()) command.signature->strokes.points[0].x = feed.number<std::int32_t>();
  for (std::size_t n = feed.below(4); n > 0; --n) command.names.push_back({feed.flag() ? "petitioner.name" : std::string(feed.word()), a_drawing()});
  const auto problems = check_parts(command);
  for (const auto& problem : problems) MUST(!problem.field.empty() && valid_utf8(problem.what), "a problem names its field");
  if (!problems.empty()) return;
  MUST(command.attachments.size() <= attachments_max, "no more is attached than may be");
  const auto open = have(make_parts(command, command.petition, {}));
  for (const Fact& fact : open.facts) MUST(encode_fact_checked(fact), "what is attached is a fact");
  MUST(open.blobs.size() == command.attachments.size(), "every attachment has its bytes");
  static const auto early = make_early_sealer({discipline.public_hex});
  const auto closed = have(make_parts(command, command.petition, {early.get(), SealClass::Accusation, {a_matter, nine()}}));
  MUST(closed.blobs.size() == closed.facts.size(), "sealed, everything is an attachment");
  for (const Fact& fact : closed.facts) {
    const auto& attached = std::get<Attached>(fact);
    MUST(attached.sealed && attached.kind.empty() && attached.media_type.empty() && attached.duration_ms == 0 && attached.text_hash.empty(), "a sealed attachment tells nothing");
  }
  for (const auto& blob : closed.blobs) MUST(open_attachment(blob, a_matter, discipline).has_value(), "and opens with its key");
}

// ---- the visit ------------------------------------------------------------------------------------------------------------------------------

/// What a person said, was called, or is known by here.
std::string personal_words(const Session& s) {
  std::string all = s.me.name + s.me.number + s.me.phone + s.me.address + s.other.name + s.topic + s.statement.request + s.statement.facts + s.statement.reasons + s.statement.place +
                    s.statement.party_complained_of + s.statement.division + s.code + s.keys.composing + s.keys.typed + s.keys.rest + s.keys.preedit + s.picked_place + s.signed_text;
  for (const auto& name : s.representatives) all += name;
  return all;
}

Action an_action(Feed& feed, const Session& s) {
  const auto text = [&]() -> std::string {
    static const std::string_view words[] = {"付清工资", "1", "１", "·", "##", "%n%s", "\xF0\xA0\xAE\xB7", "\x1b[31m", "\n", "林小满", "13800000000", "440583K01202611200001", "110101195001010028"};
    const auto which = feed.below(20);
    if (which < std::size(words)) return std::string(words[which]);
    const auto own = feed.word();
    return valid_utf8(own) ? std::string(own) : printable(own);
  };
  static constexpr Screen ways[] = {Screen::Notice, Screen::TakeNumber, Screen::Ask, Screen::Home};
  switch (feed.below(52)) {
    case 0: return News{};
    case 1: return Touched{};
    case 2: return Begin{ways[feed.below(4)], feed.flag() ? Purpose::Rating : Purpose::Progress};
    case 3:
    case 4:
    case 5:
    case 6: return Next{};
    case 7: return Back{};
    case 8: return LeaveAsk{};
    case 9: return LeaveNow{};
    case 10: return Stay{};
    case 11: return CallHelp{};
    case 12: return CancelHelp{};
    case 13: return Set{{static_cast<int>(feed.below(3)), feed.flag(), feed.flag(), static_cast<int>(feed.below(6)), static_cast<int>(feed.below(3))}};
    case 14: return ChooseDocument{static_cast<DocumentKind>(feed.below(6))};
    case 15: return SpecialDocument{};
    case 16: return ChooseWhom{static_cast<Whom>(feed.below(5))};
    case 17: return ChooseAuthority{feed.flag()};
    case 18: return AddHeads{feed.number<std::int16_t>()};
    case 19:
    case 20: return ChooseTopic{feed.below(8) == 0 ? text() : rulebook().topics[feed.below(rulebook().topics.size())].code};
    case 21:
    case 22: return AnswerWith{static_cast<Answer>(feed.below(4))};
    case 23: return AnswerParty{static_cast<Counterparty>(feed.below(10))};
    case 24: return SkipWriting{};
    case 25: return Part{static_cast<int>(feed.number<std::int8_t>())};
    case 26: return Edit{static_cast<Screen>(feed.below(28)), static_cast<int>(feed.number<std::int8_t>())};
    case 27: return WriteName{static_cast<int>(feed.below(3))};
    case 28: {
      Pen pen{{{}, 200, 90}};
      for (std::size_t n = 1 + feed.below(6); n > 0; --n) pen.dots.dots.push_back({static_cast<PenDot::What>(feed.below(4)), static_cast<float>(feed.byte()), static_cast<float>(feed.byte())});
      return pen;
    }
    case 29: return PenClear{};
    case 30: return ReadText{static_cast<int>(feed.number<std::int8_t>())};
    case 31:
    case 32: return Focus{static_cast<Field>(feed.below(13)), static_cast<int>(feed.number<std::int8_t>()), feed.flag() ? writing::at_end : feed.byte()};
    case 33:
    case 34:
    case 35: {
      Typed typed{text(), static_cast<int>(feed.below(5)), s.keys};
      typed.deletes = static_cast<int>(feed.below(3));
      if (feed.below(8) == 0) typed.division = "445222";
      typed.keys.composing = feed.below(8) == 0 ? "gong" : "";
      return typed;
    }
    case 36: return Caret{feed.number<std::uint16_t>()};
    case 37: return StepCaret{feed.flag() ? 1 : -1, s.keys};
    case 38: return Scanned{feed.flag() ? a_matter : text(), feed.flag() ? "" : text()};
    case 39: return ScanRefused{};
    case 40: return feed.flag() ? Action{Letter{}} : Action{Reveal{}};
    case 41: return Turn{static_cast<int>(feed.number<std::int8_t>())};
    case 42: return ChooseWindow{rulebook().windows[feed.below(rulebook().windows.size())].code};
    case 43:
    case 44: return Submit{};
    case 45: return PickNumber{feed.flag() ? "LAW" : text()};
    case 46: return feed.flag() ? Action{Reprint{}} : Action{RateNow{}};
    case 47: return Grade{static_cast<int>(feed.number<std::int8_t>()), static_cast<int>(feed.number<std::int8_t>())};
    case 48: return feed.flag() ? Action{SpeakInstead{}} : feed.flag() ? Action{Listens{}} : Action{Again{}};
    case 49: {
      const auto which = feed.below(4);
      if (which == 0) return Record{};
      if (which == 1) return NoMicrophone{};
      if (which == 2) return DropOral{};
      return PlayOral{feed.flag()};
    }
    case 50: return Recorded{{std::make_shared<const std::vector<std::byte>>(feed.below(3) * 200, std::byte{'o'}), Span{feed.byte() * 100}}};
    default: return OpenGuide{};
  }
}

void visit_target(std::string_view input) {
  Feed feed(input);
  Session s;
  Snapshot snapshot;
  snapshot.center = "云栖县信访超市";
  snapshot.place = "一号自助机";
  snapshot.now = nine();
  snapshot.hub_online = true;
  snapshot.hall.queues = {{"LAW", 3, 25, 1}, {"MED", 1, 10, 1}};
  static const HallPlan plan = have(load_hall_plan(file_bytes(source_dir() + "/assets/halls/hall.toml"), "hall.toml", rulebook()));
  const World world{snapshot, rulebook(), Patience{}, "440583-K01", "2026-11", &plan};
  Tick now{std::chrono::hours(1)};
  std::string filed;                      // the last request that was asked to be registered
  std::vector<std::string> registered;    // … that really were
  std::uint64_t cards = 0;
  std::vector<Command> waiting;
  int visits = 0;

  const auto act = [&](const Action& action) {
    if (s.visit.empty() && !std::holds_alternative<News>(action)) s.visit = "v" + std::to_string(++visits);
    Step step = update(s, action, world, now);
    s = std::move(step.session);
    for (Command& command : step.commands) {
      if (const auto* file = std::get_if<FileMatter>(&command)) {
        filed = file->request;
        MUST(!file->request.empty(), "a filing has a request id");
        Petition petition = file->petition;
        MUST(encode_petition(petition).size() < 200'000, "a filing keeps its limits");
        if (file->signature) MUST(file->signature->text_hash == text_hash(file->petition), "a signature stands under the text that is filed");
      }
      if (const auto* take = std::get_if<TakeNumber>(&command)) filed = take->request;
      if (std::holds_alternative<EndVisit>(command)) MUST(personal_words(s).empty(), "an ended visit has no words left");
      waiting.push_back(std::move(command));
    }
    const Screen seen = pick_screen(s, snapshot);
    MUST(static_cast<int>(seen) <= static_cast<int>(Screen::Trouble), "there is something to see");
    MUST(!word(seen).empty(), "and it has a name");
    if (s.receipt) MUST(std::find(registered.begin(), registered.end(), s.receipt->request) != registered.end(), "a receipt exists only after its matter was registered");
    if (seen == Screen::Done) MUST(s.receipt.has_value(), "已登记 is shown with a receipt only");
    if (blank(s)) {
      MUST(personal_words(s).empty(), "a blank visit holds no words");
      MUST(!s.receipt && !s.progress && s.oral.empty() && s.signature.empty() && s.drawn_names[0].empty() && s.drawn_names[1].empty(), "and nothing that was said or drawn");
    }
    MUST(characters(s.statement.request) + characters(s.statement.facts) + characters(s.statement.reasons) <= 3 * statement_characters_max, "a statement keeps its limits");
    MUST(valid_utf8(personal_words(s) + s.remark + s.number), "whatever is written is text");
  };

  for (int n = 0; n < 300 && !feed.empty(); ++n) {
    const auto what = feed.byte();
    if (what < 12) {  // time passes
      now += Span{feed.below(130) * 1000};
      act(News{});
      continue;
    }
    if (what < 18) {  // a card
      CardRead card;
      card.serial = ++cards;
      if (feed.below(4) == 0) card.trouble = "pulled";
      else card.identity = {"李样板", DocumentKind::ResidentId, std::string("11010119500101002") + id_check_digit("11010119500101002"), "", "样板路1号"};
      snapshot.card = card;
      act(News{});
      continue;
    }
    if (what < 60 && !waiting.empty()) {  // the engine answers
      const Command command = waiting.front();
      waiting.erase(waiting.begin());
      if (const auto* file = std::get_if<FileMatter>(&command); file != nullptr || std::holds_alternative<TakeNumber>(command)) {
        Outcome outcome;
        outcome.request = file != nullptr ? file->request : std::get<TakeNumber>(command).request;
        const auto how = feed.below(4);
        if (how == 0) outcome.problems = {{"petitioner.name", "姓名含无效字符"}};
        else if (how == 1) outcome.error = Error{feed.flag() ? Code::Unavailable : Code::Io, "disk full"};
        else {
          Receipt receipt;
          receipt.request = outcome.request;
          receipt.matter = a_matter;
          receipt.ticket = "A012";
          receipt.window = "LAW";
          receipt.at = nine();
          outcome.receipt = receipt;
          registered.push_back(outcome.request);
        }
        snapshot.outcome = outcome;
      } else if (const auto* ask = std::get_if<AskProgress>(&command)) {
        Progress progress;
        progress.request = ask->request;
        progress.matter = ask->number;
        progress.may_rate = feed.flag();
        if (feed.flag()) progress.problems = {{"query_code", "编号或查询码不对，请核对"}};
        else progress.lines = {{nine(), a_kiosk, "filed", "已登记"}};
        snapshot.progress = progress;
      } else if (const auto* rate = std::get_if<Rate>(&command)) {
        MUST(rate->service >= 0 && rate->service <= 5 && rate->outcome >= 0 && rate->outcome <= 5, "a grade is one of five");
        Outcome outcome;
        outcome.request = rate->request;
        snapshot.outcome = outcome;
      } else if (const auto* call = std::get_if<CallHelper>(&command)) {
        snapshot.help = HelpState{call->id, true, feed.flag() ? a_desk : "", feed.flag(), "A009"};
      } else if (const auto* print = std::get_if<PrintReceipt>(&command)) {
        snapshot.print_request = print->request;
        snapshot.print = ReceiptPrinted{feed.flag(), "no_paper"};
      }
      act(News{});
      continue;
    }
    if (what < 64) {  // the world
      static constexpr DeviceState states[] = {DeviceState::Ready, DeviceState::Absent, DeviceState::OutOfPaper, DeviceState::Fault, DeviceState::Busy};
      snapshot.printer = states[feed.below(5)];
      snapshot.reader = states[feed.below(5)];
      snapshot.hub_online = feed.flag();
      snapshot.disk_low = feed.flag();
      snapshot.failed = feed.below(4) == 0 ? std::optional<Error>(Error{feed.flag() ? Code::Io : Code::Unavailable, "disk"}) : std::nullopt;
      snapshot.closed = feed.flag() ? std::vector<std::string>{"LAW"} : std::vector<std::string>{};
      act(News{});
      continue;
    }
    act(an_action(feed, s));
  }
  // And then everybody goes: after two silences whatever was there is gone. Recordings end by themselves.
  snapshot.failed.reset();
  act(Recorded{});
  act(PlayOral{false});
  for (int n = 0; n < 8; ++n) {
    now += Span{400'000};
    act(News{});
  }
  MUST(blank(s) && personal_words(s).empty() && s.visit.empty(), "whoever leaves, leaves nothing");
  MUST(pick_screen(s, snapshot) == Screen::Home, "and the machine waits at its first page");
}

// ---- seeds ------------------------------------------------------------------------------------------------------------------------------------

std::string sample_id() { return std::string("11010119500101002") + id_check_digit("11010119500101002"); }
std::vector<Seed> card_seeds() {
  return {{"card", "name=李样板\nnumber=" + sample_id() + "\naddress=样板路1号\nend\n"}, {"pulled", "name=李样板\nnumb"}, {"returns", "name=阿依古丽·买买提\r\nnumber=" + sample_id() + "\r\nend\r\n"}, {"broken", "name=\xFF\nend\n"}, {"empty", ""}};
}
std::vector<Seed> printer_seeds() { return {{"ready", ""}, {"out", "\x12\x72"}, {"cover", "\x16\x12"}, {"noise", raw("\0\xFF\x93x\x32\x12")}, {"error", "\x52\x12"}}; }
std::vector<Seed> paper_seeds() {
  Receipt receipt;
  receipt.ticket = "A012";
  receipt.matter = a_matter;
  receipt.query_code = "4837291600215532";
  receipt.chain8 = "0a1b2c3d";
  receipt.at = nine();
  Raster raster;
  raster.height = 2;
  raster.rows.assign(144, 0x5A);
  return {{"paper", "\1" + encode_paper(receipt_paper(receipt, rulebook(), "一号自助机"))}, {"picture", "\1" + pbm(raster)}, {"cut_picture", "\1P4\n576 9\nx"},
          {"receipt", raw("\0\0\1\3\0\x19\0\0\0A012\0" "440583-K01-20261120-0001-5\0" "4837291600215532\0律师窗口\0" "1号\0" "0a1b2c3d\0dispose\0一号")}, {"hostile", raw("\0\1\0\0\0\0\0\0\0\x1b@\x1dV\0\x1b[2J\0\xC2\x9B\0\0\0\0\0\0")}};
}
std::vector<Seed> ink_seeds() {
  const std::string model(reinterpret_cast<const char*>(ink_model().data()), std::min<std::size_t>(ink_model().size(), 9'500));
  return {{"line", raw("\0") + "一 2 3 0 0 10 0 20 1 2 5 5 5 30"}, {"nan", raw("\0") + "x 1 2 nan 0 1e30 0"}, {"model", "\1\1" + model}, {"words", raw("\1\0") + ink_words()},
          {"strokes", raw("\2\0\3\x0a\x0a\x50\x0a\x90\x0b\xb0\x0c\2\x40\x05\x41\x90\x42\xf0")}, {"wild", raw("\3\1\1\0\0\xc0\x7f\0\0\x80\x7f\0\0\0\x40\0\0\0\x41")}, {"rare", raw("\3\0\5\1\1\2\2\3\3\x40\x40\x80\x80\xc0\xc0")}};
}
std::vector<Seed> drawing_seeds() { return {{"stroke", raw("\1\xC8\x5A\5\0\0\1\0\1\1\0\2\0\2\1\0\3\0\4\1\0\4\0\5\2\0\5\0\6")}, {"wild", raw("\0\0\0\xc0\x7f\0\0\x80\x7f\2\0\0\0\xc0\x7f\0\0\0\0\1\0\0\x80\x7f\0\0\0\0")}, {"resized", raw("\1\xC8\x5A\2\0\0\1\0\1\2\0\2\0\2\1\x40\x30\2\0\0\1\0\1\2\0\2\0\2")}}; }
std::vector<Seed> pinyin_seeds() { return {{"gongzi", raw("\6\x0e\x0d\6\x19\x08\xF0\0\xF0\1")}, {"long", std::string(50, '\7')}, {"fuzzy", raw("\xE7\1\2\7\0\xF0\2\xEC\3\4")}, {"pages", raw("\x12\7\x08\xDE\3\xDE\x20\xCA\xCA")}}; }
std::string a_recording() {
  auto writer = have(sound::OpusWriter::make(8'000, 0));
  std::vector<std::int16_t> samples(4'800);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::int16_t>(8'000 * std::sin(static_cast<double>(i) * 0.05));
  have(writer.write(samples));
  const auto bytes = writer.finish();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::vector<Seed> clip_seeds() {
  std::string wav("RIFF\x44\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0\2\0\x10\0data\x20\0\0\0", 44);
  wav += std::string(32, '\x11');
  return {{"memory", std::string(1, '\0') + a_recording()}, {"file", "\2" + a_recording()}, {"wav", "\1" + wav}, {"cut", std::string(1, '\0') + a_recording().substr(0, 100)}, {"text", "\1RIFF"}};
}
std::vector<Seed> speech_seeds() {
  return {{"ticket", raw("\0\0") + "请 A012 号到1号律师窗口，约25分钟，9:05。"}, {"spelled", raw("\1\0") + "4837 2916 0021 5532"}, {"money", raw("\0\0") + "18600.50元，-3℃，50%，2026-11-20"}, {"broken", raw("\0\0\xE4\xB8")},
          {"voice", raw("\0\1") + "你好\ta.wav\n# x\nni3\ta.wav\n../x\t../a.wav\n"}, {"readings", raw("\0\2") + "你\tni3\n银行\tyin2 hang2\n"}, {"bad", raw("\0\2") + "银行\tyin2\n\t\n"}};
}
std::vector<Seed> config_seeds() {
  return {{"plain", raw("\1\0\0") + "origin = \"440583-K02\"\ncenter = \"云栖县\"\nidle_warn_s = 60\nprinter = \"none\"\nfive_keys = [\"Up\", \"Down\", \"Return\", \"Escape\", \"F1\"]\nscreen_inches = 21.5\n"},
          {"desk", raw("\1\0\0") + "role = \"desk-lawyer\"\nwindows = [\"LAW\"]\nticket_first = 10\nticket_last = 20\n"}, {"unknown", raw("\1\0\0") + "colour = 1\n"}, {"broken", raw("\1\0\0") + "a = [\n"},
          {"enrolled", std::string("\1") + "origin = \"440583-K03\"\nrole = \"kiosk\"\nhub_public_hex = \"" + std::string(64, 'a') + "\"\ndiscipline_keys = []\n" + raw("\0\0") + "place = \"三号\"\n"}, {"key", raw("\0\0") + std::string(64, 'a') + "\n" + std::string(128, 'b') + "\n" + raw("\0\0")},
          {"key_short", raw("\0\0") + std::string(64, 'a') + "\n" + std::string(100, 'z') + std::string(1, '\0')}};
}
std::vector<Seed> rows_seeds() {
  return {{"tsv", std::string(1, '\0') + "id\tname\ttext\tdecided\thead_count\n1\t林小满\t工钱没有结清\tno\t2\n2\t\t路灯坏了\tmaybe\tx\n"}, {"json", std::string(1, '\0') + "{\"id\":\"1\",\"text\":\"工钱\",\"in_danger\":true,\"kind\":\"accusation\"}\n{\"id\":2}\nnot json\n[]\n"},
          {"mark", "\1\xEF\xBB\xBFtext\n工钱\n\n路灯\n"}, {"returns", std::string(1, '\0') + "id\ttext\r\na\tb\tc\r\n"}, {"empty", std::string(1, '\0')}, {"all", std::string(1, '\0') + "id\tsource\ttitle\trequest\tfacts\treasons\tnumber\tphone\taddress\tplace\tdivision\tparty\ttopic\tchannel\tcounterparty\nx\ty\tz\ta\tb\tc\t" + sample_id() + "\t13800000000\t路\t县\t44\t官\twages\tonline\temployer\n"}};
}
std::vector<Seed> parts_seeds() {
  return {{"none", ""}, {"recording", raw("\1\0\0\0\x32opus\0\1\0")}, {"all", raw("\2\0\0\0\x32opus\0\1\1\1\0\x05jpg\0\1\1\1\1\1\2\1\1")}, {"wrong", raw("\1\3kind\0\4type\0\1\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7Fx\0\1\1\0who\0\0abc\0\0\1\1\1\1\1\0")}};
}
std::vector<Seed> visit_seeds() {
  // Begin, Next, card, Self, a topic, answers, writing, on to the ruling, and Submit; the engine answers.
  const std::string begin("\x40\2\0\0", 4), next("\x40\3", 2), card("\x0c\1", 2), self("\x40\x10\1", 3), topic("\x40\x13\1\0", 4), no("\x40\x15\1", 3), party("\x40\x17\3", 3), skip("\x40\x18", 2), submit("\x40\x2b", 2), engine("\x20\2", 2), wait("\1\x59", 2);
  const std::string type("\x40\x21\0\0\0\1\1", 7), sign("\x40\x1c\5\0\x10\x10\1\x20\x20\1\x30\x30\2\x30\x30\0\5\5\2\6\6", 21);
  std::string answers;
  for (int i = 0; i < 4; ++i) answers += no + party;
  const std::string filed = begin + next + card + self + topic + next + answers + type + skip + next + sign + next + next + submit + engine + engine;
  return {{"filed", filed}, {"filed_twice", filed + submit + submit + engine}, {"left", filed + wait + wait}, {"ask", raw("\x40\2\2\0\x40\x26\1\0\0\x40\3\x40\3\x20\0\0\0")}, {"number", raw("\x40\2\1\0\x40\x2d\1\x20\2")},
          {"spoken", begin + next + card + self + topic + next + answers + raw("\x40\x30\1\x40\x31\0\x40\x32\2\x20") + skip + next + submit + engine}, {"help", begin + raw("\x40\x0b\x20\1\1\x40\x0c")}, {"words", begin + next + raw("\x40\x0e\1\x40\x1f\1\0\1") + type + type + wait}};
}

const Join joined[] = {
    Join({"card", "a card is reported once; its name is clean and its number canonical", 600, card_target, card_seeds}),
    Join({"printer", "a printer's state is what its two status bytes say, whatever noise is on the line", 200, printer_target, printer_seeds}),
    Join({"paper", "no byte of a receipt commands a printer; paper and pictures read back the same", 4096, paper_target, paper_seeds}),
    Join({"ink", "any strokes give characters or none; files of models lead nowhere", 10'000, ink_target, ink_seeds}),
    Join({"drawing", "whatever a finger does is a drawing that can be kept, and is gone when wiped", 512, drawing_target, drawing_seeds}),
    Join({"pinyin", "any keys give pages of text; what was forgotten is gone", 128, pinyin_target, pinyin_seeds}),
    Join({"clip", "any bytes are sound or Corrupt", 4096, clip_target, clip_seeds}),
    Join({"speech", "what is read has characters, capitals and pauses only; a recording lies in its folder", 512, speech_target, speech_seeds}),
    Join({"config", "settings are lawful or an error names the file; what enrolment wrote is read again", 2048, config_target, config_seeds}),
    Join({"rows", "a bad line is a row with a problem, never the end", 2048, rows_target, rows_seeds}),
    Join({"parts", "what is attached was checked; sealed it tells nothing and opens with its key", 512, parts_target, parts_seeds}),
    Join({"visit", "a receipt only after registering; whoever leaves, leaves nothing", 1024, visit_target, visit_seeds}),
};

}  // namespace
}  // namespace yizhan::fuzz
