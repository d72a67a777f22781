// Hex and base64, as signatures, keys and passwords are written. Strict: what is not exactly the
// encoding of some bytes decodes to nothing, so that no two texts stand for the same signature (but
// for the case of hex digits). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flaglinkd {

// Both cases of digits; an even number of them.
std::optional<std::string> DecodeHex(std::string_view text);
std::string EncodeHex(std::string_view bytes);

// RFC 4648 section 4: the standard alphabet, padded, no white space, unused bits zero.
std::optional<std::string> DecodeBase64(std::string_view text);
std::string EncodeBase64(std::string_view bytes);

// RFC 4648 section 5 as RFC 7515 section 2 uses it: the alphabet for URLs, not padded.
std::optional<std::string> DecodeBase64Url(std::string_view text);
std::string EncodeBase64Url(std::string_view bytes);

}  // namespace flaglinkd
