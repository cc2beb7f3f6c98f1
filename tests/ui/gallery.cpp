#include "tests/ui/gallery.h"

#include <array>
#include <tuple>
#include <vector>

#include "kiosk/ui/keyboard.h"

namespace yizhan::ui {

namespace {
constexpr std::array kinds{
    std::tuple{Icon::Wages, "拖欠工资", "干了活，没给钱"},   std::tuple{Icon::Neighbours, "邻里纠纷", "宅基地、噪声、漏水"},
    std::tuple{Icon::Land, "征地拆迁", "补偿、安置、手续"},   std::tuple{Icon::House, "住房物业", "房本、物业费、维修"},
    std::tuple{Icon::Scales, "官司判决", "法院、公安的案子"}, std::tuple{Icon::Official, "举报干部", "密封上交，本厅不看"},
};
constexpr const char* paragraph =
    "本机不连外网，您写的话只存在本机，办完就清除。王师傅在镜湖工地干了三个月，说好每天二百六十元，到现在还差一万八千元没有给。"
    "工头说等开春，大家都等着这笔钱过年（一共五个人）。请问能不能先调解？如果谈不成，再去申请仲裁，要带哪些材料，多长时间有结果。";

void bottom_bar(Ui& ui, std::string_view next) {
  Box page = ui.page();
  Box bar = page.cut_bottom(44);
  ui.fill(bar, Ink::Card);
  ui.fill({bar.x, bar.y, bar.w, .5f}, Ink::Line);
  Box row = bar.inset(12, 7);
  ui.button("back", row.cut_left(58, 6), "返回", Look::Edged, Icon::Back);
  ui.button("helper", row.cut_left(82.5f, 6), "请人帮我", Look::Help, Icon::Helper);
  ui.button("next", row, next, Look::Filled, Icon::Next);
}
void top_bar(Ui& ui) {
  Box page = ui.page();
  Box bar = page.cut_top(34);
  ui.fill(bar, Ink::Card);
  ui.fill({bar.x, bar.bottom() - .5f, bar.w, .5f}, Ink::Line);
  ui.text({12, 5, 34, 14}, "第3步", {.step = Step::Button, .weight = Weight::Bold, .shrink = true});
  ui.text({46, 8, 80, 10}, "共6步　什么事", {.step = Step::Caption, .ink = Ink::Muted, .shrink = true});
  for (int i = 0; i < 6; ++i) ui.fill({12 + static_cast<float>(i) * 16 + (i > 2 ? 5.f : 0.f), 23, i == 2 ? 18.f : 13.f, 3}, i <= 2 ? Ink::Primary : Ink::Line, 1.5f);
  Box right{135.5f, 6, 122.5f, 22};
  ui.button("leave", right.cut_right(61.5f, 7), "离开并清除", Look::Edged, Icon::Leave);
  ui.button("again", right, "再听一遍", Look::Edged, Icon::Speaker);
}
}  // namespace

void gallery_kiosk(Ui& ui) {
  top_bar(ui);
  Box page = ui.page().inset(12, 0);
  page.cut_top(44);
  float y = page.y;
  y += ui.text({12, y, 246, 40}, "您遇到了什么事？", {.step = Step::Headline, .weight = Weight::Bold});
  y += ui.text({12, y + 1.5f, 246, 40}, "点一个最像的。选错了也不要紧。", {.ink = Ink::Muted}) + 6;
  Box grid{12, y, 246, 3 * 56 + 12};
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto& [icon, words, line] = kinds[i];
    ui.tile("kind" + std::to_string(i), grid.row(static_cast<int>(i / 2), 3, 6).column(static_cast<int>(i % 2), 2, 6), icon, words, line, i == 0);
  }
  y = grid.bottom() + 6;
  ui.choice("mine", {12, y, 246, 32}, "本人来办", "带了身份证更快，没带也能办", true, Icon::Person);
  ui.choice("agent", {12, y + 35, 246, 28}, "替别人办", "", false, Icon::Family);
  ui.check("told", {12, y + 66, 120, 22}, "我已看过告知书", true);
  ui.check("copy", {138, y + 66, 120, 22}, "给我一份复印件", false);
  y += 94;
  Box card{12, y, 246, 40};
  ui.card(card);
  ui.icon({20, y + 8, 12, 12}, Icon::Lock, Ink::Primary);
  const float saved = ui.text({36, y + 5, 214, 20}, "已安全保存在本机", {.weight = Weight::Bold});
  ui.text({36, y + 5 + saved, 214, 24}, "联网后自动上报，您不用再来。", {.ink = Ink::Muted});
  Box row{12, y + 43, 246, 22};
  ui.button("quiet", row.column(0, 3, 4), "时效提醒", Look::Quiet);
  ui.button("off", row.column(1, 3, 4), "打印小票", Look::Edged, Icon::Printer, false);
  ui.fill(row.column(2, 3, 4), Ink::Primary, 3);
  ui.button("dark", row.column(2, 3, 4).inset(2, 1), "锁屏", Look::OnDark, Icon::Lock);
  bottom_bar(ui, "下一步");
}

void gallery_icons(Ui& ui) {
  Box page = ui.page().inset(8);
  constexpr int across = 8;
  for (int i = 1; i <= static_cast<int>(Icon::Globe); ++i) {
    const int k = i - 1;
    const Box cell = page.row(k / across, 8, 3).column(k % across, across, 3);
    const auto icon = static_cast<Icon>(i);
    ui.card(cell, 3);
    ui.icon({cell.x + 2, cell.y + 2, 25, 25}, icon, Ink::Primary);
    ui.fill({cell.x + 2, cell.y + 31, 12, 12}, Ink::Primary, 3);
    ui.icon({cell.x + 3, cell.y + 32, 10, 10}, icon, Ink::OnPrimary);
    ui.fill({cell.x + 16, cell.y + 31, 12, 12}, Ink::AmberTint, 3);
    ui.icon({cell.x + 17, cell.y + 32, 10, 10}, icon, Ink::Amber);
    ui.icon({cell.x + 2, cell.y + 46, 6, 6}, icon, Ink::Muted);
    ui.icon({cell.x + 11, cell.y + 45, 8, 8}, icon, Ink::Ink);
  }
}

void gallery_fields(Ui& ui) {
  float y = 12;
  y += ui.text({12, y, 246, 30}, "字号与数字", {.step = Step::Title, .weight = Weight::Bold}) + 4;
  for (const Step step : {Step::Caption, Step::Body, Step::Input, Step::Button, Step::Title, Step::Choice})
    y += ui.text({12, y, 246, 40}, "一屏一问，看得清 A012 3人", {.step = step}) + 1;
  y += 4;
  ui.field("statement", {12, y, 246, 80}, {.text = "我要求包工头付清工资一万八千六百元，最好在春节前付到我的银行卡上。一起干活的还有4个人，也都被拖",
      .composing = "qian zhe", .placeholder = "", .problem = "", .active = true, .several_lines = true, .foot_left = "只在您办理时保留，离开即清除", .foot_right = "已写45字"});
  y += 86;
  ui.field("name", {12, y, 120, 26}, {.text = "", .composing = "", .placeholder = "您的姓名", .problem = ""});
  ui.field("id", {138, y, 120, 26}, {.text = "11010119900307", .composing = "", .placeholder = "", .problem = "", .active = true});
  y += 32;
  ui.field("phone", {12, y, 246, 40}, {.text = "1380000", .composing = "", .placeholder = "", .problem = "电话少了四位，请再看一看", .several_lines = true});
  y += 46;
  ui.qr({12, y, 60, 60}, "YZ:440583-20261120-K01-0012:48372916");
  ui.text({80, y, 178, 70}, "A012", {.step = Step::Number, .ink = Ink::Primary, .weight = Weight::Bold, .align = Align::Centre});
  y += 76;
  ui.gradient({12, y, 246, 50}, Ink::Primary, Ink::Primary2, 4);
  ui.text({20, y + 4, 160, 12}, "建议您去", {.ink = Ink::OnPrimary2});
  ui.text({20, y + 14, 180, 30}, "1号律师窗口", {.step = Step::Window, .ink = Ink::OnPrimary, .weight = Weight::Bold});
  ui.circle(225, y + 25, 20, Ink::Card);
  ui.icon({209, y + 9, 32, 32}, Icon::Scales, Ink::Primary);
  y += 56;
  ui.text({12, y, 246, 12}, "特别长的单位名称某某县某某镇某某街道社区矛盾纠纷调处化解中心", {.weight = Weight::Medium, .shrink = true});
  y += 12;
  ui.text({12, y, 246, 12}, "生僻字：𠮷 䶮 𬺓 𫓧 㛃 㴋 犇 堃 龑 镕", {});
}

namespace {
/// Answers as the real engine would, from a table of one.
struct TableEngine final : PinyinEngine {
  Candidates candidates(std::string_view, int) override { return {{"欠着", "欠", "前", "钱", "千", "签"}, "qian zhe", true}; }
  int consumed(std::string_view, int, std::size_t i) override { return i == 0 ? 7 : 4; }
};
}  // namespace

void gallery_keyboard(Ui& ui) {
  TableEngine engine;
  constexpr std::array all{Way::Pinyin, Way::Digits, Way::Phrases};
  constexpr std::array sheets{Sheet::Digits, Sheet::Letters, Sheet::Marks, Sheet::Date, Sheet::Amount};
  const std::vector<std::string> phrases{"请尽快给我答复。", "我有书面材料。", "双方愿意坐下来谈。", "请用电话联系我。", "我不识字，请念给我听。"};
  Hand hand;
  hand.ways = all;
  hand.sheets = sheets;
  hand.pinyin = &engine;
  hand.phrases = phrases;
  KeyboardState state;
  state.way = Way::Pinyin;
  state.composing = "qianzhe";
  state.preedit = "qian zhe";
  keyboard(ui, {0, 6, 270, 152}, state, hand);
  state = {};
  state.way = Way::Digits;
  keyboard(ui, {0, 164, 270, 152}, state, hand);
  state.way = Way::Phrases;
  keyboard(ui, {0, 322, 270, 152}, state, hand);
}

void gallery_desk(Ui& ui) {
  Box page = ui.page();
  Box top = page.cut_top(20);
  ui.gradient(top, Ink::Primary, Ink::Primary2);
  ui.text({20, 0, 60, 20}, "1号律师窗口", {.step = Step::DeskTitle, .ink = Ink::OnPrimary, .weight = Weight::Bold, .middle = true});
  ui.button("lock", {page.right() - 40, 4, 34, 12.2f}, "锁屏", Look::OnDark, Icon::Lock, true, "F12");
  Box queue = page.cut_left(104);
  ui.fill(queue, Ink::Card);
  Box inner = queue.inset(5.5f);
  ui.button("call", inner.cut_top(24.4f, 3.3f), "叫下一个 A013", Look::Filled, Icon::Bell, true, "F2");
  Box two = inner.cut_top(13.3f, 4);
  ui.button("recall", two.column(0, 2, 3), "再叫一遍", Look::Edged, Icon::None, true, "F3");
  ui.button("missed", two.column(1, 2, 3), "过号", Look::Edged, Icon::None, true, "F4");
  for (int i = 0; i < 5; ++i) {
    const Box row{queue.x, inner.y + static_cast<float>(i) * 21, queue.w, 21};
    ui.touch("row" + std::to_string(i), row, "等候", i == 0);
    ui.text({row.x + 6, row.y, 26, row.h}, "A01" + std::to_string(2 + i), {.step = Step::DeskTitle, .weight = Weight::Bold, .middle = true});
    ui.icon({row.x + 32, row.y + 6, 9, 9}, std::get<0>(kinds[static_cast<std::size_t>(i)]), Ink::Muted);
    ui.text({row.x + 45, row.y + 3, 56, 8}, std::get<1>(kinds[static_cast<std::size_t>(i)]), {.step = Step::Desk, .weight = Weight::Medium});
    ui.text({row.x + 45, row.y + 11, 56, 8}, "等了18分钟", {.step = Step::DeskSmall, .ink = Ink::Muted});
  }
  Box right = page.cut_right(130).inset(5);
  ui.fill({right.x - 5, right.y - 5, right.w + 10, right.h + 10}, Ink::Card);
  ui.text(right.cut_top(8, 2), "建议途径", {.step = Step::Desk, .weight = Weight::Bold});
  ui.choice("a", right.cut_top(12, 2), "劳动仲裁", "县仲裁院，不收费", true);
  ui.choice("b", right.cut_top(12, 2), "劳动监察", "人社局", false);
  ui.text(right.cut_top(8, 2), "律师意见", {.step = Step::Desk, .weight = Weight::Bold});
  ui.edit("opinion", right.cut_top(40, 4), "有考勤本和欠条照片，能初步证明劳动关系。先申请劳动仲裁；总包单位也可以一并列入。", "", true);
  ui.edit("amount", right.cut_top(12, 8), "", "金额，元", false, "只写数字，例如 18600");
  ui.check("c1", right.cut_top(9), "途径、期限、要带的材料", true);
  ui.check("c2", right.cut_top(9, 4), "符合条件可申请法律援助", false);
  ui.button("done", right.cut_top(13.3f, 3), "办完，结束 A012", Look::Filled, Icon::None, true, "F10");
  Box middle = page.inset(7);
  ui.text(middle.cut_top(18, 2), "A012", {.step = Step::DeskNumber, .ink = Ink::Primary, .weight = Weight::Bold});
  Box card = middle.cut_top(70, 6);
  ui.card(card, 3);
  ui.text(card.inset(6), paragraph, {.step = Step::Desk});
  ui.field("view", middle.cut_top(14, 4), {.text = "张三", .composing = "", .placeholder = "", .problem = "", .active = true});
}

void gallery_board(Ui& ui) {
  Box page = ui.page();
  ui.fill(page, Ink::Board);
  Box bar = page.cut_top(52);
  ui.fill(bar, Ink::BoardBar);
  ui.text({60, 0, 400, 52}, "云栖县信访超市", {.step = Step::BoardWords, .ink = Ink::BoardText, .weight = Weight::Bold, .middle = true});
  Box foot = page.cut_bottom(76);
  ui.fill(foot, Ink::BoardBar);
  ui.icon({24, foot.y + 24, 28, 28}, Icon::Book, Ink::BoardCalled);
  ui.text({64, foot.y, 300, 76}, "律师窗口 等 4 人", {.step = Step::BoardWords, .ink = Ink::BoardText, .middle = true});
  Box called{24, 72, 438, 372};
  ui.fill(called, Ink::BoardPanel, 14);
  ui.edge(called, Ink::BoardCalled, 3, 14);
  ui.icon({52, 98, 32, 32}, Icon::Bell, Ink::BoardCalled);
  ui.text({30, 150, 426, 180}, "A012", {.step = Step::BoardCalled, .ink = Ink::BoardCalled, .weight = Weight::Bold, .align = Align::Centre});
  ui.text({30, 360, 426, 70}, "1号律师窗口", {.step = Step::BoardWindow, .ink = Ink::BoardText, .weight = Weight::Bold, .align = Align::Centre});
  for (int i = 0; i < 4; ++i) {
    const float y = 72 + static_cast<float>(i) * 93;
    ui.text({490, y, 220, 90}, "B00" + std::to_string(4 - i), {.step = Step::BoardNumber, .ink = Ink::BoardText, .weight = Weight::Bold});
    ui.text({726, y + 10, 220, 40}, "调解室", {.step = Step::BoardTitle, .ink = Ink::BoardText, .weight = Weight::Bold});
    ui.text({726, y + 42, 220, 40}, "9:31　办理中", {.step = Step::BoardWords, .ink = Ink::BoardSecond});
  }
}

void dense_page(Ui& ui) {
  float y = 4;
  const std::string two = std::string(paragraph) + paragraph;
  for (int i = 0; y + 60 < ui.page().h; ++i)
    y += ui.text({6, y, ui.page().w - 12, ui.page().h - y}, i % 3 == 2 ? std::string_view(paragraph) : std::string_view(two),
                 {.step = i % 3 == 0 ? Step::DeskSmall : i % 3 == 1 ? Step::Desk : Step::Caption, .weight = i % 2 ? Weight::Regular : Weight::Medium});
}

void shapes_page(Ui& ui) {
  ui.gradient({0, 0, 270, 150}, Ink::Primary, Ink::Primary2);
  for (int row = 0; row < 7; ++row) {
    for (int column = 0; column < 2; ++column) {
      const int i = row * 2 + column;
      ui.tile("t" + std::to_string(i), {12 + static_cast<float>(column) * 126, 20 + static_cast<float>(row) * 58, 120, 55},
              std::get<0>(kinds[static_cast<std::size_t>(i) % kinds.size()]), "拖欠工资", "干了活，没给钱", i == 3);
    }
  }
  bottom_bar(ui, "下一步");
}

void panel_shapes(Ui& ui) {
  ui.gradient({0, 0, ui.page().w, 100}, Ink::Primary, Ink::Primary2);
  for (int i = 0; i < 15; ++i)
    ui.tile("t" + std::to_string(i), {12 + static_cast<float>(i % 5) * 92.5f, 40 + static_cast<float>(i / 5) * 60, 86, 55},
            std::get<0>(kinds[static_cast<std::size_t>(i) % kinds.size()]), "拖欠工资", "干了活，没给钱", i == 3);
  bottom_bar(ui, "下一步");
}

}  // namespace yizhan::ui
