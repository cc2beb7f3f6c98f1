/// Port: sealing what people say, by class. The kiosk holds public keys only: what it sealed it cannot read again.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/key_set.h"

namespace yizhan {

/// What an envelope is bound to; stands readable in it, and nothing else does.
struct Binding {
  MatterId matter;
  Time at{};
  bool small = false;  ///< a fact about the matter, not the matter: it may be padded to less
};

/// May be called from one thread at a time. Each call takes well under a millisecond for a complaint.
struct Sealer {
  virtual ~Sealer() = default;
  /// Base64 envelope. Errors: Unavailable (no recipient of that class: see Sealer::seals).
  virtual Result<std::string> seal(SealClass of, std::string_view plain, const Binding& binding) const = 0;
  /// Raw bytes, as seal_attachment() of core/seal.h.
  virtual Result<std::string> attachment(SealClass of, std::string_view about, std::string_view content, const Binding& binding) const = 0;
  /// Makes ahead what the next few envelopes of each class need, so that a press on the button waits for the disk and not for curves. Two milliseconds.
  virtual void prepare() const {}
  /// Version of the key-set behind it; 0: there is none, and only accusations are sealed (to the discipline keys of an earlier build).
  virtual int key_set() const = 0;
};

/// Types whose facts hold what people said, or what was said to them: under a key-set they are stated sealed. What the queue and the clocks of the
/// law need stays readable (routed, ticket_issued, queued, viewed, the step and days of disposed, the window of route_overridden, and the county's steps).
bool holds_words(std::string_view type);
/// One text that stands in somebody else's fact (why a desk moves a number): its envelope, to who may open ordinary matters. As it is without a
/// key-set, without a matter, when it is empty or closed already. Errors: those of the sealer.
Result<std::string> close_words(std::string words, const Sealer* sealer, const Binding& binding);
/// Those facts as SealedFact; disposed and route_overridden with their words sealed beside what stays readable; the others as they are; all as they
/// are without a key-set. Errors: those of the sealer.
Result<std::vector<Fact>> close_facts(std::vector<Fact> facts, const Sealer* sealer, SealClass of, const Binding& binding);

/// Under a key-set, signed by the device.
std::shared_ptr<const Sealer> make_sealer(KeySet set, Origin device, Origin hall, KeyPair signing);
/// A hall that has no key-set yet. `discipline_keys` empty: not even accusations.
std::shared_ptr<const Sealer> make_early_sealer(std::vector<std::string> discipline_keys);

}  // namespace yizhan
