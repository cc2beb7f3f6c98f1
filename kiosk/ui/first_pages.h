/// What the first frame needs from the disk, asked for at once instead of page by page.
///
/// Characters lie scattered over 60 MB of font files, and SDL brings forty libraries. With a cold page cache a start reads
/// hundreds of single pages one after the other, and a person who just switched the machine on waits for each. Which pages
/// those are does not change from day to day: they are written down once, at the first start, and asked for together at every
/// later one.
#pragma once
#include <string>

namespace yizhan::ui {

/// At the start of a program with a window: tells the kernel to read, in the background, the pages named in `list`
/// (a file of learn_first_pages(); may be absent). Where a list is absent or of other files, the fonts are taken out of
/// the page cache instead, so that this start can be learnt from. Costs under a millisecond. Speed only: never fails.
void ask_for_first_pages(const std::string& list);

/// Called by the stage after its first frame, before the mapped fonts rest: writes the list that is missing. It names pages
/// of programs, libraries and fonts only, of a screen that nobody has touched yet.
void learn_first_pages();

}  // namespace yizhan::ui
