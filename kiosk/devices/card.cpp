#include "kiosk/devices/card.h"

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>
#include <string.h>

#include <optional>
#include <vector>

#include "core/seal.h"

namespace yizhan::kiosk {
namespace {

/// A module from loading to unloading, with one session on the first card that is there.
class Session {
 public:
  ~Session() {
    if (list_ != nullptr && session_) {
      list_->C_Logout(*session_);
      list_->C_CloseSession(*session_);
    }
    if (list_ != nullptr && begun_) list_->C_Finalize(nullptr);
    if (module_ != nullptr) ::dlclose(module_);
  }
  Session() = default;
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Status begin(const std::string& path, std::string_view pin) {
    module_ = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (module_ == nullptr) return Error{Code::Unavailable, "card: the module " + path + " cannot be loaded; mend card_module in config.toml"};
    const auto get = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(module_, "C_GetFunctionList"));
    if (get == nullptr || get(&list_) != CKR_OK || list_ == nullptr) return Error{Code::Unavailable, "card: " + path + " is no PKCS#11 module"};
    if (list_->C_Initialize(nullptr) != CKR_OK) return Error{Code::Unavailable, "card: the module does not start"};
    begun_ = true;
    CK_ULONG count = 0;
    if (list_->C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK || count == 0) return Error{Code::Unavailable, std::string(card_absent)};
    std::vector<CK_SLOT_ID> slots(count);
    if (list_->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) return Error{Code::Unavailable, std::string(card_absent)};
    for (CK_ULONG i = 0; i < count && !session_; ++i) {
      CK_TOKEN_INFO info{};
      // A module may show an empty slot as a card that was never set up.
      if (list_->C_GetTokenInfo(slots[i], &info) != CKR_OK || (info.flags & CKF_USER_PIN_INITIALIZED) == 0) continue;
      if ((info.flags & CKF_USER_PIN_LOCKED) != 0) return Error{Code::Invalid, std::string(card_locked)};
      CK_SESSION_HANDLE opened = 0;
      if (list_->C_OpenSession(slots[i], CKF_SERIAL_SESSION, nullptr, nullptr, &opened) == CKR_OK) session_ = opened;
    }
    if (!session_) return Error{Code::Unavailable, std::string(card_absent)};
    std::vector<unsigned char> digits(pin.begin(), pin.end());
    const CK_RV in = list_->C_Login(*session_, CKU_USER, digits.data(), digits.size());
    explicit_bzero(digits.data(), digits.size());
    if (in == CKR_PIN_LOCKED) return Error{Code::Invalid, std::string(card_locked)};
    if (in == CKR_PIN_INCORRECT || in == CKR_PIN_LEN_RANGE || in == CKR_PIN_INVALID) return Error{Code::Invalid, std::string(card_wrong_pin)};
    if (in != CKR_OK) return Error{Code::Unavailable, "card: it does not take a PIN now"};
    return Done{};
  }

  /// The RSA key that may do this: decrypt (private) or encrypt (public).
  std::optional<CK_OBJECT_HANDLE> key(CK_OBJECT_CLASS kind, CK_ATTRIBUTE_TYPE may) {
    CK_KEY_TYPE rsa = CKK_RSA;
    CK_BBOOL yes = CK_TRUE;
    CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &kind, sizeof kind}, {CKA_KEY_TYPE, &rsa, sizeof rsa}, {may, &yes, sizeof yes}};
    if (list_->C_FindObjectsInit(*session_, wanted, 3) != CKR_OK) return {};
    CK_OBJECT_HANDLE found = 0;
    CK_ULONG count = 0;
    const CK_RV looked = list_->C_FindObjects(*session_, &found, 1, &count);
    list_->C_FindObjectsFinal(*session_);
    if (looked != CKR_OK || count == 0) return {};
    return found;
  }

  Result<std::string> close(std::string_view plain) {
    const auto with = key(CKO_PUBLIC_KEY, CKA_ENCRYPT);
    if (!with) return Error{Code::NotFound, "card: no RSA key for encryption is on it"};
    CK_MECHANISM way{CKM_RSA_PKCS, nullptr, 0};
    std::vector<unsigned char> in(plain.begin(), plain.end()), out(1024);
    CK_ULONG size = out.size();
    const bool done = list_->C_EncryptInit(*session_, &way, *with) == CKR_OK && list_->C_Encrypt(*session_, in.data(), in.size(), out.data(), &size) == CKR_OK;
    explicit_bzero(in.data(), in.size());
    if (!done) return Error{Code::NotFound, "card: its key does not encrypt"};
    return base64({reinterpret_cast<const char*>(out.data()), size});
  }

  Result<std::string> open(std::string_view closed) {
    auto bytes = from_base64(closed);
    if (!bytes) return Error{Code::Invalid, "card: the desk's file is damaged"};
    const auto with = key(CKO_PRIVATE_KEY, CKA_DECRYPT);
    if (!with) return Error{Code::NotFound, "card: no RSA key for decryption is on it"};
    CK_MECHANISM way{CKM_RSA_PKCS, nullptr, 0};
    std::vector<unsigned char> out(1024);
    CK_ULONG size = out.size();
    const bool done = list_->C_DecryptInit(*session_, &way, *with) == CKR_OK &&
                      list_->C_Decrypt(*session_, reinterpret_cast<unsigned char*>(bytes->data()), bytes->size(), out.data(), &size) == CKR_OK;
    if (!done) return Error{Code::Invalid, "card: this is not the card that was enrolled here"};
    std::string plain(reinterpret_cast<const char*>(out.data()), size);
    explicit_bzero(out.data(), out.size());
    return plain;
  }

 private:
  void* module_ = nullptr;
  CK_FUNCTION_LIST* list_ = nullptr;
  bool begun_ = false;
  std::optional<CK_SESSION_HANDLE> session_;
};

class Pkcs11Card final : public Card {
 public:
  explicit Pkcs11Card(std::string module) : module_(std::move(module)) {}
  Result<std::string> close(std::string_view plain, std::string_view pin) override {
    Session card;
    if (const auto in = card.begin(module_, pin); !in) return in.error();
    return card.close(plain);
  }
  Result<std::string> open(std::string_view closed, std::string_view pin) override {
    Session card;
    if (const auto in = card.begin(module_, pin); !in) return in.error();
    return card.open(closed);
  }

 private:
  std::string module_;
};

}  // namespace

std::unique_ptr<Card> make_card(const std::string& module) { return std::make_unique<Pkcs11Card>(module); }

}  // namespace yizhan::kiosk
