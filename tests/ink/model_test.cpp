#include <cstring>
#include <filesystem>
#include <fstream>

#include "hand.h"
#include "tests/folder.h"

using namespace ink_tests;

namespace {

/// Three classes in two dimensions, enough for every check of the file.
std::vector<std::byte> small() {
  ModelParts parts;
  parts.dimensions = 2;
  parts.projection.assign(feature_count * 2, .01f);
  parts.standard = {{U'一', U'十'}, {0, 0, 1}, {1, 2, 3, 4, 5, 6}};
  parts.rare = {{U'𠮷'}, {0}, {7, 8}};
  parts.scale = .5f;
  parts.usual = 10;
  parts.far = 99;
  return model_bytes(parts);
}
std::string trouble(const std::vector<std::byte>& bytes) {
  const auto model = Model::of(bytes, "x");
  if (model) return {};
  CHECK(model.error().code == Code::Corrupt);
  CHECK(model.error().what.find("handwriting_data") != std::string::npos);  // says what to do
  return model.error().what;
}

}  // namespace

TEST_CASE("a model comes back as it was written", "[ink][model]") {
  const auto bytes = small();
  const auto model = Model::of(bytes, "x");
  REQUIRE(model);
  CHECK(model->dimensions == 2);
  CHECK(model->scale == .5f);
  CHECK(model->far == 99);
  REQUIRE(model->standard.codes.size() == 2);
  CHECK(model->standard.codes[1] == U'十');
  CHECK(model->standard.owner[2] == 1);
  REQUIRE(model->rare.codes.size() == 1);
  CHECK(model->rare.codes[0] == U'𠮷');
  CHECK(static_cast<float>(model->standard.centres[4]) * model->step[0] > 4.9f);
}

TEST_CASE("a model cut short anywhere is refused in words", "[ink][model][bad]") {
  const auto whole = small();
  for (std::size_t keep : {std::size_t{0}, std::size_t{10}, std::size_t{63}, std::size_t{64}, std::size_t{200}, whole.size() / 2, whole.size() - 1}) {
    INFO(keep);
    CHECK(trouble({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(keep)}).find("cut short") != std::string::npos);
  }
}

TEST_CASE("a model of another version, another file and a damaged head are told apart", "[ink][model][bad]") {
  auto bytes = small();
  bytes[8] = std::byte{9};
  CHECK(trouble(bytes).find("version 9") != std::string::npos);
  bytes = small();
  bytes[0] = std::byte{'P'};
  CHECK(trouble(bytes).find("not a handwriting model") != std::string::npos);
  bytes = small();
  bytes[13] ^= std::byte{1};
  CHECK(trouble(bytes).find("damaged") != std::string::npos);
}

TEST_CASE("a damaged table leads nowhere", "[ink][model][bad]") {
  auto bytes = small();
  const auto good = Model::of(bytes, "x");
  REQUIRE(good);
  const std::uint32_t wild = 0x7fffffff;
  const auto at = reinterpret_cast<const std::byte*>(good->standard.owner.data()) - bytes.data();
  std::memcpy(bytes.data() + at, &wild, sizeof wild);
  CHECK(trouble(bytes).find("damaged") != std::string::npos);
}

TEST_CASE("a model that is not there is unavailable, and the words name the target that builds it", "[ink][model][bad]") {
  const auto model = Model::open("/nowhere/ink.model");
  REQUIRE_FALSE(model);
  CHECK(model.error().code == Code::Unavailable);
  CHECK(model.error().what.find("handwriting_data") != std::string::npos);
}

TEST_CASE("a model whose sizes make no sense is refused before anything is looked up in it", "[ink][model][bad]") {
  ModelParts parts;
  parts.standard = {{U'一'}, {0}, {}};
  CHECK(trouble(model_bytes(parts)).find("sizes make no sense") != std::string::npos);  // no dimensions
  parts.dimensions = 2;
  parts.projection.assign(feature_count * 2, .01f);
  parts.standard = {};
  parts.rare = {{U'𠮷'}, {0}, {7, 8}};
  CHECK(trouble(model_bytes(parts)).find("sizes make no sense") != std::string::npos);  // only rare characters
  parts.standard = {{U'一', U'十'}, {0}, {1, 2}};
  CHECK(trouble(model_bytes(parts)).find("sizes make no sense") != std::string::npos);  // a character without a centre
  parts.standard = {{U'一'}, {0}, {1, 2}};
  CHECK(trouble(model_bytes(parts)).empty());
  parts.projection.clear();
  CHECK(trouble(model_bytes(parts)).find("cut short") != std::string::npos);  // whole by its head, without what the head speaks of
}

TEST_CASE("a model's file is mapped whole, or refused by what it is", "[ink][model][bad]") {
  namespace fs = std::filesystem;
  const yizhan::test::Folder folder;
  const std::string path = folder / "ink.model";
  const auto bytes = small();
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  {
    const auto model = Model::open(path);
    REQUIRE(model);
    const Model copy = *model;  // copies share the mapping
    CHECK(copy.standard.codes[1] == U'十');
  }
  CHECK(data_folder(folder.path) == folder.path);
  fs::resize_file(path, 63);
  CHECK(Model::open(path).error().what.starts_with(path + ": the handwriting model is cut short"));
  fs::resize_file(path, model_bytes_max + 1);  // sparse
  CHECK(Model::open(path).error().what.starts_with(path + ": the handwriting model is too large"));
  fs::remove(path);
  fs::create_directories(path + "/room");
  CHECK_FALSE(Model::open(path));
}

TEST_CASE("the built model knows the national standard and rare names, within its size", "[ink][model][built]") {
  const Model built = model();
  CHECK(built.standard.codes.size() == 8105);
  CHECK(built.rare.codes.size() > 15'000);
  CHECK(std::binary_search(built.rare.codes.begin(), built.rare.codes.end(), std::uint32_t{U'㐁'}));
  std::ifstream file(HANDWRITING_DATA "/ink.model", std::ios::binary | std::ios::ate);
  CHECK(static_cast<std::size_t>(file.tellg()) <= model_bytes_max);
}
