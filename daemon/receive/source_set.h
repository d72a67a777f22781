// The configured sources, ready to work: adapter loaded, schemes and rules compiled. Immutable, so
// that a reload swaps the whole set at once; safe for several threads.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "daemon/adapt/adapter.h"
#include "daemon/match/match_rules.h"
#include "daemon/receive/source_options.h"
#include "daemon/verify/signature_scheme.h"

namespace flaglinkd {

struct Source {
  SourceOptions options;
  std::shared_ptr<const Adapter> adapter;
  std::vector<SignatureScheme> schemes;  // with the source's tolerance
  MatchRules rules;
};

class SourceSet {
 public:
  // Loads the adapters from `directory`; `host` is LaunchDarkly's (its flag URLs count too). Every
  // secret must be a key of one of its source's schemes. A source whose adapter knows of armed
  // handshakes may have none yet. Every problem at once, each with the source's name and none with
  // a secret.
  static std::variant<std::shared_ptr<const SourceSet>, std::vector<std::string>> Build(
      std::vector<SourceOptions> options, const std::filesystem::path& directory,
      const std::string& host);

  explicit SourceSet(std::vector<Source> sources) : sources_(std::move(sources)) {}

  // The path with the source's path_secret, which is compared in constant time.
  const Source* FindByPath(std::string_view path) const;
  const Source* FindByName(std::string_view name) const;
  const std::vector<Source>& all() const { return sources_; }

 private:
  std::vector<Source> sources_;
};

}  // namespace flaglinkd
