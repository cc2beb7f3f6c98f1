// What sealing costs: an envelope for a complaint of 6,000 bytes and its opening, and the same for short ones; medians of runs in one process.
//
//   seal_bench [RUNS]
#include <chrono>
#include <cstdlib>

#include "bench_hub.h"
#include "core/envelope.h"
#include "core/key_set.h"

using namespace yizhan;
using namespace yizhan::bench;

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 2000;
  const KeyPair hall = make_box_keys(), county = make_box_keys(), escrow = make_box_keys(), device = make_sign_keys();
  const MatterId number = make_matter_id("440583-K03", parse_date("2026-11-20").value(), 1);
  std::mt19937 dice(3);
  for (const std::size_t bytes : {std::size_t{400}, std::size_t{6000}, std::size_t{36000}}) {
    std::string text;
    while (text.size() < bytes) text += synthetic(dice).statement.facts;
    std::vector<double> sealing, opening;
    std::size_t size = 0;
    for (int i = 0; i < runs; ++i) {
      const auto a = std::chrono::steady_clock::now();
      const std::string envelope = must(seal_envelope(text, {1, number, "440583-K03", Time{}, 1}, {hall.public_hex, county.public_hex, escrow.public_hex}, device.secret_hex));
      const auto b = std::chrono::steady_clock::now();
      if (must(open_envelope(envelope, number, hall)) != text) die("it does not open");
      const auto c = std::chrono::steady_clock::now();
      sealing.push_back(std::chrono::duration<double, std::milli>(b - a).count());
      opening.push_back(std::chrono::duration<double, std::milli>(c - b).count());
      size = envelope.size();
    }
    fmt::print("{} bytes of text, envelope {} characters of base64\n", text.size(), size);
    print_quantiles("  seal", sealing);
    print_quantiles("  open", opening);
  }
  return 0;
}
