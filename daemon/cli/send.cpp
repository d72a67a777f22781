#include "daemon/cli/send.h"

#include <memory>
#include <optional>
#include <utility>

namespace flaglinkd {

HttpAnswer SendAndWait(HttpCall call) {
  const std::unique_ptr<HttpClient> client = HttpClient::Create(HttpClient::Options{});
  const Secret no_authorization;
  std::optional<HttpAnswer> answer;
  client->Start(std::move(call), no_authorization,
                [&](HttpAnswer result) { answer = std::move(result); });
  while (!answer) client->Poll(std::chrono::seconds(1));
  return *std::move(answer);
}

}  // namespace flaglinkd
