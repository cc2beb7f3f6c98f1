// Devices of a hall: card reader, printer, paper, sound files and what is read out.
#include <fcntl.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "core/number.h"
#include "core/text.h"
#include "kiosk/devices/id_reader.h"
#include "kiosk/devices/printer.h"
#include "kiosk/devices/receipt.h"
#include "kiosk/sound/clip.h"
#include "kiosk/sound/numbers.h"
#include "kiosk/sound/voice.h"
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
  const std::string said = std::string(input.substr(0, 200)) + "\x12\x12";
  // The kernel empties a line behind our back: a moment later it takes everything.
  for (int tries = 0; ::tcflush(line.device, TCIOFLUSH), ::write(line.printer, said.data(), said.size()) != static_cast<ssize_t>(said.size()); ++tries) {
    MUST(tries < 1000, "the line takes a few bytes");
    ::usleep(1000);
  }
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

// ---- seeds ------------------------------------------------------------------------------------------------------------------------------------

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

const Join joined[] = {
    Join({"card", "a card is reported once; its name is clean and its number canonical", 600, card_target, card_seeds}),
    Join({"printer", "a printer's state is what its two status bytes say, whatever noise is on the line", 200, printer_target, printer_seeds}),
    Join({"paper", "no byte of a receipt commands a printer; paper and pictures read back the same", 4096, paper_target, paper_seeds}),
    Join({"clip", "any bytes are sound or Corrupt", 4096, clip_target, clip_seeds}),
    Join({"speech", "what is read has characters, capitals and pauses only; a recording lies in its folder", 512, speech_target, speech_seeds}),
};

}  // namespace
}  // namespace yizhan::fuzz
