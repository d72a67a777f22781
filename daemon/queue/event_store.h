// The tables of events and their payloads, and the memory of which deliveries were stored. Not safe
// for several threads; errors stick in the database (sqlite_database.h). Internal to queue/.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/queue/delivery_ids.h"
#include "daemon/queue/link_queue.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

enum class EventOutcome { kStored = 0, kFailed = 1 };

struct EventRow {
  std::int64_t id = 0, source = 0;
  TimePoint received;  // rises with the ids, for retention
  EventOutcome outcome = EventOutcome::kStored;
  int links = 0;
  std::string_view reason;
};

class EventStore {
 public:
  explicit EventStore(Database& database);

  // Reads the delivery ids of what is stored into memory: a pass over all events, some 0.3 s for a
  // million.
  void LoadDeliveries();
  // The highest id so far; 0 when there is none.
  std::int64_t HighestId();

  // The event that this delivery was stored as and did not fail.
  std::optional<std::int64_t> FindDelivery(std::int64_t source, std::string_view delivery_id);
  void Add(const EventRow& row, const IncomingEvent& event);
  void AddPayload(std::int64_t event, const Payload& payload);
  void RemovePayload(std::int64_t event) { remove_payload_.Run(event); }
  // What more has come of the stored event. kFailed: it is failed from now on, and its repetition is
  // looked at again; kStored leaves the outcome as it is.
  void Amend(std::int64_t event, int links, std::string_view reason, EventOutcome outcome);
  // The row of the event is being removed; `delivery` is what it held.
  void ForgetDelivery(std::int64_t event, std::int64_t source, std::string_view delivery);

  // After a commit, and after a rollback.
  void KeepDeliveries() { deliveries_.Keep(); }
  void DropDeliveries() { deliveries_.Drop(); }

 private:
  Database& database_;
  DeliveryIds deliveries_;
  Statement confirm_, add_, amend_, add_payload_, remove_payload_;
};

}  // namespace flaglinkd
