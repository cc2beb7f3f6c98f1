/// What was spoken, signed and drawn, below the head of the matter that is served: "attachment.<n>.play" and ".write" (F11 and
/// Ctrl+L for the first), "transcript.back", "transcript.state" and "field.transcript" while staff write a recording down.
/// Nothing of it shows before the ticket is called: a signature and a voice say who somebody is.
#include <fmt/format.h>

#include <algorithm>

#include "core/strokes.h"
#include "core/tr.h"
#include "kiosk/desk/panes.h"
#include "kiosk/desk/words.h"
#include "kiosk/ui/drawing.h"

namespace yizhan::kiosk::desk {
namespace {

constexpr float row_px = 58;
constexpr std::size_t rows_max = 2;  // more recordings than that are turned through

std::string length_words(std::int64_t ms) {
  const std::int64_t seconds = (std::max<std::int64_t>(ms, 0) + 500) / 1000;
  return seconds < 60 ? trf("{}秒", seconds) : trf("{}分{}秒", seconds / 60, seconds % 60);
}

std::string kind_words(const Attached& what) {
  if (what.kind == attached_statement) return trf("口述录音 {}", length_words(what.duration_ms));
  if (what.kind == attached_photo) return tr("照片");
  return tr("附件");
}

/// Why it cannot be opened now; "" when it can.
std::string state_words(const Snapshot& world, const Attached& what) {
  const auto found = world.attachments.find(what.hash);
  if (found == world.attachments.end() || (!found->second.bytes && found->second.trouble.empty())) return tr("正在取");
  if (found->second.bytes) return "";
  if (found->second.trouble == "away") return tr("断网，联上就取");
  if (found->second.trouble == "later") return tr("还在上传，到了就能听");
  return tr("打不开，请找管理员");
}

void drawn(Ui& ui, Box& row, const std::string& strokes, std::string_view words) {
  const auto read = decode_strokes(strokes);
  if (!read) return;
  Box box = row.cut_right(px(196), px(10));
  panel(ui, box);
  Box in = box.inset(px(8), px(4));
  ui.text(in.cut_left(px(58)), words, one_line(Type::DeskSmall, Ink::Muted));
  ui::draw_strokes(ui, in, *read);
}

}  // namespace

Asked draw_attachments(Ui& ui, const View& view, Box& column, const Shown& what) {
  Asked asked;
  if (!what.served || !what.matter) return asked;
  const Matter& m = *what.matter;
  std::vector<const Attachment*> all;
  for (const Attachment& a : m.attachments)
    all.push_back(&a);
  if (all.empty() && m.signatures.empty() && m.names.empty()) return asked;

  const DeskSession& s = view.session;
  const auto at = s.pages.find("attachments");
  const std::size_t pages = std::max<std::size_t>(1, (all.size() + rows_max - 1) / rows_max);
  const auto page = static_cast<std::size_t>(std::clamp(at == s.pages.end() ? 0 : at->second, 0, static_cast<int>(pages) - 1));
  const std::size_t first = page * rows_max, rows = std::clamp<std::size_t>(all.size() - first, 1, rows_max);
  Box area = column.cut_top(px(row_px) * static_cast<float>(rows) + px(8) * static_cast<float>(rows - 1), px(10));
  Box drawings{area.x, area.y, area.w, px(row_px)};
  if (!m.signatures.empty()) drawn(ui, drawings, m.signatures.back().what.strokes, m.signatures.back().fits == false ? tr("签名不符") : tr("签名"));
  for (const auto& [place, name] : m.names) {
    if (drawings.w < area.w * 0.62f) break;  // the recordings keep their room
    drawn(ui, drawings, name.strokes, tr("手写名"));
  }
  if (all.empty()) {
    ui.text(drawings, tr("本人在自助机上手写签名"), one_line(Type::DeskSmall, Ink::Muted));
    return asked;
  }
  for (std::size_t i = 0; i < rows; ++i) {
    Box row{area.x, area.y + (px(row_px) + px(8)) * static_cast<float>(i), i == 0 ? drawings.w : area.w, px(row_px)};
    const Attached& a = all[first + i]->what;
    const std::string name = fmt::format("attachment.{}", first + i);
    panel(ui, row);
    Box in = row.inset(px(14), px(5));
    const std::string away = state_words(view.world, a);
    const bool recording = a.kind == attached_statement;
    const bool written = std::any_of(m.transcripts.begin(), m.transcripts.end(), [&](const Transcript& t) { return t.what.attachment == a.hash; });
    if (recording) {
      const bool writing = s.transcribing == a.hash;
      ask(asked, press(ui, name + ".write", in.cut_right(px(152), px(10)), writing ? tr("收起") : written ? tr("再记一份") : tr("写下来"), i == 0 ? "Ctrl+L" : "", Look::Edged, Icon::None), Transcribe{a.hash});
      const bool playing = s.playing == a.hash;
      ask(asked, press(ui, name + ".play", in.cut_right(px(136), px(14)), playing ? tr("停止") : tr("播放"), i == 0 ? "F11" : "", playing ? Look::Filled : Look::Edged, Icon::None, away.empty()), Play{a.hash});
    }
    if (pages > 1 && i == 0)
      ask(asked, chip(ui, "attachments.more", in.cut_right(px(96), px(10)), trf("{}/{}页", page + 1, pages)), TurnPage{"attachments", page + 1 < pages ? 1 : -static_cast<int>(page)});
    // Beside a signature and a name room is short: what is wrong goes first, then what it is, then whether it is written down.
    const TextStyle bold = one_line(Type::DeskSmall, Ink::Ink, Weight::Bold), soft = one_line(Type::DeskSmall, Ink::Muted);
    const std::string state = !away.empty() ? away : written ? tr("已写下来") : recording ? tr("还没写下来") : "";
    const auto width = [&](const std::string& words, const TextStyle& style) { return ui.text_width(words, style) + px(2); };
    std::string words = kind_words(a);
    if (recording && width(words, bold) > in.w) words = length_words(a.duration_ms);
    if (!away.empty() && width(words, bold) + px(12) + width(state, soft) > in.w) {
      ui.text(in, state, soft);
      continue;
    }
    ui.text(in.cut_left(std::min(width(words, bold), in.w), px(12)), words, bold);
    if (width(state, soft) <= in.w) ui.text(in, state, soft);
  }
  return asked;
}

Asked draw_transcript(Ui& ui, const View& view, Box box) {
  Asked asked;
  panel(ui, box);
  Box in = box.inset(px(22), px(14));
  const DeskSession& s = view.session;
  const auto drafts = draft_of(s).transcripts.find(s.transcribing);
  const TranscriptDraft draft = drafts == draft_of(s).transcripts.end() ? TranscriptDraft{} : drafts->second;
  Box foot = in.cut_bottom(px(52), px(10));
  const Problem* problem = problem_at(s.problems, "transcript");
  // XFTL 19.1: as it was said, and read back.
  label(ui, in, tr("照原话写下来，念给本人听"), problem, 6);
  if (auto typed = edit(ui, "field.transcript", in, draft.text, tr("本人怎么说，就怎么写"), true, problem); typed && !asked) asked = Typed{"transcript", std::move(*typed)};
  ask(asked, press(ui, "transcript.state", foot.cut_right(px(170), px(12)), tr("记下"), "Ctrl+S", Look::Filled), StateTranscript{});
  ask(asked, tick(ui, "transcript.back", foot.cut_left(px(330)), tr("已读给本人听"), draft.read_back, "Ctrl+B"), Toggled{"transcript", ""});
  return asked;
}

}  // namespace yizhan::kiosk::desk
