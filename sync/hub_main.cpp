// `hub`: the hall's box and the county's server. Here: serving, and the command line of everything else (hub_commands.h). Exit codes: 0 done,
// 1 refused or failed (one line on standard error says why), 2 wrong use, 75 temporary (try again).
#include <fmt/format.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "sync/hub_commands.h"
#include "sync/hub_keys.h"
#include "sync/hub_process.h"

namespace {

using namespace yizhan;
using namespace yizhan::sync;
using namespace yizhan::sync::commands;
using Json = nlohmann::json;

constexpr rlim_t descriptors_wanted = 4096 + 256;

int serve(const HubOptions& options, bool json) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&signals, one);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // As many descriptors as connections are let in, or a crowd of them would leave none for the disk.
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur < descriptors_wanted) {
    descriptors.rlim_cur = std::min<rlim_t>(descriptors_wanted, descriptors.rlim_max);
    static_cast<void>(setrlimit(RLIMIT_NOFILE, &descriptors));  // fewer are enough for a hall
  }
  spdlog::set_default_logger(spdlog::stderr_logger_mt("hub"));
  spdlog::set_pattern("%Y-%m-%d %H:%M:%S %l %v");
  spdlog::flush_on(spdlog::level::info);

  auto process = HubProcess::open(options);
  if (!process) {
    failed(process.error());
    return process.error().code == Code::Conflict && process.error().what.starts_with("another process") ? exit_temporary : exit_of(process.error().code);
  }
  const auto started = (*process)->serve([](const Error& error) {
    spdlog::critical("the disk failed, nothing is acknowledged any more: {}", error.what);
    kill(getpid(), SIGUSR1);
  });
  if (!started) return failed(started.error());
  const auto& config = (*process)->config();
  if (json) {
    print(dump(Json{{"listening", (*process)->port()}, {"origin", config.self}, {"county", config.county}, {"public_hex", config.key.public_hex}}));
  } else {
    print(fmt::format("hub {} ({}) listens on port {}", config.self, config.county ? "county" : "hall", (*process)->port()));
    print(fmt::format("key fingerprint {}", fingerprint(config.key.public_hex)));
  }
  std::fflush(stdout);
  int got = 0;
  sigwait(&signals, &got);
  process->reset();
  return got == SIGUSR1 ? exit_temporary : exit_done;
}

int run(int argc, char** argv) {
  CLI::App app("Yizhan hub: receives, keeps and passes on what kiosks and desks state", "hub");
  app.require_subcommand(1);
  app.set_version_flag("--version", "0.1.0");
  HubOptions options;
  bool json = false;
  std::function<int()> action;

  const auto common = [&](CLI::App* sub) {
    sub->add_option("--data", options.data_dir, "data directory")->required();
    sub->add_option("--assets", options.assets_dir, "rulebooks and holiday files");
    sub->add_option("--jurisdiction", options.jurisdiction, "whose rulebook")->capture_default_str();
    sub->add_option("--origin", options.origin, "this hub's name at the first start: 440583-H01, or 440583-C with --county");
    sub->add_flag("--county", options.county, "a county hub: it has no hub above it");
    sub->add_flag("--json", json, "answer for programs");
  };

  auto* serving = app.add_subcommand("serve", "run the hub");
  common(serving);
  serving->add_option("--listen", options.listen, "ADDR:PORT")->capture_default_str();
  serving->add_option("--upstream", options.upstream_url, "URL of the hub above (http:// or https://)");
  serving->add_option("--upstream-code", options.upstream_code, "one-time code of the hub above, for the first start");
  serving->add_option("--tls-cert", options.tls_cert, "PEM certificate chain");
  serving->add_option("--tls-key", options.tls_key, "PEM private key");
  serving->add_option("--ca", options.ca_file, "PEM of the private CA the hub above is checked with");
  serving->add_option("--peer-connections", options.connections_per_peer, "connections one address may hold")->capture_default_str()->check(CLI::Range(1, 4096));
  serving->callback([&] { action = [&] { return serve(options, json); }; });

  Decision decision;
  auto* deciding = app.add_subcommand("decide", "state a fact of the county about a matter");
  common(deciding);
  deciding->add_option("--county-key", options.county_key, "file of the county's secret key: ordinary matters are opened with it ($YIZHAN_COUNTY_KEY)")->envname("YIZHAN_COUNTY_KEY");
  deciding->add_option("number", decision.number, "matter number")->required();
  deciding->add_option("what", decision.what, "transferred, accepted, not-accepted, extended, answered or served")
      ->required()
      ->check(CLI::IsMember({"transferred", "accepted", "not-accepted", "extended", "answered", "served"}));
  deciding->add_option("--unit,--to-unit", decision.unit, "the unit that acts");
  deciding->add_option("--report-by", decision.report_by, "transferred: report back by YYYY-MM-DD (交办)");
  deciding->add_option("--on", decision.day, "accepted, served: YYYY-MM-DD, today when left out");
  deciding->add_option("--reason", decision.reason, "not-accepted, extended");
  deciding->add_option("--days", decision.days, "extended");
  deciding->add_option("--approver", decision.approver, "extended: who approved it");
  deciding->add_option("--opinion", decision.opinion, "answered: support, explain or not-support")->check(CLI::IsMember({"support", "explain", "not-support"}));
  deciding->add_option("--letter-no", decision.letter_no, "answered: number of the opinion letter");
  deciding->add_option("--summary", decision.summary, "answered: one sentence for the petitioner");
  deciding->add_option("--way", decision.way, "served: how");
  deciding->callback([&] { action = [&] { return decide(options, decision, json); }; });

  std::string number, key_file, save_dir;
  std::size_t limit = 50;
  auto* asking = app.add_subcommand("matter", "what has happened to a matter; without a number the newest ones");
  common(asking);
  asking->add_option("--county-key", options.county_key, "file of the county's secret key: ordinary matters are opened with it ($YIZHAN_COUNTY_KEY)")->envname("YIZHAN_COUNTY_KEY");
  asking->add_option("number", number, "matter number");
  asking->add_option("--unseal", key_file, "secret key file of a recipient: county, discipline, escrow or a hall's duty");
  asking->add_option("--save", save_dir, "directory for its recordings, photos and signatures as files");
  asking->add_option("--limit", limit, "how many")->capture_default_str();
  asking->callback([&] { action = [&] { return matter(options, number, key_file, save_dir, limit, json); }; });

  std::string from, to;
  auto* reporting = app.add_subcommand("report", "counts and rates of a period");
  common(reporting);
  reporting->add_option("--county-key", options.county_key, "file of the county's secret key: ordinary matters are opened with it ($YIZHAN_COUNTY_KEY)")->envname("YIZHAN_COUNTY_KEY");
  reporting->add_option("--from", from, "first day, YYYY-MM-DD; else 1 January");
  reporting->add_option("--to", to, "last day, YYYY-MM-DD; else today");
  reporting->callback([&] { action = [&] { return report(options, from, to, json); }; });

  auto* verifying = app.add_subcommand("verify", "read everything and check every chain");
  common(verifying);
  std::vector<std::string> anchor_files;
  verifying->add_option("--anchors", anchor_files, "files of countersignatures kept outside (hub anchors)");
  verifying->callback([&] { action = [&] { return verify(options, anchor_files, json); }; });
  auto* anchoring = app.add_subcommand("anchors", "countersign every log as it is now and print the lines that an auditor keeps");
  common(anchoring);
  anchoring->callback([&] { action = [&] { return anchors(options); }; });
  std::string copy_file;
  int epoch = 0;
  auto* backing = app.add_subcommand("backup", "copy the log and its attachments into one verified file, without keys");
  common(backing);
  backing->add_option("--to", copy_file, "a file that does not exist yet")->required();
  backing->callback([&] { action = [&] { return backup(options, copy_file, json); }; });
  auto* restoring = app.add_subcommand("restore", "put a copy in the place of the log and go on in the next epoch");
  common(restoring);
  restoring->add_option("--from", copy_file, "a file of hub backup")->required()->check(CLI::ExistingFile);
  restoring->add_option("--epoch", epoch, "higher than ever before; else one more than the copy and the log here know")->check(CLI::Range(2, 99));
  restoring->callback([&] { action = [&] { return restore(options, copy_file, epoch, json); }; });
  auto* watching = app.add_subcommand("health", "room on the disk and what the nightly reading found; 1 when somebody must look");
  common(watching);
  watching->callback([&] { action = [&] { return health(options, json); }; });
  std::string receipt_text, receipt_key;
  auto* receipts = app.add_subcommand("receipt", "does a receipt hold: who signed it, and is its matter here");
  common(receipts);
  receipts->add_option("text", receipt_text, "what its QR code says, XF2:…")->required();
  receipts->add_option("--key", receipt_key, "the device's public key, 64 hex digits, where it is not enrolled here");
  receipts->callback([&] { action = [&] { return receipt(options, receipt_text, receipt_key, json); }; });

  auto* rebuilding = app.add_subcommand("rebuild", "make the projection anew from the log");
  common(rebuilding);
  rebuilding->add_option("--county-key", options.county_key, "file of the county's secret key: ordinary matters are opened with it ($YIZHAN_COUNTY_KEY)")->envname("YIZHAN_COUNTY_KEY");
  rebuilding->callback([&] { action = [&] { return rebuild(options); }; });

  auto* keys = app.add_subcommand("keys", "show, enrol and revoke devices; make, sign, install and open the county's keys");
  common(keys);
  keys->get_option("--data")->required(false);  // ceremonies happen on machines that are no hub
  keys->require_subcommand(0, 1);
  std::string origin, role, name, secret_file;
  std::vector<std::string> windows;
  keys->callback([&] {
    if (keys->get_subcommands().empty()) action = [&] { return keys_show(options, json); };
  });
  auto* showing = keys->add_subcommand("show", "this hub's key and its devices");
  showing->fallthrough();
  showing->callback([&] { action = [&] { return keys_show(options, json); }; });
  auto* enrolling = keys->add_subcommand("enrol", "make a one-time code for a device");
  enrolling->fallthrough();
  enrolling->add_option("device", origin, "440583-K03")->required();
  enrolling->add_option("--role", role, "kiosk, desk-lawyer, desk-mediator, desk-reception, board or hall")->required();
  enrolling->add_option("--windows", windows, "window codes a desk serves, when not those of its role")->delimiter(',');
  enrolling->add_option("--name", name, "words for people");
  enrolling->callback([&] { action = [&] { return keys_enrol(options, origin, role, windows, name, json); }; });
  auto* revoking = keys->add_subcommand("revoke", "refuse a device from now on");
  revoking->fallthrough();
  revoking->add_option("device", origin, "440583-K03")->required();
  revoking->callback([&] { action = [&] { return keys_revoke(options, origin); }; });
  auto* discipline = keys->add_subcommand("discipline", "make the key pair accusations are sealed to");
  discipline->fallthrough();
  discipline->add_option("--secret", secret_file, "new file for the secret key; keep it elsewhere")->required();
  discipline->callback([&] { action = [&] { return keys_discipline(options, secret_file, json); }; });

  const HubCommand plainly = [](const HubOptions& at, const std::string& what) -> Result<std::string> {
    const auto answer = command(at, Json::parse(what));
    if (!answer) return answer.error();
    return dump(*answer);
  };
  add_key_ceremonies(*keys, options, json, action, plainly);
  auto* staff = app.add_subcommand("staff", "people of this hall: accounts, PINs, assignments, and who looked at what");
  common(staff);
  staff->require_subcommand(1);
  add_staff_commands(*staff, options, json, action, plainly);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_done : 2;
  }
  return action();
}

}  // namespace

int main(int argc, char** argv) {
  umask(0077);  // what petitioners say is for this hub's user alone
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {  // a library's word at the very edge
    fmt::print(stderr, "hub: {}\n", printable(error.what()));
    return exit_failed;
  }
}
