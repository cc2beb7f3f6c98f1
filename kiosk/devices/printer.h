/// Port: the receipt printer. A job is a picture of black and white dots; no printer fonts, so any character prints (need.md 4.7).
/// Device thread only: print() blocks for seconds.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "kiosk/messages.h"

namespace yizhan::kiosk {

inline constexpr int paper_dots = 576;  ///< 72 mm at 203 dpi

/// One bit a dot, most significant first, 1 = black, rows of `width / 8` bytes.
struct Raster {
  int width = paper_dots;
  int height = 0;
  std::vector<std::uint8_t> rows;
  std::string text;  ///< the same words, for simulated paper
};

struct Printer {
  virtual ~Printer() = default;
  /// Ready, OutOfPaper, Fault or Absent, as the device says now. At most 1 s.
  virtual DeviceState state() = 0;
  /// Prints and cuts. Success means that the device, asked after the last dot, still has paper and no fault; never that bytes
  /// were handed over. Errors: Unavailable with one word: "no_paper", "jam", "absent", "no_answer". At most 20 s.
  virtual Status print(const Raster& job) = 0;
};

/// Paper as files: <dir>/printer.state holds "paper=ok|out|absent|jam" (no file: ok), receipts come out as <dir>/receipts/NNNN.png
/// and .txt. "out" and "jam" take effect before the job, "out-after" in the middle of it.
std::unique_ptr<Printer> simulated_printer(const std::string& dir);
/// ESC/POS on a device file ("/dev/usb/lp0"). A character device is asked for its status (DLE EOT 2 and 4) before and after
/// each job; a plain file just takes the bytes.
std::unique_ptr<Printer> escpos_printer(const std::string& device);
/// A machine without a printer: Absent.
std::unique_ptr<Printer> no_printer();
/// By the word of the configuration: "simulated", "none", "file:<device>".
std::unique_ptr<Printer> make_printer(const std::string& word, const std::string& devices_dir);

/// The bytes of a job: ESC @, GS v 0 in bands of 256 rows, feed, cut. Pure.
std::string escpos(const Raster& job);
/// A 1-bit PNG of the raster. Pure.
std::string png(const Raster& job);

}  // namespace yizhan::kiosk
