// What every queue promises of events that wait for documents: link_queue_fetches_contract_test.cpp.
// A backend joins as it does with LinkQueueContract.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "daemon/queue/queue_admin.h"
#include "tests/queue/link_queue_contract.h"

namespace flaglinkd {

class FetchContract : public LinkQueueContract {
 protected:
  // Received now, and waits for documents.
  IncomingEvent Waiting(std::vector<ObservedChange> changes) {
    IncomingEvent event = Event(std::move(changes));
    event.wants_documents = true;
    return event;
  }
  // What has come of the event's documents.
  IncomingEvent Completion(const IncomingEvent& event, std::int64_t id,
                           std::vector<ObservedChange> changes) {
    IncomingEvent completion = event;
    completion.wants_documents = false;
    completion.trusted = true;
    completion.completes = id;
    completion.changes = std::move(changes);
    completion.payload = {};
    return completion;
  }
  std::vector<WaitingFetch> Take(std::size_t per_source = 8) {
    const auto taken = queue_->TakeFetches(now_, per_source);
    EXPECT_TRUE(taken.ok());
    return taken.value();
  }
  std::vector<std::int64_t> TakeIds(std::size_t per_source = 8) {
    std::vector<std::int64_t> ids;
    for (const WaitingFetch& fetch : Take(per_source)) ids.push_back(fetch.event);
    return ids;
  }
  EventReport Report(std::int64_t event) {
    const auto reports = queue_->Admin().Events({.id = event});
    return reports.value().at(0);
  }
};

}  // namespace flaglinkd
