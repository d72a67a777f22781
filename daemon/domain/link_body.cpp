#include "daemon/domain/link_body.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "daemon/domain/piece_digest.h"
#include "daemon/domain/text.h"
#include "daemon/domain/utf8.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kTitleLength = 255;
constexpr std::size_t kTextLength = 1000;
constexpr std::size_t kUrlLength = 2000;

enum class Lines { kOne, kMany };

bool IsBlank(char c) {
  return c == ' ' || c == '\n';
}

// Control characters out, tabs as spaces, and line ends too where one line is shown; no blanks at
// the ends.
std::string Clean(std::string_view text, Lines lines) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = FirstCodePoint(text);
    if (point.value == '\n' && lines == Lines::kMany) {
      clean += '\n';
    } else if (point.value == '\n' || point.value == '\t') {
      clean += ' ';
    } else if (!IsControl(point.value) && !IsBidiControl(point.value)) {
      clean += text.substr(0, point.size);
    }
    text.remove_prefix(point.size);
  }
  const auto end = std::find_if_not(clean.rbegin(), clean.rend(), IsBlank).base();
  clean.erase(end, clean.end());
  clean.erase(clean.begin(), std::find_if_not(clean.begin(), clean.end(), IsBlank));
  return clean;
}

// '<' opens HTML or an autolink only before one of these (CommonMark 0.31, 6.5 and 6.6), so that "a
// < b" stays as written.
bool OpensHtml(std::string_view text) {
  if (text.size() < 2 || text[0] != '<') return false;
  const char next = text[1];
  return (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '/' ||
         next == '!' || next == '?';
}

// LaunchDarkly fills its templates unescaped ({{{metadata.message}}}) and renders them as Markdown:
// an image in a message would be fetched by everybody who opens the flag. Not cut within an escape.
std::string Neutralise(std::string_view text, std::size_t length) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    std::string_view taken = text.substr(0, FirstCodePoint(text).size);
    std::string_view piece = taken;
    std::size_t characters = 1;
    if (OpensHtml(text)) {
      piece = "&lt;";
      characters = piece.size();
    } else if (text.substr(0, 2) == "![") {
      taken = text.substr(0, 2);
      piece = "!\\[";
      characters = piece.size();
    }
    if (characters > length) break;
    shown += piece;
    length -= characters;
    text.remove_prefix(taken.size());
  }
  return shown;
}

std::string Show(std::string_view text, std::size_t length, Lines lines) {
  return Neutralise(Clean(ToValidUtf8(text), lines), length);
}

// What follows "http://" or "https://", in any case; absent for another scheme.
std::optional<std::string_view> AfterWebScheme(std::string_view url) {
  for (std::string_view scheme : {"http://", "https://"}) {
    const bool same =
        url.size() > scheme.size() &&
        std::equal(scheme.begin(), scheme.end(), url.begin(), [](char wanted, char c) {
          return wanted == (c >= 'A' && c <= 'Z' ? c + 32 : c);
        });
    if (same) return url.substr(scheme.size());
  }
  return std::nullopt;
}

Status CheckDeepLink(std::string_view url) {
  const auto refuse = [&](std::string_view why) {
    return Error{Error::Code::kInvalid,
                 "make a deep link of \"" + EscapeForLine(url, 200) + "\": " + std::string(why)};
  };
  if (url.empty()) return Error{Error::Code::kInvalid, "make a deep link: no URL is known"};
  const auto rest = AfterWebScheme(url);
  if (!rest) return refuse("it is not an http or https URL");
  if ((*rest)[0] == '/' || (*rest)[0] == '?' || (*rest)[0] == '#') return refuse("it has no host");
  if (CutAtCharacter(url, kUrlLength).size() < url.size())
    return refuse("it is longer than 2000 characters");
  for (std::string_view unseen = url; !unseen.empty();) {
    const CodePoint point = FirstCodePoint(unseen);
    if (!point.valid || point.value == ' ' || IsControl(point.value)) {
      return refuse("it holds a character that no URL may hold");
    }
    unseen.remove_prefix(point.size);
  }
  return {};
}

// The first eight bytes of the digest.
std::uint64_t Hash(std::span<const std::string_view> pieces) {
  const Sha256Digest digest = DigestOfPieces(pieces);
  std::uint64_t hash = 0;
  for (int i = 0; i < 8; ++i) hash = hash << 8 | digest[i];
  return hash;
}

// Of the five integrations that take flag links, github alone declares metadata that its card does
// not show.
bool CardShows(std::string_view integration_key, std::string_view field) {
  if (integration_key != "github") return true;
  return field != "authorLogin" && field != "authorName" && field != "message" && field != "state";
}

}  // namespace

Result<LinkBody> RenderLink(const Content& content, std::string_view link_key,
                            TimePoint first_seen) {
  if (Status usable = CheckDeepLink(content.url); !usable) return usable.error();
  LinkBody body;
  body.key = link_key;
  body.integration_key = content.integration_key;
  body.timestamp_ms =
      std::chrono::floor<std::chrono::milliseconds>(content.created.value_or(first_seen))
          .time_since_epoch()
          .count();
  body.deep_link = content.url;
  for (const std::string* title : {&content.title, &content.name, &content.url}) {
    if (body.title.empty()) body.title = Show(*title, kTitleLength, Lines::kOne);
  }
  body.description = Show(content.description, kTextLength, Lines::kMany);
  if (body.description.empty()) body.description = body.title;
  if (body.integration_key.empty()) return body;
  for (const MetadataField& field : content.metadata) {
    std::string_view name = field.name;
    if (name.ends_with('?')) name.remove_suffix(1);
    body.metadata.push_back({std::string(name), Show(field.value, kTextLength, Lines::kMany)});
  }
  std::sort(body.metadata.begin(), body.metadata.end());
  return body;
}

LinkFingerprint FingerprintOf(const LinkBody& body) {
  std::vector<std::string_view> card = {body.deep_link, body.integration_key};
  for (const MetadataField& field : body.metadata) {
    if (field.value.empty() || !CardShows(body.integration_key, field.name)) continue;
    card.insert(card.end(), {field.name, field.value});
  }
  const std::string_view text[] = {body.title, body.description};
  return {Hash(text), Hash(card)};
}

}  // namespace flaglinkd
