/// The parts of the desk's screen, each in its own file. Inside this room only.
#pragma once
#include <optional>

#include "kiosk/desk/desk.h"
#include "kiosk/desk/look.h"

namespace yizhan::kiosk::desk {

using Asked = std::optional<DeskAction>;

/// What every part draws from.
struct View {
  const DeskSession& session;
  const Snapshot& world;
  const Law& law;
  Date today;
};

Asked draw_queue(Ui& ui, const View& view, Box column);
Asked draw_matter(Ui& ui, const View& view, Box column);
/// Recordings and drawings of the matter that is served; takes no room when there are none.
Asked draw_attachments(Ui& ui, const View& view, Box& column, const Shown& what);
Asked draw_transcript(Ui& ui, const View& view, Box box);
Asked draw_record(Ui& ui, const View& view, Box column);
Asked draw_form(Ui& ui, const View& view, Box area);
Asked draw_sign_in(Ui& ui, const View& view, Box page);
/// 回避: why, and the press that goes with it; in the place of the record.
Asked draw_withdraw(Ui& ui, const View& view, Box column);

/// The roles' own part of the record between its title and its buttons.
Asked draw_lawyer_record(Ui& ui, const View& view, Box area);
Asked draw_mediator_record(Ui& ui, const View& view, Box area);
Asked draw_reception_record(Ui& ui, const View& view, Box area);

/// Keeps the first thing asked for in a frame.
inline void ask(Asked& asked, bool pressed, DeskAction action) {
  if (pressed && !asked) asked = std::move(action);
}
/// A labelled field: `label` row, then the field; reports Typed.
inline void field(Ui& ui, Asked& asked, Box& area, float height_px, std::string_view name, std::string_view words, const std::string& text,
                  std::string_view placeholder, bool several_lines, const std::vector<Problem>& problems, float gap_px = 8) {
  const Problem* problem = problem_at(problems, name);
  label(ui, area, words, problem, 4);
  const Box box = area.cut_top(px(height_px), px(gap_px));
  if (auto typed = edit(ui, "field." + std::string(name), box, text, placeholder, several_lines, problem); typed && !asked)
    asked = Typed{std::string(name), std::move(*typed)};
}

std::string window_name(const RuleBook& rules, const WindowCode& window);
std::string topic_name(const RuleBook& rules, const std::string& topic);
Icon topic_icon(const RuleBook& rules, const std::string& topic);

}  // namespace yizhan::kiosk::desk
