// Expected failure as a value: the value, or why there is none. std::expected once we are on C++23.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "daemon/base/check.h"

namespace flaglinkd {

// `message` says what was being done, to what, and what was in the way: "open /x/y.db: Permission
// denied".
struct Error {
  enum class Code { kInvalid, kNotFound, kConflict, kUnavailable, kInternal };
  Code code = Code::kInternal;
  std::string message;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT: a value is a result
  Result(Error error) : state_(std::move(error)) {}  // NOLINT: so is an error

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return FLAGLINKD_CHECK(ok()), std::get<0>(state_); }
  const T& value() const& { return FLAGLINKD_CHECK(ok()), std::get<0>(state_); }
  T&& value() && { return FLAGLINKD_CHECK(ok()), std::get<0>(std::move(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }

  const Error& error() const { return FLAGLINKD_CHECK(!ok()), std::get<1>(state_); }

 private:
  std::variant<T, Error> state_;
};

// Done, or why not.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: an error is a result

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const { return FLAGLINKD_CHECK(!ok()), *error_; }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace flaglinkd
