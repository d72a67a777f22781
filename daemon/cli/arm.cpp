#include <rapidjson/document.h>

#include <iostream>
#include <string>

#include "daemon/cli/admin_client.h"
#include "daemon/cli/verbs.h"
#include "daemon/domain/flag_key.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kShownOfName = 100, kShownOfTime = 40;

HttpCall CallFor(const ArmArguments& arguments) {
  HttpCall call;
  call.method = "POST";
  call.url = "http://flaglinkd/api/v1/sources/" + arguments.source + "/arm";
  call.headers = {{"content-type", "application/json"}};
  call.body = arguments.replace ? R"({"replace":true})" : "{}";
  return call;
}

// Until when, as the service says it; "" where it says nothing that we understand.
std::string UntilOf(const std::string& answer) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(answer.data(), answer.size());
  if (json.HasParseError() || !json.IsObject() || !json.HasMember("armed_until")) return "";
  if (!json["armed_until"].IsString()) return "";
  return EscapeForLine(json["armed_until"].GetString(), kShownOfTime);
}

}  // namespace

int Arm(const LoadSettings& settings, const ArmArguments& arguments) {
  if (!IsValidKey(arguments.source)) {
    std::cerr << "no source can be named '" << EscapeForLine(arguments.source, kShownOfName)
              << "'\n";
    return kUsage;
  }
  const std::optional<ServiceAddress> service = FindService(settings, arguments.socket);
  if (!service) return kBadConfiguration;
  const Result<std::string> answer = AdminClient(service->socket).Ask(CallFor(arguments));
  if (!answer) {
    std::cerr << answer.error().message << "\n";
    return answer.error().code == Error::Code::kInvalid ? kUsage : kFailed;
  }
  if (arguments.output == OutputFormat::kJson) {
    std::cout << *answer << "\n";
    return kFine;
  }
  std::cout << "source " << arguments.source << " is armed until " << UntilOf(*answer)
            << ": make the webhook in the tool now\n";
  return kFine;
}

}  // namespace flaglinkd
