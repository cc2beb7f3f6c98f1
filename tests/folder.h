/// A directory of a test's own, gone with it whatever the test meets.
#pragma once
#include <stdlib.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>

namespace yizhan::test {

class Folder {
 public:
  Folder() {
    std::string form = (std::filesystem::temp_directory_path() / "yizhan-test-XXXXXX").string();
    if (::mkdtemp(form.data()) == nullptr) throw std::runtime_error("no temporary directory: " + form);
    path = form;
  }
  ~Folder() {
    std::error_code none;
    // A test may have taken the right to write away.
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, none);
    std::filesystem::remove_all(path, none);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(std::string_view name) const { return path + "/" + std::string(name); }
  std::string path;
};

}  // namespace yizhan::test
