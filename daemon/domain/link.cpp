#include "daemon/domain/link.h"

#include "daemon/domain/link_body.h"

namespace flaglinkd {
namespace {

LinkRequest Request(RequestKind kind, const WantedLink& wanted) {
  LinkRequest request;
  request.kind = kind;
  request.flag = wanted.flag;
  request.body = wanted.body;
  return request;
}

LinkRequest Find(const WantedLink& wanted, const AppliedLink& applied) {
  LinkRequest find = Request(RequestKind::kFind, wanted);
  find.look_for_others = wanted.look_first || applied.presence == Presence::kForeign;
  return find;
}

// Away from what the link is known to show. A PATCH changes title and description and nothing else,
// and LaunchDarkly draws the row of an integration's link from its metadata.
LinkRequest Change(const WantedLink& wanted, const AppliedLink& applied,
                   const LinkFingerprint& fingerprint) {
  if (!wanted.body.integration_key.empty() || applied.shown->card != fingerprint.card) {
    LinkRequest remove = Request(RequestKind::kRemove, wanted);
    remove.replaces = true;
    return remove;
  }
  if (applied.id.empty()) return Find(wanted, applied);
  LinkRequest update = Request(RequestKind::kUpdate, wanted);
  update.id = applied.id;
  return update;
}

std::optional<LinkRequest> TowardsLink(const WantedLink& wanted, const AppliedLink& applied) {
  const LinkFingerprint fingerprint = FingerprintOf(wanted.body);
  switch (applied.presence) {
    case Presence::kNever:
      if (wanted.look_first) return Find(wanted, applied);
      return Request(RequestKind::kCreate, wanted);
    case Presence::kMaybe: return Find(wanted, applied);
    case Presence::kThere:
      if (!applied.shown) return Find(wanted, applied);
      if (*applied.shown == fingerprint) return std::nullopt;
      return Change(wanted, applied, fingerprint);
    case Presence::kForeign:
      // Theirs stands for ours only while ours would show the same.
      if (applied.shown && applied.shown->card == fingerprint.card) return std::nullopt;
      return Find(wanted, applied);
  }
  return std::nullopt;
}

}  // namespace

std::optional<LinkRequest> NextRequest(const WantedLink& wanted, const AppliedLink& applied) {
  if (wanted.wanted) return TowardsLink(wanted, applied);
  // A removal of what may not be there is as harmless as one of what is: 404 counts as done.
  const bool ours = applied.presence == Presence::kMaybe || applied.presence == Presence::kThere;
  if (!ours) return std::nullopt;
  return Request(RequestKind::kRemove, wanted);
}

}  // namespace flaglinkd
