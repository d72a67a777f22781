// Reads a secret from where the configuration says that it is. Messages name the place, never the
// content.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/base/result.h"
#include "daemon/base/secret.h"

namespace flaglinkd {

// Of a file, one newline at the end is not part of the secret. An empty secret is refused.
// $CREDENTIALS_DIRECTORY/secret_<name>, as systemd's LoadCredential=secret:/etc/flaglinkd/secrets
// lays them out; without that variable (an operator's shell) /etc/flaglinkd/secrets/<name>.
Result<Secret> ReadCredential(const std::string& name);
// Whether that variable is set: what systemd puts there stays as it was at the start.
bool CredentialsAreHandedOver();
// kNotFound: there is no such file, or it is empty.
Result<Secret> ReadSecretFile(const std::filesystem::path& file);
Result<Secret> ReadSecretVariable(const std::string& name);

}  // namespace flaglinkd
