#include "daemon/launchdarkly/retry_time.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string>

namespace flaglinkd {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration kFarthest = days(31);

std::optional<std::string_view> Find(const std::vector<Header>& headers, std::string_view name) {
  for (const Header& header : headers) {
    if (header.name == name) return header.value;
  }
  return std::nullopt;
}

std::optional<std::int64_t> ParseNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

std::optional<unsigned> ParseMonth(std::string_view name) {
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (unsigned month = 0; month < kMonths.size(); ++month) {
    if (kMonths[month] == name) return month + 1;
  }
  return std::nullopt;
}

struct DateFields {
  int year = 0, day = 0, hour = 0, minute = 0, second = 0;
  char month[4] = "";
};

std::optional<TimePoint> ToTime(const DateFields& fields) {
  const std::optional<unsigned> month = ParseMonth(fields.month);
  if (!month || fields.day < 1) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(fields.year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(fields.day))};
  const bool time_is_valid = fields.hour >= 0 && fields.hour < 24 && fields.minute >= 0 &&
                             fields.minute < 60 && fields.second >= 0 && fields.second <= 60;
  if (!date.ok() || fields.year < 1970 || !time_is_valid) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(fields.hour) +
         std::chrono::minutes(fields.minute) + seconds(fields.second);
}

std::optional<TimePoint> Ahead(TimePoint when, TimePoint now) {
  if (when <= now || when - now > kFarthest) return std::nullopt;
  return when;
}

}  // namespace

std::optional<TimePoint> ParseHttpDate(std::string_view text) {
  const std::string line(text);  // sscanf needs the NUL
  const int size = static_cast<int>(line.size());
  DateFields f;
  int end = 0;
  // "Sun, 06 Nov 1994 08:49:37 GMT"
  if (std::sscanf(line.c_str(), "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n", &f.day,
                  f.month, &f.year, &f.hour, &f.minute, &f.second, &end) == 6 &&
      end == size) {
    return ToTime(f);
  }
  // "Sunday, 06-Nov-94 08:49:37 GMT"
  f = DateFields();
  end = 0;
  if (std::sscanf(line.c_str(), "%*9[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &f.day,
                  f.month, &f.year, &f.hour, &f.minute, &f.second, &end) == 6 &&
      end == size) {
    f.year += f.year < 70 ? 2000 : 1900;
    return ToTime(f);
  }
  // "Sun Nov  6 08:49:37 1994"
  f = DateFields();
  end = 0;
  if (std::sscanf(line.c_str(), "%*3[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d%n", f.month, &f.day,
                  &f.hour, &f.minute, &f.second, &f.year, &end) == 6 &&
      end == size) {
    return ToTime(f);
  }
  return std::nullopt;
}

std::optional<TimePoint> RetryAfter(const std::vector<Header>& headers, TimePoint now) {
  const std::optional<std::string_view> value = Find(headers, "retry-after");
  if (!value) return std::nullopt;
  if (const auto number = ParseNumber(*value)) {
    if (*number > seconds(days(31)).count()) return std::nullopt;
    return Ahead(now + seconds(*number), now);
  }
  const std::optional<TimePoint> date = ParseHttpDate(*value);
  return date ? Ahead(*date, now) : std::nullopt;
}

std::optional<TimePoint> RateLimitReset(const std::vector<Header>& headers, TimePoint now) {
  const std::optional<std::string_view> value = Find(headers, "x-ratelimit-reset");
  const std::optional<std::int64_t> number = value ? ParseNumber(*value) : std::nullopt;
  constexpr std::int64_t kYear9999 = 253'402'300'799'000;  // keeps the sum below from overflowing
  if (!number || *number > kYear9999) return std::nullopt;
  return Ahead(TimePoint(milliseconds(*number)), now);
}

}  // namespace flaglinkd
