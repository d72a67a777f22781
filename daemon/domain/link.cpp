#include "daemon/domain/link.h"

namespace flaglinkd {

std::vector<LinkRequest> Plan(const WantedLink& wanted, const AppliedLink& applied) {
  const auto request = [&](RequestKind kind) {
    return LinkRequest{kind, wanted.flag, wanted.body};
  };
  if (!wanted.wanted) {
    // A removal of what may not be there is as harmless as one of what is: 404 counts as done.
    if (applied.presence == Presence::kNever) return {};
    return {request(RequestKind::kRemove)};
  }
  switch (applied.presence) {
    case Presence::kNever: return {request(RequestKind::kCreate)};
    case Presence::kMaybe: return {request(RequestKind::kFind), request(RequestKind::kCreate)};
    case Presence::kThere:
    case Presence::kForeign: return {};
  }
  return {};
}

}  // namespace flaglinkd
