// The command line's end of the admin socket.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/result.h"
#include "daemon/config/config.h"
#include "daemon/http/http_client.h"

namespace flaglinkd {

struct ServiceAddress {
  std::filesystem::path socket;
  std::optional<Config>
      config;  // that says so; absent: the socket was given, and that one is meant
};
// `given`, else what the configuration says; complains on standard error if there is none.
std::optional<ServiceAddress> FindService(const LoadSettings& settings,
                                          const std::filesystem::path& given);

class AdminClient {
 public:
  // A thousand events that are replayed take their time.
  explicit AdminClient(std::filesystem::path socket, Duration patience = std::chrono::minutes(10));

  // Waits for the answer, and returns its body. kInvalid: the service does not take what was asked
  // (400). kNotFound: nobody listens. Else what the service says is in the way. The message is for
  // a person.
  Result<std::string> Ask(HttpCall call);

 private:
  const std::filesystem::path socket_;
  const std::unique_ptr<HttpClient> client_;
};

}  // namespace flaglinkd
