// libFuzzer's entry. The target is named by YIZHAN_FUZZ_TARGET, so that one program holds the targets of a room: a program for each
// would spend more time linking than fuzzing.
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/fuzz.h"

using namespace yizhan::fuzz;

namespace {
const Target* chosen = nullptr;
}

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  if (std::getenv("YIZHAN_FUZZ_LIST") != nullptr) {
    list_targets();
    std::exit(0);
  }
  if (const char* dir = std::getenv("YIZHAN_FUZZ_SEEDS")) {
    make_seeds(dir);
    std::exit(0);
  }
  const char* name = std::getenv("YIZHAN_FUZZ_TARGET");
  for (const Target& target : targets())
    if (name != nullptr && std::strcmp(name, target.name) == 0) chosen = &target;
  if (chosen == nullptr) {
    std::fprintf(stderr, "fuzz: YIZHAN_FUZZ_TARGET names none of this program's targets\n");
    std::exit(2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // libFuzzer copies an input into a block of its own size: a read past its end is seen.
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  chosen->run(input);
  return 0;
}
