#include "daemon/match/match_rules.h"

#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "daemon/match/pattern.h"

namespace flaglinkd {
namespace {

// api docs, "Server URLs", and the site's own addresses: commercial, EU and federal.
constexpr const char* kLaunchDarklyHosts[] = {"app.launchdarkly.com", "app.eu.launchdarkly.com",
                                              "app.launchdarkly.us"};

void LowerCase(std::string& text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
}

}  // namespace

MatchRules::MatchRules() = default;
MatchRules::MatchRules(MatchRules&&) noexcept = default;
MatchRules& MatchRules::operator=(MatchRules&&) noexcept = default;
MatchRules::~MatchRules() = default;

Result<MatchRules> MatchRules::Compile(const MatchOptions& options,
                                       std::vector<std::string> projects,
                                       std::vector<std::string> hosts) {
  if (projects.empty()) return Error{Error::Code::kInvalid, "projects: at least one is needed"};
  MatchRules rules;
  rules.urls_ = options.urls;
  rules.catalog_ = options.catalog;
  rules.labels_ = options.labels;
  rules.projects_ = std::move(projects);
  rules.hosts_ = std::move(hosts);
  for (std::string& host : rules.hosts_) LowerCase(host);
  std::erase(rules.hosts_, "");
  rules.hosts_.insert(rules.hosts_.end(), std::begin(kLaunchDarklyHosts),
                      std::end(kLaunchDarklyHosts));
  for (const std::string& pattern : options.patterns) {
    auto compiled = CompilePattern(pattern);
    if (!compiled) return compiled.error();
    rules.patterns_.push_back(std::move(*compiled));
  }
  return rules;
}

}  // namespace flaglinkd
