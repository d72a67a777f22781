// The command line's end of the admin socket.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/result.h"
#include "daemon/base/secret.h"
#include "daemon/config/config.h"
#include "daemon/http/http_client.h"

namespace flaglinkd {

// `given`, else what the configuration says; complains on standard error if there is none.
std::optional<std::filesystem::path> FindAdminSocket(const LoadSettings& settings,
                                                     const std::filesystem::path& given);

class AdminClient {
 public:
  explicit AdminClient(std::filesystem::path socket);

  // Waits for the answer, and returns its body. kInvalid: the service does not take what was asked
  // (400). Else: nobody listens, or what the service says is in the way. The message is for a
  // person.
  Result<std::string> Ask(HttpCall call);

 private:
  const std::filesystem::path socket_;
  const Secret no_authorization_;
  const std::unique_ptr<HttpClient> client_;
};

}  // namespace flaglinkd
