#include "kiosk/engine/line.h"

#include <dlfcn.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>

namespace yizhan::kiosk {

Status check_line(const std::string& url, const std::string& ca_file) {
  const bool https = url.starts_with("https://");
  if (!https && !url.starts_with("http://")) return Error{Code::Invalid, "hub_url: must begin with http:// or https://"};
  if (https && (ca_file.empty() || ::access(ca_file.c_str(), R_OK) != 0))
    return Error{Code::Invalid, "ca_file: https needs the hall's CA file (" + (ca_file.empty() ? "none given" : ca_file) + ")"};
  return Done{};
}

Result<std::unique_ptr<Line>> open_line(const std::string& url, const std::string& ca_file, Span connect_patience) {
  if (const auto sound = check_line(url, ca_file); !sound) return sound.error();
  using Open = Line* (*)(const char*, const char*, std::int64_t, Error*);
  static std::mutex mutex;
  static Open open = nullptr;
  {
    const std::lock_guard lock(mutex);
    if (open == nullptr) {
      std::error_code none;
      const auto here = std::filesystem::read_symlink("/proc/self/exe", none).parent_path();
      auto file = here / "kiosk-line.so";
      if (!std::filesystem::exists(file, none)) file = here / "../lib/yizhan/kiosk-line.so";
      void* module = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
      void* symbol = module != nullptr ? ::dlsym(module, "yizhan_open_line") : nullptr;
      if (symbol == nullptr) {
        const char* why = ::dlerror();
        return Error{Code::Unavailable, std::string("line: ") + (why != nullptr ? why : "no such module")};
      }
      open = reinterpret_cast<Open>(symbol);
    }
  }
  Error trouble{Code::Unavailable, "line: no memory"};
  std::unique_ptr<Line> line(open(url.c_str(), ca_file.c_str(), connect_patience.count(), &trouble));
  if (!line) return trouble;
  return line;
}

}  // namespace yizhan::kiosk
