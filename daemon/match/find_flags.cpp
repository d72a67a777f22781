#include "daemon/match/find_flags.h"

#include <re2/re2.h>
#include <re2/stringpiece.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "daemon/match/pattern.h"
#include "daemon/match/url_scanner.h"

namespace flaglinkd {
namespace {

// One search of RE2 is linear in the text; many are not, if the pattern reads on to the text's end
// to decide where a match ends.
constexpr int kMaxMatchesPerText = 10'000;

constexpr std::string_view kKeyPunctuation = "._-";

std::string_view Strip(std::string_view text, std::string_view characters) {
  const std::size_t first = text.find_first_not_of(characters);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(characters) - first + 1);
}

// Keeps the first reason per carrier and flag, and the bound on flags.
class Collector {
 public:
  explicit Collector(const std::vector<std::string>& projects) : projects_(projects) {}

  // A flag of the source's default project.
  void Add(Carrier carrier, std::string_view key, const std::string& reason) {
    Add(carrier, {projects_.front(), std::string(key)}, reason);
  }

  void Add(Carrier carrier, FlagKey flag, const std::string& reason) {
    if (std::find(projects_.begin(), projects_.end(), flag.project) == projects_.end()) return;
    if (!IsValidKey(flag.key)) return;
    if (!flags_.contains(flag)) {
      if (flags_.size() == kMaxFlagsPerChange) {
        Truncate();
        return;
      }
      flags_.insert(flag);
    }
    mentions_.try_emplace({carrier, std::move(flag)}, reason);
  }

  void Truncate() { truncated_ = true; }

  FoundFlags Take() && {
    FoundFlags found;
    found.truncated = truncated_;
    for (auto& [where, reason] : mentions_) {
      found.mentions.push_back({where.second, where.first, std::move(reason)});
    }
    return found;
  }

 private:
  const std::vector<std::string>& projects_;
  std::set<FlagKey> flags_;
  std::map<std::pair<Carrier, FlagKey>, std::string> mentions_;
  bool truncated_ = false;
};

void AddUrls(const MatchRules& rules, Carrier carrier, std::string_view text,
             const std::string& reason, Collector& found) {
  UrlScanner scanner(text, rules.hosts());
  while (auto flag = scanner.Next()) found.Add(carrier, std::move(*flag), reason);
}

void AddMatches(const re2::RE2& pattern, std::string_view text, const std::string& reason,
                Collector& found) {
  const int key_group = KeyGroup(pattern), project_group = ProjectGroup(pattern);
  const re2::StringPiece input(text.data(), text.size());
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(pattern.NumberOfCapturingGroups()) +
                                       1);
  const auto captured = [&](int group) {
    const re2::StringPiece& piece = groups[static_cast<std::size_t>(group)];
    return Strip(std::string_view(piece.data(), piece.size()), kKeyPunctuation);
  };
  std::size_t position = 0;
  for (int matches = 0; position <= text.size(); ++matches) {
    if (matches == kMaxMatchesPerText) return found.Truncate();
    if (!pattern.Match(input, position, text.size(), re2::RE2::UNANCHORED, groups.data(),
                       static_cast<int>(groups.size()))) {
      return;
    }
    const std::string_view key = captured(key_group);
    const std::string_view project = project_group == 0 ? "" : captured(project_group);
    if (project.empty()) {
      found.Add(Carrier::kText, key, reason);
    } else {
      found.Add(Carrier::kText, {std::string(project), std::string(key)}, reason);
    }
    const auto end = static_cast<std::size_t>(groups[0].data() - text.data()) + groups[0].size();
    position = groups[0].empty() ? end + 1 : end;
  }
}

void AddLabel(const MatchRules& rules, std::string_view label, Collector& found) {
  for (const std::string& prefix : rules.labels()) {
    if (!label.starts_with(prefix)) continue;
    const std::string_view key = label.substr(prefix.size());
    if (!IsValidKey(key)) continue;
    found.Add(Carrier::kLabel, key, "label " + std::string(label));
    return;
  }
}

// A key, a flag URL, or several of them with commas or line ends between.
void AddField(const MatchRules& rules, const NamedText& field, Collector& found) {
  const std::string reason = "field " + field.name;
  AddUrls(rules, Carrier::kField, field.text, reason, found);
  std::string_view rest = field.text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(",\r\n"), rest.size());
    found.Add(Carrier::kField, Strip(rest.substr(0, end), " \t"), reason);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

}  // namespace

FoundFlags FindFlags(const MatchRules& rules, const KnownFlags&, const Change& change) {
  Collector found(rules.projects());
  if (change.texts) {
    for (const NamedText& text : *change.texts) {
      if (rules.urls()) {
        AddUrls(rules, Carrier::kText, text.text, "flag URL in " + text.name, found);
      }
      for (const auto& pattern : rules.patterns()) {
        AddMatches(*pattern, text.text, "pattern in " + text.name, found);
      }
    }
  }
  if (change.labels) {
    for (const std::string& label : *change.labels) AddLabel(rules, label, found);
  }
  if (change.fields) {
    for (const NamedText& field : *change.fields) AddField(rules, field, found);
  }
  return std::move(found).Take();
}

}  // namespace flaglinkd
