#include "kiosk/ink/model.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <utility>

namespace yizhan::ink {
namespace {

constexpr std::array<char, 8> magic{'Y', 'Z', 'I', 'N', 'K', 'M', 'D', 'L'};
constexpr std::size_t alignment = 64;

struct Header {
  std::array<char, 8> magic{};
  std::uint32_t version = 0, dimensions = 0, features = 0;
  float scale = 0, usual = 0, far = 0;
  std::array<std::uint32_t, 2> classes{}, centres{};  ///< standard, rare
  std::uint64_t bytes = 0, check = 0;
};
static_assert(sizeof(Header) <= alignment);

std::uint64_t check_of(Header header) {
  header.check = 0;
  std::uint64_t h = 1469598103934665603ull;
  std::array<unsigned char, sizeof(Header)> bytes{};
  std::memcpy(bytes.data(), &header, sizeof header);
  for (const unsigned char b : bytes) h = (h ^ b) * 1099511628211ull;
  return h;
}

std::size_t aligned(std::size_t n) { return (n + alignment - 1) / alignment * alignment; }

/// Walks over a file's sections; past the end everything is empty and `whole` false.
struct Sections {
  std::span<const std::byte> bytes;
  std::size_t at = alignment;
  bool whole = true;
  template <class T>
  std::span<const T> take(std::size_t n) {
    const std::size_t size = n * sizeof(T);
    if (size > bytes.size() || at > bytes.size() - size) {
      whole = false;
      return {};
    }
    // Sections are aligned in the file, and a mapping begins on a page.
    const T* first = reinterpret_cast<const T*>(bytes.data() + at);
    at = aligned(at + size);
    return {first, n};
  }
};

}  // namespace

Result<Model> Model::of(std::span<const std::byte> bytes, const std::string& name) {
  const auto corrupt = [&name](const std::string& why) { return Error{Code::Corrupt, name + ": " + why + "; build the target handwriting_data again"}; };
  Header header;
  if (bytes.size() < alignment) return corrupt("the handwriting model is cut short");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != magic) return corrupt("not a handwriting model");
  if (header.version != model_version || header.features != feature_count)
    return corrupt("a handwriting model of version " + std::to_string(header.version) + ", this program reads " + std::to_string(model_version));
  if (header.check != check_of(header)) return corrupt("the handwriting model's head is damaged");
  if (header.bytes > bytes.size()) return corrupt("the handwriting model is cut short");
  if (header.dimensions == 0 || header.dimensions > dimensions_max || header.classes[0] == 0 || header.classes[0] + header.classes[1] > classes_max ||
      header.centres[0] < header.classes[0] || header.centres[1] < header.classes[1] || header.centres[0] > 8 * classes_max || header.centres[1] > 8 * classes_max)
    return corrupt("the handwriting model's sizes make no sense");
  Model model;
  model.dimensions = header.dimensions;
  model.scale = header.scale;
  model.usual = header.usual;
  model.far = header.far;
  Sections sections{bytes};
  model.projection = sections.take<float>(feature_count * model.dimensions);
  model.step = sections.take<float>(model.dimensions);
  for (const std::size_t t : {0u, 1u}) {
    Table& table = t == 0 ? model.standard : model.rare;
    table.codes = sections.take<std::uint32_t>(header.classes[t]);
    table.owner = sections.take<std::uint32_t>(header.centres[t]);
    table.norm = sections.take<float>(header.centres[t]);
    table.centres = sections.take<std::int8_t>(header.centres[t] * model.dimensions);
    // The only numbers that lead anywhere: a damaged one must not lead out of the table.
    if (std::any_of(table.owner.begin(), table.owner.end(), [&](std::uint32_t k) { return k >= header.classes[t]; })) return corrupt("the handwriting model is damaged");
  }
  if (!sections.whole) return corrupt("the handwriting model is cut short");
  return model;
}

Result<Model> Model::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat info {};
  if (fd < 0 || ::fstat(fd, &info) != 0) {
    if (fd >= 0) ::close(fd);
    return Error{Code::Unavailable, path + ": the handwriting model is missing; build the target handwriting_data"};
  }
  const auto size = static_cast<std::size_t>(std::max<off_t>(0, info.st_size));
  if (size < alignment || size > model_bytes_max) {
    ::close(fd);
    return Error{Code::Corrupt, path + ": the handwriting model is " + (size < alignment ? "cut short" : "too large") + "; build the target handwriting_data again"};
  }
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  ::close(fd);
  if (data == MAP_FAILED) return Error{Code::Unavailable, path + ": cannot be mapped"};
  const std::shared_ptr<const void> mapping(data, [size](const void* at) { ::munmap(const_cast<void*>(at), size); });
  auto model = of({static_cast<const std::byte*>(data), size}, path);
  if (model) model->mapping_ = mapping;
  return model;
}

std::string data_folder(const std::string& data_dir) {
  namespace fs = std::filesystem;
  std::error_code none;
  if (fs::exists(data_dir + "/ink.model", none)) return data_dir;
  // A program run from its build tree is given the source assets, which hold no built data.
  const fs::path program = fs::read_symlink("/proc/self/exe", none).parent_path();
  for (const char* place : {"../share/handwriting", "../share/yizhan/handwriting"})
    if (fs::exists(program / place / "ink.model", none)) return fs::canonical(program / place, none).string();
  return data_dir;
}

std::vector<std::byte> model_bytes(const ModelParts& parts) {
  const std::size_t d = parts.dimensions;
  Header header;
  header.magic = magic;
  header.version = model_version;
  header.dimensions = static_cast<std::uint32_t>(d);
  header.features = feature_count;
  header.scale = parts.scale;
  header.usual = parts.usual;
  header.far = parts.far;
  std::vector<std::byte> out(alignment);
  const auto put = [&out](const void* data, std::size_t size) {
    out.resize(aligned(out.size()));
    const auto* bytes = static_cast<const std::byte*>(data);
    out.insert(out.end(), bytes, bytes + size);
  };
  // The largest coordinate in use decides a dimension's step; what few centres lie further out are clipped.
  std::vector<float> step(d, 1e-6f);
  for (std::size_t j = 0; j < d; ++j) {
    std::vector<float> sizes;
    for (const auto* part : {&parts.standard, &parts.rare})
      for (std::size_t k = 0; k < part->owner.size(); ++k) sizes.push_back(std::fabs(part->centres[k * d + j]));
    const auto cut = sizes.begin() + static_cast<std::ptrdiff_t>(static_cast<double>(sizes.size() - 1) * .9995);
    std::nth_element(sizes.begin(), cut, sizes.end());
    step[j] = std::max(step[j], *cut / 127);
  }
  put(parts.projection.data(), parts.projection.size() * sizeof(float));
  put(step.data(), step.size() * sizeof(float));
  std::size_t t = 0;
  for (const auto* part : {&parts.standard, &parts.rare}) {
    std::vector<std::int8_t> centres(part->owner.size() * d);
    std::vector<float> norm(part->owner.size(), 0);
    for (std::size_t k = 0; k < norm.size(); ++k)
      for (std::size_t j = 0; j < d; ++j) {
        const auto q = static_cast<std::int8_t>(std::clamp(std::lround(part->centres[k * d + j] / step[j]), -127l, 127l));
        centres[k * d + j] = q;
        const float v = static_cast<float>(q) * step[j];
        norm[k] += v * v;
      }
    header.classes[t] = static_cast<std::uint32_t>(part->codes.size());
    header.centres[t] = static_cast<std::uint32_t>(part->owner.size());
    ++t;
    put(part->codes.data(), part->codes.size() * sizeof(std::uint32_t));
    put(part->owner.data(), part->owner.size() * sizeof(std::uint32_t));
    put(norm.data(), norm.size() * sizeof(float));
    put(centres.data(), centres.size());
  }
  out.resize(aligned(out.size()));
  header.bytes = out.size();
  header.check = check_of(header);
  std::memcpy(out.data(), &header, sizeof header);
  return out;
}

}  // namespace yizhan::ink
