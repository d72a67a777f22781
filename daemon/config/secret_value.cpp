#include "daemon/config/secret_value.h"

#include <cstdlib>

#include "daemon/config/trusted_file.h"
#include "daemon/domain/flag_key.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kLargestSecret = 64u << 10;
constexpr const char* kSecretsFolder = "/etc/flaglinkd/secrets";

// Where systemd has put them; none: "".
std::string CredentialsFolder() {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder ? folder : "";
}

Error Refuse(std::string message) {
  return {Error::Code::kInvalid, std::move(message)};
}

}  // namespace

bool CredentialsAreHandedOver() {
  return !CredentialsFolder().empty();
}

Result<Secret> ReadCredential(const std::string& name) {
  // A name, so that it can't lead out of the folder.
  if (!IsValidKey(name)) return Refuse("\"" + name + "\" is no credential's name");
  const std::filesystem::path file =
      CredentialsAreHandedOver() ? std::filesystem::path(CredentialsFolder()) / ("secret_" + name)
                                 : std::filesystem::path(kSecretsFolder) / name;
  Result<Secret> secret = ReadSecretFile(file);
  if (!secret) return Refuse("credential \"" + name + "\": " + secret.error().message);
  return secret;
}

Result<Secret> ReadSecretFile(const std::filesystem::path& file) {
  Result<std::string> bytes = ReadTrustedFile(file, kLargestSecret, Readers::kNotOthers);
  if (!bytes) {
    return Error{bytes.error().code == Error::Code::kNotFound ? Error::Code::kNotFound
                                                              : Error::Code::kInvalid,
                 "secret file " + file.string() + " " + bytes.error().message};
  }
  if (bytes->ends_with('\n')) bytes->pop_back();
  if (bytes->ends_with('\r')) bytes->pop_back();
  if (bytes->empty()) {
    return Error{Error::Code::kNotFound, "secret file " + file.string() + " is empty"};
  }
  return Secret(std::move(*bytes));
}

Result<Secret> ReadSecretVariable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (!value) return Refuse("environment variable " + name + " is not set");
  if (!*value) return Refuse("environment variable " + name + " is empty");
  return Secret(std::string(value));
}

}  // namespace flaglinkd
