#include "daemon/receive/source_set.h"

#include <utility>

namespace flaglinkd {
namespace {

Result<Source> Prepare(SourceOptions options, const std::filesystem::path& directory,
                       const std::string& host) {
  Result<std::shared_ptr<const Adapter>> adapter = LoadAdapter(directory, options.adapter);
  if (!adapter) return adapter.error();
  if (Status fit = (*adapter)->CheckOptions(options.options); !fit) return fit.error();
  Result<std::vector<SignatureScheme>> schemes = (*adapter)->Schemes(options.options);
  if (!schemes) return schemes.error();
  if (options.tolerance) {
    for (SignatureScheme& scheme : *schemes) scheme.past = scheme.future = *options.tolerance;
  }
  Result<MatchRules> rules = MatchRules::Compile(options.match, options.projects, {host});
  if (!rules) return rules.error();
  return Source{std::move(options), *std::move(adapter), *std::move(schemes), *std::move(rules)};
}

}  // namespace

std::variant<std::shared_ptr<const SourceSet>, std::vector<std::string>> SourceSet::Build(
    std::vector<SourceOptions> options, const std::filesystem::path& directory,
    const std::string& host) {
  std::vector<Source> sources;
  std::vector<std::string> problems;
  for (SourceOptions& one : options) {
    const std::string name = one.name;
    Result<Source> source = Prepare(std::move(one), directory, host);
    if (source) {
      sources.push_back(*std::move(source));
    } else {
      problems.push_back("source " + name + ": " + source.error().message);
    }
  }
  if (!problems.empty()) return problems;
  return std::make_shared<const SourceSet>(std::move(sources));
}

const Source* SourceSet::FindByPath(std::string_view path) const {
  for (const Source& source : sources_) {
    if (source.options.path == path) return &source;
  }
  return nullptr;
}

const Source* SourceSet::FindByName(std::string_view name) const {
  for (const Source& source : sources_) {
    if (source.options.name == name) return &source;
  }
  return nullptr;
}

}  // namespace flaglinkd
