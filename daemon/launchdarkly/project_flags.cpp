#include "daemon/launchdarkly/project_flags.h"

#include <algorithm>
#include <utility>

#include "daemon/base/check.h"

namespace flaglinkd {

using State = CatalogUpdate::State;

ProjectFlags::ProjectFlags(std::string project, const std::vector<CatalogUpdate>& stored) {
  place_.project = std::move(project);
  for (const CatalogUpdate& update : stored) {
    if (update.project != place_.project) continue;
    for (const CatalogUpdate::Flag& flag : update.flags) Set(flag, 0);
    if (update.complete) complete_ = update.complete;
  }
}

Status ProjectFlags::Take(const FlagPage& page, TimePoint now) {
  FLAGLINKD_CHECK(!unstored_);
  if (!place_.archived && place_.offset == 0) pass_began_ = now;
  CatalogUpdate update{place_.project, {}, std::nullopt};
  for (const CatalogUpdate::Flag& flag : page.flags) {
    const auto known = known_.find(flag.key);
    if (known == known_.end()) {
      update.flags.push_back(flag);
    } else if (known->second.pass != pass_) {  // else this page is older than what is known
      known->second.pass = pass_;
      if (known->second.state != flag.state || known->second.jira_issues != flag.jira_issues) {
        update.flags.push_back(flag);
      }
    }
  }
  unstored_pass_ = pass_;
  if (!page.last) {
    place_.offset += page.items;
    if (++pages_ == kMostFlagPages) {
      StartPass();
      return Error{Error::Code::kInvalid, "read the flags of project " + place_.project +
                                              ": more than " + std::to_string(kMostFlagPages) +
                                              " pages"};
    }
  } else if (!place_.archived) {
    place_ = {place_.project, true, 0};
    pages_ = 0;
  } else {
    EndPass(update);
  }
  if (!update.flags.empty() || update.complete) unstored_ = std::move(update);
  return {};
}

void ProjectFlags::EndPass(CatalogUpdate& update) {
  if (!second_pass_ && !AllShownSince(pass_)) {
    StartPass();
    second_pass_ = true;
    return;
  }
  for (const auto& [key, known] : known_) {
    const bool missed_twice = second_pass_ && known.pass + 1 < pass_;
    if (missed_twice && known.state != State::kGone) {
      update.flags.push_back({key, State::kGone, ""});
    }
  }
  update.complete = pass_began_;
  StartPass();
}

void ProjectFlags::StartPass() {
  place_ = {place_.project, false, 0};
  pages_ = 0;
  second_pass_ = false;
  ++pass_;
}

bool ProjectFlags::AllShownSince(std::uint64_t pass) const {
  return std::all_of(known_.begin(), known_.end(), [&](const auto& each) {
    return each.second.state == State::kGone || each.second.pass >= pass;
  });
}

bool ProjectFlags::Stored() {
  FLAGLINKD_CHECK(unstored_.has_value());
  const CatalogUpdate update = *std::exchange(unstored_, std::nullopt);
  bool changed = false;
  for (const CatalogUpdate::Flag& flag : update.flags) changed |= Set(flag, unstored_pass_);
  if (!update.complete) return changed && complete_;
  changed |= !complete_;
  complete_ = update.complete;
  std::erase_if(known_, [&](const auto& each) {
    return each.second.state == State::kGone && each.second.pass < pass_;
  });
  return changed;
}

bool ProjectFlags::Learn(const std::vector<CatalogUpdate::Flag>& news) {
  bool changed = false;
  for (const CatalogUpdate::Flag& flag : news) changed |= Set(flag, pass_);
  return changed && complete_;
}

// True: KnownFlags has to tell something else of it.
bool ProjectFlags::Set(const CatalogUpdate::Flag& flag, std::uint64_t pass) {
  Known& known = known_[flag.key];
  const bool changed = known.state != flag.state;
  known = {flag.state, flag.jira_issues, pass};
  return changed;
}

std::size_t ProjectFlags::size() const {
  return static_cast<std::size_t>(std::count_if(known_.begin(), known_.end(), [](const auto& each) {
    return each.second.state != State::kGone;
  }));
}

KnownFlags::Project ProjectFlags::Frozen() const {
  KnownFlags::Project frozen{place_.project, {}};
  frozen.flags.reserve(known_.size());
  for (const auto& [key, known] : known_) {
    if (known.state != State::kGone) frozen.flags.push_back({key, known.state == State::kArchived});
  }
  return frozen;
}

KnownFlags ToKnownFlags(const std::vector<std::string>& projects,
                        const std::vector<CatalogUpdate>& stored) {
  std::vector<KnownFlags::Project> known;
  for (const std::string& project : projects) {
    const ProjectFlags flags(project, stored);
    if (flags.complete()) known.push_back(flags.Frozen());
  }
  return KnownFlags(known);
}

}  // namespace flaglinkd
