// What every QueueAdmin promises, whatever its database. The tests are in
// queue_admin_contract_test.cpp; a backend joins as it does in link_queue_contract.h.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "daemon/queue/queue_admin.h"
#include "tests/queue/link_queue_contract.h"

namespace flaglinkd {

class QueueAdminContract : public LinkQueueContract {
 protected:
  QueueAdmin& Admin() { return queue_->Admin(); }

  std::vector<LinkReport> Links(const LinkFilter& filter = {}) {
    Result<std::vector<LinkReport>> links = Admin().Links(filter);
    EXPECT_TRUE(links.ok()) << links.error().message;
    return links ? std::move(*links) : std::vector<LinkReport>();
  }
  // By flag, since each test gives each of its links a flag of its own.
  std::vector<std::string> Flags(const LinkFilter& filter = {}) {
    std::vector<std::string> flags;
    for (const LinkReport& link : Links(filter)) flags.push_back(link.flag.key);
    return flags;
  }
  LinkReport ReportOf(const std::string& flag) {
    LinkFilter filter;
    filter.flag = flag;
    const std::vector<LinkReport> links = Links(filter);
    EXPECT_EQ(links.size(), 1u) << flag;
    return links.empty() ? LinkReport{} : links[0];
  }
  LinkFilter ById(const std::string& flag) {
    LinkFilter filter;
    filter.id = ReportOf(flag).id;
    return filter;
  }

  int Retry(const LinkFilter& filter = {}) { return Done(Admin().Retry(filter, now_)); }
  int Leave(const LinkFilter& filter = {}) { return Done(Admin().Forget(filter, false, now_)); }
  int Remove(const LinkFilter& filter = {}) { return Done(Admin().Forget(filter, true, now_)); }

  std::vector<EventReport> Events(const EventFilter& filter = {}) {
    Result<std::vector<EventReport>> events = Admin().Events(filter);
    EXPECT_TRUE(events.ok()) << events.error().message;
    return events ? std::move(*events) : std::vector<EventReport>();
  }
  std::vector<std::int64_t> EventIds(const EventFilter& filter = {}) {
    std::vector<std::int64_t> ids;
    for (const EventReport& event : Events(filter)) ids.push_back(event.id);
    return ids;
  }

  // A change of its own resource, which is named and linked by the flag.
  ObservedChange On(const std::string& resource, const std::string& flag) {
    return Showing(Naming({flag}, "", resource));
  }
  void Fail(const std::string& why) {
    Outcome outcome = OutcomeOf(ClaimOne(), Outcome::Kind::kFailed);
    outcome.reason = why;
    EXPECT_TRUE(End(outcome));
  }
  void PutOff(Outcome::Kind kind, Duration by) {
    Outcome outcome = OutcomeOf(ClaimOne(), kind);
    outcome.due = now_ + by;
    EXPECT_TRUE(End(outcome));
  }

 private:
  int Done(const Result<int>& result) {
    EXPECT_TRUE(result.ok()) << result.error().message;
    ExpectBooksBalance();
    return result ? *result : -1;
  }
};

}  // namespace flaglinkd
