// What a simulated day would otherwise spend most of its time on, made quick for the town alone by the linker: this program's own
// definitions stand before libsodium's. Both are still functions of every byte they get, so that a changed message, another key and
// a wrong code are refused as before; what they do not do is resist an enemy with a computer, and there is none in the town.
//   Ed25519 → BLAKE2b keyed with the public key: 150 µs of an exchange become 3.
//   Argon2id → BLAKE2b: the 15 ms of a query code become 1 µs.
// YIZHAN_REAL_CRYPTO=1 calls libsodium instead (tests/sim runs once so).
#include <dlfcn.h>
#include <sodium.h>

#include <cstdlib>
#include <cstring>

#include "core/result.h"

namespace {

bool real() {
  static const bool is = std::getenv("YIZHAN_REAL_CRYPTO") != nullptr;
  return is;
}

template <class F>
F next(const char* name) {
  void* found = dlsym(RTLD_NEXT, name);
  YIZHAN_CHECK(found != nullptr, "libsodium has it");
  F function;
  std::memcpy(&function, &found, sizeof function);
  return function;
}

void seal_of(unsigned char* out, const unsigned char* message, unsigned long long size, const unsigned char* public_key) {
  crypto_generichash(out, crypto_sign_BYTES, message, size, public_key, crypto_sign_PUBLICKEYBYTES);
}

}  // namespace

extern "C" {

int crypto_sign_detached(unsigned char* signature, unsigned long long* length, const unsigned char* message, unsigned long long size, const unsigned char* secret) {
  if (real()) {
    static const auto call = next<decltype(&crypto_sign_detached)>("crypto_sign_detached");
    return call(signature, length, message, size, secret);
  }
  seal_of(signature, message, size, secret + 32);  // the second half of the secret key is the public one
  if (length != nullptr) *length = crypto_sign_BYTES;
  return 0;
}

int crypto_sign_verify_detached(const unsigned char* signature, const unsigned char* message, unsigned long long size, const unsigned char* public_key) {
  if (real()) {
    static const auto call = next<decltype(&crypto_sign_verify_detached)>("crypto_sign_verify_detached");
    return call(signature, message, size, public_key);
  }
  unsigned char own[crypto_sign_BYTES];
  seal_of(own, message, size, public_key);
  return sodium_memcmp(own, signature, sizeof own);
}

int crypto_pwhash(unsigned char* out, unsigned long long out_size, const char* password, unsigned long long size, const unsigned char* salt, unsigned long long operations,
                  std::size_t memory, int algorithm) {
  if (real()) {
    static const auto call = next<decltype(&crypto_pwhash)>("crypto_pwhash");
    return call(out, out_size, password, size, salt, operations, memory, algorithm);
  }
  YIZHAN_CHECK(out_size >= 16 && out_size <= 64, "a size BLAKE2b has");
  return crypto_generichash(out, out_size, reinterpret_cast<const unsigned char*>(password), size, salt, crypto_pwhash_SALTBYTES);
}

}  // extern "C"
