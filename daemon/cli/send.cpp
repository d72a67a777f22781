#include "daemon/cli/send.h"

#include <memory>
#include <optional>
#include <utility>

namespace flaglinkd {

HttpAnswer SendAndWait(HttpClient& client, HttpCall call, const Secret& authorization) {
  std::optional<HttpAnswer> answer;
  client.Start(std::move(call), authorization,
               [&](HttpAnswer result) { answer = std::move(result); });
  while (!answer) client.Poll(std::chrono::seconds(1));
  return *std::move(answer);
}

HttpAnswer SendAndWait(HttpCall call) {
  return SendAndWait(*HttpClient::Create(HttpClient::Options{}), std::move(call), Secret());
}

}  // namespace flaglinkd
