#include <algorithm>
#include <iostream>
#include <memory>
#include <system_error>
#include <variant>
#include <vector>

#include "daemon/cli/expectations.h"
#include "daemon/cli/verbs.h"

namespace flaglinkd {
namespace {

bool IsWrittenIn(const WebhookTest& test, const std::vector<std::filesystem::path>& files) {
  return std::ranges::any_of(files, [&](const std::filesystem::path& file) {
    std::error_code failed;
    return std::filesystem::equivalent(test.file, file, failed);
  });
}

}  // namespace

int Test(const LoadSettings& settings, const TestArguments& arguments) {
  LoadSettings with_files = settings;
  with_files.more = arguments.files;
  std::optional<Config> config = LoadOrComplain(with_files);
  if (!config) return kBadConfiguration;
  if (!arguments.files.empty()) {
    std::erase_if(config->tests,
                  [&](const WebhookTest& test) { return !IsWrittenIn(test, arguments.files); });
  }
  auto built = SourceSet::Build(std::move(config->sources), config->adapters,
                                HostOf(config->launchdarkly.base_url));
  if (const auto* problems = std::get_if<std::vector<std::string>>(&built)) {
    for (const std::string& problem : *problems) std::cerr << problem << "\n";
    return kBadConfiguration;
  }
  const bool catalog = config->launchdarkly.catalog_refresh != Duration(0);
  const std::vector<TestResult> results = RunTests(
      config->tests, *std::get<std::shared_ptr<const SourceSet>>(built),
      catalog ? FlagsExpectedBy(config->tests, config->launchdarkly.projects) : KnownFlags(),
      config->launchdarkly.installation);
  const bool json = arguments.output == OutputFormat::kJson;
  std::cout << (json ? ResultsAsJson(results) : ResultsAsText(results));
  const bool good = std::ranges::all_of(
      results, [](const TestResult& result) { return result.differences.empty(); });
  return good ? kFine : kFailed;
}

}  // namespace flaglinkd
