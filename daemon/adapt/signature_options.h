// How a source's sender signs where its adapter does not say so, or where it was set up in another
// way: [source.NAME.signature], as it is written.
#pragma once

#include <string>

#include "daemon/base/result.h"
#include "daemon/verify/signature_scheme.h"

namespace flaglinkd {

// "" is the default, which for most goes by the algorithm.
struct SignatureOptions {
  std::string algorithm;  // as adapters declare it, and "basic" and "bearer", which are tokens
  std::string header;     // in any case
  std::string prefix, encoding, signed_content, separator, key_encoding;
  std::string timestamp;  // a header, or a JSON Pointer into the body
  std::string timestamp_unit;
  std::string id;  // a header
};

// The scheme, with five minutes both ways for a signed time, and a day back for one in the body (an
// event's own, which a late retry still bears). kInvalid: what is missing or makes no sense. Pure.
Result<SignatureScheme> SchemeOf(const SignatureOptions& options);

}  // namespace flaglinkd
