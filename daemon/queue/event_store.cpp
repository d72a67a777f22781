#include "daemon/queue/event_store.h"

#include <algorithm>
#include <array>

#include "daemon/queue/payload.h"
#include "daemon/queue/statements.h"

namespace flaglinkd {
namespace {

template <std::size_t kSize>
std::string_view View(const std::array<std::uint8_t, kSize>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Absent where the row holds none, or none of ours.
std::optional<DeliveryDigest> DigestOf(std::string_view bytes) {
  DeliveryDigest digest{};
  if (bytes.size() != digest.size()) return std::nullopt;
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

}  // namespace

EventStore::EventStore(Database& database)
    : database_(database),
      confirm_(database, statements::kConfirmDelivery),
      add_(database, statements::kAddEvent),
      amend_(database, statements::kAmendEvent),
      add_payload_(database, statements::kAddPayload),
      remove_payload_(database, statements::kRemovePayload) {}

void EventStore::LoadDeliveries() {
  Statement select(
      database_,
      "SELECT id, source, delivery FROM events WHERE delivery IS NOT NULL AND outcome = 0");
  for (Rows rows = select.Query(); rows.Next();) {
    if (const auto digest = DigestOf(rows.Bytes(2)))
      deliveries_.Add(rows.Number(1), *digest, rows.Number(0));
  }
  deliveries_.Keep();
}

std::int64_t EventStore::HighestId() {
  return database_.Number("SELECT max(id) FROM events");
}

std::optional<std::int64_t> EventStore::FindDelivery(std::int64_t source,
                                                     std::string_view delivery_id) {
  const DeliveryDigest digest = DigestDelivery(delivery_id);
  const std::optional<std::int64_t> event = deliveries_.Candidate(source, digest);
  if (!event) return std::nullopt;
  Rows rows = confirm_.Query(*event, source, Blob{View(digest)});
  return rows.Next() ? event : std::nullopt;
}

void EventStore::Add(const EventRow& row, const IncomingEvent& event) {
  DeliveryDigest digest{};
  std::string_view delivery;
  if (!event.delivery_id.empty()) {
    digest = DigestDelivery(event.delivery_id);
    delivery = View(digest);
    if (row.outcome == EventOutcome::kStored) deliveries_.Add(row.source, digest, row.id);
  }
  add_.Run(row.id, row.source, Blob{delivery}, Blob{View(event.body_hash)}, row.received,
           row.outcome, row.links, row.reason);
}

void EventStore::AddPayload(std::int64_t event, const Payload& payload) {
  const PackedPayload packed = PackPayload(payload);
  add_payload_.Run(event, packed.encoding, Blob{packed.bytes});
}

void EventStore::Amend(std::int64_t event, int links, std::string_view reason,
                       EventOutcome outcome) {
  const bool fails = outcome == EventOutcome::kFailed;
  for (Rows rows =
           amend_.Query(event, links, reason, fails ? std::optional(outcome) : std::nullopt);
       rows.Next();) {
    if (fails) ForgetDelivery(event, rows.Number(0), rows.Bytes(1));
  }
}

void EventStore::ForgetDelivery(std::int64_t event, std::int64_t source,
                                std::string_view delivery) {
  if (const auto digest = DigestOf(delivery)) deliveries_.Remove(source, *digest, event);
}

}  // namespace flaglinkd
