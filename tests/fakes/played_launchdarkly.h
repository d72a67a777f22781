// LaunchDarkly at the other end of an HTTP client, in played time: windows of ten seconds with
// random limits that others use too, outages, rate limits that are told in every form. The clock
// moves only while the client is polled. It fails the test when a request comes too early, or takes
// more than its share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "daemon/cli/launchdarkly_stand_in.h"
#include "daemon/http/http_client.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/told_limits.h"

namespace flaglinkd {

class PlayedLaunchDarkly final : public HttpClient {
 public:
  struct Counts {
    int requests = 0, windows = 0, refused = 0, in_outages = 0;
  };

  PlayedLaunchDarkly(std::uint64_t seed, ManualClock& clock)
      : stand_in({"api-token", std::nullopt, LaunchDarklyStandIn::Duplicate::kTwin}, clock),
        random_(seed),
        clock_(clock),
        start_(clock.Now()) {
    TimePoint at = start_;
    for (Outage& outage : outages_) {
      outage.begins = at + std::chrono::seconds(Draw(1, 30));
      at = outage.ends = outage.begins + std::chrono::seconds(Draw(1, 400));
    }
  }

  // Called before time moves on: whatever other threads were asked for has come when it returns.
  std::function<void()> settle;
  // Called now and then.
  std::function<void()> meanwhile;

  void Start(HttpCall call, const Secret& authorization,
             std::function<void(HttpAnswer)> done) override {
    const TimePoint now = clock_.Now();
    EXPECT_GE(now, not_before_) << "a request came before it was allowed to";
    BeginWindow();
    const std::string route = call.method;
    told_.Sent(window_, route);
    ++counts.requests;
    Answer answer{
        now + std::chrono::milliseconds(Draw(2, 700)), {}, route, window_, -1, -1, std::move(done)};
    if (IsOut(now)) {
      ++counts.in_outages;
      AnswerInOutage(answer);
    } else {
      AnswerAtWork(answer, ToRequest(std::move(call), authorization));
    }
    const auto place =
        std::upper_bound(under_way_.begin(), under_way_.end(), answer,
                         [](const Answer& a, const Answer& b) { return a.due < b.due; });
    under_way_.insert(place, std::move(answer));
  }

  void Poll(Duration patience) override {
    settle();
    if (Happens(15)) meanwhile();
    if (woken_.exchange(false)) return;
    const TimePoint until = clock_.Now() + patience;
    if (under_way_.empty() || under_way_.front().due > until) return clock_.Set(until);
    Answer answer = std::move(under_way_.front());
    under_way_.pop_front();
    clock_.Set(std::max(clock_.Now(), answer.due));
    Arrive(answer);
    answer.done(std::move(answer.http));
  }

  void Wake() override { woken_ = true; }
  std::size_t in_flight() const override { return under_way_.size(); }

  int Draw(int low, int high) { return std::uniform_int_distribution<int>(low, high)(random_); }
  bool Happens(int percent) { return Draw(1, 100) <= percent; }
  double largest_share() const { return told_.largest_share(); }

  LaunchDarklyStandIn stand_in;
  Counts counts;

 private:
  struct Outage {
    TimePoint begins, ends;
  };
  struct Answer {
    TimePoint due;
    HttpAnswer http;
    std::string route;
    int window = 0, account = 0, of_route = 0;  // the numbers that it tells: -1 for none
    std::function<void(HttpAnswer)> done;
    std::optional<TimePoint> not_before = std::nullopt;
  };

  static std::string Milliseconds(TimePoint when) {
    return std::to_string(
        std::chrono::duration_cast<std::chrono::milliseconds>(when.time_since_epoch()).count());
  }
  static HttpRequest ToRequest(HttpCall call, const Secret& authorization) {
    HttpRequest request;
    request.method = std::move(call.method);
    request.path = call.url.substr(call.url.find("/api/"));
    request.headers = std::move(call.headers);
    request.headers.push_back({"authorization", std::string(authorization.Bytes())});
    request.body = std::move(call.body);
    return request;
  }

  TimePoint WindowEnds() const { return start_ + std::chrono::seconds(10) * (window_ + 1); }
  bool IsOut(TimePoint now) const {
    return std::any_of(outages_.begin(), outages_.end(), [&](const Outage& outage) {
      return outage.begins <= now && now < outage.ends;
    });
  }

  void BeginWindow() {
    const int window = static_cast<int>((clock_.Now() - start_) / std::chrono::seconds(10));
    if (window != window_) {
      window_ = window;
      ++counts.windows;
      account_ = Draw(0, 25);
      routes_.clear();
    }
    account_ = std::max(0, account_ - (Happens(30) ? Draw(0, 3) : 0));
  }

  // It is not there, or what stands before it says so; a request may have had its effect all the
  // same.
  void AnswerInOutage(Answer& answer) {
    HttpAnswer& http = answer.http;
    if (Happens(50)) {
      http.kind = Happens(50) ? HttpAnswer::Kind::kLost : HttpAnswer::Kind::kNotSent;
      http.error = "away";
      return;
    }
    http.kind = HttpAnswer::Kind::kAnswered;
    http.status = Happens(50) ? 503 : 502;
    if (Happens(30)) TellRetryAfter(answer, Draw(1, 60));
  }

  void AnswerAtWork(Answer& answer, const HttpRequest& request) {
    int& of_route = routes_.try_emplace(answer.route, Draw(0, 25)).first->second;
    answer.http.kind = HttpAnswer::Kind::kAnswered;
    if (account_ == 0 || of_route == 0 || Happens(2)) {
      ++counts.refused;
      answer.http.status = 429;
      if (Happens(50)) TellRetryAfter(answer, Draw(1, 30));
    } else {
      --account_;
      --of_route;
      HttpResponse response = stand_in.Answer(request);
      answer.http.status = response.status;
      answer.http.body = std::move(response.body);
    }
    TellLimits(answer, of_route);
  }

  // Some leave one out, and some name a reset that is long over.
  void TellLimits(Answer& answer, int of_route) {
    std::vector<Header>& headers = answer.http.headers;
    if (Happens(90)) {
      answer.account = account_;
      headers.push_back({"x-ratelimit-global-remaining", std::to_string(account_)});
    }
    if (Happens(70)) {
      answer.of_route = of_route;
      headers.push_back({"x-ratelimit-route-remaining", std::to_string(of_route)});
    }
    if (Happens(20)) return;
    const bool over = Happens(10);
    const TimePoint reset = WindowEnds() - std::chrono::seconds(over ? 60 : 0);
    headers.push_back({"x-ratelimit-reset", Milliseconds(reset)});
    if (answer.http.status == 429) answer.not_before = std::max(answer.not_before, {reset});
  }

  // In seconds from its arrival, or as a date.
  void TellRetryAfter(Answer& answer, int after) {
    if (Happens(50)) {
      answer.http.headers.push_back({"retry-after", std::to_string(after)});
      answer.not_before = answer.due + std::chrono::seconds(after);
      return;
    }
    const auto date =
        std::chrono::floor<std::chrono::seconds>(answer.due) + std::chrono::seconds(after);
    const std::time_t time = std::chrono::system_clock::to_time_t(date);
    std::tm fields{};
    gmtime_r(&time, &fields);
    std::array<char, 40> text{};
    std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &fields);
    answer.http.headers.push_back({"retry-after", text.data()});
    answer.not_before = date;
  }

  // From now on the daemon knows what it says.
  void Arrive(const Answer& answer) {
    if (answer.not_before) not_before_ = std::max(not_before_, *answer.not_before);
    const auto of_route = [&](const Answer& other) { return other.route == answer.route; };
    const auto others = std::count_if(under_way_.begin(), under_way_.end(), of_route);
    if (answer.account >= 0) {
      told_.Told(answer.window, "", answer.account, static_cast<int>(under_way_.size()));
    }
    if (answer.of_route >= 0) {
      told_.Told(answer.window, answer.route, answer.of_route, static_cast<int>(others));
    }
  }

  std::mt19937_64 random_;
  ManualClock& clock_;
  const TimePoint start_;
  std::array<Outage, 3> outages_;
  std::atomic<bool> woken_ = false;
  int window_ = -1, account_ = 0;
  std::map<std::string, int> routes_;  // what remains of each in this window
  std::deque<Answer> under_way_;
  TimePoint not_before_ = TimePoint::min();
  ToldLimits told_{4};
};

}  // namespace flaglinkd
