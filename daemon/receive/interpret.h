// What an authentic webhook says: adapter, filters and matcher in one go. Pure but for the adapter,
// which must be; it runs on a worker thread, since an adapter may misbehave, and in `flaglinkd
// try`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "daemon/adapt/adapter.h"
#include "daemon/domain/change.h"
#include "daemon/domain/webhook.h"
#include "daemon/match/known_flags.h"
#include "daemon/queue/link_queue.h"
#include "daemon/receive/source_set.h"

namespace flaglinkd {

// Texts and fields: searching them counts against the adapter's 250 ms. Beyond, the first changes
// are taken, and the event is failed.
inline constexpr std::size_t kMaxTextBytesPerEvent = 4u << 20;

struct Interpretation {
  // kEvent: `event` goes to the queue (event.failure says if it could not be read). kIgnored,
  // kHandshake: nothing is stored.
  enum class Outcome { kEvent, kIgnored, kHandshake } outcome = Outcome::kIgnored;
  std::string reason;  // why it is ignored; of an event, why a part of it was left out
  IncomingEvent event;
  // What the adapter still lacks; of a source without api_token nothing is asked.
  std::vector<DocumentNeed> needs;
  // Sent instead of our own answer; to an event after its commit
  std::optional<AdapterReply> reply;
};

// `fetched`: the answers to earlier needs, which are not among the needs again.
Interpretation Interpret(const Source& source, const KnownFlags& known, const Webhook& webhook,
                         std::vector<FetchedDocument> fetched = {});

// The event for a webhook whose adapter could not be asked or did not answer: stored whole, and
// failed.
IncomingEvent FailedEvent(const Source& source, const Webhook& webhook, std::string reason);

}  // namespace flaglinkd
