/// A Ui that passes everything on to another one and keeps every word that was put before the person.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "kiosk/ui/kit.h"

namespace yizhan::ui {

class Heard final : public Ui {
 public:
  explicit Heard(Ui& real) : ui_(real) {}

  std::vector<std::string> words;  ///< of this frame, in the order they were drawn

  bool said(std::string_view sentence) const { return std::find(words.begin(), words.end(), sentence) != words.end(); }

  Box page() const override { return ui_.page(); }
  const Theme& theme() const override { return ui_.theme(); }
  double seconds() const override { return ui_.seconds(); }
  void again_in(double s) override { ui_.again_in(s); }
  void headline(std::string_view screen, Box box, std::string_view text) override { ui_.headline(screen, box, text); }
  void walk(Walk part) override { ui_.walk(part); }
  float reach_top() const override { return ui_.reach_top(); }
  void fill(Box box, Ink ink, float radius_mm) override { ui_.fill(box, ink, radius_mm); }
  void gradient(Box box, Ink top, Ink bottom, float radius_mm) override { ui_.gradient(box, top, bottom, radius_mm); }
  void edge(Box box, Ink ink, float thick_mm, float radius_mm) override { ui_.edge(box, ink, thick_mm, radius_mm); }
  void line(float x0, float y0, float x1, float y1, Ink ink, float thick_mm) override { ui_.line(x0, y0, x1, y1, ink, thick_mm); }
  void circle(float cx, float cy, float r_mm, Ink ink) override { ui_.circle(cx, cy, r_mm, ink); }
  void card(Box box, float radius_mm) override { ui_.card(box, radius_mm); }
  void icon(Box box, Icon icon, Ink ink) override { ui_.icon(box, icon, ink); }
  void qr(Box box, std::string_view payload) override { ui_.qr(box, payload); }
  float text(Box box, std::string_view text, const TextStyle& style) override {
    hear(text);
    return ui_.text(box, text, style);
  }
  float text_height(float width_mm, std::string_view text, const TextStyle& style) override { return ui_.text_height(width_mm, text, style); }
  float text_width(std::string_view text, const TextStyle& style) override { return ui_.text_width(text, style); }
  bool button(std::string_view name, Box box, std::string_view text, Look look, Icon icon, bool enabled, std::string_view shortcut) override {
    hear(text);
    return ui_.button(name, box, text, look, icon, enabled, shortcut);
  }
  bool touch(std::string_view name, Box box, std::string_view text, bool selected, bool enabled) override { return ui_.touch(name, box, text, selected, enabled); }
  bool tile(std::string_view name, Box box, Icon icon, std::string_view text, std::string_view line, bool selected) override {
    hear(text), hear(line);
    return ui_.tile(name, box, icon, text, line, selected);
  }
  bool choice(std::string_view name, Box box, std::string_view text, std::string_view line, bool selected, Icon icon) override {
    hear(text), hear(line);
    return ui_.choice(name, box, text, line, selected, icon);
  }
  bool check(std::string_view name, Box box, std::string_view text, bool on) override {
    hear(text);
    return ui_.check(name, box, text, on);
  }
  bool pressed_key(std::string_view key) override { return ui_.pressed_key(key); }
  bool field(std::string_view name, Box box, const FieldView& view) override {
    hear(view.text), hear(view.problem), hear(view.foot_left), hear(view.foot_right);
    return ui_.field(name, box, view);
  }
  std::optional<std::string> edit(std::string_view name, Box box, std::string_view text, std::string_view placeholder, bool several_lines, std::string_view problem) override {
    hear(text), hear(problem);
    return ui_.edit(name, box, text, placeholder, several_lines, problem);
  }
  const std::vector<HitBox>& hits() const override { return ui_.hits(); }
  const std::vector<Shown>& shown() const override { return ui_.shown(); }
  const std::vector<std::string>& clipped() const override { return ui_.clipped(); }
  const Focus& focus() const override { return ui_.focus(); }

 private:
  void hear(std::string_view text) {
    if (!text.empty()) words.emplace_back(text);
  }
  Ui& ui_;
};

}  // namespace yizhan::ui
