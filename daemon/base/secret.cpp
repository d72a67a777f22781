#include "daemon/base/secret.h"

#include <openssl/crypto.h>

#include <utility>

namespace flaglinkd {
namespace {

void Wipe(std::string& bytes) {
  // The capacity, not the size: a shorter value may lie over the rest of a longer one.
  bytes.resize(bytes.capacity());
  OPENSSL_cleanse(bytes.data(), bytes.size());
  bytes.clear();
}

}  // namespace

Secret::Secret(std::string&& bytes) : bytes_(bytes) {
  Wipe(bytes);
}

Secret::Secret(Secret&& other) noexcept : bytes_(other.bytes_) {
  Wipe(other.bytes_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  Wipe(bytes_);
  bytes_ = other.bytes_;
  Wipe(other.bytes_);
  return *this;
}

Secret::~Secret() {
  Wipe(bytes_);
}

Secret Secret::Clone() const {
  return Secret(std::string(bytes_));
}

bool Secret::Equals(std::string_view given) const {
  return !bytes_.empty() && bytes_.size() == given.size() &&
         CRYPTO_memcmp(bytes_.data(), given.data(), given.size()) == 0;
}

}  // namespace flaglinkd
