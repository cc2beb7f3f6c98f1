/// A file's bytes. Where every reader of small files goes, because std::istreambuf_iterator throws over a folder or a sick
/// disk.
#pragma once
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "core/result.h"

namespace yizhan {

/// Errors: Io "<path>: cannot be read: …" (not there, not ours to read, a folder, a disk that fails half-way).
inline Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string bytes;
  if (in) {
    char block[16'384];
    while (in.read(block, sizeof block) || in.gcount() > 0) bytes.append(block, static_cast<std::size_t>(in.gcount()));
    if (!in.bad()) return bytes;
  }
  return Error{Code::Io, path + ": cannot be read: " + std::strerror(errno)};
}

}  // namespace yizhan
