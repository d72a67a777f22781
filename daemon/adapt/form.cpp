#include "daemon/adapt/form.h"

#include <algorithm>
#include <optional>

#include "daemon/adapt/json_blanking.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kMaxFields = 256;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string Decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = i + 2 < text.size() ? HexValue(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? HexValue(text[i + 2]) : -1;
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] == '%' && high >= 0 && low >= 0) {
      decoded += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

std::string Encode(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '*';
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[static_cast<unsigned char>(c) >> 4];
      encoded += kDigits[static_cast<unsigned char>(c) & 0x0f];
    }
  }
  return encoded;
}

// "name=value", as it stands in the body.
struct RawField {
  std::string_view name, value;
};

RawField SplitField(std::string_view raw) {
  const std::size_t equals = std::min(raw.find('='), raw.size());
  return {raw.substr(0, equals), raw.substr(std::min(equals + 1, raw.size()))};
}

template <typename Take>
void ForEachField(std::string_view body, Take take) {
  while (true) {
    const std::size_t end = std::min(body.find('&'), body.size());
    take(body.substr(0, end));
    if (end == body.size()) return;
    body.remove_prefix(end + 1);
  }
}

// The field's raw value once blanked; nothing: it stays as it is.
std::optional<std::string> BlankedValue(const RawField& field,
                                        const std::vector<PointerTokens>& targets) {
  const std::string name = Decode(field.name);
  std::vector<PointerTokens> inside;
  for (const PointerTokens& target : targets) {
    if (target.empty() || target.front() != name) continue;
    if (target.size() == 1) return "";
    inside.emplace_back(target.begin() + 1, target.end());
  }
  if (inside.empty()) return std::nullopt;
  const std::string value = Decode(field.value);
  const std::string blanked = BlankJson(value, inside);
  if (blanked == value) return std::nullopt;
  return Encode(blanked);
}

}  // namespace

bool IsFormContentType(std::string_view content_type) {
  constexpr std::string_view kForm = "application/x-www-form-urlencoded";
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  return std::ranges::equal(type, kForm, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::vector<FormField> ParseForm(std::string_view body) {
  std::vector<FormField> fields;
  ForEachField(body, [&](std::string_view raw) {
    if (raw.empty() || fields.size() == kMaxFields) return;
    const RawField field = SplitField(raw);
    fields.push_back({Decode(field.name), Decode(field.value)});
  });
  return fields;
}

std::string BlankForm(std::string_view body, const std::vector<PointerTokens>& targets) {
  std::string result;
  ForEachField(body, [&](std::string_view raw) {
    if (raw.data() != body.data()) result += '&';
    const RawField field = SplitField(raw);
    if (const std::optional<std::string> blanked = BlankedValue(field, targets)) {
      result.append(field.name) += '=';
      result += *blanked;
    } else {
      result += raw;
    }
  });
  return result;
}

}  // namespace flaglinkd
