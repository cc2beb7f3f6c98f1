#include "kiosk/screens/plan.h"

#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "core/tr.h"
#include "kiosk/screens/parts.h"

namespace yizhan::kiosk {
namespace {

constexpr float height_mm_min = 48;   // below it names would be under the smallest type
constexpr float dot_mm = 0.7f, dot_step_mm = 2.9f;

/// From plan units to millimetres of the page.
struct Place {
  ui::Box box;
  float scale = 1;
  float x(float v) const { return box.x + v * scale; }
  float y(float v) const { return box.y + v * scale; }
  ui::Box room(const PlanRoom& r) const { return {x(r.x), y(r.y), r.w * scale, r.h * scale}; }
};

void named(Ui& ui, const Box& box, const std::string& name, bool chosen) {
  TextStyle style{Type::Body, chosen ? Ink::OnPrimary : Ink::Ink, chosen ? Weight::Bold : Weight::Medium, Align::Centre, 2, true, false};
  for (const Type step : {Type::Body, Type::Caption}) {
    style.step = step;
    if (ui.text_width(name, style) <= box.w - 3 && ui.text_height(box.w, name, style) <= box.h) return static_cast<void>(ui.text(box, name, style));
  }
  // Two lines, "1号律师" over "窗口": the last two characters say what kind of room it is.
  const std::size_t count = characters(name);
  if (count > 4) {
    const std::string_view first = first_characters(name, count - 2), last = std::string_view(name).substr(first.size());
    const float line = ui.text_height(box.w, first, style);
    if (ui.text_width(first, style) <= box.w - 1 && 2 * line <= box.h + 2) {
      const float top = box.y + box.h / 2 - line;
      ui.text({box.x, top, box.w, line + 0.3f}, first, style);
      ui.text({box.x, top + line * 0.94f, box.w, line + 0.3f}, last, style);
      return;
    }
  }
  if (chosen) line_in(ui, box.inset(1, 0), name, style);
}

/// Round dots, evenly spaced along the whole way, and an arrow at its end.
void dotted(Ui& ui, const Place& place, PlanPoint from, const std::vector<PlanPoint>& corners) {
  float left = 0;
  float x0 = place.x(from.x), y0 = place.y(from.y);
  float dx = 0, dy = -1;
  for (const PlanPoint& corner : corners) {
    const float x1 = place.x(corner.x), y1 = place.y(corner.y);
    const float length = std::hypot(x1 - x0, y1 - y0);
    if (length < 0.01f) continue;
    dx = (x1 - x0) / length;
    dy = (y1 - y0) / length;
    for (; left <= length; left += dot_step_mm) ui.circle(x0 + dx * left, y0 + dy * left, dot_mm, Ink::Primary);
    left -= length;
    x0 = x1;
    y0 = y1;
  }
  // The head: three strokes are sharp enough at this size.
  constexpr float head = 3.4f;
  for (float t = 0; t <= 1.001f; t += 0.125f) {
    const float w = head * 0.75f * (1 - t);
    ui.line(x0 + dx * head * t - dy * w, y0 + dy * head * t + dx * w, x0 + dx * head * t + dy * w, y0 + dy * head * t - dx * w, Ink::Primary, 0.6f);
  }
}

void seats(Ui& ui, const Place& place, const PlanRoom& row) {
  const Box box = place.room(row);
  const int count = std::clamp(static_cast<int>(box.w / 9), 1, 6);
  for (int i = 0; i < count; ++i) ui.edge(box.column(i, count, 2), Ink::Line, 0.6f, 1.5f);
  const TextStyle style{Type::Caption, Ink::Muted, Weight::Regular, Align::Centre, 1};
  const float h = ui.text_height(box.w, row.name, style);
  if (!row.name.empty() && ui.text_width(row.name, style) <= box.w && box.bottom() + h + 1 < place.box.bottom()) ui.text({box.x, box.bottom() + 0.5f, box.w, h + 0.5f}, row.name, style);
}

}  // namespace

Box draw_plan(Ui& ui, Box box, const HallPlan& plan, std::string_view window, std::string_view origin) {
  if (plan.empty() || box.h < height_mm_min) return {box.x, box.y, box.w, 0};
  const float scale = std::min(box.w / plan.width, box.h / plan.height);
  const Place place{{box.x + (box.w - plan.width * scale) / 2, box.y, plan.width * scale, plan.height * scale}, scale};
  if (place.box.h < height_mm_min) return {box.x, box.y, box.w, 0};
  ui.fill(place.box, Ink::Card, 3);
  ui.edge(place.box, Ink::Edge, 0.75f, 3);

  const PlanRoom* chosen = plan.room_of(window);
  for (const PlanRoom& room : plan.rooms) {
    const Box at = place.room(room);
    if (&room == chosen) {
      ui.fill(at, Ink::Primary, 1.5f);
    } else {
      ui.fill(at, Ink::Sand, 1.5f);
      ui.edge(at, Ink::Line, 0.5f, 1.5f);
    }
    named(ui, at, room.name, &room == chosen);
  }
  for (const PlanRoom& row : plan.seats) seats(ui, place, row);
  if (plan.door_w > 0) {
    const float x0 = place.x(plan.door_x), x1 = place.x(plan.door_x + plan.door_w), y = place.box.bottom();
    ui.fill({x0, y - 1.2f, x1 - x0, 1.6f}, Ink::Paper);
    ui.line(x0, y - 2, x0, y + 0.4f, Ink::Edge, 0.75f);
    ui.line(x1, y - 2, x1, y + 0.4f, Ink::Edge, 0.75f);
    const TextStyle style{Type::Caption, Ink::Muted, Weight::Regular, Align::Centre, 1};
    const float h = ui.text_height(60, tr("大门"), style), w = ui.text_width(tr("大门"), style) + 2;
    // The words give way to the spot where the person stands.
    const float cx = place.x(plan.here_of(origin).x), reach = ui.text_width(tr("您在这里"), {Type::Caption, Ink::Seal, Weight::Bold}) / 2 + 2;
    if (std::abs(cx - (x0 + x1) / 2) > reach + w / 2) ui.text({(x0 + x1 - w) / 2, y - h - 1.5f, w, h}, tr("大门"), style);
  }
  const PlanPoint here = plan.here_of(origin);
  if (chosen != nullptr)
    if (const auto way = plan.ways.find(std::string(window)); way != plan.ways.end()) dotted(ui, place, here, way->second);
  const float cx = place.x(here.x), cy = place.y(here.y);
  ui.circle(cx, cy, 4.6f, Ink::Seal);
  ui.circle(cx, cy, 1.6f, Ink::Card);
  const TextStyle you{Type::Caption, Ink::Seal, Weight::Bold, Align::Centre, 1};
  const float w = ui.text_width(tr("您在这里"), you) + 2, h = ui.text_height(80, tr("您在这里"), you);
  // Under the spot; beside it where the wall is near.
  if (cy + 5.2f + h <= place.box.bottom() - 0.5f) ui.text({cx - w / 2, cy + 5.2f, w, h}, tr("您在这里"), you);
  else ui.text({cx - w - 5.5f, cy - h / 2, w, h}, tr("您在这里"), you);
  return place.box;
}

}  // namespace yizhan::kiosk
