#include <iostream>

#include "daemon/cli/admin_client.h"
#include "daemon/cli/queue_output.h"
#include "daemon/cli/queue_request.h"
#include "daemon/cli/verbs.h"

namespace flaglinkd {
namespace {

int Complain(const Error& error) {
  std::cerr << error.message << "\n";
  return error.code == Error::Code::kInvalid ? kUsage : kFailed;
}

}  // namespace

int AskQueue(const LoadSettings& settings, QueueVerb verb, const QueueArguments& arguments) {
  Result<HttpCall> call = RequestOf(verb, arguments, SystemClock().Now());
  if (!call) return Complain(call.error());
  const std::optional<std::filesystem::path> socket = FindAdminSocket(settings, arguments.socket);
  if (!socket) return kBadConfiguration;
  const Result<std::string> answer = AdminClient(*socket).Ask(*std::move(call));
  if (!answer) return Complain(answer.error());
  if (arguments.output == OutputFormat::kJson) {
    std::cout << *answer << "\n";
    return kFine;
  }
  const Result<std::string> text = QueueAnswerAsText(verb, *answer);
  if (!text) return Complain(text.error());
  std::cout << *text;
  return kFine;
}

}  // namespace flaglinkd
