/// One machine's settings: <data dir>/config.toml over built-in defaults, command line over both.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/hall_plan.h"
#include "core/key_set.h"
#include "core/law.h"
#include "core/router.h"
#include "core/seal.h"

namespace yizhan::kiosk {

struct Config {
  std::string data_dir;
  Origin origin = "440583-K01";
  std::string role = "kiosk";          ///< kiosk, desk-lawyer, desk-mediator, desk-reception, board
  std::string center = "云栖县信访超市";
  std::string place = "一号自助机";
  std::vector<std::string> windows;    ///< codes a desk serves
  std::string staff;                   ///< name shown at a desk
  std::string jurisdiction = "national";
  std::string plan = "hall";           ///< the picture of the hall: assets/halls/<plan>.toml
  std::vector<std::string> five_keys{"Up", "Down", "Return", "Escape", "F1"};  ///< what the keypad sends for up, down, confirm, back, help
  double screen_inches = 0;            ///< of the kiosk's screen, corner to corner; 0: guessed from its pixels
  std::string language = "zh_CN";      ///< of the screens' words: assets/locale/<language>.po
  std::string assets_dir;              ///< rulebooks, holidays, strings, pinyin
  std::string hub_url;                 ///< "http://127.0.0.1:7301" or https
  std::string ca_file;                 ///< private CA for https
  std::string hub_origin, hub_public_hex;  ///< pinned at enrolment
  KeyPair key;                         ///< Ed25519, <data dir>/device.key (0600), made at first start
  std::vector<std::string> discipline_keys;  ///< X25519 public keys of the discipline recipients, of a hall without a key-set
  std::optional<KeySet> key_set;       ///< <data dir>/key_set.json, the county's, checked; none: the hall has none yet
  std::string printer = "simulated";   ///< "simulated", "none", "file:/dev/usb/lp0"
  std::string reader = "simulated";    ///< "simulated", "none"
  std::string sound = "page";          ///< "page": a page says its question; "asked": only what is asked for; "none"
  std::string voice;                   ///< folder of the county's own recordings (docs/VOICE.md)
  std::string speaker, handset, microphone;  ///< names of sound devices; "" the system's own, for the handset: there is none
  std::string card_module;             ///< PKCS#11 module of the staff's smart cards; "" PINs only
  std::string devices_dir;             ///< simulated devices: where the panel puts cards and paper; default <data dir>/devices
  std::string notice_version = "2026-11";
  int idle_warn_s = 90, idle_wipe_s = 30;
  int purge_days = 7;                  ///< a kiosk's own texts are erased here so long after the county signed for them; 0: never
  int reserve_mb = 64;                 ///< set aside so that a text can be filed on a full disk; 0: none
  int ticket_first = 0, ticket_last = 0;   ///< 0: derived from the device number (K01 001–299, K02 301–599, K03 601–899, …)
};

/// Reads <data_dir>/config.toml when there is one and makes keys that are missing.
/// Errors: Invalid "<file>:<line>: …" (unknown key, wrong type), Io.
Result<Config> load_config(const std::string& data_dir, const std::string& role);

inline constexpr std::string_view key_set_name = "key_set.json", key_root_name = "key_root";
/// Keeps a key-set as the root signed it, and pins the root with the first one. What is kept already stays when it is the same version.
/// Gives the set that is in force now. Errors: Invalid (not a key-set, another root), Conflict (older than ours), Io.
Result<KeySet> keep_key_set(const std::string& data_dir, std::string_view json);

/// Writes what enrolment settled (origin, role, windows, hub and its pinned key, discipline keys) to <data_dir>/enrolment.toml,
/// which load_config() reads before config.toml. Errors: Io.
Status save_enrolment(const Config& config);
/// Replaces a file in one step, readable by its owner only, on disk on return. Errors: Io.
Status write_private(const std::string& path, std::string_view bytes);

struct Books { RuleBooks rules; WorkCalendar calendar; HallPlan plan = {}; };
/// Loads rulebooks of the jurisdiction and every holiday file of the assets.
/// Errors: Invalid "<file>:<line>: …": the program refuses to start and prints exactly this.
Result<Books> load_books(const std::string& assets_dir, const std::string& jurisdiction);

}  // namespace yizhan::kiosk
