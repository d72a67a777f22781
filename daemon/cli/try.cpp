#include <iostream>
#include <vector>

#include "daemon/cli/dry_run.h"
#include "daemon/cli/saved_webhook.h"
#include "daemon/cli/verbs.h"
#include "daemon/launchdarkly/project_flags.h"
#include "daemon/queue/stored_catalog.h"

namespace flaglinkd {
namespace {

// Without it the run is worth something still.
KnownFlags StoredFlags(const Config& config) {
  if (config.launchdarkly.catalog_refresh == Duration(0)) return KnownFlags();
  const Result<std::vector<CatalogUpdate>> stored = ReadStoredCatalog(config.queue.file);
  if (!stored) {
    std::cerr << "without the catalogue of flags: " << stored.error().message << "\n";
    return KnownFlags();
  }
  return ToKnownFlags(config.launchdarkly.projects, *stored);
}

}  // namespace

int Try(const LoadSettings& settings, const TryArguments& arguments) {
  std::optional<Config> config = LoadOrComplain(settings);
  if (!config) return kBadConfiguration;
  Result<std::shared_ptr<const SourceSet>> sources = PrepareSource(*config, arguments.source);
  if (!sources) {
    std::cerr << sources.error().message << "\n";
    return sources.error().code == Error::Code::kNotFound ? kUsage : kBadConfiguration;
  }
  Result<Webhook> webhook = ReadWebhook(arguments.file, arguments.headers);
  if (!webhook) {
    std::cerr << webhook.error().message << "\n";
    return kUsage;
  }
  const DryRun run = RunDry((*sources)->all().front(), *webhook, StoredFlags(*config),
                            config->launchdarkly.installation);
  std::cout << (arguments.output == OutputFormat::kJson ? DryRunAsJson(run) : DryRunAsText(run));
  return kFine;
}

}  // namespace flaglinkd
