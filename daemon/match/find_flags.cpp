#include "daemon/match/find_flags.h"

#include <re2/re2.h>
#include <re2/stringpiece.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "daemon/match/pattern.h"
#include "daemon/match/url_scanner.h"
#include "daemon/match/word_scanner.h"

namespace flaglinkd {
namespace {

// One search of RE2 is linear in the text; many are not, if the pattern reads on to the text's end
// to decide where a match ends.
constexpr int kMaxMatchesPerText = 10'000;

// In prose a shorter key would be found by chance (so too ld-find-code-refs, flags/flags.go).
constexpr std::size_t kMinProseKey = 3;

bool IsSpace(char c) {
  return c == ' ' || c == '\t';
}

// What a sentence puts around a key, and a key may hold.
bool IsKeyPunctuation(char c) {
  return c == '.' || c == '-' || c == '_';
}

std::string_view Strip(std::string_view text, bool (*is_outside)(char)) {
  while (!text.empty() && is_outside(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_outside(text.back())) text.remove_suffix(1);
  return text;
}

enum class Archived { kLeaveOut, kTake };

// Keeps the first reason per carrier and flag, the bound on flags, and what is outside the source's
// projects out.
class Collector {
 public:
  Collector(const std::vector<std::string>& projects, const KnownFlags& known)
      : projects_(projects), known_(known) {}

  // A key that was named as one: of every project that has it; if none has it, of the first.
  void Add(Carrier carrier, std::string_view key, const std::string& reason) {
    if (AddKnown(carrier, key, reason, Archived::kTake)) return;
    Add(carrier, projects_.front(), key, reason);
  }

  void Add(Carrier carrier, std::string_view project, std::string_view key,
           const std::string& reason) {
    if (!IsSources(project) || !IsValidKey(key)) return;
    const std::tuple wanted(carrier, project, key);
    const auto place = std::ranges::lower_bound(mentions_, wanted, {}, [](const Mention& mention) {
      return std::tuple<Carrier, std::string_view, std::string_view>(
          mention.carrier, mention.flag.project, mention.flag.key);
    });
    const auto names_it = [&](const Mention& mention) {
      return mention.flag.key == key && mention.flag.project == project;
    };
    if (place != mentions_.end() && place->carrier == carrier && names_it(*place)) return;
    const bool is_new = std::ranges::none_of(mentions_, names_it);
    if (is_new && flags_ == kMaxFlagsPerChange) return Truncate();
    if (is_new) ++flags_;
    mentions_.insert(place, {{std::string(project), std::string(key)}, carrier, reason});
  }

  // Whether a project of the source has it.
  bool AddKnown(Carrier carrier, std::string_view key, const std::string& reason,
                Archived archived) {
    const std::span<const Standing> standings = known_.Find(key);
    bool added = false;
    for (std::size_t i = 0; i < standings.size(); ++i) {
      const std::string& project = known_.projects()[i];
      const bool counts = standings[i] == Standing::kLive ||
                          (standings[i] == Standing::kArchived && archived == Archived::kTake);
      if (!counts || !IsSources(project)) continue;
      Add(carrier, project, key, reason);
      added = true;
    }
    return added;
  }

  // What a pattern took, as it stands if that is a known key, else without what a sentence puts
  // around it.
  std::string_view KeyIn(std::string_view captured) const {
    return known_.Find(captured).empty() ? Strip(captured, IsKeyPunctuation) : captured;
  }

  void Truncate() { truncated_ = true; }

  FoundFlags Take() && { return {std::move(mentions_), truncated_}; }

 private:
  using Standing = KnownFlags::Standing;

  bool IsSources(std::string_view project) const {
    return std::find(projects_.begin(), projects_.end(), project) != projects_.end();
  }

  const std::vector<std::string>& projects_;
  const KnownFlags& known_;
  std::vector<Mention> mentions_;  // sorted by carrier, project, key
  std::size_t flags_ = 0;          // different ones
  bool truncated_ = false;
};

void AddUrls(const MatchRules& rules, Carrier carrier, std::string_view text,
             const std::string& reason, Collector& found) {
  UrlScanner scanner(text, rules.hosts());
  while (const auto flag = scanner.Next()) found.Add(carrier, flag->project, flag->key, reason);
}

void AddMatches(const re2::RE2& pattern, std::string_view text, const std::string& reason,
                Collector& found) {
  const int key_group = KeyGroup(pattern), project_group = ProjectGroup(pattern);
  const re2::StringPiece input(text.data(), text.size());
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(pattern.NumberOfCapturingGroups()) +
                                       1);
  const auto captured = [&](int group) {
    const re2::StringPiece& piece = groups[static_cast<std::size_t>(group)];
    return std::string_view(piece.data(), piece.size());
  };
  std::size_t position = 0;
  for (int matches = 0; position <= text.size(); ++matches) {
    if (matches == kMaxMatchesPerText) return found.Truncate();
    if (!pattern.Match(input, position, text.size(), re2::RE2::UNANCHORED, groups.data(),
                       static_cast<int>(groups.size()))) {
      return;
    }
    const std::string_view key = found.KeyIn(captured(key_group));
    const std::string_view project =
        project_group == 0 ? "" : Strip(captured(project_group), IsKeyPunctuation);
    if (project.empty()) {
      found.Add(Carrier::kText, key, reason);
    } else {
      found.Add(Carrier::kText, project, key, reason);
    }
    const auto end = static_cast<std::size_t>(groups[0].data() - text.data()) + groups[0].size();
    position = groups[0].empty() ? end + 1 : end;
  }
}

// A key that does not look like a word of prose.
bool IsDistinctive(std::string_view key) {
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const bool starts_as_word = is_lower(key[0]) || (key[0] >= 'A' && key[0] <= 'Z');
  return !starts_as_word || !std::all_of(key.begin() + 1, key.end(), is_lower);
}

bool Counts(CatalogMatch catalog, bool quoted, std::string_view key) {
  if (key.size() < kMinProseKey) return false;
  switch (catalog) {
    case CatalogMatch::kOff: return false;
    case CatalogMatch::kQuoted: return quoted;
    case CatalogMatch::kDistinctive: return quoted || IsDistinctive(key);
    case CatalogMatch::kWords: return true;
  }
  return false;
}

// Keys that the catalogue has, as they stand in prose: whole, else without what a sentence puts
// around them.
void AddWords(const MatchRules& rules, const NamedText& text, Collector& found) {
  const std::string bare = "known key in " + text.name, quoted = "quoted key in " + text.name;
  WordScanner words(text.text);
  while (const auto word = words.Next()) {
    const auto add = [&](std::string_view key) {
      return Counts(rules.catalog(), word->quoted, key) &&
             found.AddKnown(Carrier::kText, key, word->quoted ? quoted : bare, Archived::kLeaveOut);
    };
    if (add(word->text)) continue;
    const std::string_view stripped = Strip(word->text, IsKeyPunctuation);
    if (stripped.size() < word->text.size() && add(stripped)) continue;
    words.SkipUrlOfHost();
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
    found.Add(Carrier::kField, Strip(rest.substr(0, end), IsSpace), reason);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

void AddText(const MatchRules& rules, const KnownFlags& known, const NamedText& text,
             Collector& found) {
  if (rules.urls()) AddUrls(rules, Carrier::kText, text.text, "flag URL in " + text.name, found);
  for (const auto& pattern : rules.patterns()) {
    AddMatches(*pattern, text.text, "pattern in " + text.name, found);
  }
  if (rules.catalog() != CatalogMatch::kOff && !known.projects().empty()) {
    AddWords(rules, text, found);
  }
}

}  // namespace

FoundFlags FindFlags(const MatchRules& rules, const KnownFlags& known, const Change& change) {
  Collector found(rules.projects(), known);
  if (change.texts) {
    for (const NamedText& text : *change.texts) AddText(rules, known, text, found);
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
