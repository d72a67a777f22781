// The account's one budget of requests, as LaunchDarkly's headers tell it: the catalogue and
// delivery both ask before they send. Safe for several threads.
//
// X-Ratelimit-Global-Remaining and X-Ratelimit-Route-Remaining say how many requests are left in a
// window of ten seconds, X-Ratelimit-Reset when it ends (milliseconds since 1970); any of them may
// be missing (OpenAPI file, "Rate limiting"). Of what was said to remain, a fifth is left to others;
// the catalogue takes no more than another fifth, and nothing while delivery waits. After the reset
// nobody knows what remains, and requests go one at a time until an answer tells. What was never
// told limits nothing. Until a Retry-After, and until the reset that a 429 names, nobody sends; after
// a 429 that names neither, the catalogue waits for a window. A clock that is set back lengthens no
// wait by more than the time between two calls of Follow.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/guarded.h"
#include "daemon/domain/set_back.h"
#include "daemon/domain/webhook.h"

namespace flaglinkd {

class RateBudget {
 public:
  enum class User { kDelivery, kCatalog };

  // Absent: one request may be sent now, and is counted; whatever becomes of it, one Learn follows.
  // Else when to ask again, though an answer may change that earlier. `route` is the verb and the
  // URL's pattern, whatever tells LaunchDarkly's routes apart; it is of one user only.
  std::optional<TimePoint> Take(User user, const std::string& route, TimePoint now);

  // Absent: delivery may send `count` requests now, the last of them to `route`, as far as is known.
  // Counts nothing: it is for requests that belong together.
  std::optional<TimePoint> HeldUntil(const std::string& route, int count, TimePoint now) const;

  // What delivery may still send, and until when that holds, as LaunchDarkly last told of the
  // account. Absent: it tells of no window that is still open.
  struct Window {
    std::int64_t left = 0;
    TimePoint until;
    auto operator<=>(const Window&) const = default;
  };
  std::optional<Window> Left(TimePoint now) const;

  // To be told the time every few seconds, whatever else is asked.
  void Follow(TimePoint now);

  // What an answer to `route` says, whatever it holds; no headers and status 0 if there was none, or
  // the request was not sent after all.
  void Learn(const std::string& route, const std::vector<Header>& headers, TimePoint now,
             int status = 0);

 private:
  // What one header says remains, and how much of it may still be spent.
  class Meter {
   public:
    explicit Meter(int fifths) : fifths_(fifths) {}

    std::optional<TimePoint> HeldUntil(int count, TimePoint now) const;
    std::optional<Window> Left(TimePoint now) const;
    void Sent();
    void Answered();
    void Told(std::int64_t remaining, TimePoint reset, TimePoint now);
    void MoveBack(Duration by);

   private:
    struct Allowance {
      TimePoint until;
      std::int64_t left = 0;  // less than nothing: what was under way is more than may be spent
    };
    void Add(Allowance added, TimePoint now);

    const int fifths_;
    int in_flight_ = 0;
    bool told_ = false;
    // Each holds until its end. They may overlap: resets are told late, early, or not at all.
    std::vector<Allowance> allowances_;
  };

  // The account's, or a route's.
  struct Limit {
    Meter all{4}, catalog{1};

    std::optional<TimePoint> HeldUntil(User user, TimePoint now) const;
    void Sent(User user);
    void Answered(User user);
    void Told(std::int64_t remaining, TimePoint reset, TimePoint now);
    void MoveBack(Duration by);
  };

  struct Route {
    Limit limit;
    User user;
  };

  struct State {
    Limit account;
    std::map<std::string, Route> routes;
    std::optional<TimePoint> closed_until;  // a Retry-After, or the reset of a 429
    std::optional<TimePoint> catalog_from;  // delivery goes first
    bool told = false;
    SetBack set_back;

    std::optional<TimePoint> HeldUntil(User user, const std::string& route, TimePoint now) const;
  };

  mutable Guarded<State> state_;
};

}  // namespace flaglinkd
