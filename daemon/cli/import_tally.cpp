#include "daemon/cli/import_tally.h"

#include <rapidjson/document.h>

#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kShownOfReason = 500;

std::string TextOf(const rapidjson::Document& json, const char* name) {
  const auto found = json.FindMember(name);
  if (found == json.MemberEnd() || !found->value.IsString()) return "";
  return std::string(found->value.GetString(), found->value.GetStringLength());
}

}  // namespace

Result<std::string> ImportTally::Count(const std::string& answer) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(answer.data(), answer.size());
  const bool object = !json.HasParseError() && json.IsObject();
  const std::string outcome = object ? TextOf(json, "outcome") : "";
  if (outcome == "stored") {
    ++stored_;
  } else if (outcome == "ignored") {
    ++ignored_;
  } else if (outcome == "failed") {
    ++failed_;
  } else {
    return Error{Error::Code::kInternal, "the service's answer is not understood"};
  }
  if (json.HasMember("links") && json["links"].IsInt()) links_ += json["links"].GetInt();
  return outcome == "failed" ? EscapeForLine(TextOf(json, "reason"), kShownOfReason) : "";
}

std::string ImportTally::AsText() const {
  return "imported: " + std::to_string(stored_) + " stored (" + std::to_string(links_) +
         (links_ == 1 ? " link" : " links") + " changed), " + std::to_string(ignored_) +
         " ignored, " + std::to_string(failed_) + " failed";
}

std::string ImportTally::AsJson() const {
  return "{\"stored\":" + std::to_string(stored_) + ",\"ignored\":" + std::to_string(ignored_) +
         ",\"failed\":" + std::to_string(failed_) + ",\"links\":" + std::to_string(links_) + "}";
}

}  // namespace flaglinkd
