#include "core/sealer.h"

#include <algorithm>

#include "core/envelope.h"
#include "core/seal_wraps.h"

namespace yizhan {

namespace {

class KeySetSealer final : public Sealer {
 public:
  KeySetSealer(KeySet set, Origin device, Origin hall, KeyPair signing)
      : set_(std::move(set)), device_(std::move(device)), hall_(std::move(hall)), signing_(std::move(signing)) {}

  Result<std::string> seal(SealClass of, std::string_view plain, const Binding& binding) const override {
    const EnvelopeHead head{1, binding.matter, device_, binding.at, set_.version, binding.small};
    if (auto& ready = ready_[static_cast<std::size_t>(of)]; !ready.empty()) {
      sealing::WrapKeys keys = std::move(ready.back());
      ready.pop_back();
      return seal_envelope(plain, head, std::move(keys), signing_.secret_hex);
    }
    const auto to = recipients_of(set_, of, hall_);
    if (!to) return to.error();
    return seal_envelope(plain, head, *to, signing_.secret_hex);
  }
  void prepare() const override {
    prepare_packing();
    for (const SealClass of : {SealClass::Ordinary, SealClass::Accusation}) {
      auto& ready = ready_[static_cast<std::size_t>(of)];
      const auto to = ready.size() < ahead ? recipients_of(set_, of, hall_) : Result<std::vector<std::string>>(std::vector<std::string>{});
      while (to && ready.size() < ahead) {
        auto keys = sealing::WrapKeys::make(*to);
        if (!keys) break;  // the seal itself says so
        ready.push_back(std::move(*keys));
      }
    }
  }
  Result<std::string> attachment(SealClass of, std::string_view about, std::string_view content, const Binding& binding) const override {
    const auto to = recipients_of(set_, of, hall_);
    if (!to) return to.error();
    return seal_attachment(about, content, binding.matter, *to);
  }
  int key_set() const override { return set_.version; }

 private:
  static constexpr std::size_t ahead = 3;  // a petition, its signature and a drawn name
  KeySet set_;
  Origin device_, hall_;
  KeyPair signing_;
  mutable std::vector<sealing::WrapKeys> ready_[2];
};

class EarlySealer final : public Sealer {
 public:
  explicit EarlySealer(std::vector<std::string> keys) : keys_(std::move(keys)) {}
  Result<std::string> seal(SealClass of, std::string_view plain, const Binding& binding) const override {
    if (const auto may = allowed(of); !may) return may.error();
    return yizhan::seal(plain, binding.matter, keys_);
  }
  Result<std::string> attachment(SealClass of, std::string_view about, std::string_view content, const Binding& binding) const override {
    if (const auto may = allowed(of); !may) return may.error();
    return seal_attachment(about, content, binding.matter, keys_);
  }
  int key_set() const override { return 0; }

 private:
  Status allowed(SealClass of) const {
    if (of != SealClass::Accusation || keys_.empty()) return Error{Code::Unavailable, "seal: there is no key-set here yet"};
    return Done{};
  }
  std::vector<std::string> keys_;
};

}  // namespace

bool holds_words(std::string_view type) {
  static constexpr std::string_view types[] = {"consulted",         "mediation_applied", "mediation_consent", "mediators_chosen", "mediation_session",
                                               "mediation_ended",   "rated",             "signed",            "name_drawn",       "transcribed"};
  return std::find(std::begin(types), std::end(types), type) != std::end(types);
}

Result<std::string> close_words(std::string words, const Sealer* sealer, const Binding& binding) {
  if (sealer == nullptr || sealer->key_set() == 0 || binding.matter.empty() || words.empty() || words.starts_with(envelope_begins)) return words;
  return sealer->seal(SealClass::Ordinary, words, {binding.matter, binding.at, true});
}

Result<std::vector<Fact>> close_facts(std::vector<Fact> facts, const Sealer* sealer, SealClass of, const Binding& binding) {
  if (sealer == nullptr || sealer->key_set() == 0 || binding.matter.empty()) return facts;
  const auto words_of = [&](const Fact& fact, SealClass as) { return sealer->seal(as, encode_fact(fact), {binding.matter, binding.at, true}); };
  for (Fact& fact : facts) {
    if (auto* disposed = std::get_if<Disposed>(&fact); disposed != nullptr && disposed->words.empty()) {
      // Where an accusation went is for who may open accusations. Its step looks like the commonest one, and whatever that one names is sealed too.
      const bool discipline = disposed->disposition == Disposition::SentToDiscipline;
      auto words = words_of(fact, discipline ? SealClass::Accusation : of);
      if (!words) return words.error();
      *disposed = {disposed->staff, discipline ? Disposition::TransferredSameLevel : disposed->disposition, "", "", disposed->report_by, std::move(*words)};
      continue;
    }
    if (auto* overridden = std::get_if<RouteOverridden>(&fact); overridden != nullptr && overridden->words.empty()) {
      auto words = words_of(fact, of);
      if (!words) return words.error();
      overridden->reason.clear();
      overridden->words = std::move(*words);
      continue;
    }
    const std::string type(type_of(fact));
    if (std::holds_alternative<SealedFact>(fact) || !holds_words(type)) continue;
    auto sealed = sealer->seal(of, encode_fact(fact), {binding.matter, binding.at, true});
    if (!sealed) return sealed.error();
    fact = SealedFact{type, std::move(*sealed), sealer->key_set()};
  }
  return facts;
}

std::shared_ptr<const Sealer> make_sealer(KeySet set, Origin device, Origin hall, KeyPair signing) {
  return std::make_shared<KeySetSealer>(std::move(set), std::move(device), std::move(hall), std::move(signing));
}
std::shared_ptr<const Sealer> make_early_sealer(std::vector<std::string> discipline_keys) { return std::make_shared<EarlySealer>(std::move(discipline_keys)); }

}  // namespace yizhan
