/// The demo's panel, a small real window: cut the line to the county, take the paper away, jam the printer, lay a card on the
/// reader. It only writes the files that the simulated devices and the failing proxy read; kiosk and hubs know nothing of it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "kiosk/ui/window.h"

namespace {

namespace fs = std::filesystem;
using namespace yizhan::ui;

struct Card { const char* name; const char* words; const char* text; };
// Nobody's cards: the area code 440599 is not in use, the check digits are right.
constexpr Card cards[] = {
    {"card_elder", "放上 赵德福 的身份证", "name=赵德福\nnumber=440599195103120413\naddress=云栖县幸福里一号\nend\n"},
    {"card_worker", "放上 林小满 的身份证", "name=林小满\nnumber=440599198807071027\naddress=云栖县纺织路七号\nend\n"},
};

std::string first_line(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

void put(const fs::path& file, const std::string& text) {
  const fs::path beside = file.string() + ".part";
  { std::ofstream(beside, std::ios::binary) << text; }
  std::error_code trouble;
  fs::rename(beside, file, trouble);  // the readers look again within a second; a failed press is pressed again
}

struct Panel {
  fs::path network, devices;

  void draw(Ui& ui) const {
    const Box whole = ui.page();
    ui.fill(whole, Ink::Paper);
    Box page = whole.inset(7);
    ui.text(page.cut_top(9, 1), "演示面板", {.step = Step::DeskTitle, .weight = Weight::Bold});
    ui.text(page.cut_top(6, 4), "真实大厅里，这些是网线、纸和身份证。", {.step = Step::DeskSmall, .ink = Ink::Muted});

    const bool cut = first_line(network) == "down";
    Box row = section(ui, page, "到县里的网络", cut ? "已断开：大厅照常办" : "已连通", !cut);
    if (ui.button("net_cut", row.column(0, 2, 4), "断开网络", Look::Edged, Icon::CloudOff, !cut)) put(network, "down\n");
    if (ui.button("net_up", row.column(1, 2, 4), "接通网络", Look::Edged, Icon::Cloud, cut)) put(network, "up\n");

    const std::string paper = first_line(devices / "printer.state");
    const bool fine = paper.empty() || paper == "paper=ok";
    row = section(ui, page, "打印机", fine ? "有纸" : paper == "paper=jam" ? "卡纸" : paper == "paper=absent" ? "已拔掉" : "缺纸", fine);
    if (ui.button("paper_ok", row.column(0, 3, 4), "装好纸", Look::Edged, Icon::Printer, !fine)) put(devices / "printer.state", "paper=ok\n");
    if (ui.button("paper_out", row.column(1, 3, 4), "取走纸", Look::Edged, Icon::PaperOut, fine)) put(devices / "printer.state", "paper=out\n");
    if (ui.button("paper_jam", row.column(2, 3, 4), "卡纸", Look::Edged, Icon::Warning, fine)) put(devices / "printer.state", "paper=jam\n");

    const std::string name = first_line(devices / "card.txt");
    row = section(ui, page, "身份证", name.empty() ? "读卡器上没有卡" : name.substr(name.find('=') + 1) + " 在读卡器上", true);
    for (int i = 0; i < 2; ++i)
      if (ui.button(cards[i].name, row.column(i, 3, 4), cards[i].words, Look::Edged, Icon::Card, name.empty())) put(devices / "card.txt", cards[i].text);
    if (ui.button("card_away", row.column(2, 3, 4), "拿走身份证", Look::Edged, Icon::Leave, !name.empty())) {
      std::error_code trouble;
      fs::remove(devices / "card.txt", trouble);
    }
    ui.again_in(1.0);  // a robot or a second hand may change the files too
  }

  static Box section(Ui& ui, Box& page, std::string_view title, std::string_view state, bool fine) {
    Box area = page.cut_top(34, 5);
    ui.card(area, 3);
    area = area.inset(5, 4);
    Box head = area.cut_top(7, 3);
    ui.text(head.cut_left(45), title, {.step = Step::Desk, .weight = Weight::Bold});
    ui.text(head, state, {.step = Step::Desk, .ink = fine ? Ink::Muted : Ink::Amber, .align = Align::Right});
    return area;
  }
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("The demo's panel: network, paper and cards");
  Panel panel;
  WindowOptions options;
  options.title = "演示面板";
  options.width = 760;
  options.height = 526;
  options.px_per_mm = 3.6f;
  std::string network, devices;
  app.add_option("--network", network, "the failing proxy's control file")->required();
  app.add_option("--devices", devices, "the simulated devices' folder")->required();
  app.add_option("--hits", options.hits_file, "where a robot reads the places of the buttons");
  app.add_option("--x", options.x, "window place");
  app.add_option("--y", options.y, "window place");
  CLI11_PARSE(app, argc, argv);
  panel.network = network;
  panel.devices = devices;
  auto window = Window::open(options);
  if (!window) {
    std::fprintf(stderr, "panel: %s\n", window.error().what.c_str());
    return 1;
  }
  (*window)->run([&](Ui& ui) {
    panel.draw(ui);
    return true;
  });
  return 0;
}
