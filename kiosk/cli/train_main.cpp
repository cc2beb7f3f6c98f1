// kiosk-train: the command of kiosk train as a program of its own, without screens, log or network: it runs on any county's server.
#include <CLI/CLI.hpp>

#include "kiosk/cli/cli.h"
#include "kiosk/cli/train.h"

using namespace yizhan::kiosk::cli;

int main(int argc, char** argv) {
  CLI::App app("learns the text model from a folder of complaints", "kiosk-train");
  Train train_options;
  train_options.words = YIZHAN_SOURCE_ASSETS "/models/window_words.tsv";
  train_options.out = "triage.model";
  app.add_option("directory", train_options.directory, "folder with teddy7.tsv and folds.tsv")->required();
  app.add_option("--words", train_options.words, "words that speak for a window");
  auto* out = app.add_option("--out", train_options.out, "the model file")->capture_default_str();
  app.add_flag("--evaluate", train_options.evaluate, "print every figure, cross-validated; writes a model only with --out");
  app.add_flag("--curve", train_options.curve, "with --evaluate: the learning curve too");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_done : exit_wrong_use;
  }
  if (train_options.evaluate && out->count() == 0) train_options.out.clear();
  return train(train_options);
}
