#include <iostream>
#include <utility>

#include "daemon/cli/admin_client.h"
#include "daemon/cli/ask_stored_queue.h"
#include "daemon/cli/queue_output.h"
#include "daemon/cli/queue_request.h"
#include "daemon/cli/verbs.h"

namespace flaglinkd {
namespace {

int Complain(const Error& error) {
  std::cerr << error.message << "\n";
  return error.code == Error::Code::kInvalid ? kUsage : kFailed;
}

// Of the service, or of the database that it left.
Result<std::string> Ask(const ServiceAddress& service, HttpCall call, QueueVerb verb,
                        const QueueArguments& arguments) {
  Result<std::string> answer = AdminClient(service.socket).Ask(std::move(call));
  const bool stopped = !answer && answer.error().code == Error::Code::kNotFound;
  if (!stopped || !service.config) return answer;
  Result<std::string> stored =
      AskStoredQueue(verb, arguments, *service.config, SystemClock().Now());
  std::cerr << answer.error().message << (stored ? " What follows is from its database.\n" : "\n");
  return stored;
}

}  // namespace

int AskQueue(const LoadSettings& settings, QueueVerb verb, const QueueArguments& arguments) {
  Result<HttpCall> call = RequestOf(verb, arguments, SystemClock().Now());
  if (!call) return Complain(call.error());
  const std::optional<ServiceAddress> service = FindService(settings, arguments.socket);
  if (!service) return kBadConfiguration;
  const Result<std::string> answer = Ask(*service, *std::move(call), verb, arguments);
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
