#include <catch2/catch_test_macros.hpp>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <termios.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "kiosk/devices/id_reader.h"
#include "kiosk/devices/printer.h"
#include "kiosk/devices/receipt.h"
#include "world.h"

using namespace engine_tests;

namespace {

Raster sample_job() {
  Raster job;
  job.height = 300;
  job.rows.assign(static_cast<std::size_t>(paper_dots / 8 * job.height), 0xA5);
  job.text = "A012\n";
  return job;
}

/// One suite for every printer (house.md §8). `paper`: changes the state the way this form allows; "" means it cannot.
void printer_contract(Printer& printer, const std::function<bool(const std::string&)>& paper, const std::function<std::size_t()>& delivered) {
  REQUIRE(printer.state() == DeviceState::Ready);
  const auto before = delivered();
  REQUIRE(printer.print(sample_job()));
  CHECK(delivered() > before);
  struct Trouble { const char* state; DeviceState seen; const char* word; };
  for (const auto& [state, seen, word] : {Trouble{"out", DeviceState::OutOfPaper, "no_paper"}, Trouble{"jam", DeviceState::Fault, "jam"},
                                          Trouble{"absent", DeviceState::Absent, "absent"}}) {
    if (!paper(state)) continue;
    CHECK(printer.state() == seen);
    const auto printed = printer.print(sample_job());
    REQUIRE_FALSE(printed);
    CHECK(printed.error().code == Code::Unavailable);
    CHECK(printed.error().what == word);
    REQUIRE(paper("ok"));
    CHECK(printer.state() == DeviceState::Ready);
  }
  REQUIRE(printer.print(sample_job()));
}

/// The other end of a serial line: an ESC/POS printer that answers DLE EOT and swallows everything else.
class FakeEscpos {
 public:
  FakeEscpos() {
    int slave = -1;
    char name[128] = {};
    REQUIRE(::openpty(&master_, &slave, name, nullptr, nullptr) == 0);
    termios raw{};
    ::tcgetattr(slave, &raw);
    ::cfmakeraw(&raw);
    ::tcsetattr(slave, TCSANOW, &raw);
    slave_ = slave;  // kept open so that the line does not hang up between two jobs
    path = name;
    thread_ = std::thread([this] { run(); });
  }
  ~FakeEscpos() {
    stop_ = true;
    thread_.join();
    ::close(slave_);
    ::close(master_);
  }
  FakeEscpos(const FakeEscpos&) = delete;
  FakeEscpos& operator=(const FakeEscpos&) = delete;
  std::string path;
  std::atomic<std::uint8_t> offline{0x12}, paper{0x12};
  std::atomic<bool> silent{false}, out_when_printing{false};
  std::atomic<std::size_t> jobs{0};

 private:
  void run() {
    std::string seen;
    while (!stop_) {
      pollfd wait{master_, POLLIN, 0};
      if (::poll(&wait, 1, 20) != 1) continue;
      char bytes[4096];
      const auto n = ::read(master_, bytes, sizeof bytes);
      for (ssize_t i = 0; i < n; ++i) {
        seen += bytes[i];
        if (seen.size() >= 3 && seen[seen.size() - 3] == '\x10' && seen[seen.size() - 2] == '\x04' && (seen.back() == 2 || seen.back() == 4)) {
          const std::uint8_t answer = seen.back() == 2 ? offline : paper;
          if (!silent) REQUIRE(::write(master_, &answer, 1) == 1);
          seen.clear();
        } else if (seen.size() >= 4 && seen.ends_with(std::string("\x1dV\x42\x00", 4))) {
          ++jobs;
          if (out_when_printing) paper = 0x72;
          seen.clear();
        }
      }
    }
  }
  int master_ = -1, slave_ = -1;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace

TEST_CASE("the simulated printer keeps the printer contract", "[devices]") {
  Folder folder;
  const auto printer = simulated_printer(folder.path);
  const auto count = [&]() -> std::size_t {
    std::error_code none;
    std::size_t n = 0;
    for (const auto& entry : fs::directory_iterator(folder / "receipts", none)) n += entry.path().extension() == ".png" ? 1 : 0;
    return n;
  };
  printer_contract(*printer, [&](const std::string& state) {
    write(folder / "printer.state", "paper=" + state + "\n");
    return true;
  }, count);
  CHECK(read(folder / "receipts/0001.txt") == "A012\n");
  CHECK(read(folder / "receipts/0001.png").starts_with("\x89PNG"));
}

TEST_CASE("the serial printer keeps the printer contract", "[devices]") {
  FakeEscpos fake;
  const auto printer = escpos_printer(fake.path);
  printer_contract(*printer, [&](const std::string& state) {
    fake.paper = state == "out" ? 0x72 : 0x12;
    fake.offline = state == "jam" ? 0x52 : 0x12;
    return state != "absent";  // a cable cannot be pulled out of a pseudo terminal: the next case does it
  }, [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return fake.jobs.load();
  });
}

TEST_CASE("a spool file keeps the printer contract as far as a file can", "[devices]") {
  Folder folder;
  fs::create_directories(folder / "spool");
  const auto printer = escpos_printer(folder / "spool/lp0");
  printer_contract(*printer, [&](const std::string& state) {
    if (state == "absent") fs::rename(folder / "spool", folder / "away");
    else if (state == "ok" && fs::exists(folder / "away")) fs::rename(folder / "away", folder / "spool");
    return state == "absent" || state == "ok";
  }, [&] {
    std::error_code none;
    const auto size = fs::file_size(folder / "spool/lp0", none);
    return none ? 0 : static_cast<std::size_t>(size);
  });
}

TEST_CASE("nothing counts as printed that the printer did not confirm", "[devices]") {
  FakeEscpos fake;
  const auto printer = escpos_printer(fake.path);
  SECTION("the paper ends in the middle of the job") {
    fake.out_when_printing = true;
    const auto printed = printer->print(sample_job());
    REQUIRE_FALSE(printed);
    CHECK(printed.error().what == "no_paper");
  }
  SECTION("the printer never answers") {
    fake.silent = true;
    CHECK(printer->state() == DeviceState::Fault);
    CHECK_FALSE(printer->print(sample_job()));
  }
}

TEST_CASE("a machine without printer or reader says so", "[devices]") {
  CHECK(no_printer()->state() == DeviceState::Absent);
  CHECK(no_printer()->print(sample_job()).error().what == "absent");
  CHECK(escpos_printer("/dev/usb/lp9")->state() == DeviceState::Absent);
  CHECK(no_reader()->state() == DeviceState::Absent);
  CHECK_FALSE(*no_reader()->poll());
}

// ---- the receipt ---------------------------------------------------------------------------------------------------------

namespace {

Receipt sample_receipt() {
  Receipt r;
  r.matter = make_matter_id("440583-K01", *parse_date("2026-11-20"), 12);
  r.query_code = "4837291600215532";
  r.ticket = "A012";
  r.window = "LAW";
  r.window_name = "律师窗口";
  r.place = "1号律师窗口";
  r.ahead = 3;
  r.minutes = 25;
  r.at = TestClock{}.at;
  Deadline promise;
  promise.term = "promise_dispose";
  promise.due = *parse_date("2026-11-25");
  promise.promised = true;
  Deadline law;
  law.term = "dispose";
  law.due = *parse_date("2026-12-05");
  r.deadlines = {promise, law};
  r.chain8 = "4f2a90c1";
  return r;
}
std::string words_of(const Receipt& receipt) {
  static const Books shelf = books();
  return plain_words(receipt_paper(receipt, shelf.rules.books.front(), "一号自助机"));
}

}  // namespace

TEST_CASE("a receipt holds what the citizen needs and no personal word", "[devices]") {
  const std::string text = words_of(sample_receipt());
  for (const char* part : {"A012", "1号律师窗口", "前面还有 3 人", "440583-K01-20261120-0012", "4837 2916 0021 5532", "本回执证明已收到，不代表已受理", "2026-12-05前（法定）",
                           "2026-11-25前（本县承诺）", "4f2a90c1", "XF1:440583-K01-20261120-0012"}) {
    INFO(part);
    CHECK(text.find(part) != std::string::npos);
  }
  const Petition person = wages();
  // Nor where the person was: the heading is neutral (trust.md T23).
  for (const std::string& word : {person.petitioner.name, person.petitioner.number, person.petitioner.phone, person.statement.request, std::string("工资"), std::string("信访")}) {
    INFO(word);
    CHECK(text.find(word) == std::string::npos);
  }
}

TEST_CASE("the slip of a sealed matter does not say what the visit was about", "[devices][XFTL30]") {
  Receipt receipt = sample_receipt();
  receipt.sealed = true;
  const std::string text = words_of(receipt);
  for (const char* part : {"信访", "受理", "检举", "控告", "法定"}) {
    INFO(part);
    CHECK(text.find(part) == std::string::npos);
  }
  CHECK(text.find("A012") != std::string::npos);
}

TEST_CASE("nothing on paper is a command to the printer", "[devices]") {
  Receipt receipt = sample_receipt();
  receipt.place = "窗口\x1b@\x1dV\x01";
  const std::string text = words_of(receipt);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\x1d') == std::string::npos);
}

TEST_CASE("a receipt goes to the drawing program and comes back as dots", "[devices]") {
  const Books shelf = books();
  const auto paper = receipt_paper(sample_receipt(), shelf.rules.books.front(), "一号自助机");
  const auto same = decode_paper(encode_paper(paper));
  REQUIRE(same);
  CHECK(encode_paper(*same) == encode_paper(paper));
  const auto raster = draw_paper_elsewhere(paper, YIZHAN_RECEIPT_PROGRAM);
  REQUIRE(raster);
  CHECK(raster->width == paper_dots);
  CHECK(raster->height > 600);
  std::size_t black = 0;
  for (const auto byte : raster->rows) black += static_cast<std::size_t>(__builtin_popcount(byte));
  // Ink, but no black page: between 3 and 30 of a hundred dots.
  const std::size_t all = raster->rows.size() * 8;
  CHECK(black > all * 3 / 100);
  CHECK(black < all * 30 / 100);
  CHECK(draw_paper_elsewhere(paper, "/nonexistent/program").error().code == Code::Unavailable);
  // A program that is gone before it read a byte: many times, because who is quicker differs.
  for (int i = 0; i < 50; ++i) CHECK(draw_paper_elsewhere(paper, "/bin/true").error().code == Code::Unavailable);

  const std::string bytes = escpos(*raster);
  CHECK(bytes.starts_with("\x1b@\x1dv0"));
  // Bands of 256 rows with 8 bytes of header each, ESC @, three feeds and the cut.
  const auto bands = static_cast<std::size_t>((raster->height + 255) / 256);
  CHECK(bytes.size() == 2 + bands * 8 + raster->rows.size() + 3 + 4);
}

TEST_CASE("garbage is no picture and no paper", "[devices]") {
  CHECK_FALSE(decode_paper("0\t26\tx\t0\tA\n"));
  CHECK_FALSE(decode_paper("9\t26\t0\t0\tA\n"));
  CHECK_FALSE(decode_paper("0\t26\n"));
  CHECK_FALSE(from_pbm("P4\n576 10\n"));
  CHECK_FALSE(from_pbm("P4\n577 1\n" + std::string(73, 'x')));
  CHECK_FALSE(from_pbm("P4\n576 9000\n"));
}
