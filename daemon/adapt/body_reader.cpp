#include "daemon/adapt/body_reader.h"

#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "daemon/adapt/form.h"
#include "daemon/adapt/json_blanking.h"
#include "daemon/adapt/json_pointer.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

// Bounds on what a body may make of our memory: a value costs 16 bytes, whatever it takes in the
// text.
constexpr std::size_t kMaxBody = 64u << 20;
constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxValues = 2'000'000;
constexpr std::size_t kMaxFound = 256;

// Numbers stay as they are written, so that an id of twenty digits keeps all of them.
constexpr unsigned kParseFlags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;

bool IsWithinBounds(std::string_view json) {
  if (json.size() > kMaxBody) return false;
  std::size_t depth = 0, values = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kMaxDepth) return false;
    } else if (c == ']' || c == '}') {
      if (depth > 0) --depth;
    } else if (c == ',') {
      if (++values > kMaxValues) return false;
    }
  }
  return true;
}

// Null where `json` is not JSON or passes a bound.
std::unique_ptr<rapidjson::Document> Parse(std::string_view json) {
  if (json.empty() || !IsWithinBounds(json)) return nullptr;
  auto document = std::make_unique<rapidjson::Document>();
  document->Parse<kParseFlags>(json.data(), json.size());
  if (document->HasParseError()) return nullptr;
  return document;
}

const rapidjson::Value* Member(const rapidjson::Value& object, std::string_view name) {
  const auto member =
      object.FindMember(rapidjson::Value(rapidjson::StringRef(name.data(), name.size())));
  return member == object.MemberEnd() ? nullptr : &member->value;
}

const rapidjson::Value* Walk(const rapidjson::Value& root, std::span<const std::string> tokens) {
  const rapidjson::Value* value = &root;
  for (const std::string& token : tokens) {
    if (value->IsObject()) {
      value = Member(*value, token);
    } else if (value->IsArray()) {
      const auto index = ArrayIndex(token, value->Size());
      value = index ? &(*value)[static_cast<rapidjson::SizeType>(*index)] : nullptr;
    } else {
      value = nullptr;
    }
    if (value == nullptr) return nullptr;
  }
  return value;
}

std::optional<std::string> ScalarText(const rapidjson::Value& value) {
  if (value.IsString()) return ToValidUtf8({value.GetString(), value.GetStringLength()});
  if (value.IsBool()) return value.GetBool() ? "true" : "false";
  if (value.IsNull()) return "";
  return std::nullopt;
}

// Of an element of a list: itself, or what it calls itself.
std::optional<std::string> ElementText(const rapidjson::Value& element) {
  if (!element.IsObject()) return ScalarText(element);
  for (const std::string_view name : {"value", "name", "key"}) {
    if (const rapidjson::Value* value = Member(element, name)) return ScalarText(*value);
  }
  return std::nullopt;
}

std::vector<std::string> AllTexts(const rapidjson::Value& value) {
  std::vector<std::string> texts;
  const auto take = [&](const rapidjson::Value& element) {
    std::optional<std::string> text = ElementText(element);
    if (text && !text->empty() && texts.size() < kMaxFound) texts.push_back(*std::move(text));
  };
  if (value.IsArray()) {
    for (const rapidjson::Value& element : value.GetArray()) take(element);
  } else {
    take(value);
  }
  return texts;
}

}  // namespace

// A JSON body has one document; a form has fields, of which those that hold JSON have a document
// each.
struct BodyReader::Parsed {
  struct Field {
    std::string text;
    std::unique_ptr<rapidjson::Document> json;
  };
  std::string body;
  bool is_form = false;
  std::unique_ptr<rapidjson::Document> json;
  std::map<std::string, Field, std::less<>> fields;

  // Where a pointer leads: into a document, or to the text of a whole field.
  struct Target {
    const rapidjson::Value* value = nullptr;
    const std::string* text = nullptr;
  };
  Target Lookup(std::string_view pointer) const;
};

BodyReader::Parsed::Target BodyReader::Parsed::Lookup(std::string_view pointer) const {
  const std::optional<PointerTokens> tokens = ParseJsonPointer(pointer);
  if (!tokens) return {};
  if (!is_form) return {json ? Walk(*json, *tokens) : nullptr, nullptr};
  const auto field = tokens->empty() ? fields.end() : fields.find(tokens->front());
  if (field == fields.end()) return {};
  if (tokens->size() == 1) return {nullptr, &field->second.text};
  if (!field->second.json) return {};
  return {Walk(*field->second.json, std::span(*tokens).subspan(1)), nullptr};
}

BodyReader::BodyReader(std::string_view content_type, std::string_view body)
    : parsed_(std::make_unique<Parsed>()) {
  parsed_->body = body;
  parsed_->is_form = IsFormContentType(content_type);
  if (!parsed_->is_form) {
    parsed_->json = Parse(body);
    return;
  }
  for (const FormField& field : ParseForm(body)) {
    // The first of a name counts.
    parsed_->fields.try_emplace(field.name, Parsed::Field{field.value, Parse(field.value)});
  }
}

BodyReader::~BodyReader() = default;

std::optional<std::string> BodyReader::Find(std::string_view pointer) const {
  const Parsed::Target target = parsed_->Lookup(pointer);
  if (target.text != nullptr) return ToValidUtf8(*target.text);
  return target.value == nullptr ? std::nullopt : ScalarText(*target.value);
}

std::optional<std::vector<std::string>> BodyReader::FindAll(std::string_view pointer) const {
  const Parsed::Target target = parsed_->Lookup(pointer);
  if (target.value != nullptr) return AllTexts(*target.value);
  if (target.text == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  if (!target.text->empty()) texts.push_back(ToValidUtf8(*target.text));
  return texts;
}

std::string BodyReader::Blanked(const std::vector<std::string>& pointers) const {
  std::vector<PointerTokens> targets;
  for (const std::string& pointer : pointers) {
    std::optional<PointerTokens> tokens = ParseJsonPointer(pointer);
    if (tokens && !tokens->empty()) targets.push_back(*std::move(tokens));
  }
  return parsed_->is_form ? BlankForm(parsed_->body, targets) : BlankJson(parsed_->body, targets);
}

}  // namespace flaglinkd
