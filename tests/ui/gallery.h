/// Pages that show every widget, icon and look at once: for eyes, and as the scenes of tests and benchmarks.
#pragma once
#include <string>

#include "kiosk/ui/kit.h"

namespace yizhan::ui {

void gallery_kiosk(Ui& ui);      ///< 1080×1920 at 4 px/mm: the widgets of a citizen's screen
void gallery_icons(Ui& ui);      ///< every icon with its light, dark, amber and small form
void gallery_fields(Ui& ui);     ///< fields, keyboard candidates, ticket numbers
void gallery_keyboard(Ui& ui);  ///< the three modes of the soft keyboard
void gallery_desk(Ui& ui);       ///< 1920×1080 at 3.6 px/mm
void gallery_board(Ui& ui);      ///< 1920×1080 at 2.0 px/mm
void dense_page(Ui& ui);         ///< a full page of small Chinese words: the heaviest text the kiosk can show
void shapes_page(Ui& ui);        ///< as many soft shapes as any screen has
void panel_shapes(Ui& ui);       ///< the same on a landscape page

}  // namespace yizhan::ui
