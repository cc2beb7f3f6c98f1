/// The recogniser's model: what ink_train (kiosk/ink/train) writes and the recogniser reads, in one file that is mapped, not copied.
/// The same bytes and the same ink give the same answer on every machine.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "kiosk/ink/features.h"

namespace yizhan::ink {

inline constexpr std::uint32_t model_version = 1;
inline constexpr std::size_t model_bytes_max = 8'000'000, dimensions_max = 512, classes_max = 60'000;

/// Classes with their centres in the space of the projection, one byte a coordinate.
struct Table {
  std::span<const std::uint32_t> codes;    ///< code point of each class
  std::span<const std::uint32_t> owner;    ///< class of each centre, ascending; every class has one centre at least
  std::span<const float> norm;             ///< squared length of each centre
  std::span<const std::int8_t> centres;    ///< dimensions bytes a centre
};

/// A mapped model file. Copies share the mapping.
class Model {
 public:
  /// Errors: Unavailable (no file), Corrupt (cut short, another version, not a model); the words say what to do.
  static Result<Model> open(const std::string& path);
  /// The same for bytes in memory that outlive the model; `name` is for messages.
  static Result<Model> of(std::span<const std::byte> bytes, const std::string& name);

  std::size_t dimensions = 0;
  float scale = 1;                      ///< score = −scale · squared distance
  float usual = 0;                      ///< squared distance at which a well-written character lies from its centre
  float far = 0;                        ///< beyond this squared distance something is no character
  std::span<const float> projection;    ///< feature_count rows of `dimensions`
  std::span<const float> step;          ///< one byte's step in each dimension
  Table standard, rare;

 private:
  std::shared_ptr<const void> mapping_;
};

/// Where ink.model and ink.words are: in `data_dir` when it has the model, else in share/handwriting of the build tree or of the
/// installation the running program belongs to, else `data_dir`.
std::string data_folder(const std::string& data_dir);

/// What goes into a model file.
struct ModelParts {
  std::size_t dimensions = 0;
  float scale = 1, usual = 0, far = 0;
  std::vector<float> projection;
  struct Part {
    std::vector<std::uint32_t> codes, owner;
    std::vector<float> centres;         ///< dimensions floats a centre
  } standard, rare;
};
/// The bytes of a model file; centres are rounded to bytes on a step chosen for each dimension.
std::vector<std::byte> model_bytes(const ModelParts& parts);

}  // namespace yizhan::ink
