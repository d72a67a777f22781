// The flags that a change names, each with its reason: "flag URL in description", "pattern in
// comment", "known key in title", "quoted key in title", "label flag-x", "field
// /issue/fields/customfield_10042". At most one mention per (carrier, flag): the first reason
// stands, text by text, and in each a URL before a pattern and a pattern before the catalogue.
//
// A URL, or a pattern that captures one, says which project is meant; one outside the source's is
// not a mention. Any other key counts in every project of the source whose catalogue has it; if
// none has it, in the first, but for prose, where only a key that the catalogue has, and that is
// not archived, counts at all. Pure; time linear in the size of the texts.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "daemon/domain/change.h"
#include "daemon/match/known_flags.h"
#include "daemon/match/match_rules.h"

namespace flaglinkd {

struct FoundFlags {
  // Sorted by carrier, then flag; at most kMaxFlagsPerChange different flags
  std::vector<Mention> mentions;
  bool truncated =
      false;  // there were more, or more matches of a pattern in one text than are looked at
};

FoundFlags FindFlags(const MatchRules& rules, const KnownFlags& known, const Change& change);

}  // namespace flaglinkd
