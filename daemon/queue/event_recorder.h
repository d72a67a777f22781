// Records one event within the transaction that is open: whether it repeats another, what its
// changes do to resources, parts and links, and the event itself. Not safe for several threads.
// Internal to queue/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "daemon/queue/link_queue.h"
#include "daemon/queue/queue_memory.h"
#include "daemon/queue/queue_options.h"
#include "daemon/queue/stores.h"

namespace flaglinkd {

class EventRecorder {
 public:
  // `options` and `stores` outlive the recorder.
  EventRecorder(const QueueOptions& options, Stores& stores) : options_(options), stores_(stores) {}

  CommitResult Record(const IncomingEvent& event, TimePoint now, QueueMemory& memory);

 private:
  struct Findings;
  std::optional<std::int64_t> FindRepeat(const IncomingEvent& event);
  std::optional<std::int64_t> FindRepeatedBody(const IncomingEvent& event);
  std::optional<std::int64_t> Locate(const std::string& name_space, const Change& change);
  void ApplyChange(const IncomingEvent& event, const ObservedChange& observed, Findings& findings);
  StoredResource SaveResource(const IncomingEvent& event, const Change& change,
                              const std::optional<StoredResource>& before,
                              const ResourceUpdate& update, QueueMemory& memory);
  void KeepAccepted(const StoredResource& before, const std::vector<LinkRow>& rows,
                    const ResourceUpdate& update);
  void SaveLinks(const IncomingEvent& event, const StoredResource& resource,
                 const ResourceUpdate& update, const std::vector<LinkRow>& rows,
                 Findings& findings);
  LinkRow NewLink(const IncomingEvent& event, const StoredResource& resource, const FlagKey& flag);
  CommitResult AddEvent(const IncomingEvent& event, const Findings& findings, QueueMemory& memory);
  CommitResult CompleteEvent(const IncomingEvent& event, const Findings& findings);
  void LeaveBodies(const IncomingEvent& event, std::int64_t id, const std::string& failure,
                   const Findings& findings);

  const QueueOptions& options_;
  Stores& stores_;
};

}  // namespace flaglinkd
