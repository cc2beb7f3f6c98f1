#include "kiosk/config.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <toml++/toml.h>
#include <utility>

#include "core/books.h"
#include "core/read_file.h"

namespace yizhan::kiosk {
namespace {

namespace fs = std::filesystem;

Error at_line(const std::string& file, const toml::source_region& where, std::string_view what) {
  return {Code::Invalid, fmt::format("{}:{}: {}", file, where.begin.line, what)};
}

Result<toml::table> parse(const std::string& path, std::string_view text) {
  try {
    return toml::parse(text, path);
  } catch (const toml::parse_error& error) {
    return at_line(path, error.source(), error.description());
  }
}

/// One setting: how it is read. Returns what is wrong, or nothing.
using Take = std::function<std::optional<std::string>(const toml::node&)>;

Take text(std::string& into) {
  return [&into](const toml::node& node) -> std::optional<std::string> {
    const auto* value = node.as_string();
    if (value == nullptr) return "must be text in quotes";
    into = value->get();
    return std::nullopt;
  };
}
Take texts(std::vector<std::string>& into) {
  return [&into](const toml::node& node) -> std::optional<std::string> {
    const auto* array = node.as_array();
    if (array == nullptr) return "must be a list of texts, [\"…\"]";
    std::vector<std::string> values;
    for (const auto& item : *array) {
      const auto* value = item.as_string();
      if (value == nullptr) return "must be a list of texts, [\"…\"]";
      values.push_back(value->get());
    }
    into = std::move(values);
    return std::nullopt;
  };
}
/// Five different keys by the names SDL's kit gives them.
Take five_keys(std::vector<std::string>& into) {
  return [&into](const toml::node& node) -> std::optional<std::string> {
    std::vector<std::string> keys;
    if (const auto wrong = texts(keys)(node)) return wrong;
    static const std::vector<std::string> known{"Up", "Down", "Left", "Right", "Return", "Escape", "Tab", "Space", "Backspace", "Delete", "Home", "End", "PageUp", "PageDown"};
    const auto is_key = [&](const std::string& key) {
      if (std::find(known.begin(), known.end(), key) != known.end()) return true;
      const int f = key.size() > 1 && key.size() < 4 && key[0] == 'F' ? std::atoi(key.c_str() + 1) : 0;
      return f >= 1 && f <= 12;
    };
    auto sorted = keys;
    std::sort(sorted.begin(), sorted.end());
    if (keys.size() != 5 || !std::all_of(keys.begin(), keys.end(), is_key) || std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
      return "must be five different keys: up, down, confirm, back, help, such as [\"Up\", \"Down\", \"Return\", \"Escape\", \"F1\"]";
    into = std::move(keys);
    return std::nullopt;
  };
}
Take inches(double& into) {
  return [&into](const toml::node& node) -> std::optional<std::string> {
    const auto value = node.value<double>();
    if (!value || *value < 10 || *value > 100) return "must be a number of inches from 10 to 100";
    into = *value;
    return std::nullopt;
  };
}
Take number(int& into, int least, int most) {
  return [&into, least, most](const toml::node& node) -> std::optional<std::string> {
    const auto* value = node.as_integer();
    if (value == nullptr || value->get() < least || value->get() > most)
      return fmt::format("must be a whole number from {} to {}", least, most);
    into = static_cast<int>(value->get());
    return std::nullopt;
  };
}
/// trust.md T8: never earlier than seven days.
Take days_or_never(int& into) {
  return [&into](const toml::node& node) -> std::optional<std::string> {
    const auto* value = node.as_integer();
    if (value == nullptr || value->get() > 3650 || (value->get() != 0 && value->get() < 7)) return "must be 7 to 3650 days, or 0 for never";
    into = static_cast<int>(value->get());
    return std::nullopt;
  };
}
Take one_of(std::string& into, std::vector<std::string> words, std::string prefix = {}) {
  return [&into, words = std::move(words), prefix = std::move(prefix)](const toml::node& node) -> std::optional<std::string> {
    const auto* value = node.as_string();
    const bool known = value != nullptr && (std::find(words.begin(), words.end(), value->get()) != words.end() ||
                                            (!prefix.empty() && value->get().starts_with(prefix) && value->get().size() > prefix.size()));
    if (!known) return fmt::format("must be one of {}{}", fmt::join(words, ", "), prefix.empty() ? "" : ", " + prefix + "…");
    into = value->get();
    return std::nullopt;
  };
}
Take hex_key(std::string& into) {
  return [&into](const toml::node& node) -> std::optional<std::string> {
    const auto* value = node.as_string();
    if (value == nullptr || !digest_from_hex(value->get())) return "must be 64 hex digits";
    into = value->get();
    return std::nullopt;
  };
}

Take origin_word(std::string& into) {
  return [&into](const toml::node& node) -> std::optional<std::string> {
    const auto* value = node.as_string();
    if (value == nullptr || !check_origin(value->get())) return "must be <county, 6 digits>-<letter, 2 digits>, such as \"440583-K03\"";
    into = value->get();
    return std::nullopt;
  };
}
Take hex_keys(std::vector<std::string>& into) {
  return [&into](const toml::node& node) -> std::optional<std::string> {
    std::vector<std::string> keys;
    if (auto wrong = texts(keys)(node)) return wrong;
    for (const auto& key : keys)
      if (!digest_from_hex(key)) return "must be 64 hex digits each";
    into = std::move(keys);
    return std::nullopt;
  };
}

Status take_table(const std::string& path, const toml::table& table, const std::map<std::string, Take>& known) {
  for (const auto& [key, node] : table) {
    const auto setting = known.find(std::string(key.str()));
    // A misspelt setting that is silently ignored is a hall that runs on a default nobody chose.
    if (setting == known.end()) return at_line(path, key.source(), fmt::format("{}: no such setting", key.str()));
    if (const auto wrong = setting->second(node)) return at_line(path, node.source(), fmt::format("{}: {}", key.str(), *wrong));
  }
  return Done{};
}

/// Reads a settings file when it is there.
Status take_file(const std::string& path, const std::map<std::string, Take>& known) {
  std::error_code none;
  if (!fs::exists(path, none)) return Done{};
  const auto bytes = read_file(path);
  if (!bytes) return bytes.error();
  const auto table = parse(path, *bytes);
  if (!table) return table.error();
  return take_table(path, *table, known);
}

Result<KeyPair> device_key(const std::string& path) {
  std::error_code none;
  if (fs::exists(path, none)) {
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0 && (info.st_mode & 077) != 0)
      return Error{Code::Invalid, path + ": others may read the device key; chmod 600 it"};
    const auto bytes = read_file(path);
    if (!bytes) return bytes.error();
    KeyPair key;
    const auto gap = bytes->find('\n');
    key.public_hex = bytes->substr(0, gap);
    if (gap != std::string::npos) key.secret_hex = bytes->substr(gap + 1, bytes->find('\n', gap + 1) - gap - 1);
    // sign() stops the process over a key that is none: a damaged file is asked first.
    const std::string_view secret = key.secret_hex;
    const bool hex = secret.size() == 128 && digest_from_hex(secret.substr(0, 64)) && digest_from_hex(secret.substr(64));
    if (!hex || key.public_hex.size() != 64 || !verify_signature("key", sign("key", key.secret_hex), key.public_hex))
      return Error{Code::Invalid, path + ":1: not a device key; restore it, or remove it and enrol again"};
    return key;
  }
  const KeyPair key = make_sign_keys();
  const std::string bytes = key.public_hex + "\n" + key.secret_hex + "\n";
  if (const auto written = write_private(path, bytes); !written) return written.error();
  return key;
}

/// The key-set this machine keeps, under the root it pinned. A damaged one stops the start: what people say must not silently be
/// sealed to nobody, or to somebody else.
Result<std::optional<KeySet>> kept_key_set(const std::string& data_dir) {
  const std::string path = data_dir + "/" + std::string(key_set_name), root_path = data_dir + "/" + std::string(key_root_name);
  std::error_code none;
  const bool pinned = fs::exists(root_path, none);
  if (!fs::exists(path, none)) {
    if (!pinned) return std::optional<KeySet>{};
    return Error{Code::Corrupt, path + ": is missing, and this machine had one; enrol it again"};
  }
  const auto bytes = read_file(path);
  if (!bytes) return bytes.error();
  std::string root;
  if (pinned) {
    const auto kept = read_file(root_path);
    if (!kept) return kept.error();
    root = kept->substr(0, kept->find('\n'));
    if (!digest_from_hex(root)) return Error{Code::Corrupt, root_path + ":1: not a root key; remove both files and enrol again"};
  }
  auto set = decode_key_set(*bytes, root);
  if (!set) return Error{Code::Corrupt, path + ": " + set.error().what + "; remove it and " + std::string(key_root_name) + ", and enrol again"};
  return std::optional<KeySet>(std::move(*set));
}

/// "440583-K03" → 3.
int device_number(std::string_view origin) {
  const auto dash = origin.find('-');
  int number = 1;
  if (dash != std::string_view::npos && origin.size() >= dash + 4)
    std::from_chars(origin.data() + dash + 2, origin.data() + origin.size(), number);
  return number;
}

/// Ranges that no other device of a hall has, also after they overflow into one more digit (301–599 becomes 3000–5999).
/// Three kiosks share the short numbers, which are easy to hear across a hall; nine desks, which file few, share 900–998.
void derive_tickets(Config& config) {
  if (config.ticket_first > 0) return;
  const int n = std::max(device_number(config.origin), 1);
  if (config.origin.find("-D") != std::string::npos) {
    config.ticket_first = n <= 9 ? 900 + (n - 1) * 11 : 99'900 + n;
    config.ticket_last = n <= 9 ? config.ticket_first + 10 : config.ticket_first;
  } else {
    config.ticket_first = n <= 3 ? 1 + (n - 1) * 300 : n * 10'000 + 1;
    config.ticket_last = config.ticket_first + 298;
  }
}

void role_defaults(Config& config) {
  if (config.role == "kiosk") return;
  struct Default { const char* role; const char* origin; const char* place; std::vector<std::string> windows; };
  static const std::array<Default, 4> defaults{{{"desk-lawyer", "440583-D01", "1号律师窗口", {window_lawyer}},
                                                {"desk-mediator", "440583-D02", "调解室", {window_mediation}},
                                                {"desk-reception", "440583-D03", "综合接待", {window_reception}},
                                                {"board", "440583-B01", "叫号屏", {}}}};
  for (const auto& known : defaults)
    if (config.role == known.role) {
      config.origin = known.origin;
      config.place = known.place;
      config.windows = known.windows;
    }
}

std::string toml_text(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) continue;
    out += c;
  }
  return out + '"';
}

}  // namespace

Status write_private(const std::string& path, std::string_view bytes) {
  const std::string fresh = path + ".new";
  const int fd = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return Error{Code::Io, fmt::format("{}: cannot be written: {}", path, std::strerror(errno))};
  std::size_t done = 0;
  while (done < bytes.size()) {
    const auto n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  const bool whole = done == bytes.size() && ::fchmod(fd, 0600) == 0 && ::fsync(fd) == 0;
  const int why = errno;
  ::close(fd);
  if (!whole || ::rename(fresh.c_str(), path.c_str()) != 0) {
    const int reason = whole ? errno : why;
    ::unlink(fresh.c_str());
    return Error{Code::Io, fmt::format("{}: cannot be written: {}", path, std::strerror(reason))};
  }
  // The name is an entry of the directory: without this a power cut takes an enrolment back that was already answered.
  const std::string parent = fs::path(path).parent_path().string();
  const int directory = ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool kept = directory >= 0 && ::fsync(directory) == 0;
  const int trouble = errno;
  if (directory >= 0) ::close(directory);
  if (!kept) return Error{Code::Io, fmt::format("{}: cannot be made durable: {}", path, std::strerror(trouble))};
  return Done{};
}

Result<Config> load_config(const std::string& data_dir, const std::string& role) {
  Config config;
  config.data_dir = data_dir;
  std::error_code none;
  if (!fs::exists(data_dir, none)) {
    fs::create_directories(data_dir, none);
    if (none) return Error{Code::Io, fmt::format("{}: cannot be made: {}", data_dir, none.message())};
    fs::permissions(data_dir, fs::perms::owner_all, none);  // the log holds people's words
  }

  // The file's role decides when the command line names none; the role decides defaults, so it is read first.
  static const std::vector<std::string> roles{"kiosk", "desk-lawyer", "desk-mediator", "desk-reception", "board"};
  std::map<std::string, Take> known{
      {"origin", origin_word(config.origin)},
      {"role", one_of(config.role, roles)},
      {"center", text(config.center)},
      {"place", text(config.place)},
      {"windows", texts(config.windows)},
      {"staff", text(config.staff)},
      {"jurisdiction", text(config.jurisdiction)},
      {"assets_dir", text(config.assets_dir)},
      {"language", text(config.language)},
      {"five_keys", five_keys(config.five_keys)},
      {"screen_inches", inches(config.screen_inches)},
      {"plan", text(config.plan)},
      {"hub_url", text(config.hub_url)},
      {"ca_file", text(config.ca_file)},
      {"hub_origin", text(config.hub_origin)},
      {"hub_public_hex", hex_key(config.hub_public_hex)},
      {"discipline_keys", hex_keys(config.discipline_keys)},
      {"printer", one_of(config.printer, {"simulated", "none"}, "file:")},
      {"reader", one_of(config.reader, {"simulated", "none"})},
      {"sound", one_of(config.sound, {"page", "asked", "none"})},
      {"voice", text(config.voice)},
      {"speaker", text(config.speaker)},
      {"handset", text(config.handset)},
      {"microphone", text(config.microphone)},
      {"card_module", text(config.card_module)},
      {"devices_dir", text(config.devices_dir)},
      {"notice_version", text(config.notice_version)},
      {"idle_warn_s", number(config.idle_warn_s, 10, 3600)},
      {"idle_wipe_s", number(config.idle_wipe_s, 5, 600)},
      {"purge_days", days_or_never(config.purge_days)},
      {"reserve_mb", number(config.reserve_mb, 0, 4096)},
      {"ticket_first", number(config.ticket_first, 1, 999'999)},
      {"ticket_last", number(config.ticket_last, 1, 999'999)},
  };
  const std::string file = data_dir + "/config.toml", enrolled = data_dir + "/enrolment.toml";
  const auto read_both = [&]() -> Status {
    // What enrolment pinned lies beside the file people write; where both speak, the people's file wins.
    if (const auto pinned = take_file(enrolled, known); !pinned) return pinned.error();
    return take_file(file, known);
  };
  if (const auto first = read_both(); !first) return first.error();
  if (!role.empty()) config.role = role;
  role_defaults(config);
  const std::string chosen = config.role;
  if (const auto again = read_both(); !again) return again.error();
  config.role = chosen;

  if (config.ticket_first > config.ticket_last && config.ticket_last > 0)
    return Error{Code::Invalid, fmt::format("{}: ticket_last: is below ticket_first", file)};
  if ((config.ticket_first > 0) != (config.ticket_last > 0))
    return Error{Code::Invalid, fmt::format("{}: ticket_first: needs ticket_last beside it", file)};
  derive_tickets(config);
  if (config.assets_dir.empty()) config.assets_dir = find_law_books();
  if (config.devices_dir.empty()) config.devices_dir = data_dir + "/devices";
  const auto key = device_key(data_dir + "/device.key");
  if (!key) return key.error();
  config.key = *key;
  auto set = kept_key_set(data_dir);
  if (!set) return set.error();
  config.key_set = std::move(*set);
  return config;
}

Result<KeySet> keep_key_set(const std::string& data_dir, std::string_view json) {
  const std::string root_path = data_dir + "/" + std::string(key_root_name);
  auto now = kept_key_set(data_dir);
  if (!now) return now.error();
  auto next = decode_key_set(json, *now ? (*now)->root_public_hex : std::string{});
  if (!next) return next.error();
  if (*now && **now == *next) return next;
  if (*now)
    if (const auto follows = may_follow(**now, *next); !follows) return follows.error();
  // The root last: a set without its pin is pinned by the next one, a pin without its set would stop the next start.
  if (const auto kept = write_private(data_dir + "/" + std::string(key_set_name), json); !kept) return kept.error();
  std::error_code none;
  if (!fs::exists(root_path, none))
    if (const auto kept = write_private(root_path, next->root_public_hex + "\n"); !kept) return kept.error();
  return next;
}

Status save_enrolment(const Config& config) {
  std::string keys;
  for (const auto& key : config.discipline_keys) keys += (keys.empty() ? "" : ", ") + toml_text(key);
  std::string windows;
  for (const auto& window : config.windows) windows += (windows.empty() ? "" : ", ") + toml_text(window);
  const std::string bytes = fmt::format(
      "# Written by `kiosk enrol`. What stands in config.toml wins over this file.\n"
      "origin = {}\nrole = {}\nwindows = [{}]\nhub_url = {}\nca_file = {}\nhub_origin = {}\nhub_public_hex = {}\ndiscipline_keys = [{}]\n",
      toml_text(config.origin), toml_text(config.role), windows, toml_text(config.hub_url), toml_text(config.ca_file), toml_text(config.hub_origin),
      toml_text(config.hub_public_hex), keys);
  return write_private(config.data_dir + "/enrolment.toml", bytes);
}

Result<Books> load_books(const std::string& assets_dir, const std::string& jurisdiction) {
  auto books = load_law_books(assets_dir, jurisdiction);
  if (!books) return books.error();
  return Books{std::move(books->rules), std::move(books->calendar), {}};
}

}  // namespace yizhan::kiosk
