#include "kiosk/devices/receipt.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "core/number.h"
#include "core/text.h"
#include "core/tr.h"

extern char** environ;

namespace yizhan::kiosk {
namespace {

PaperLine words(int dots, std::string text, bool bold = false, bool centre = false) {
  return {PaperLine::Kind::Words, dots, bold, centre, printable(text)};
}
PaperLine rule() { return {PaperLine::Kind::Rule, 18, false, false, {}}; }

/// "受理：8月20日前（承诺）": a date a person can keep, and whether law or promise says so.
std::string clock_words(const Deadline& deadline, const RuleBook& rules) {
  const Term* term = rules.term(deadline.term);
  const std::string label = term != nullptr ? term->label : deadline.term;
  return trf("{}：{}前（{}）", label, iso(deadline.due), deadline.promised ? tr("本县承诺") : tr("法定"));
}

}  // namespace

std::string receipt_qr(const Receipt& receipt) {
  if (!receipt.proof.empty()) return receipt.proof;
  return printable(fmt::format("XF1:{}:{}:{}", receipt.matter, receipt.query_code, receipt.chain8)).substr(0, 300);
}

std::vector<PaperLine> receipt_paper(const Receipt& receipt, const RuleBook& rules, std::string_view place) {
  std::vector<PaperLine> paper;
  // A slip in a coat pocket tells whoever finds it neither where its owner was nor why (trust.md T23); an accusation's looks like any other.
  paper.push_back(words(34, tr("办事凭条"), true, true));
  paper.push_back(rule());
  if (!receipt.ticket.empty()) {
    paper.push_back(words(26, tr("您的号码"), false, true));
    paper.push_back(words(150, receipt.ticket, true, true));
    const std::string where = receipt.place.empty() ? receipt.window_name : receipt.place;
    if (!where.empty()) paper.push_back(words(44, where, true, true));
    std::string ahead = receipt.ahead > 0 ? trf("前面还有 {} 人", receipt.ahead) : std::string(tr("前面没有人，请听叫号"));
    if (receipt.ahead > 0 && receipt.minutes > 0) ahead += trf("，约 {} 分钟", receipt.minutes);
    paper.push_back(words(30, ahead, false, true));
    paper.push_back(rule());
  }
  if (!receipt.matter.empty()) {
    paper.push_back(words(24, tr("事项编号")));
    paper.push_back(words(34, receipt.matter, true));
    if (!receipt.query_code.empty()) {
      paper.push_back(words(24, tr("查询码（请收好，不要给别人看）")));
      paper.push_back(words(46, grouped(receipt.query_code), true));
      paper.push_back({PaperLine::Kind::Qr, receipt.proof.empty() ? 232 : 296, false, true, receipt_qr(receipt)});
      paper.push_back(words(24, tr("凭编号和查询码，在自助机查进度"), false, true));
    }
    paper.push_back(rule());
    // XFTL 30: not even which kind of office it came from.
    paper.push_back(words(26, receipt.sealed ? tr("本凭条只证明已收到") : tr("本回执证明已收到，不代表已受理"), true));
    if (!receipt.ticket.empty()) paper.push_back(words(26, receipt.twice ? tr("已登记 · 已双份保存") : tr("已登记 · 已存本机")));
    if (!receipt.sealed) {
      if (receipt.is_signed) paper.push_back(words(26, tr("已签名")));
      for (const auto& deadline : receipt.deadlines) paper.push_back(words(26, clock_words(deadline, rules)));
    }
  }
  paper.push_back(words(24, fmt::format("{}　{}", iso_minute(receipt.at), place)));
  if (!receipt.chain8.empty()) paper.push_back(words(24, trf("存证 {}", receipt.chain8)));
  return paper;
}

std::string plain_words(const std::vector<PaperLine>& paper) {
  std::string out;
  for (const auto& line : paper) {
    switch (line.kind) {
      case PaperLine::Kind::Words: out += line.words; break;
      case PaperLine::Kind::Rule: out += "----------------"; break;
      case PaperLine::Kind::Qr: out += "[QR] " + line.words; break;
    }
    out += '\n';
  }
  return out;
}

std::string encode_paper(const std::vector<PaperLine>& paper) {
  std::string out;
  for (const auto& line : paper) {
    std::string text = printable(line.words);
    for (char& c : text)
      if (c == '\n' || c == '\t') c = ' ';
    out += fmt::format("{}\t{}\t{}\t{}\t{}\n", static_cast<int>(line.kind), line.dots, line.bold ? 1 : 0, line.centre ? 1 : 0, text);
  }
  return out;
}

Result<std::vector<PaperLine>> decode_paper(std::string_view text) {
  std::vector<PaperLine> paper;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    std::array<int, 4> field{};
    for (int& value : field) {
      const auto tab = line.find('\t');
      if (tab == std::string_view::npos) return Error{Code::Invalid, "paper: a line has too few parts"};
      const auto [stop, trouble] = std::from_chars(line.data(), line.data() + tab, value);
      if (trouble != std::errc{} || stop != line.data() + tab) return Error{Code::Invalid, "paper: not a number"};
      line.remove_prefix(tab + 1);
    }
    if (field[0] < 0 || field[0] > 2 || field[1] < 1 || field[1] > 400) return Error{Code::Invalid, "paper: out of range"};
    paper.push_back({static_cast<PaperLine::Kind>(field[0]), field[1], field[2] != 0, field[3] != 0, std::string(line)});
  }
  return paper;
}

std::string pbm(const Raster& raster) {
  std::string out = fmt::format("P4\n{} {}\n", raster.width, raster.height);
  out.append(reinterpret_cast<const char*>(raster.rows.data()), raster.rows.size());
  return out;
}

Result<Raster> from_pbm(std::string_view bytes) {
  const Error bad{Code::Unavailable, "receipt: no picture came back"};
  if (!bytes.starts_with("P4\n")) return bad;
  Raster raster;
  const char* at = bytes.data() + 3;
  const char* const end = bytes.data() + bytes.size();
  auto number = std::from_chars(at, end, raster.width);
  if (number.ec != std::errc{} || number.ptr == end || *number.ptr != ' ') return bad;
  number = std::from_chars(number.ptr + 1, end, raster.height);
  if (number.ec != std::errc{} || number.ptr == end || *number.ptr != '\n') return bad;
  at = number.ptr + 1;
  if (raster.width != paper_dots || raster.height < 1 || raster.height > 8000 ||
      end - at != static_cast<std::ptrdiff_t>(raster.width / 8) * raster.height)
    return bad;
  raster.rows.assign(reinterpret_cast<const std::uint8_t*>(at), reinterpret_cast<const std::uint8_t*>(end));
  return raster;
}

Result<Raster> draw_paper_elsewhere(const std::vector<PaperLine>& paper, const std::string& program) {
  std::string path = program;
  if (path.empty()) {
    std::error_code none;
    path = (std::filesystem::read_symlink("/proc/self/exe", none).parent_path() / "kiosk-receipt").string();
  }
  std::array<int, 2> in{-1, -1}, out{-1, -1};
  // A socket, not a pipe: a drawing program that dies early must not kill us with SIGPIPE.
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in.data()) != 0) return Error{Code::Unavailable, "receipt: no pipe"};
  if (::pipe2(out.data(), O_CLOEXEC) != 0) {
    ::close(in[0]);
    ::close(in[1]);
    return Error{Code::Unavailable, "receipt: no pipe"};
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  std::string name = "kiosk-receipt";
  std::array<char*, 2> arguments{name.data(), nullptr};
  pid_t child = -1;
  const int trouble = ::posix_spawn(&child, path.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in[0]);
  ::close(out[1]);
  if (trouble != 0) {
    ::close(in[1]);
    ::close(out[0]);
    return Error{Code::Unavailable, fmt::format("receipt: {} cannot start: {}", path, std::strerror(trouble))};
  }
  // A receipt's lines fit the socket's buffer (200 KB), so writing first cannot wait for a reader that waits for us.
  const std::string text = encode_paper(paper);
  bool ok = text.size() < 60'000 && ::send(in[1], text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  ::close(in[1]);
  std::string bytes;
  std::array<char, 16'384> piece{};
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (ok) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    pollfd wait{out[0], POLLIN, 0};
    const int n = left > 0 ? ::poll(&wait, 1, static_cast<int>(left)) : 0;
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      ok = false;
      break;
    }
    const auto got = ::read(out[0], piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    bytes.append(piece.data(), static_cast<std::size_t>(got));
  }
  ::close(out[0]);
  if (!ok) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!ok || !WIFEXITED(status) || WEXITSTATUS(status) != 0) return Error{Code::Unavailable, "receipt: the drawing program failed"};
  auto raster = from_pbm(bytes);
  if (raster) raster->text = plain_words(paper);
  return raster;
}

}  // namespace yizhan::kiosk
