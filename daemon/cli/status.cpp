#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>

#include "daemon/cli/admin_client.h"
#include "daemon/cli/status_output.h"
#include "daemon/cli/status_reading.h"
#include "daemon/cli/verbs.h"
#include "daemon/queue/stored_queue.h"

namespace flaglinkd {
namespace {

constexpr Duration kPatience = std::chrono::seconds(10);  // it answers at once or hangs

// https://no-color.org: set to anything but "".
Colours ColoursOfTerminal() {
  const char* refused = std::getenv("NO_COLOR");
  const bool wanted = refused == nullptr || *refused == '\0';
  return wanted && isatty(STDOUT_FILENO) ? Colours::kAnsi : Colours::kNone;
}

HttpCall StatusCall() {
  HttpCall call;
  call.method = "GET";
  call.url = "http://flaglinkd/api/v1/status";
  return call;
}

int Show(const std::string& answer, OutputFormat output) {
  const Result<StatusReport> report = ReadStatusReport(answer);
  if (!report) {
    std::cerr << report.error().message << "\n";
    return kFailed;
  }
  std::cout << (output == OutputFormat::kJson ? answer + "\n"
                                              : StatusAsText(*report, ColoursOfTerminal()));
  return IsWrong(*report) ? kFailed : kFine;
}

// What the database of a stopped service tells.
int ShowStopped(const Config& config, OutputFormat output) {
  const TimePoint now = SystemClock().Now();
  const Result<std::unique_ptr<StoredQueue>> queue = OpenStoredQueue(config.queue.file);
  const Result<QueueStatistics> statistics =
      queue ? (*queue)->Statistics(now) : Result<QueueStatistics>(queue.error());
  if (!statistics) {
    std::cerr << statistics.error().message << "\n";
    return kFailed;
  }
  std::cout << (output == OutputFormat::kJson ? StoppedStatusAsJson(*statistics, now) + "\n"
                                              : StoppedStatusAsText(*statistics, now));
  return kFailed;
}

}  // namespace

int ShowStatus(const LoadSettings& settings, const StatusArguments& arguments) {
  const std::optional<ServiceAddress> service = FindService(settings, arguments.socket);
  if (!service) return kBadConfiguration;
  const Result<std::string> answer = AdminClient(service->socket, kPatience).Ask(StatusCall());
  if (answer) return Show(*answer, arguments.output);
  std::cerr << answer.error().message << "\n";
  const bool stopped = answer.error().code == Error::Code::kNotFound;
  return stopped && service->config ? ShowStopped(*service->config, arguments.output) : kFailed;
}

}  // namespace flaglinkd
