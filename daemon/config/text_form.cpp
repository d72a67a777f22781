#include "daemon/config/text_form.h"

#include <arpa/inet.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

#include "daemon/domain/flag_key.h"
#include "daemon/launchdarkly/launchdarkly_destination.h"
#include "daemon/match/match_rules.h"
#include "daemon/receive/source_options.h"

namespace flaglinkd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestHookPath = 256;
constexpr std::size_t kLongestHeader = 128;
constexpr std::size_t kLongestHost = 253;
constexpr std::string_view kQueueScheme = "sqlite:";

Error Refuse(const std::string& text, const std::string& fault) {
  return {Error::Code::kInvalid, "\"" + text + "\" " + fault};
}

bool IsLetterOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool IsPort(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size();
}

// "127.0.0.1:80" or "[::1]:80".
bool IsAddress(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || !IsPort(std::string_view(text).substr(colon + 1))) return false;
  std::string host = text.substr(0, colon);
  std::array<unsigned char, 16> bytes{};
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
    return inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
  }
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1;
}

Status CheckAddress(const std::string& text, const fs::path&) {
  if (IsAddress(text)) return {};
  return Refuse(text, "is not an address and a port, as \"0.0.0.0:8080\" or \"[::]:8080\"");
}

// RFC 1123, 2.1: labels of letters, digits and inner hyphens.
Status CheckHost(const std::string& text, const fs::path&) {
  bool good = text.size() <= kLongestHost;
  char before = '.';
  for (char c : text) {
    good = good && (IsLetterOrDigit(c) || ((c == '-' || c == '.') && before != '.')) &&
           !(c == '.' && before == '-');
    before = c;
  }
  if (good && IsLetterOrDigit(before)) return {};
  return Refuse(text,
                "is no host's name, as \"flaglinkd.acme.example\": letters, digits, '-' and '.', "
                "without scheme and port");
}

Status CheckReadableFile(const std::string& text, const fs::path& directory) {
  if (access(Absolute(text, directory).c_str(), R_OK) == 0) return {};
  return Refuse(text, "cannot be read: " + std::generic_category().message(errno));
}

Status CheckName(const std::string& text, const fs::path&) {
  if (IsValidKey(text) && text.size() <= kLongestName) return {};
  return Refuse(
      text,
      "must be letters, digits, '.', '_' and '-', at most 64, and start with a letter or digit");
}

Status CheckAdapterName(const std::string& text, const fs::path&) {
  bool plain = !text.empty() && IsLetterOrDigit(text[0]) && text.size() <= kLongestName;
  for (char c : text) plain = plain && (IsLetterOrDigit(c) || c == '_' || c == '-');
  if (plain) return {};
  return Refuse(text, "is no adapter's name: letters, digits, '_' and '-', at most 64");
}

Status CheckProjectKey(const std::string& text, const fs::path&) {
  if (IsValidKey(text)) return {};
  return Refuse(
      text, "is no project key: letters, digits, '.', '_' and '-', the first a letter or digit");
}

Status CheckOrigin(const std::string& text, const fs::path&) {
  return CheckBaseUrl(text);
}

Status CheckProxyUrl(const std::string& text, const fs::path&) {
  std::string_view rest = text;
  for (std::string_view scheme : {"http://", "https://", "socks5h://"}) {
    if (rest.substr(0, scheme.size()) != scheme) continue;
    rest.remove_prefix(scheme.size());
    if (!rest.empty() && rest.find_first_of("/@?# ") == std::string_view::npos) return {};
  }
  return Refuse(
      text,
      "is not a proxy, as \"http://proxy.example:3128\" (http, https or socks5h; no user and "
      "no path)");
}

Status CheckQueueUrl(const std::string& text, const fs::path&) {
  if (text.size() > kQueueScheme.size() && text.substr(0, kQueueScheme.size()) == kQueueScheme) {
    return {};
  }
  return Refuse(text, "is not understood; what is: \"sqlite:/path/of/the/file\"");
}

Status CheckHookPath(const std::string& text, const fs::path&) {
  bool good = text.size() > 1 && text.size() <= kLongestHookPath && text.starts_with('/') &&
              text.find("//") == std::string::npos && text.find("/.") == std::string::npos;
  for (char c : text) good = good && (IsKeyCharacter(c) || c == '/' || c == '~');
  if (good) return {};
  return Refuse(text,
                "is no path, as \"/hooks/jira\": letters, digits, '.', '_', '-', '~' and '/'");
}

Status CheckNetwork(const std::string& text, const fs::path&) {
  Result<Network> network = ParseNetwork(text);
  if (network) return {};
  return Refuse(text, "is not a network, as \"192.0.2.0/24\" or \"2001:db8::/32\"");
}

Status CheckPointer(const std::string& text, const fs::path&) {
  bool good = text.starts_with('/');
  for (std::size_t i = 0; i < text.size(); ++i) {
    // RFC 6901, section 3: a tilde is only there as ~0 or ~1.
    if (text[i] == '~')
      good = good && i + 1 < text.size() && (text[i + 1] == '0' || text[i + 1] == '1');
  }
  if (good) return {};
  return Refuse(text, "is not a JSON Pointer, as \"/issue/fields/project/key\"");
}

Status CheckPattern(const std::string& text, const fs::path&) {
  MatchOptions options;
  options.patterns = {text};
  Result<MatchRules> rules = MatchRules::Compile(options, {"default"}, {});
  if (rules) return {};
  return rules.error();
}

Status CheckHeader(const std::string& text, const fs::path&) {
  bool good = text.size() <= kLongestHeader;
  for (char c : text) good = good && (IsLetterOrDigit(c) || c == '-' || c == '_');
  if (good) return {};
  return Refuse(text, "is no header, as \"X-Signature\": letters, digits, '-' and '_'");
}

Status CheckHeaderOrPointer(const std::string& text, const fs::path& directory) {
  return text.starts_with('/') ? CheckPointer(text, directory) : CheckHeader(text, directory);
}

Status CheckFlag(const std::string& text, const fs::path&) {
  const std::size_t slash = text.find('/');
  const bool both = slash != std::string::npos && IsValidKey(text.substr(0, slash)) &&
                    IsValidKey(text.substr(slash + 1));
  if (both) return {};
  return Refuse(text, "is no flag, as \"default/checkout-v2\": its project and its key");
}

}  // namespace

const TextForm kTextForm{"string", nullptr};
const TextForm kAddressForm{"address", CheckAddress};
const TextForm kHostForm{"host", CheckHost};
const TextForm kPathForm{"path", nullptr};
const TextForm kReadableFileForm{"file", CheckReadableFile};
const TextForm kNameForm{"name", CheckName};
const TextForm kAdapterNameForm{"name", CheckAdapterName};
const TextForm kProjectKeyForm{"project key", CheckProjectKey};
const TextForm kBaseUrlForm{"URL", CheckOrigin};
const TextForm kProxyUrlForm{"URL", CheckProxyUrl};
const TextForm kQueueUrlForm{"URL", CheckQueueUrl};
const TextForm kHookPathForm{"URL path", CheckHookPath};
const TextForm kNetworkForm{"network", CheckNetwork};
const TextForm kPointerForm{"JSON Pointer", CheckPointer};
const TextForm kPatternForm{"RE2 pattern", CheckPattern};
const TextForm kHeaderForm{"header", CheckHeader};
const TextForm kHeaderOrPointerForm{"header or JSON Pointer", CheckHeaderOrPointer};
const TextForm kFlagForm{"flag", CheckFlag};

fs::path Absolute(const std::string& text, const fs::path& directory) {
  return (directory / text).lexically_normal();
}

fs::path QueueFile(const std::string& url, const fs::path& directory) {
  return Absolute(url.substr(kQueueScheme.size()), directory);
}

}  // namespace flaglinkd
