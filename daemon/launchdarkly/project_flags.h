// One project's flags: what is stored of them, and how far reading them has come. Pure; a round
// reads all pages of both listings, live ones and then archived ones.
//
// Pages are addressed by offset, so a flag that is deleted while a round is under way moves the
// others up, and one of them can slip through between two pages. Hence a flag that a pass did not
// show is looked for in a second pass at once, and is gone only if that does not show it either.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/launchdarkly/flag_list_api.h"
#include "daemon/match/known_flags.h"
#include "daemon/queue/link_queue.h"

namespace flaglinkd {

class ProjectFlags {
 public:
  // What of `stored` is of this project is known from the start.
  ProjectFlags(std::string project, const std::vector<CatalogUpdate>& stored);

  const std::string& project() const { return place_.project; }
  const FlagPagePlace& place() const { return place_; }  // the page to read next

  // Takes the page at place() and moves on. Afterwards unstored() holds what it told, if that is
  // news: it must be stored before the next page is taken. kInvalid: the listing has no end within
  // the bound; the next page is the first of a new round.
  Status Take(const FlagPage& page, TimePoint now);
  // The next page is the first of a new round.
  void StartOver() { StartPass(); }
  // With `complete` set, the round is at its end.
  const std::optional<CatalogUpdate>& unstored() const { return unstored_; }
  // It is stored. True: Frozen() is no longer what it was; so says Learn.
  bool Stored();

  // Told by others, and stored already. It is newer than any page of the pass that is under way.
  bool Learn(const std::vector<CatalogUpdate::Flag>& news);

  // When all flags were known. Absent: they never were, and Frozen() means nothing yet.
  std::optional<TimePoint> complete() const { return complete_; }
  std::size_t size() const;
  KnownFlags::Project Frozen() const;

 private:
  struct Known {
    CatalogUpdate::State state = CatalogUpdate::State::kGone;
    std::string jira_issues;
    std::uint64_t pass = 0;  // the last one that has shown it, or in which it was told of
  };

  bool Set(const CatalogUpdate::Flag& flag, std::uint64_t pass);
  void EndPass(CatalogUpdate& update);
  void StartPass();
  bool AllShownSince(std::uint64_t pass) const;

  std::map<std::string, Known> known_;  // as stored; gone ones until the round ends
  std::optional<TimePoint> complete_;
  FlagPagePlace place_;
  std::size_t pages_ = 0;   // of this listing, so far
  std::uint64_t pass_ = 1;  // none is 0, which is that of stored flags
  bool second_pass_ = false;
  TimePoint pass_began_;
  std::optional<CatalogUpdate> unstored_;
  std::uint64_t unstored_pass_ = 0;
};

// What the matcher may know of these projects, no more than is stored.
KnownFlags ToKnownFlags(const std::vector<std::string>& projects,
                        const std::vector<CatalogUpdate>& stored);

}  // namespace flaglinkd
