#include "daemon/cli/check.h"

#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/adapt/adapter.h"
#include "daemon/cli/online_check.h"
#include "daemon/cli/send.h"
#include "daemon/cli/verbs.h"
#include "daemon/receive/source_set.h"
#include "daemon/service.h"

namespace flaglinkd {
namespace {

std::string Methods(const Adapter& adapter) {
  std::string text;
  for (const std::string& method : adapter.methods()) text += (text.empty() ? "" : ",") + method;
  return text;
}

std::string Secrets(const SourceOptions& source) {
  if (!source.verify) return source.path_secret.empty() ? "unverified" : "secret path";
  const std::size_t count = source.secrets.size();
  if (count == 0) return "no secret yet: `flaglinkd arm " + source.name + "`";
  return std::to_string(count) + (count == 1 ? " secret" : " secrets") +
         (source.path_secret.empty() ? "" : ", secret path");
}

// A line of its own where the token is missing or idle.
std::string AboutApiToken(const SourceOptions& source, const Adapter& adapter) {
  const bool asks = !adapter.hosts().empty();
  if (asks && source.api_token.empty()) {
    return "\nwarning: source " + source.name +
           ": without api_token only what its webhooks hold is linked and shown; the adapter's "
           "README says what they leave out";
  }
  if (!asks && !source.api_token.empty()) {
    return "\nwarning: source " + source.name + ": its adapter asks for nothing, api_token is idle";
  }
  return "";
}

// How the source will be served.
std::string LineOf(const Source& source) {
  const Adapter& adapter = *source.adapter;
  return "source " + source.options.name + ": adapter " + adapter.name() + " " + adapter.version() +
         ", " + Methods(adapter) + " " + source.options.path + ", " + Secrets(source.options) +
         AboutApiToken(source.options, adapter);
}

int CheckOnline(const Config& config, std::ostream& out) {
  const LaunchDarklyOptions& launchdarkly = config.launchdarkly;
  if (launchdarkly.token.empty()) {
    out << "LaunchDarkly: was not asked, since there is no token\n";
    return kFine;
  }
  HttpClient::Options options;
  options.timeout = config.delivery.timeout;
  options.proxy = launchdarkly.proxy;
  options.ca_file = launchdarkly.ca;
  options.user_agent = std::string("flaglinkd/") + kVersion;
  options.max_connections = 1;
  const std::unique_ptr<HttpClient> client = HttpClient::Create(options);
  int exit_code = kFine;
  const auto ask = [&](HttpCall call) {
    return SendAndWait(*client, std::move(call), launchdarkly.token);
  };
  for (const OnlineFinding& finding : CheckLaunchDarkly(launchdarkly, ask, SystemClock())) {
    out << finding.line << "\n";
    if (finding.wrong) exit_code = kFailed;
  }
  return exit_code;
}

}  // namespace

int Check(const LoadSettings& settings, std::ostream& out, CheckReach reach) {
  auto loaded = LoadConfig(settings);
  if (const auto* diagnostics = std::get_if<std::vector<Diagnostic>>(&loaded)) {
    for (const Diagnostic& diagnostic : *diagnostics) out << diagnostic.Text() << "\n";
    return kBadConfiguration;
  }
  Config& config = std::get<Config>(loaded);
  for (const std::string& warning : config.warnings) out << "warning: " << warning << "\n";
  int exit_code = kFine;
  for (SourceOptions& source : config.sources) {
    std::vector<SourceOptions> one;
    one.push_back(std::move(source));
    auto built =
        SourceSet::Build(std::move(one), config.adapters, HostOf(config.launchdarkly.base_url));
    if (const auto* problems = std::get_if<std::vector<std::string>>(&built)) {
      for (const std::string& problem : *problems) out << problem << "\n";
      exit_code = kBadConfiguration;
    } else {
      out << LineOf(std::get<std::shared_ptr<const SourceSet>>(built)->all().front()) << "\n";
    }
  }
  return exit_code == kFine && reach == CheckReach::kOnline ? CheckOnline(config, out) : exit_code;
}

}  // namespace flaglinkd
