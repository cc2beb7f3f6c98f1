#include <dlfcn.h>
#include <rime_api.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "kiosk/ui/window.h"

namespace yizhan::ui {

namespace {

// What fits on one candidate bar: words are counted by the room they take (keyboard.cpp draws them).
constexpr std::size_t words_a_page = 6;
constexpr float bar_mm = 220, character_mm = 12.5f, padding_mm = 12.5f, cell_mm_min = 24.5f;

float cell_mm(std::string_view word) {
  const auto n = std::count_if(word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return std::max(cell_mm_min, character_mm * static_cast<float>(n) + padding_mm);
}

/// librime's api keeps one process-wide service. It is loaded when the keyboard is wanted, not linked: boost, glog and opencc
/// behind it would cost every start of every program a tenth of a second.
class RimeEngine final : public PinyinEngine {
 public:
  static Result<std::unique_ptr<PinyinEngine>> open(const std::string& data_dir) {
    for (const char* file : {"default.yaml", "kiosk_pinyin.schema.yaml", "kiosk_pinyin.table.bin", "kiosk_pinyin.prism.bin", "kiosk_pinyin_fuzzy.prism.bin"})
      if (!std::filesystem::exists(data_dir + "/" + file)) return Error{Code::Unavailable, "pinyin data is missing: " + data_dir + "/" + file};
    void* library = ::dlopen("librime.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) return Error{Code::Unavailable, std::string("pinyin library is missing: ") + ::dlerror()};
    using GetApi = RimeApi* (*)();
    const auto get_api = reinterpret_cast<GetApi>(::dlsym(library, "rime_get_api"));
    if (!get_api) return Error{Code::Unavailable, "pinyin library has no rime_get_api"};
    std::unique_ptr<RimeEngine> engine(new RimeEngine(get_api(), data_dir));
    if (!engine->session_) return Error{Code::Unavailable, "pinyin data does not fit this librime: " + data_dir};
    return std::unique_ptr<PinyinEngine>(std::move(engine));
  }

  ~RimeEngine() override {
    if (session_) api_->destroy_session(session_);
    api_->finalize();
  }

  void fuzzy(bool on) override {
    if (on == fuzzy_) return;
    fuzzy_ = on;
    forget();
    api_->select_schema(session_, on ? "kiosk_pinyin_fuzzy" : "kiosk_pinyin");
  }

  void forget() override {
    clear();
    last_.reset();
  }

  Candidates candidates(std::string_view letters, int page) override {
    // The panel asks in every frame it is drawn.
    if (last_ && last_->letters == letters && last_->page == page) return last_->found;
    Candidates found;
    if (letters.empty()) {
      forget();
      return found;
    }
    feed(letters);
    found.preedit = preedit();
    std::vector<std::size_t> places = list(page, found);
    last_ = Last{std::string(letters), page, std::move(places), found};
    return found;
  }

  int consumed(std::string_view letters, int page, std::size_t i) override {
    static_cast<void>(candidates(letters, page));
    if (!last_ || i >= last_->places.size()) return static_cast<int>(letters.size());
    return consumed_by(letters, last_->places[i]);
  }

 private:
  struct Last {
    std::string letters;
    int page = 0;
    std::vector<std::size_t> places;  ///< in the engine's whole list
    Candidates found;
  };

  RimeEngine(RimeApi* api, std::string data_dir) : api_(api), data_dir_(std::move(data_dir)) {
    RIME_STRUCT(RimeTraits, traits);
    // Everything is read from the prebuilt folder; with "levers" absent nothing is deployed, and no schema keeps a user
    // dictionary, so nothing is ever written: the folder may be read-only.
    traits.shared_data_dir = traits.prebuilt_data_dir = traits.staging_dir = data_dir_.c_str();
    // Newer librime notes which schema was used and when; a place where no file can be keeps that out of every folder.
    traits.user_data_dir = "/proc/self/none";
    traits.distribution_name = traits.distribution_code_name = "yizhan";
    traits.distribution_version = "1";
    traits.app_name = "rime.yizhan";
    traits.min_log_level = 3;
    traits.log_dir = "";
    static const char* modules[] = {"core", "dict", "gears", nullptr};
    traits.modules = modules;
    // Logging may be set up once a process only.
    static const bool ready = (api_->setup(&traits), true);
    (void)ready;
    api_->initialize(&traits);
    session_ = api_->create_session();
    char schema[64] = {};
    if (session_ && (!api_->select_schema(session_, "kiosk_pinyin") || !api_->get_current_schema(session_, schema, sizeof schema) ||
                     std::string_view(schema) != "kiosk_pinyin")) {
      api_->destroy_session(session_);
      session_ = 0;
    }
  }

  /// A letter typed after the others costs one key; only what is not a continuation starts anew.
  void feed(std::string_view letters) {
    if (!letters.starts_with(fed_)) clear();
    for (const char c : letters.substr(fed_.size())) api_->process_key(session_, c, 0);
    fed_ = letters;
  }
  void clear() {
    api_->clear_composition(session_);
    fed_.clear();
  }

  std::string preedit() {
    std::string shown;
    RIME_STRUCT(RimeContext, context);
    if (api_->get_context(session_, &context)) {
      if (context.composition.preedit) shown = context.composition.preedit;
      api_->free_context(&context);
    }
    return shown;
  }

  /// Fills the words of a page; returns their places in the whole list.
  std::vector<std::size_t> list(int page, Candidates& found) {
    std::vector<std::size_t> chosen;
    RimeCandidateListIterator at{};
    if (!api_->candidate_list_begin(session_, &at)) return chosen;
    int here = 0;
    std::size_t index = 0, on_page = 0;
    float used = 0;
    while (api_->candidate_list_next(&at)) {
      const float cell = cell_mm(at.candidate.text);
      if (on_page > 0 && (on_page == words_a_page || used + cell > bar_mm)) {
        ++here;
        on_page = 0;
        used = 0;
      }
      if (here > page) {
        found.more = true;
        break;
      }
      if (here == page) {
        found.words.emplace_back(at.candidate.text);
        chosen.push_back(index);
      }
      ++on_page;
      used += cell;
      ++index;
    }
    api_->candidate_list_end(&at);
    return chosen;
  }

  /// Letters that a candidate stands for: it is chosen, what is still being composed is counted, and the choice taken back.
  int consumed_by(std::string_view letters, std::size_t index) {
    api_->select_candidate(session_, index);
    RIME_STRUCT(RimeCommit, commit);
    if (api_->get_commit(session_, &commit)) {
      api_->free_commit(&commit);
      clear();
      feed(letters);
      return static_cast<int>(letters.size());
    }
    const std::string rest = preedit();
    constexpr int backspace = 0xff08;  // X11 keysym: the editor reopens the last choice
    api_->process_key(session_, backspace, 0);
    const auto left = std::count_if(rest.begin(), rest.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '\''; });
    return static_cast<int>(letters.size()) - static_cast<int>(std::min<std::ptrdiff_t>(left, static_cast<std::ptrdiff_t>(letters.size())));
  }

  RimeApi* api_;
  std::string data_dir_;
  RimeSessionId session_ = 0;
  bool fuzzy_ = false;
  std::string fed_;
  std::optional<Last> last_;
};

}  // namespace

/// A program run from its build tree is given the source assets, whose data wait to be built: the built ones beside it are taken.
static std::string built_folder(const std::string& data_dir, const char* folder, const char* file) {
  namespace fs = std::filesystem;
  std::error_code none;
  if (fs::exists(data_dir + "/" + file, none)) return data_dir;
  const fs::path program = fs::read_symlink("/proc/self/exe", none).parent_path();
  for (const char* place : {"../share/", "../share/yizhan/"})
    if (const fs::path found = program / (std::string(place) + folder); fs::exists(found / file, none)) return fs::canonical(found, none).string();
  return data_dir;
}

Result<std::unique_ptr<PinyinEngine>> open_pinyin(const std::string& data_dir) {
  std::error_code none;
  if (!std::filesystem::exists(data_dir + "/kiosk_pinyin.schema.yaml", none)) return RimeEngine::open(data_dir);
  return RimeEngine::open(built_folder(data_dir, "pinyin", "kiosk_pinyin.table.bin"));
}

Result<writing::RareIndex> open_rare(const std::string& data_dir) { return writing::RareIndex::open(built_folder(data_dir, "rare", "rare.tsv") + "/rare.tsv"); }

}  // namespace yizhan::ui
