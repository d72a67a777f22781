#include "daemon/domain/utf8.h"

#include <cstdint>

namespace flaglinkd {
namespace {

// What a lead byte says: how many bytes follow, and within which bounds the first of them lies, so
// that overlong forms, surrogates and values past U+10FFFF fall out at the second byte (Unicode 15,
// table 3-7).
struct Lead {
  int following = 0;
  std::uint8_t low = 0x80, high = 0xbf;
};

constexpr int kNotALead = -1;

Lead ReadLead(std::uint8_t byte) {
  if (byte < 0x80) return {0};
  if (byte < 0xc2) return {kNotALead};
  if (byte < 0xe0) return {1};
  if (byte == 0xe0) return {2, 0xa0, 0xbf};
  if (byte == 0xed) return {2, 0x80, 0x9f};
  if (byte < 0xf0) return {2};
  if (byte == 0xf0) return {3, 0x90, 0xbf};
  if (byte < 0xf4) return {3};
  if (byte == 0xf4) return {3, 0x80, 0x8f};
  return {kNotALead};
}

constexpr CodePoint Invalid(std::size_t size) {
  return {0xfffd, size, false};
}

}  // namespace

CodePoint FirstCodePoint(std::string_view bytes) {
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  Lead lead = ReadLead(first);
  if (lead.following == kNotALead) return Invalid(1);
  if (lead.following == 0) return {first, 1, true};
  char32_t value = first & (0x3f >> lead.following);
  for (std::size_t i = 1; i <= static_cast<std::size_t>(lead.following); ++i) {
    if (i == bytes.size()) return Invalid(i);
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    if (byte < lead.low || byte > lead.high) return Invalid(i);
    value = (value << 6) | (byte & 0x3f);
    lead.low = 0x80;
    lead.high = 0xbf;
  }
  return {value, static_cast<std::size_t>(lead.following) + 1, true};
}

}  // namespace flaglinkd
