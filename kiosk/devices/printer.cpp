#include "kiosk/devices/printer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace yizhan::kiosk {
namespace {

namespace fs = std::filesystem;

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool ready(int fd, short events, Span patience) {
  pollfd wait{fd, events, 0};
  int n = 0;
  do n = ::poll(&wait, 1, static_cast<int>(patience.count()));
  while (n < 0 && errno == EINTR);
  return n == 1 && (wait.revents & events) != 0;
}

/// Hands over everything; each piece may take `patience`.
bool write_all(int fd, std::string_view bytes, Span patience) {
  while (!bytes.empty()) {
    if (!ready(fd, POLLOUT, patience)) return false;
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string trouble_of(DeviceState state) {
  switch (state) {
    case DeviceState::OutOfPaper: return "no_paper";
    case DeviceState::Absent: return "absent";
    case DeviceState::Ready:
    case DeviceState::Busy:
    case DeviceState::Fault: break;
  }
  return "jam";
}

class SimulatedPrinter final : public Printer {
 public:
  explicit SimulatedPrinter(std::string dir) : dir_(std::move(dir)) {}

  DeviceState state() override {
    std::ifstream in(dir_ + "/printer.state");
    std::string word;
    std::getline(in, word);
    if (word == "paper=out") return DeviceState::OutOfPaper;
    if (word == "paper=absent") return DeviceState::Absent;
    if (word == "paper=jam") return DeviceState::Fault;
    return DeviceState::Ready;
  }

  Status print(const Raster& job) override {
    if (const auto now = state(); now != DeviceState::Ready) return Error{Code::Unavailable, trouble_of(now)};
    std::ifstream in(dir_ + "/printer.state");
    std::string word;
    std::getline(in, word);
    if (word == "paper=out-after") {
      std::ofstream(dir_ + "/printer.state") << "paper=out\n";
      return Error{Code::Unavailable, "no_paper"};
    }
    std::error_code trouble;
    fs::create_directories(dir_ + "/receipts", trouble);
    int next = 1;
    for (const auto& entry : fs::directory_iterator(dir_ + "/receipts", trouble))
      if (entry.path().extension() == ".png") ++next;
    const std::string base = fmt::format("{}/receipts/{:04}", dir_, next);
    std::ofstream(base + ".txt", std::ios::binary) << job.text;
    std::ofstream picture(base + ".png", std::ios::binary);
    picture << png(job);
    picture.close();
    if (!picture) return Error{Code::Unavailable, "jam"};
    return Done{};
  }

 private:
  std::string dir_;
};

class EscposPrinter final : public Printer {
 public:
  explicit EscposPrinter(std::string device) : device_(std::move(device)) {}

  DeviceState state() override {
    struct stat info {};
    if (::stat(device_.c_str(), &info) != 0) {
      // A spool file that does not exist yet is made by the first job; a device node that does not exist is a pulled cable.
      const bool spool = !device_.starts_with("/dev/") && fs::is_directory(fs::path(device_).parent_path());
      return spool ? DeviceState::Ready : DeviceState::Absent;
    }
    if (!S_ISCHR(info.st_mode)) return ::access(device_.c_str(), W_OK) == 0 ? DeviceState::Ready : DeviceState::Fault;
    const Fd fd(::open(device_.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd) return errno == EBUSY ? DeviceState::Busy : DeviceState::Absent;
    return ask(fd.get());
  }

  Status print(const Raster& job) override {
    if (const auto before = state(); before != DeviceState::Ready) return Error{Code::Unavailable, trouble_of(before)};
    const std::string bytes = escpos(job);
    struct stat info {};
    const bool device = ::stat(device_.c_str(), &info) == 0 && S_ISCHR(info.st_mode);
    const Fd fd(device ? ::open(device_.c_str(), O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
                       : ::open(device_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!fd) return Error{Code::Unavailable, "absent"};
    if (!write_all(fd.get(), bytes, Span{8'000})) {
      const auto after = device ? ask(fd.get()) : DeviceState::Fault;
      return Error{Code::Unavailable, after == DeviceState::Ready ? "jam" : trouble_of(after)};
    }
    if (!device) {
      if (::fsync(fd.get()) != 0) return Error{Code::Unavailable, "jam"};
      return Done{};
    }
    // The answer comes when the dots before it are on paper; a printer that stays silent has printed nothing we can vouch for.
    const auto after = ask(fd.get());
    if (after == DeviceState::Ready) return Done{};
    return Error{Code::Unavailable, silent_ ? "no_answer" : trouble_of(after)};
  }

 private:
  /// DLE EOT n: one status byte of the form 0xx1xx10, on top of whatever is being printed.
  std::optional<std::uint8_t> status_byte(int fd, char n, Span patience) {
    const std::array<char, 3> question{'\x10', '\x04', n};
    if (!write_all(fd, {question.data(), question.size()}, Span{500})) return std::nullopt;
    const auto until = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < until) {
      if (!ready(fd, POLLIN, std::chrono::duration_cast<Span>(until - std::chrono::steady_clock::now()) + Span{1})) return std::nullopt;
      std::uint8_t byte = 0;
      if (::read(fd, &byte, 1) != 1) return std::nullopt;
      if ((byte & 0x93U) == 0x12U) return byte;  // anything else is noise on the line
    }
    return std::nullopt;
  }

  DeviceState ask(int fd) {
    silent_ = false;
    const auto offline = status_byte(fd, 2, Span{2'000});
    const auto paper = offline ? status_byte(fd, 4, Span{500}) : std::nullopt;
    if (!offline || !paper) {
      silent_ = true;
      return DeviceState::Fault;
    }
    if ((*paper & 0x60U) != 0 || (*offline & 0x20U) != 0) return DeviceState::OutOfPaper;
    if ((*offline & 0x44U) != 0) return DeviceState::Fault;  // cover open, or an error (jam, cutter)
    return DeviceState::Ready;
  }

  std::string device_;
  bool silent_ = false;
};

class NoPrinter final : public Printer {
 public:
  DeviceState state() override { return DeviceState::Absent; }
  Status print(const Raster&) override { return Error{Code::Unavailable, "absent"}; }
};

void big_endian(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>((value >> shift) & 0xffU);
}
void chunk(std::string& out, std::string_view type, std::string_view data) {
  big_endian(out, static_cast<std::uint32_t>(data.size()));
  std::string body(type);
  body += data;
  out += body;
  big_endian(out, static_cast<std::uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}

}  // namespace

std::string escpos(const Raster& job) {
  std::string out = "\x1b@";
  const int row_bytes = job.width / 8;
  for (int top = 0; top < job.height; top += 256) {  // small bands: cheap printers have small buffers
    const int rows = std::min(256, job.height - top);
    for (const int byte : {0x1d, 0x76, 0x30, 0, row_bytes & 255, row_bytes >> 8, rows & 255, rows >> 8}) out += static_cast<char>(byte);
    const auto* first = reinterpret_cast<const char*>(job.rows.data()) + static_cast<std::ptrdiff_t>(top) * row_bytes;
    out.append(first, static_cast<std::size_t>(rows) * static_cast<std::size_t>(row_bytes));
  }
  // Three lines clear the tear bar; GS V 66 0 feeds to the knife and cuts.
  out += "\n\n\n";
  out += std::string("\x1dV\x42\x00", 4);
  return out;
}

std::string png(const Raster& job) {
  std::string raw;
  const auto row_bytes = static_cast<std::size_t>(job.width / 8);
  for (int y = 0; y < job.height; ++y) {
    raw += '\0';  // filter: none
    for (std::size_t x = 0; x < row_bytes; ++x)
      raw += static_cast<char>(~job.rows[static_cast<std::size_t>(y) * row_bytes + x] & 0xff);  // PNG: 1 is white
  }
  uLongf size = ::compressBound(static_cast<uLong>(raw.size()));
  std::string packed(size, '\0');
  YIZHAN_CHECK(::compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(raw.data()),
                          static_cast<uLong>(raw.size())) == Z_OK, "compressBound is enough");
  packed.resize(size);
  std::string header;
  big_endian(header, static_cast<std::uint32_t>(job.width));
  big_endian(header, static_cast<std::uint32_t>(job.height));
  header += std::string("\x01\x00\x00\x00\x00", 5);  // one bit, grey
  std::string out("\x89PNG\r\n\x1a\n", 8);
  chunk(out, "IHDR", header);
  chunk(out, "IDAT", packed);
  chunk(out, "IEND", {});
  return out;
}

std::unique_ptr<Printer> simulated_printer(const std::string& dir) { return std::make_unique<SimulatedPrinter>(dir); }
std::unique_ptr<Printer> escpos_printer(const std::string& device) { return std::make_unique<EscposPrinter>(device); }
std::unique_ptr<Printer> no_printer() { return std::make_unique<NoPrinter>(); }
std::unique_ptr<Printer> make_printer(const std::string& word, const std::string& devices_dir) {
  if (word == "none") return no_printer();
  if (word.starts_with("file:")) return escpos_printer(word.substr(5));
  return simulated_printer(devices_dir);
}

}  // namespace yizhan::kiosk
