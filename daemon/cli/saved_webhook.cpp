#include "daemon/cli/saved_webhook.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>
#include <variant>

namespace flaglinkd {
namespace {

constexpr std::uintmax_t kMaxFile = 25u << 20;  // what the largest senders send

}  // namespace

Result<Header> ParseHeader(const std::string& line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos || colon == 0) {
    return Error{Error::Code::kInvalid, "-H '" + line + "': wanted 'Name: value'"};
  }
  Header header{line.substr(0, colon), line.substr(colon + 1)};
  std::transform(header.name.begin(), header.name.end(), header.name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  header.value.erase(0, header.value.find_first_not_of(" \t"));
  return header;
}

Result<Webhook> ReadWebhook(const std::filesystem::path& file,
                            const std::vector<std::string>& headers) {
  Webhook webhook;
  webhook.method = "POST";
  webhook.received = SystemClock().Now();
  for (const std::string& line : headers) {
    Result<Header> header = ParseHeader(line);
    if (!header) return header.error();
    webhook.headers.push_back(*std::move(header));
  }
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (!error && size > kMaxFile)
    return Error{Error::Code::kNotFound, "read " + file.string() + ": larger than 25 MiB"};
  std::ifstream stream(file, std::ios::binary);
  webhook.body.assign(std::istreambuf_iterator<char>(stream), {});
  if (!stream && !stream.eof()) {
    return Error{Error::Code::kNotFound, "read " + file.string() + ": " + std::strerror(errno)};
  }
  if (!webhook.FindHeader("content-type")) {
    const std::size_t first = webhook.body.find_first_not_of(" \t\r\n");
    const bool json =
        first != std::string::npos && std::strchr("{[", webhook.body[first]) != nullptr;
    webhook.headers.push_back(
        {"content-type", json ? "application/json" : "application/x-www-form-urlencoded"});
  }
  return webhook;
}

Result<std::shared_ptr<const SourceSet>> PrepareSource(Config& config, const std::string& name) {
  std::string known;
  std::vector<SourceOptions> wanted;
  for (SourceOptions& source : config.sources) {
    known += (known.empty() ? "" : ", ") + source.name;
    if (source.name == name) wanted.push_back(std::move(source));
  }
  if (wanted.empty()) {
    return Error{Error::Code::kNotFound, "no source is named " + name + "; there are: " + known};
  }
  auto built =
      SourceSet::Build(std::move(wanted), config.adapters, HostOf(config.launchdarkly.base_url));
  if (auto* problems = std::get_if<std::vector<std::string>>(&built)) {
    return Error{Error::Code::kInvalid, problems->front()};
  }
  return std::get<std::shared_ptr<const SourceSet>>(std::move(built));
}

}  // namespace flaglinkd
