// kiosk: the citizen's machine, the desks, the board, and the commands that need no screen. Threads are started by the engine.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>

#include "core/books.h"
#include "core/tr.h"
#include "kiosk/app_desk.h"
#include "kiosk/app_run.h"
#include "kiosk/app_sound_options.h"
#include "kiosk/app_sound_player.h"
#include "kiosk/cli/cli.h"
#include "kiosk/cli/pinyin.h"
#include "kiosk/cli/train.h"
#include "kiosk/engine.h"
#include "kiosk/engine/stop.h"
#include "kiosk/ui/first_pages.h"

namespace {

using namespace yizhan;
using namespace yizhan::kiosk;

struct Screen {
  std::string size, at;
  float px_per_mm = 0;
  bool windowed = false;
  std::string hits, picture, place, staff, language;
};

/// "1080x1920" or "0,0" → two numbers.
bool two_numbers(const std::string& text, char between, int& a, int& b) {
  int end = 0;
  const std::string form = std::string("%d") + between + "%d%n";
  return std::sscanf(text.c_str(), form.c_str(), &a, &b, &end) == 2 && static_cast<std::size_t>(end) == text.size();
}

int show(const std::string& command, const cli::Common& common, const Screen& screen) {
  // A peer that hangs up is an error of that call, never the end of the machine.
  std::signal(SIGPIPE, SIG_IGN);
  // First of all: whoever starts this machine may stop it while rulebooks and log are still being opened.
  listen_for_stop();
  auto config = cli::settings(common);
  if (!config) return cli::fail(command, config.error());
  if (!screen.place.empty()) config->place = screen.place;
  if (!screen.staff.empty()) config->staff = screen.staff;
  if (!screen.language.empty()) config->language = screen.language;
  // Before any thread of ours: the catalogue is chosen by the environment, which is nobody else's then.
  open_catalogue(find_built(config->assets_dir, "locale", config->language + "/LC_MESSAGES/yizhan.mo"), config->language);
  // The disk reads and SDL is loaded while rulebooks and log are opened.
  ui::ask_for_first_pages(config->data_dir + "/first-pages." + config->role);
  ui::begin_loading_window();
  auto books = load_books(config->assets_dir, config->jurisdiction);
  if (!books) return cli::fail(command, books.error());
  auto plan = load_hall_plan_file(config->assets_dir, config->plan, books->rules.books.back());
  if (!plan) return cli::fail(command, plan.error());
  books->plan = std::move(*plan);
  const bool citizen = config->role == "kiosk", board = config->role == "board";

  ui::WindowOptions options;
  options.title = config->center + " " + config->place;
  options.width = citizen ? 1080 : 1920;
  options.height = citizen ? 1920 : 1080;
  options.px_per_mm = screen.px_per_mm > 0 ? screen.px_per_mm : citizen ? 0.0F : board ? 2.0F : 3.6F;
  options.theme.citizen = citizen;
  if (citizen) {
    options.inches = static_cast<float>(config->screen_inches);
    const auto key = [&](std::size_t i) { return config->five_keys[i] == "Return" ? std::string("Enter") : config->five_keys[i]; };
    options.keys = {key(0), key(1), key(2), key(3), key(4)};
  }
  options.fullscreen = !screen.windowed && screen.size.empty();
  options.hits_file = screen.hits;
  options.picture_file = screen.picture;
  if (!screen.size.empty() && (!two_numbers(screen.size, 'x', options.width, options.height) || options.width < 320 || options.height < 320)) {
    fmt::print(stderr, "kiosk {}: --size: expected WxH in pixels, such as 1080x1920\n", command);
    return cli::exit_wrong_use;
  }
  if (!screen.at.empty() && !two_numbers(screen.at, ',', options.x, options.y)) {
    fmt::print(stderr, "kiosk {}: --at: expected X,Y in pixels\n", command);
    return cli::exit_wrong_use;
  }

  auto engine = Engine::start(std::move(*config), std::move(*books), {});
  if (!engine) return cli::fail(command, engine.error());
  int code = cli::exit_done;
  if (citizen) code = run_citizen(**engine, options);
  else if (board) code = run_board(**engine, options);
  else {
    const Config& with = (*engine)->config();
    const SystemClock clock;
    SpeakerPlayer player([sound = sound_options(with)] { return sound::open_sound(sound); }, !with.handset.empty(), clock);
    code = run_desk(**engine, options, with.role, with.sound == "none" ? nullptr : &player);
  }
  const auto last = (*engine)->latest();
  // house.md §6: after a disk failed nothing this process believes is trusted; a supervisor starts a new one.
  if (last->failed && last->failed->code != Code::Unavailable) {
    static_cast<void>(cli::fail(command, *last->failed));
    return cli::exit_temporary;
  }
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("驿站 Yizhan: the petition hall's kiosk, desks and board", "kiosk");
  app.require_subcommand(1);
  app.set_version_flag("--version", YIZHAN_VERSION);
  cli::Common common;
  const auto with_common = [&](CLI::App* command) {
    command->add_option("--data", common.data, "data directory ($YIZHAN_DATA, /var/lib/yizhan, ./yizhan-data)");
    command->add_option("--hub", common.hub, "URL of the hall hub, over the configuration's");
    command->add_option("--ca", common.ca, "the hall's CA file, for an https hub");
    return command;
  };
  const auto with_json = [&](CLI::App* command) {
    with_common(command)->add_flag("--json", common.json, "one JSON object on standard output");
    return command;
  };
  Screen screen;
  const auto with_screen = [&](CLI::App* command) {
    with_common(command);
    command->add_option("--size", screen.size, "window size WxH (then not full screen)");
    command->add_option("--at", screen.at, "window place X,Y");
    command->add_option("--px-per-mm", screen.px_per_mm, "pixels in a millimetre of this screen");
    command->add_flag("--windowed", screen.windowed, "do not take the whole screen");
    command->add_option("--hits", screen.hits, "robots: write what can be touched to this file");
    command->add_option("--picture", screen.picture, "robots: SIGUSR1 writes the frame to this PNG");
    command->add_option("--language", screen.language, "catalogue of the screens' words, over the configuration's: zh_CN, en");
    command->add_option("--place", screen.place, "name of this machine, over the configuration's");
    return command;
  };

  auto* run = with_screen(app.add_subcommand("run", "the citizen's kiosk"));
  std::string role;
  auto* desk = with_screen(app.add_subcommand("desk", "a lawyer's, mediator's or reception's desk"));
  desk->add_option("--role", role, "lawyer, mediator or reception")->check(CLI::IsMember({"lawyer", "mediator", "reception"}));
  desk->add_option("--staff", screen.staff, "who sits here");
  auto* board = with_screen(app.add_subcommand("board", "the calling display"));

  cli::Intake intake;
  auto* intake_command = with_json(app.add_subcommand("intake", "register letters and messages from TSV or NDJSON"));
  intake_command->add_option("file", intake.file, "the file; - for standard input")->required();
  intake_command->add_option("--rejects", intake.rejects, "write rejected lines with their reasons here");
  intake_command->add_option("--channel", intake.channel, "visit, letter, online, phone, fax or hotline, where the file does not say");
  intake_command->add_option("--batch", intake.batch, "rows in one transaction")->check(CLI::Range(1, 5000));

  cli::Route route;
  auto* route_command = with_json(app.add_subcommand("route", "say where petitions would go, and why; registers nothing"));
  auto* route_file = route_command->add_option("file", route.file, "TSV or NDJSON; - for standard input");
  route_command->add_option("--explain", route.explain, "a text instead of a file, reasons in words")->excludes(route_file);
  route_command->add_option("--day", route.day, "by the rulebook in force on that day, YYYY-MM-DD");
  route_command->add_option("--channel", route.channel, "as for intake");

  cli::Train train;
  auto* train_command = app.add_subcommand("train", "learn the text model from a folder of complaints");
  train_command->add_option("directory", train.directory, "folder with teddy7.tsv and folds.tsv")->required();
  train_command->add_option("--words", train.words, "words that label rows weakly (models/window_words.tsv of the assets)");
  auto* train_out = train_command->add_option("--out", train.out, "the model file (triage.model)");
  train_command->add_flag("--evaluate", train.evaluate, "print every figure, cross-validated; writes a model only with --out");
  train_command->add_flag("--curve", train.curve, "with --evaluate: the learning curve too");

  cli::Pinyin pinyin;
  auto* pinyin_command = app.add_subcommand("pinyin", "candidates for letters, as the kiosk's keyboard offers them: one line of letters in, one line out\n"
                                                      "with the first ten candidates separated by tabs; an empty line when there are none");
  pinyin_command->add_option("file", pinyin.file, "lines of letters (syllables may be apart by space or '); - for standard input")->required();
  pinyin_command->add_flag("--fuzzy", pinyin.fuzzy, "模糊音: z=zh, n=l, an=ang …");

  cli::Recognise recognise;
  auto* recognise_command = with_common(app.add_subcommand("recognise", "read handwriting: lines of strokes in, ten candidates a line out"));
  recognise_command->add_option("file", recognise.file, "lines of \"label strokes points x y x y … points x y …\", y downward; - for standard input")->required();
  recognise_command->add_option("--before", recognise.before, "text that the writing continues");
  recognise_command->add_flag("--rare", recognise.rare, "characters of names outside the national standard too");
  recognise_command->add_flag("--row", recognise.row, "several characters in a row, not one");

  cli::Sync sync;
  bool once = false;
  auto* sync_command = with_json(app.add_subcommand("sync", "send what the hub does not have yet, fetch what it has for us"));
  sync_command->add_flag("--once", once, "one pass and stop (the nightly run)")->required();
  sync_command->add_option("--patience", sync.patience_s, "seconds without progress before giving up")->check(CLI::Range(1, 86'400));

  cli::Report report;
  auto* report_command = with_json(app.add_subcommand("report", "counts and rates from the facts in this machine's log"));
  report_command->add_option("what", report.what, "routing: what was suggested, chosen and decided")->check(CLI::IsMember({"routing"}));
  report_command->add_option("--from", report.from, "first day, YYYY-MM-DD");
  report_command->add_option("--to", report.to, "last day, YYYY-MM-DD");

  cli::Say say;
  auto* say_command = with_common(app.add_subcommand("say", "speak a text, or list what a county should record"));
  auto* say_text = say_command->add_option("text", say.text, "the text");
  say_command->add_option("--out", say.out, "write a WAV file instead");
  say_command->add_option("--voice", say.voice, "a voice folder to try");
  say_command->add_option("--pace", say.pace, "slow, normal or fast")->check(CLI::IsMember({"slow", "normal", "fast"}));
  say_command->add_option("--volume", say.volume, "1 to 5")->check(CLI::Range(1, 5));
  say_command->add_flag("--private", say.personal, "as something personal: to the handset only");
  say_command->add_flag("--digits", say.spelled, "digit by digit");
  say_command->add_flag("--list", say.list, "print every sentence to record, as a manifest");
  say_command->add_flag("--devices", say.devices, "name the loudspeakers and microphones");

  auto* doctor = with_json(app.add_subcommand("doctor", "check this machine and say what to do"));
  cli::Verify verify;
  auto* verify_command = with_json(app.add_subcommand("verify", "read the whole log and prove its chains, checkpoints and countersignatures"));
  verify_command->add_option("--anchors", verify.anchors, "files of countersignatures kept outside (hub anchors)");
  cli::Backup backup;
  auto* backup_command = with_json(app.add_subcommand("backup", "copy the log and its attachments into one verified file, without keys"));
  backup_command->add_option("--to", backup.to, "a file that does not exist yet")->required();
  cli::Restore restore;
  auto* restore_command = with_json(app.add_subcommand("restore", "put a copy in the place of the log and go on in the next epoch"));
  restore_command->add_option("--from", restore.from, "a file of kiosk backup")->required()->check(CLI::ExistingFile);
  restore_command->add_option("--epoch", restore.epoch, "when the hub cannot be asked: a number higher than ever before")->check(CLI::Range(2, 99));

  cli::Enrol enrol;
  std::string enrol_role;
  auto* enrol_command = with_json(app.add_subcommand("enrol", "make this device known to a hub with a one-time code"));
  enrol_command->get_option("--hub")->required();
  enrol_command->add_option("--code", enrol.code, "the code of hub keys enrol")->required();
  enrol_command->add_option("--role", enrol_role, "kiosk, board, lawyer, mediator or reception")
      ->check(CLI::IsMember({"kiosk", "board", "lawyer", "mediator", "reception", "desk-lawyer", "desk-mediator", "desk-reception"}));
  enrol_command->add_option("--origin", enrol.origin, "name of this device, such as 440583-K01");
  enrol_command->add_option("--place", enrol.place, "its place in the hall");

  cli::Staff staff;
  auto* staff_command = app.add_subcommand("staff", "people who sign in at this desk");
  staff_command->require_subcommand(1);
  auto* staff_add = with_common(staff_command->add_subcommand("add", "set a PIN (or take a card) at this desk, with a code of hub staff"));
  staff_add->add_option("id", staff.id, "L01")->required();
  staff_add->add_option("--code", staff.code, "the one-time code of hub staff add, code or reset-pin")->required();
  staff_add->add_option("--hall-key", staff.hall_key, "file of the hall's duty key, on a stick; nothing of it stays readable here");
  staff_add->add_option("--pin-file", staff.pin_file, "tests: the PIN from a file instead of the terminal");
  staff_add->add_flag("--card", staff.card, "the key on this person's smart card in place of a PIN at this desk");
  auto* staff_remove = with_common(staff_command->add_subcommand("remove", "this desk forgets a person"));
  staff_remove->add_option("id", staff.id, "L01")->required();
  auto* staff_list = with_json(staff_command->add_subcommand("list", "who has set a PIN here"));

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? cli::exit_done : cli::exit_wrong_use;
  }
  const auto desk_role = [](const std::string& word) { return word.empty() || word == "kiosk" || word == "board" || word.starts_with("desk-") ? word : "desk-" + word; };
  if (*run) {
    common.role = "kiosk";
    return show("run", common, screen);
  }
  if (*desk) {
    common.role = desk_role(role);
    if (role.empty()) {
      // Without --role the configuration must say which desk this is.
      const auto config = cli::settings(common);
      if (!config) return cli::fail("desk", config.error());
      if (!config->role.starts_with("desk-")) {
        fmt::print(stderr, "kiosk desk: --role is required: lawyer, mediator or reception\n");
        return cli::exit_wrong_use;
      }
    }
    return show("desk", common, screen);
  }
  if (*board) {
    common.role = "board";
    return show("board", common, screen);
  }
  if (*intake_command) return cli::intake(common, intake);
  if (*route_command) {
    if (route.file.empty() && route.explain.empty()) {
      fmt::print(stderr, "kiosk route: give a file or --explain TEXT\n");
      return cli::exit_wrong_use;
    }
    return cli::route(common, route);
  }
  if (*train_command) {
    train.assets = find_law_books();
    if (train.words.empty()) train.words = train.assets + "/models/window_words.tsv";
    if (train.out.empty() && !(train.evaluate && train_out->count() == 0)) train.out = "triage.model";
    return cli::train(train);
  }
  if (*pinyin_command) {
    pinyin.assets = find_law_books();
    return cli::pinyin(pinyin);
  }
  if (*recognise_command) return cli::recognise(common, recognise);
  if (*sync_command) return cli::sync_once(common, sync);
  if (*report_command) return cli::report(common, report);
  if (*say_command) {
    if (say_text->count() == 0 && !say.list && !say.devices) {
      fmt::print(stderr, "kiosk say: give a text, --list or --devices\n");
      return cli::exit_wrong_use;
    }
    return cli::say(common, say);
  }
  if (*staff_command) {
    staff.what = *staff_add ? "add" : *staff_remove ? "remove" : "list";
    static_cast<void>(staff_list);
    return cli::staff(common, staff);
  }
  if (*doctor) return cli::doctor(common);
  if (*verify_command) return cli::verify(common, verify);
  if (*backup_command) return cli::backup(common, backup);
  if (*restore_command) return cli::restore(common, restore);
  common.role = desk_role(enrol_role);
  return cli::enrol(common, enrol);
}
