#include "core/result.h"

#include <cstdio>
#include <cstdlib>

namespace yizhan {

std::string_view word(Code code) {
  switch (code) {
    case Code::Invalid: return "invalid";
    case Code::NotFound: return "not_found";
    case Code::Conflict: return "conflict";
    case Code::Unavailable: return "unavailable";
    case Code::Io: return "io";
    case Code::Corrupt: return "corrupt";
  }
  return "unknown";
}

void check_failed(const char* file, int line, const char* what) {
  std::fprintf(stderr, "yizhan: broken reasoning at %s:%d: %s\n", file, line, what);
  std::abort();
}

}  // namespace yizhan
