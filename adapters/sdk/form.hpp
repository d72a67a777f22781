// The fields of an application/x-www-form-urlencoded body.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flaglink {

// '+' is a space and "%2B" a plus; a '%' that no two hex digits follow stands for itself.
inline std::string DecodeFormValue(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = text[i] == '%' && i + 2 < text.size();
    if (pair && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      decoded += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return decoded;
}

class Form {
 public:
  static constexpr std::size_t kMaxFields = 256;  // what follows is not read

  explicit Form(std::string_view body) {
    while (!body.empty() && fields_.size() < kMaxFields) {
      const std::string_view field = body.substr(0, body.find('&'));
      body.remove_prefix(field.size() < body.size() ? field.size() + 1 : field.size());
      if (field.empty()) continue;
      const std::size_t equals = field.find('=');
      const std::string_view value =
          equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1);
      fields_.emplace_back(DecodeFormValue(field.substr(0, equals)), DecodeFormValue(value));
    }
  }

  // Name and value, decoded, in the sender's order.
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

  // The first of that name. Valid as long as the form.
  std::optional<std::string_view> operator[](std::string_view name) const {
    for (const auto& [key, value] : fields_) {
      if (key == name) return value;
    }
    return std::nullopt;
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace flaglink
