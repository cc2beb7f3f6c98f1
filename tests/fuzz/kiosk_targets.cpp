// A kiosk's own files: settings, rows of letters, and what is attached when filing.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "core/event_text.h"
#include "core/petition_json.h"
#include "core/seal.h"
#include "core/text.h"
#include "kiosk/cli/rows.h"
#include "kiosk/config.h"
#include "kiosk/filing_parts.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/samples.h"

namespace yizhan::fuzz {
namespace {

using namespace kiosk;

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

FileMatter attached_command(Feed& feed) {
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
  return command;
}

void parts_target(std::string_view input) {
  Feed feed(input);
  const FileMatter command = attached_command(feed);
  const auto problems = check_parts(command);
  for (const auto& problem : problems) MUST(!problem.field.empty() && valid_utf8(problem.what), "a problem names its field");
  if (!problems.empty()) return;
  MUST(command.attachments.size() <= attachments_max, "no more is attached than may be");
  const auto open = have(make_parts(command, command.petition, {}));
  for (const Fact& fact : open.facts) MUST(encode_fact_checked(fact), "what is attached is a fact");
  MUST(open.blobs.size() == command.attachments.size(), "every attachment has its bytes");
}

void sealed_parts_target(std::string_view input) {
  static const KeyPair discipline = make_box_keys();
  Feed feed(input);
  const FileMatter command = attached_command(feed);
  if (!check_parts(command).empty()) return;
  static const auto early = make_early_sealer({discipline.public_hex});
  const auto closed = have(make_parts(command, command.petition, {early.get(), SealClass::Accusation, {a_matter, nine()}}));
  MUST(closed.blobs.size() == closed.facts.size(), "sealed, everything is an attachment");
  for (const Fact& fact : closed.facts) {
    const auto& attached = std::get<Attached>(fact);
    MUST(attached.sealed && attached.kind.empty() && attached.media_type.empty() && attached.duration_ms == 0 && attached.text_hash.empty(), "a sealed attachment tells nothing");
  }
  for (const auto& blob : closed.blobs) MUST(open_attachment(blob, a_matter, discipline).has_value(), "and opens with its key");
}

// ---- seeds ------------------------------------------------------------------------------------------------------------------------------------

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
std::vector<Seed> sealed_parts_seeds() { return {{"recording", raw("\1\0\0\0\x32opus\0\1\0")}}; }
std::vector<Seed> parts_seeds() {
  return {{"none", ""}, {"recording", raw("\1\0\0\0\x32opus\0\1\0")}, {"all", raw("\2\0\0\0\x32opus\0\1\1\1\0\x05jpg\0\1\1\1\1\1\2\1\1")}, {"wrong", raw("\1\3kind\0\4type\0\1\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7Fx\0\1\1\0who\0\0abc\0\0\1\1\1\1\1\0")}};
}

const Join joined[] = {
    Join({"config", "settings are lawful or an error names the file; what enrolment wrote is read again", 2048, config_target, config_seeds}),
    Join({"rows", "a bad line is a row with a problem, never the end", 2048, rows_target, rows_seeds}),
    Join({"parts", "what is attached was checked, is facts and has its bytes", 512, parts_target, parts_seeds}),
    Join({"sealed_parts", "what is attached to an accusation tells nothing and opens with its key", 512, sealed_parts_target, sealed_parts_seeds}),
};

}  // namespace
}  // namespace yizhan::fuzz
