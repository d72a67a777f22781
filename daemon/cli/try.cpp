#include <iostream>

#include "daemon/cli/dry_run.h"
#include "daemon/cli/saved_webhook.h"
#include "daemon/cli/verbs.h"

namespace flaglinkd {

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
  const DryRun run = RunDry((*sources)->all().front(), *webhook, config->launchdarkly.installation);
  std::cout << (arguments.output == OutputFormat::kJson ? DryRunAsJson(run) : DryRunAsText(run));
  return kFine;
}

}  // namespace flaglinkd
