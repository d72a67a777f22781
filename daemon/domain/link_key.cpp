#include "daemon/domain/link_key.h"

#include "daemon/domain/piece_digest.h"
#include "daemon/domain/utf8.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kReadableLength = 40;
constexpr std::size_t kDigestBytes = 10;

// At most `length` characters of `text`, each that no key may hold as one '-'.
std::string ForKey(std::string_view text, std::size_t length) {
  std::string key;
  while (!text.empty() && key.size() < length) {
    const std::size_t size = FirstCodePoint(text).size;
    key += size == 1 && IsKeyCharacter(text[0]) ? text[0] : '-';
    text.remove_prefix(size);
  }
  return key;
}

}  // namespace

std::string LinkKey(const LinkKeyParts& parts) {
  const std::string_view pieces[] = {parts.installation, parts.name_space, parts.resource,
                                     parts.flag.project, parts.flag.key};
  std::string key = ForKey(parts.name_space, parts.name_space.size());
  // A key begins with a letter or a digit, and a name space may not.
  if (!IsValidKey(key.substr(0, 1))) key.insert(0, "link");
  return key + '-' + ForKey(parts.name, kReadableLength) + '-' +
         ForKey(parts.flag.key, kReadableLength) + '-' + Hex(DigestOfPieces(pieces), kDigestBytes);
}

}  // namespace flaglinkd
