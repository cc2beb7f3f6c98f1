/// How a function says that something expected went wrong: returned, never thrown across a room.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace yizhan {

/// What kind of trouble, so that a caller can decide without reading words (house.md §6).
enum class Code : std::uint8_t {
  Invalid,      ///< a person can fix it; `what` names the field
  NotFound,     ///< no such thing here
  Conflict,     ///< two facts that cannot both hold; both are kept
  Unavailable,  ///< the world is away: try again later
  Io,           ///< the disk failed; nothing may be acknowledged after this
  Corrupt,      ///< bytes are not what was written
};

/// The stable word for a code, as it appears in logs and JSON ("invalid", "not_found", …).
std::string_view word(Code code);

struct Error {
  Code code{};
  std::string what;  ///< for operators; never a visitor's own words
};

/// A value or the reason why there is none. Shaped like std::expected (GCC 12 lacks it), so it can become it.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}
  [[nodiscard]] bool has_value() const { return state_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::get<0>(std::move(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { return std::get<1>(state_); }
  T value_or(T other) const& { return has_value() ? value() : std::move(other); }

 private:
  std::variant<T, Error> state_;
};

/// Success that carries nothing.
struct Done {};
using Status = Result<Done>;

/// Stops the process when our own reasoning is wrong, in release too. Never for input or the world.
[[noreturn]] void check_failed(const char* file, int line, const char* what);
#define YIZHAN_CHECK(condition, what) \
  do {                                \
    if (!(condition)) ::yizhan::check_failed(__FILE__, __LINE__, what); \
  } while (false)

}  // namespace yizhan
