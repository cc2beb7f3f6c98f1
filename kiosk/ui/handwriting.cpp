// The handwriting engine: our reader behind the port, its data found as the pinyin keyboard's is.
#include "kiosk/ui/handwriting.h"

#include <string.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "kiosk/ink/reader.h"

namespace yizhan::ui {

namespace {

// What fits on one candidate bar (pad.cpp draws them and leaves out what is wider than it was thought).
constexpr float bar_mm = 220, character_mm = 12.5f, padding_mm = 12.5f, cell_mm_min = 26.5f;
constexpr std::size_t words_a_page = 8, predictions_max = 24;
/// The pad draws two squares side by side.
constexpr float pad_cell_mm = 101;

float cell_mm(std::string_view word) {
  const auto n = std::count_if(word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return std::max(cell_mm_min, character_mm * static_cast<float>(n) + padding_mm);
}

class InkEngine final : public HandwritingEngine {
 public:
  InkEngine(ink::Model model, ink::Words words) : reader_(std::move(model), std::move(words)) {}
  ~InkEngine() override { forget_now(); }

  Candidates candidates(const ink::Ink& ink, std::string_view previous_text, int page) override {
    // The pad asks in every frame it is drawn.
    if (!last_ || !(last_->ink == ink) || last_->before != previous_text || last_->rare != rare_) {
      erase_last();
      auto reading = reader_.line(ink, {previous_text, rare_, pad_cell_mm, 80});
      last_ = Last{ink, std::string(previous_text), rare_, std::move(reading)};
    }
    Candidates found = page_of(last_->reading.choices, page);
    found.scribble = last_->reading.scribble;
    return found;
  }

  Candidates predict(std::string_view previous_text, int page) override {
    if (!guess_ || guess_->first != previous_text) {
      erase(guess_);
      std::vector<ink::Choice> choices;
      for (std::string& words : reader_.words().next(previous_text, predictions_max)) choices.push_back({std::move(words), {}, 0});
      guess_.emplace(std::string(previous_text), std::move(choices));
    }
    return page_of(guess_->second, page);
  }

  void rare(bool on) override { rare_ = on; }
  void forget() override { forget_now(); }

 private:
  struct Last {
    ink::Ink ink;
    std::string before;
    bool rare = false;
    ink::Reading reading;
  };

  static Candidates page_of(const std::vector<ink::Choice>& choices, int page) {
    Candidates found;
    int here = 0;
    std::size_t on_page = 0;
    float used = 0;
    for (const ink::Choice& choice : choices) {
      const float cell = cell_mm(choice.text);
      if (on_page > 0 && (on_page == words_a_page || used + cell > bar_mm)) {
        ++here;
        on_page = 0;
        used = 0;
      }
      if (here > page) {
        found.more = true;
        break;
      }
      if (here == page) found.words.push_back({choice.text, choice.left});
      ++on_page;
      used += cell;
    }
    return found;
  }
  static void erase(std::string& text) { explicit_bzero(text.data(), text.capacity()); }
  void erase(std::optional<std::pair<std::string, std::vector<ink::Choice>>>& guess) {
    if (!guess) return;
    erase(guess->first);
    for (ink::Choice& choice : guess->second) erase(choice.text);
    guess.reset();
  }
  void erase_last() {
    if (!last_) return;
    explicit_bzero(last_->ink.points.data(), last_->ink.points.size() * sizeof(ink::Point));
    erase(last_->before);
    for (ink::Choice& choice : last_->reading.choices) erase(choice.text);
    last_.reset();
  }
  void forget_now() {
    erase_last();
    erase(guess_);
    reader_.forget();
  }

  ink::Reader reader_;
  bool rare_ = false;
  std::optional<Last> last_;
  std::optional<std::pair<std::string, std::vector<ink::Choice>>> guess_;
};

Result<std::unique_ptr<HandwritingEngine>> open_in(const std::string& dir) {
  auto model = ink::Model::open(dir + "/ink.model");
  if (!model) return model.error();
  auto words = ink::Words::open(dir + "/ink.words");
  if (!words) return words.error();
  return std::unique_ptr<HandwritingEngine>(std::make_unique<InkEngine>(std::move(*model), std::move(*words)));
}

}  // namespace

Result<std::unique_ptr<HandwritingEngine>> open_handwriting(const std::string& data_dir) { return open_in(ink::data_folder(data_dir)); }

}  // namespace yizhan::ui
