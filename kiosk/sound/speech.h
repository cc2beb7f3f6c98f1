/// What a page and its controls say, taken from the words that were drawn: speech cannot fall out of step with the screen, and
/// whatever is heard can also be read (EN 301 549 5.1.5). Pure functions of the frame just drawn; call them after the screen
/// drew and before the next frame begins. Typed words are personal, masked ones are not said at all.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/sound/utterance.h"
#include "kiosk/ui/kit.h"

namespace yizhan::kiosk::sound {

/// What the control of that name says when it is reached by keys: its words, its second line, whether it is chosen or cannot be
/// pressed now; a field says its label and (personal) what is in it. Empty when there is no such control in the frame.
Utterance say_control(const ui::Ui& ui, std::string_view name);
Utterance say_control(const ui::HitBox& control, const std::vector<ui::Shown>& shown);

/// What a page says by itself when it opens: the texts drawn with Say::Aloud or Say::Code, in drawing order.
Utterance say_opening(const ui::Ui& ui);
/// The whole page for 再听一遍: the opening, then every other text and every control in reading order. Keys and candidates of a
/// keyboard are one phrase; 返回, 请人帮我, 离开 come last.
Utterance say_page(const ui::Ui& ui);

/// What was said aloud in the frame before and is not there any more need not be said again: only phrases of `now` that
/// `before` does not have (an error that appeared, a helper who is on the way).
Utterance news(const Utterance& before, const Utterance& now);

}  // namespace yizhan::kiosk::sound
