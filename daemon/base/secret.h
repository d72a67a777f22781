// A secret's bytes: not copyable, wiped when gone, never formatted. There is no operator<<, no fmt
// formatter and no implicit conversion, so that a secret can only leave through Bytes(), which is
// easy to search for.
#pragma once

#include <string>
#include <string_view>

namespace flaglinkd {

class Secret {
 public:
  Secret() = default;
  // Takes the bytes over; the caller's string is wiped.
  explicit Secret(std::string&& bytes);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  // An explicit copy, for the few places that hand a secret to a second owner.
  Secret Clone() const;

  // In a time that tells nothing of the bytes but their number. An empty secret equals nothing.
  bool Equals(std::string_view given) const;

  bool empty() const { return bytes_.empty(); }
  std::string_view Bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace flaglinkd
