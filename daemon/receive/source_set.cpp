#include "daemon/receive/source_set.h"

#include <algorithm>
#include <utility>

#include "daemon/verify/secret_key.h"

namespace flaglinkd {
namespace {

Error Invalid(std::string reason) {
  return {Error::Code::kInvalid, std::move(reason)};
}

Result<std::vector<SignatureScheme>> SchemesOf(const SourceOptions& options,
                                               const Adapter& adapter) {
  if (!options.signature) return adapter.Schemes(options.options);
  Result<SignatureScheme> scheme = SchemeOf(*options.signature);
  if (!scheme) return Invalid("[source." + options.name + ".signature]: " + scheme.error().message);
  const std::vector<std::string>& seen = adapter.headers();
  if (std::find(seen.begin(), seen.end(), scheme->header) != seen.end()) {
    return Invalid("[source." + options.name + ".signature]: the adapter " + adapter.name() +
                   " reads the header " + scheme->header +
                   ", and what it reads is stored; a signature must not be");
  }
  return std::vector<SignatureScheme>{*std::move(scheme)};
}

// A source that is verified has something to verify by.
Status CheckSecrets(const SourceOptions& options, const Adapter& adapter,
                    const std::vector<SignatureScheme>& schemes) {
  if (!options.verify) return {};
  if (schemes.empty()) {
    return Invalid("the adapter " + adapter.name() +
                   " does not say how its sender signs: add [source." + options.name +
                   ".signature], or path_secret in place of secrets");
  }
  const bool may_come = adapter.armed_secret().has_value() && options.secret_file;
  if (options.secret_file && !options.secret_file->missing.empty() && !may_come) {
    return Invalid(options.secret_file->missing);
  }
  if (options.secrets.empty() && !may_come) return Invalid("it has no secrets");
  for (std::size_t i = 0; i < options.secrets.size(); ++i) {
    const Status key = CheckSecret(schemes, options.secrets[i]);
    if (!key) return Invalid("secret " + std::to_string(i + 1) + ": " + key.error().message);
  }
  return {};
}

// The rest of `path` below `parent`, without the slash; nothing where it does not lie there.
std::optional<std::string_view> Below(std::string_view parent, std::string_view path) {
  if (!path.starts_with(parent) || path.size() <= parent.size()) return std::nullopt;
  if (path[parent.size()] != '/') return std::nullopt;
  return path.substr(parent.size() + 1);
}

bool IsPathOf(const SourceOptions& source, std::string_view path) {
  if (source.path_secret.empty()) return path == source.path;
  const std::optional<std::string_view> rest = Below(source.path, path);
  return rest && IsSecret(*rest, source.path_secret);
}

// What Adapter::CheckOptions is to be asked of the source.
std::vector<AdapterOption> OptionsToCheck(const SourceOptions& source) {
  std::vector<AdapterOption> options = source.options;
  if (!source.api_token.empty()) options.push_back({kHasApiToken, ""});
  return options;
}

Result<Source> Prepare(SourceOptions options, const std::filesystem::path& directory,
                       const std::string& host) {
  Result<std::shared_ptr<const Adapter>> adapter = LoadAdapter(directory, options.adapter);
  if (!adapter) return adapter.error();
  if (Status fit = (*adapter)->CheckOptions(OptionsToCheck(options)); !fit) return fit.error();
  Result<std::vector<SignatureScheme>> schemes = SchemesOf(options, **adapter);
  if (!schemes) return schemes.error();
  if (Status secrets = CheckSecrets(options, **adapter, *schemes); !secrets) return secrets.error();
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
    if (IsPathOf(source.options, path)) return &source;
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
