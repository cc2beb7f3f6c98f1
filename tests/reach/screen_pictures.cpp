// screen_pictures FOLDER: draws the pictures of docs/SCREENS.md: every citizen's screen in three looks (standard, largest words,
// high contrast) and sheets of the landscape machines and the low position. Small files: half size, few colours.
//   screen_pictures FOLDER --sheet NAME     only that sheet, for eyes while a layout is being made:
//     portrait_standard … ; --sheet all draws sheets of everything
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>

#include "kiosk/screens/screens.h"
#include "tests/citizen/scenes.h"
#include "tests/citizen/writing_bench.h"
#include "tests/reach/matrix.h"
#include "tests/reach/small_png.h"

// Scenes are written with Catch2's FAIL for the tester; here a scene that cannot be reached ends the program.
using namespace yizhan;
using namespace yizhan::kiosk;
using namespace yizhan::kiosk::test;

namespace {

struct Style { const char* name; Settings settings; };
const std::vector<Style> styles{{"standard", {}}, {"large", {2, false, false}}, {"contrast", {0, true, false}}};

/// One state of every screen; the others are in the gate.
const std::vector<std::string> shown{"home", "notice", "card", "identify_wrong", "whom", "other_agent", "heads", "representatives", "kind", "question", "question_party", "urgent", "statement",
                                     "writing_handwriting", "writing_pinyin", "writing_slot_amount", "writing_slot_date", "speak", "speak_done", "place", "writing_party_units", "writing_name_radicals", "review", "read",
                                     "draw_name", "sign_drawn", "ruling", "done", "done_nopaper", "number", "ask", "progress", "rate", "thanks", "guide_lit", "sound", "helper", "leave", "idle", "trouble"};

reach::Picture draw_page(reach::Easel& easel, const reach::Glass& glass, const Settings& settings, int width, const std::function<void(ui::Ui&)>& page) {
  easel.stage().set_theme(theme_of(settings));
  easel.tick();
  easel.stage().frame(easel.pixels(), easel.now(), page, true);
  return reach::shrunk(easel.memory().data(), glass.width, glass.height, width);
}

/// A scene, or a state of the input panel ("writing_…"), as a machine with everything shows it. Ends the program when there is none of that name.
reach::Picture draw_scene(reach::Easel& easel, const reach::Glass& glass, const std::string& name, const Settings& settings, int width) {
  Bench bench;
  if (name.starts_with("writing_")) {
    for (const State& state : writing_states())
      if ("writing_" + state.name == name) {
        state.reach(bench);
        bench.lobby.s.settings = settings;
        const World world = bench.lobby.world();
        return draw_page(easel, glass, settings, width, [&](ui::Ui& kit) { draw(kit, bench.view(world)); });
      }
  } else {
    for (const Scene& scene : scenes())
      if (scene.name == name) {
        bench.lobby.act(Set{settings});
        scene.reach(bench.lobby);
        const World world = bench.lobby.world();
        return draw_page(easel, glass, settings, width, [&](ui::Ui& kit) { draw(kit, bench.view(world)); });
      }
  }
  std::fprintf(stderr, "screen_pictures: no scene %s\n", name.c_str());
  std::exit(1);
}

bool sheet(const std::string& path, const reach::Glass& glass, const Settings& settings, const std::vector<std::string>& names, int across, int width) {
  reach::Easel easel(glass);
  const int height = width * glass.height / glass.width, gap = 12;
  const auto rows = static_cast<int>((names.size() + static_cast<std::size_t>(across) - 1) / static_cast<std::size_t>(across));
  reach::Picture all{across * (width + gap) + gap, rows * (height + gap) + gap, {}};
  all.pixels.assign(static_cast<std::size_t>(all.width) * static_cast<std::size_t>(all.height), 0xB8B2A4);
  int at = 0;
  for (const std::string& name : names) {
    reach::place(all, draw_scene(easel, glass, name, settings, width), gap + at % across * (width + gap), gap + at / across * (height + gap));
    ++at;
  }
  return reach::write_small_png(path, all, 128);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: screen_pictures FOLDER [--sheet NAME [SCENE…]]\n");
    return 2;
  }
  const std::string folder = argv[1];
  std::filesystem::create_directories(folder);
  const reach::Glass portrait{"portrait", 1080, 1920, 4}, wide{"landscape", 1920, 1080, 4}, small{"small", 1366, 768, 3.96f};
  struct Sheet { std::string name; const reach::Glass* glass; Settings settings; int across, width; bool document; };
  const std::vector<Sheet> sheets{{"landscape_21", &wide, {}, 3, 480, true},
                                  {"landscape_15", &small, {}, 3, 480, true},
                                  {"landscape_15_large", &small, {2, false, false}, 3, 480, true},
                                  {"landscape_21_contrast", &wide, {1, true, false}, 3, 480, true},
                                  {"low", &portrait, {0, false, true}, 6, 270, true},
                                  {"low_large", &portrait, {2, false, true}, 6, 270, false},
                                  {"portrait", &portrait, {}, 6, 270, false},
                                  {"portrait_large", &portrait, {2, false, false}, 6, 270, false},
                                  {"portrait_contrast", &portrait, {0, true, false}, 6, 270, false},
                                  {"landscape_21_large", &wide, {2, false, false}, 3, 480, false},
                                  {"landscape_21_low", &wide, {0, false, true}, 3, 480, false}};
  if (argc > 3 && std::strcmp(argv[2], "--sheet") == 0) {
    const std::string wanted = argv[3];
    std::vector<std::string> names(argv + 4, argv + argc);
    for (const Sheet& s : sheets)
      if (s.name == wanted && !sheet(folder + "/" + s.name + ".png", *s.glass, s.settings, names.empty() ? shown : names, names.empty() ? s.across : std::min(2, static_cast<int>(names.size())), names.empty() ? s.width : s.glass->width > 1500 ? 960 : s.glass->width > 1200 ? 960 : 540))
        return 1;
    return 0;
  }
  for (const Style& style : styles) {
    reach::Easel easel(portrait);
    for (const std::string& name : shown)
      if (!reach::write_small_png(folder + "/" + name + "_" + style.name + ".png", draw_scene(easel, portrait, name, style.settings, 540), 96)) return 1;
  }
  for (const Sheet& s : sheets)
    if (s.document && !sheet(folder + "/" + s.name + ".png", *s.glass, s.settings, shown, s.across, s.width)) return 1;
  return 0;
}
