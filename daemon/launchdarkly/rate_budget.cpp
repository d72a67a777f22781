#include "daemon/launchdarkly/rate_budget.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

#include "daemon/launchdarkly/retry_time.h"

namespace flaglinkd {
namespace {

constexpr Duration kWindow = std::chrono::seconds(10);
// Delivery that asked just now is about to ask again.
constexpr Duration kLately = std::chrono::seconds(1);
// What is held by a request that is under way asks again so soon.
constexpr Duration kAskAgain = std::chrono::milliseconds(200);
constexpr std::int64_t kMostRemaining = 1'000'000;  // beyond it a number limits nothing
constexpr std::size_t kMostAllowances = 8;

// Absent: there is no such header, or it holds no number.
std::optional<std::int64_t> Remaining(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (header.name != name) continue;
    const std::string& text = header.value;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return std::clamp<std::int64_t>(number, 0, kMostRemaining);
  }
  return std::nullopt;
}

}  // namespace

std::optional<TimePoint> RateBudget::Meter::HeldUntil(int count, TimePoint now) const {
  std::optional<TimePoint> held;
  bool known = false;
  for (const Allowance& allowance : allowances_) {
    if (allowance.until <= now) continue;
    known = true;
    // An optional without a value is the smallest.
    if (allowance.left < count) held = std::max(held, std::optional(allowance.until));
  }
  if (told_ && !known && in_flight_ > 0) return now + kAskAgain;
  return held;
}

// The first to end leaves the least.
std::optional<RateBudget::Window> RateBudget::Meter::Left(TimePoint now) const {
  for (const Allowance& allowance : allowances_) {
    if (allowance.until > now) {
      return Window{std::max<std::int64_t>(allowance.left, 0), allowance.until};
    }
  }
  return std::nullopt;
}

void RateBudget::Meter::Sent() {
  ++in_flight_;
  for (Allowance& allowance : allowances_) --allowance.left;
}

void RateBudget::Meter::Answered() {
  if (in_flight_ > 0) --in_flight_;
}

// LaunchDarkly may or may not have counted what is under way, so we do.
void RateBudget::Meter::Told(std::int64_t remaining, TimePoint reset, TimePoint now) {
  told_ = true;
  Add({reset, remaining * fifths_ / 5 - in_flight_}, now);
}

void RateBudget::Meter::MoveBack(Duration by) {
  for (Allowance& allowance : allowances_) allowance.until -= by;
}

// Keeps only those that say more than another, in the order of their ends; each leaves more than
// the one before.
void RateBudget::Meter::Add(Allowance added, TimePoint now) {
  std::erase_if(allowances_, [&](const Allowance& old) {
    return old.until <= now || (old.until <= added.until && old.left >= added.left);
  });
  const auto later =
      std::find_if(allowances_.begin(), allowances_.end(),
                   [&](const Allowance& other) { return other.until >= added.until; });
  if (later != allowances_.end() && later->left <= added.left) return;
  allowances_.insert(later, added);
  if (allowances_.size() <= kMostAllowances) return;
  // The last two become one that holds as long as the later and leaves as little as the earlier.
  const TimePoint until = allowances_.back().until;
  allowances_.pop_back();
  allowances_.back().until = until;
}

std::optional<TimePoint> RateBudget::Limit::HeldUntil(User user, TimePoint now) const {
  const std::optional<TimePoint> held = all.HeldUntil(1, now);
  return user == User::kCatalog ? std::max(held, catalog.HeldUntil(1, now)) : held;
}

void RateBudget::Limit::Sent(User user) {
  all.Sent();
  if (user == User::kCatalog) catalog.Sent();
}

void RateBudget::Limit::Answered(User user) {
  all.Answered();
  if (user == User::kCatalog) catalog.Answered();
}

void RateBudget::Limit::Told(std::int64_t remaining, TimePoint reset, TimePoint now) {
  all.Told(remaining, reset, now);
  catalog.Told(remaining, reset, now);
}

void RateBudget::Limit::MoveBack(Duration by) {
  all.MoveBack(by);
  catalog.MoveBack(by);
}

std::optional<TimePoint> RateBudget::State::HeldUntil(User user, const std::string& route,
                                                      TimePoint now) const {
  std::optional<TimePoint> held = account.HeldUntil(user, now);
  if (closed_until && *closed_until > now) held = std::max(held, closed_until);
  if (user == User::kCatalog && told && catalog_from && *catalog_from > now) {
    held = std::max(held, catalog_from);
  }
  const auto found = routes.find(route);
  if (found != routes.end()) held = std::max(held, found->second.limit.HeldUntil(user, now));
  return held;
}

std::optional<TimePoint> RateBudget::Take(User user, const std::string& route, TimePoint now) {
  const auto state = state_.Lock();
  const std::optional<TimePoint> held = state->HeldUntil(user, route, now);
  if (user == User::kDelivery) state->catalog_from = held.value_or(now) + kLately;
  if (held) return held;
  state->account.Sent(user);
  state->routes.try_emplace(route, Route{{}, user}).first->second.limit.Sent(user);
  return std::nullopt;
}

std::optional<TimePoint> RateBudget::HeldUntil(const std::string& route, int count,
                                               TimePoint now) const {
  const auto state = state_.Lock();
  const std::optional<TimePoint> held = state->account.all.HeldUntil(count, now);
  const auto found = state->routes.find(route);
  if (found == state->routes.end()) return held;
  return std::max(held, found->second.limit.all.HeldUntil(1, now));
}

std::optional<RateBudget::Window> RateBudget::Left(TimePoint now) const {
  const auto state = state_.Lock();
  if (state->closed_until && *state->closed_until > now) return Window{0, *state->closed_until};
  return state->account.all.Left(now);
}

void RateBudget::Follow(TimePoint now) {
  const auto state = state_.Lock();
  const Duration by = state->set_back.Since(now);
  if (by == Duration(0)) return;
  state->account.MoveBack(by);
  for (auto& [name, route] : state->routes) route.limit.MoveBack(by);
  if (state->closed_until) *state->closed_until -= by;
  if (state->catalog_from) *state->catalog_from -= by;
}

void RateBudget::Learn(const std::string& route, const std::vector<Header>& headers, TimePoint now,
                       int status) {
  const std::optional<TimePoint> reset = RateLimitReset(headers, now);
  const std::optional<std::int64_t> account = Remaining(headers, "x-ratelimit-global-remaining");
  const std::optional<std::int64_t> of_route = Remaining(headers, "x-ratelimit-route-remaining");
  std::optional<TimePoint> closed = RetryAfter(headers, now);
  if (status == 429) closed = std::max(closed, reset);
  // Where the end is not told, or lies in the past, the window may have begun just now.
  const TimePoint until = reset.value_or(now + kWindow);

  const auto state = state_.Lock();
  state->closed_until = std::max(state->closed_until, closed);
  state->told = state->told || account || of_route || closed || status == 429;
  // Delivery backs off by itself then.
  if (status == 429 && !closed) {
    state->catalog_from = std::max(state->catalog_from, std::optional(now + kWindow));
  }
  const auto found = state->routes.find(route);
  if (found == state->routes.end()) return;
  Route& known = found->second;
  state->account.Answered(known.user);
  known.limit.Answered(known.user);
  if (account) state->account.Told(*account, until, now);
  if (of_route) known.limit.Told(*of_route, until, now);
}

}  // namespace flaglinkd
