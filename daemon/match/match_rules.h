// What makes a text, label or field name a flag, as a source is configured. Compiled once;
// immutable and safe for several threads afterwards.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "daemon/base/result.h"

namespace re2 {
class RE2;
}

namespace flaglinkd {

// When a key that the catalogue knows counts in free text: never; between quotes or backticks; also
// as a bare word if it does not look like prose (it holds '-', '_', '.', a digit or an inner
// capital); as any whole word.
enum class CatalogMatch { kOff, kQuoted, kDistinctive, kWords };

struct MatchOptions {
  bool urls = true;
  CatalogMatch catalog = CatalogMatch::kDistinctive;
  std::vector<std::string> patterns = {"flag:(?P<key>[A-Za-z0-9][A-Za-z0-9_.-]*)"};
  std::vector<std::string> labels = {"flag-", "ld:"};  // prefixes
  std::vector<std::string> fields;                     // JSON Pointers into the body
};

class MatchRules {
 public:
  // `projects`: those of the source, at least one; `hosts`: the hosts whose flag URLs count besides
  // LaunchDarkly's own ("app.launchdarkly.com", an optional ":port" counts). kInvalid names the
  // pattern and what is wrong with it.
  static Result<MatchRules> Compile(const MatchOptions& options, std::vector<std::string> projects,
                                    std::vector<std::string> hosts);
  MatchRules(MatchRules&&) noexcept;
  MatchRules& operator=(MatchRules&&) noexcept;
  ~MatchRules();

  bool urls() const { return urls_; }
  CatalogMatch catalog() const { return catalog_; }
  const std::vector<std::unique_ptr<re2::RE2>>& patterns() const { return patterns_; }
  const std::vector<std::string>& labels() const { return labels_; }
  const std::vector<std::string>& projects() const { return projects_; }
  const std::vector<std::string>& hosts() const { return hosts_; }  // lower case

 private:
  MatchRules();
  bool urls_ = true;
  CatalogMatch catalog_ = CatalogMatch::kDistinctive;
  std::vector<std::unique_ptr<re2::RE2>> patterns_;
  std::vector<std::string> labels_, projects_, hosts_;
};

}  // namespace flaglinkd
