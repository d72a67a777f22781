#include <optional>
#include <set>
#include <string>
#include <utility>

#include "daemon/observe/log.h"
#include "daemon/service_parts.h"

namespace flaglinkd {
namespace {

// Whether requests go the same way with the same token. A file of certificates may hold others by
// now.
bool IsSameWay(const LaunchDarklyOptions& now, const LaunchDarklyOptions& next) {
  return now.base_url == next.base_url && now.token.Bytes() == next.token.Bytes() &&
         now.projects == next.projects && now.catalog_refresh == next.catalog_refresh &&
         now.proxy == next.proxy && now.ca.empty() && next.ca.empty();
}

// What a running service can't change.
void ReportNeedsRestart(const Config& running, const Config& loaded) {
  const auto report = [](bool changed, const char* option) {
    if (changed) Log(LogLevel::kWarning, "changed, but needs a restart", {{"reason", option}});
  };
  report(running.listen.address != loaded.listen.address, "listen.address");
  report(running.listen.threads != loaded.listen.threads, "listen.threads");
  report(running.listen.max_connections != loaded.listen.max_connections, "listen.max_connections");
  report(running.admin.address != loaded.admin.address, "admin.address");
  report(running.admin.socket != loaded.admin.socket, "admin.socket");
  report(running.queue.file != loaded.queue.file, "queue.url");
}

void ReportFixedSecrets(const std::set<std::string>& secrets) {
  if (secrets.empty()) return;
  std::string names;
  for (const std::string& name : secrets) names += (names.empty() ? "" : ", ") + name;
  Log(LogLevel::kInfo, "secrets stay as they were at the start: restart for new ones",
      {{"reason", names}});
}

}  // namespace

Status Service::Reload(Config config) {
  Result<std::shared_ptr<const SourceSet>> sources = BuildSources(config);
  if (!sources) return sources.error();
  // The last that can fail.
  if (Status listening = parts_->hooks->Reload(config.listen); !listening) return listening.error();
  parts_->TakeOver(std::move(config), *std::move(sources));
  return {};
}

void Service::Parts::TakeOver(Config loaded, std::shared_ptr<const SourceSet> sources) {
  SetUpLog(loaded.log);
  for (const std::string& warning : loaded.warnings) Log(LogLevel::kWarning, warning);
  ReportNeedsRestart(config, loaded);
  ReportFixedSecrets(loaded.fixed_secrets);

  std::vector<std::string> names;
  for (const Source& source : sources->all()) names.push_back(source.options.name);
  metrics->AddSources(names);
  intake->Swap(std::move(sources), std::move(loaded.trusted_proxies));
  loaded.admin.address = config.admin.address;  // which decides what it may serve without a token
  admin_handler->SetAccess(loaded.admin);
  writer->Configure(loaded.queue);

  const bool is_same_way = IsSameWay(*launchdarkly, loaded.launchdarkly);
  const bool is_same_delivery = config.delivery == loaded.delivery;
  config.delivery = loaded.delivery;
  if (!is_same_way || !is_same_delivery) {
    launchdarkly = std::make_shared<const LaunchDarklyOptions>(std::move(loaded.launchdarkly));
    delivery->Configure(config.delivery, MakeDestination());
    catalog->Configure(SetupOfCatalog());
  }

  metrics->SetConfig(loaded.hash, true);
  *config_status.Lock() = {loaded.hash, clock.Now(), "", std::nullopt};
}

void Service::ReloadFailed(const std::string& reason) {
  const auto status = parts_->config_status.Lock();
  status->refused = reason;
  status->refused_at = parts_->clock.Now();
  parts_->metrics->SetConfig(status->hash, false);
}

}  // namespace flaglinkd
