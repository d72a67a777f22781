// What stands behind the admin API in tests: a queue in two lists, and a thread of its own that
// answers, as the writer's does.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/admin/admin_services.h"
#include "daemon/base/guarded.h"

namespace flaglinkd {

class FakeQueueAdmin final : public QueueAdmin {
 public:
  std::vector<LinkReport> links;
  std::vector<EventReport> events;
  std::map<std::int64_t, Payload> payloads;
  std::optional<Error> error;  // instead of every answer
  // What was asked for last.
  LinkFilter link_filter;
  EventFilter event_filter;
  bool removed = false;

  Result<std::vector<LinkReport>> Links(const LinkFilter& filter) override {
    link_filter = filter;
    if (error) return *error;
    std::vector<LinkReport> found;
    for (const LinkReport& link : links) {
      const bool named = !filter.id || *filter.id == link.id;
      if (named && (!filter.status || *filter.status == link.status)) found.push_back(link);
    }
    return found;
  }
  Result<int> Retry(const LinkFilter& filter, TimePoint) override { return Count(filter); }
  Result<int> Forget(const LinkFilter& filter, bool remove, TimePoint) override {
    removed = remove;
    return Count(filter);
  }
  Result<std::vector<EventReport>> Events(const EventFilter& filter) override {
    event_filter = filter;
    if (error) return *error;
    std::vector<EventReport> found;
    for (const EventReport& event : events) {
      const bool named = !filter.id || *filter.id == event.id;
      if (named && (!filter.outcome || *filter.outcome == event.outcome)) found.push_back(event);
    }
    return found;
  }
  Result<std::optional<Payload>> PayloadOf(std::int64_t event) override {
    if (error) return *error;
    const auto found = payloads.find(event);
    return found == payloads.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  Result<int> Count(const LinkFilter& filter) {
    const Result<std::vector<LinkReport>> found = Links(filter);
    if (!found) return found.error();
    return static_cast<int>(found->size());
  }
};

// Services over a FakeQueueAdmin. What a test sets must be set before the first question.
class FakeAdmin {
 public:
  FakeAdmin() : thread_([this] { Run(); }) {}
  ~FakeAdmin() {
    jobs_.Lock()->push_back(nullptr);
    jobs_.Notify();
    thread_.join();
  }

  StatusReport status;
  FakeQueueAdmin queue;
  Reading reading;                               // of every event
  std::map<std::int64_t, CommitResult> replays;  // by event; others are stored with one link
  std::function<CommitResult(const Webhook&)> import = [](const Webhook&) {
    return CommitResult{CommitResult::Kind::kStored, 100, 1, ""};
  };
  std::function<Result<TimePoint>(const std::string&, bool)> arm = [](const std::string&, bool) {
    return TimePoint(std::chrono::seconds(1'784'973'600));  // 2026-07-25T10:00:00Z
  };
  Guarded<std::vector<std::int64_t>> replayed;  // events, in the order in which they came
  Guarded<int> questions_left{1000};            // until the queue takes no more of them

  // They outlive the fake only where nothing is asked any more.
  std::shared_ptr<const AdminServices> Services() {
    auto services = std::make_shared<AdminServices>();
    services->status = [this] { return status; };
    services->ask = [this](std::function<void(QueueAdmin&)> question) {
      const auto left = questions_left.Lock();
      if (*left == 0) return false;
      --*left;
      Post([this, question = std::move(question)] { question(queue); });
      return true;
    };
    services->name_space_of = [](const std::string& source) {
      return source == "tracker" ? std::optional<std::string>("jira") : std::nullopt;
    };
    services->explain = [this](const EventReport&, const Payload&,
                               std::function<void(const Reading&)> done) {
      Post([this, done = std::move(done)] { done(reading); });
    };
    services->replay = [this](const EventReport& event, const Payload&,
                              std::function<void(const CommitResult&)> done) {
      replayed.Lock()->push_back(event.id);
      const auto found = replays.find(event.id);
      const CommitResult result = found != replays.end()
                                      ? found->second
                                      : CommitResult{CommitResult::Kind::kStored, 101, 1, ""};
      Post([done = std::move(done), result] { done(result); });
    };
    services->arm = [this](const std::string& source, bool replace,
                           std::function<void(const Result<TimePoint>&)> done) {
      Post([this, source, replace, done = std::move(done)] { done(arm(source, replace)); });
    };
    services->import = [this](const std::string&, Webhook webhook,
                              std::function<void(const CommitResult&)> done) {
      Post([this, webhook = std::move(webhook), done = std::move(done)] { done(import(webhook)); });
    };
    return services;
  }

 private:
  void Post(std::function<void()> job) {
    jobs_.Lock()->push_back(std::move(job));
    jobs_.Notify();
  }
  void Run() {
    while (true) {
      std::function<void()> job;
      {
        auto jobs = jobs_.Wait([](const auto& waiting) { return !waiting.empty(); });
        job = std::move(jobs->front());
        jobs->pop_front();
      }
      if (!job) return;
      job();
    }
  }

  Guarded<std::deque<std::function<void()>>> jobs_;
  std::thread thread_;
};

inline LinkReport SampleLink(std::string id = "17.4", std::string status = "failed") {
  LinkReport link;
  link.id = std::move(id);
  link.key = "jira-shop-42-checkout-v2-0123456789abcdef0123";
  link.flag = {"default", "checkout-v2"};
  link.name_space = "jira";
  link.resource = "acme.atlassian.net/10042";
  link.name = "SHOP-42";
  link.title = "Roll out the checkout";
  link.url = "https://acme.atlassian.net/browse/SHOP-42";
  link.status = std::move(status);
  link.wanted = true;
  link.attempts = 3;
  link.reason = "400: the request was refused";
  link.changed_at = TimePoint(std::chrono::seconds(1'784'973'600));  // 2026-07-25T10:00:00Z
  return link;
}

inline EventReport SampleEvent(std::int64_t id, std::string outcome = "failed") {
  EventReport event;
  event.id = id;
  event.source = "tracker";
  event.outcome = std::move(outcome);
  event.reason = event.outcome == "failed" ? "not readable by the adapter" : "";
  event.received = TimePoint(std::chrono::seconds(1'784'973'600));
  event.has_payload = true;
  return event;
}

}  // namespace flaglinkd
