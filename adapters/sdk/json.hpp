// JSON from outside, for adapters: a view that answers "absent" where RapidJSON would assert.
#pragma once

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flaglink {

// Deeper documents are refused before they are parsed.
constexpr int kMaxJsonDepth = 64;

// A value of a JsonDocument, or its absence. Cheap to copy; valid as long as the document. Every
// accessor answers for every kind of value: json["issue"]["fields"]["summary"].String() is absent
// wherever the path ends early.
class Json {
 public:
  Json() = default;
  explicit Json(const rapidjson::Value* value) : value_(value) {}

  bool absent() const { return value_ == nullptr; }
  bool null() const { return value_ != nullptr && value_->IsNull(); }
  bool object() const { return value_ != nullptr && value_->IsObject(); }
  bool array() const { return value_ != nullptr && value_->IsArray(); }
  // Neither absent nor null.
  explicit operator bool() const { return value_ != nullptr && !value_->IsNull(); }

  Json operator[](std::string_view member) const {
    if (!object()) return {};
    const rapidjson::Value name(
        rapidjson::StringRef(member.empty() ? "" : member.data(), member.size()));
    const auto found = value_->FindMember(name);
    return found == value_->MemberEnd() ? Json() : Json(&found->value);
  }

  // By JSON Pointer (RFC 6901): "" is the value itself, "/issue/fields/labels/0" goes into it.
  Json At(std::string_view pointer) const {
    Json here = *this;
    while (!pointer.empty() && !here.absent()) {
      if (pointer.front() != '/') return {};
      pointer.remove_prefix(1);
      const std::string_view token = pointer.substr(0, pointer.find('/'));
      pointer.remove_prefix(token.size());
      here = here.array() ? here.Element(token) : here[Unescape(token)];
    }
    return here;
  }

  std::optional<std::string_view> String() const {
    if (value_ == nullptr || !value_->IsString()) return std::nullopt;
    return std::string_view(value_->GetString(), value_->GetStringLength());
  }
  // An id or a number that some senders write as a string and some as a number.
  std::optional<std::string> Text() const {
    if (const auto text = String()) return std::string(*text);
    if (const auto number = Int64()) return std::to_string(*number);
    if (value_ != nullptr && value_->IsUint64()) return std::to_string(value_->GetUint64());
    return std::nullopt;
  }
  std::optional<std::int64_t> Int64() const {
    if (value_ == nullptr || !value_->IsInt64()) return std::nullopt;
    return value_->GetInt64();
  }
  std::optional<double> Number() const {
    if (value_ == nullptr || !value_->IsNumber()) return std::nullopt;
    return value_->GetDouble();
  }
  std::optional<bool> Bool() const {
    if (value_ == nullptr || !value_->IsBool()) return std::nullopt;
    return value_->GetBool();
  }
  bool IsTrue() const { return Bool().value_or(false); }

  // The elements of an array; of anything else none.
  class Iterator {
   public:
    explicit Iterator(const rapidjson::Value* element) : element_(element) {}
    Json operator*() const { return Json(element_); }
    Iterator& operator++() {
      ++element_;
      return *this;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const rapidjson::Value* element_;
  };
  Iterator begin() const { return Iterator(array() ? value_->Begin() : nullptr); }
  Iterator end() const { return Iterator(array() ? value_->End() : nullptr); }
  std::size_t size() const { return array() ? value_->Size() : 0; }

  // The members of an object, in the sender's order; of anything else none.
  std::vector<std::pair<std::string_view, Json>> Members() const {
    std::vector<std::pair<std::string_view, Json>> members;
    if (!object()) return members;
    for (const auto& member : value_->GetObject()) {
      members.emplace_back(*Json(&member.name).String(), Json(&member.value));
    }
    return members;
  }

 private:
  Json Element(std::string_view token) const {
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    if (error != std::errc() || end != token.data() + token.size() || index >= size()) return {};
    return Json(&(*value_)[static_cast<rapidjson::SizeType>(index)]);
  }

  static std::string Unescape(std::string_view token) {
    std::string name;
    for (std::size_t i = 0; i < token.size(); ++i) {
      const bool escape = token[i] == '~' && i + 1 < token.size();
      if (escape) ++i;
      name += !escape ? token[i] : token[i] == '1' ? '/' : '~';
    }
    return name;
  }

  const rapidjson::Value* value_ = nullptr;
};

// A parsed text and the memory of its values. Parsing does not recurse. A whole number that no
// uint64 holds stays a string of its digits, since it is some sender's id.
class JsonDocument {
 public:
  explicit JsonDocument(std::string_view text) {
    if (!DepthIsBounded(text)) {
      error_ = "JSON nested deeper than " + std::to_string(kMaxJsonDepth);
      return;
    }
    auto parse = [&](rapidjson::Document& document) {
      Builder builder{document};
      rapidjson::Reader reader;
      rapidjson::MemoryStream stream(text.empty() ? "" : text.data(), text.size());
      constexpr unsigned kFlags =
          rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
      const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
      if (result.IsError()) {
        error_ = "not JSON, at byte " + std::to_string(result.Offset()) + ": " +
                 rapidjson::GetParseError_En(result.Code());
      }
      return !result.IsError();
    };
    document_.Populate(parse);
  }

  // Why there is no document; empty when there is one.
  const std::string& error() const { return error_; }
  // Absent after an error.
  Json root() const { return error_.empty() ? Json(&document_) : Json(); }

 private:
  // Hands everything on to the document, but numbers, which come as text.
  struct Builder {
    using Ch = char;
    rapidjson::Document& to;

    bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) {
      std::int64_t whole = 0;
      std::uint64_t large = 0;
      double real = 0;
      const auto fits = [&](auto& number) {
        const auto [end, error] = std::from_chars(text, text + size, number);
        return error == std::errc() && end == text + size;
      };
      if (fits(whole)) return to.Int64(whole);
      if (fits(large)) return to.Uint64(large);
      const bool digits_only =
          std::string_view(text, size).find_first_of(".eE") == std::string_view::npos;
      if (!digits_only && fits(real)) return to.Double(real);
      return to.String(text, size, copy);
    }
    bool Null() { return to.Null(); }
    bool Bool(bool value) { return to.Bool(value); }
    bool Int(int value) { return to.Int(value); }
    bool Uint(unsigned value) { return to.Uint(value); }
    bool Int64(std::int64_t value) { return to.Int64(value); }
    bool Uint64(std::uint64_t value) { return to.Uint64(value); }
    bool Double(double value) { return to.Double(value); }
    bool String(const char* text, rapidjson::SizeType size, bool copy) {
      return to.String(text, size, copy);
    }
    bool StartObject() { return to.StartObject(); }
    bool Key(const char* text, rapidjson::SizeType size, bool copy) {
      return to.Key(text, size, copy);
    }
    bool EndObject(rapidjson::SizeType members) { return to.EndObject(members); }
    bool StartArray() { return to.StartArray(); }
    bool EndArray(rapidjson::SizeType elements) { return to.EndArray(elements); }
  };

  static bool DepthIsBounded(std::string_view text) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (in_string && c == '\\') {
        ++i;
      } else if (c == '"') {
        in_string = !in_string;
      } else if (!in_string && (c == '[' || c == '{')) {
        if (++depth > kMaxJsonDepth) return false;
      } else if (!in_string && (c == ']' || c == '}')) {
        --depth;
      }
    }
    return true;
  }

  rapidjson::Document document_;
  std::string error_;
};

}  // namespace flaglink
