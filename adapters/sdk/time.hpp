// Times as senders write them, as microseconds since 1970. Absent: not a time, or outside the years
// 1970 to 9999.
#pragma once

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace flaglink {

using TimeUs = std::int64_t;

constexpr TimeUs kMaxTimeUs = 253'402'300'799'999'999;  // the end of 9999

inline std::optional<TimeUs> FromMilliseconds(std::int64_t milliseconds) {
  if (milliseconds < 0 || milliseconds > kMaxTimeUs / 1000) return std::nullopt;
  return milliseconds * 1000;
}

inline std::optional<TimeUs> FromSeconds(std::int64_t seconds) {
  if (seconds < 0 || seconds > kMaxTimeUs / 1'000'000) return std::nullopt;
  return seconds * 1'000'000;
}

namespace time_detail {

// Takes exactly `width` digits off the front.
inline std::optional<int> TakeDigits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, width)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(width);
  return value;
}

inline bool TakeOneOf(std::string_view& text, std::string_view characters) {
  if (text.empty() || characters.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

// ".123" as 123000 microseconds; nothing is 0. More digits than six are read over.
inline std::int64_t TakeFraction(std::string_view& text) {
  if (text.size() < 2 || text[0] != '.' || text[1] < '0' || text[1] > '9') return 0;
  text.remove_prefix(1);
  std::int64_t microseconds = 0;
  std::int64_t unit = 100'000;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    microseconds += (text.front() - '0') * unit;
    unit /= 10;
    text.remove_prefix(1);
  }
  return microseconds;
}

// "Z", " UTC", "+1100", "+11:00", "+11" or nothing (UTC), up to the end of the text.
inline std::optional<std::chrono::minutes> TakeZone(std::string_view text) {
  while (TakeOneOf(text, " ")) continue;
  if (text.empty() || text == "Z" || text == "z" || text == "UTC") return std::chrono::minutes(0);
  const int sign = text.front() == '-' ? -1 : 1;
  if (!TakeOneOf(text, "+-")) return std::nullopt;
  const auto hours = TakeDigits(text, 2);
  if (hours && text.empty()) return std::chrono::minutes(sign * *hours * 60);
  TakeOneOf(text, ":");
  const auto minutes = TakeDigits(text, 2);
  if (!hours || !minutes || !text.empty() || *minutes > 59) return std::nullopt;
  return std::chrono::minutes(sign * (*hours * 60 + *minutes));
}

}  // namespace time_detail

// "2015-05-17T18:08:09.123+1100" and its kin: 'T' or a space; a fraction or none; Z, UTC, +1100,
// +11:00 or no zone, which is UTC.
inline std::optional<TimeUs> ParseIso8601(std::string_view text) {
  using time_detail::TakeDigits, time_detail::TakeFraction, time_detail::TakeOneOf,
      time_detail::TakeZone;
  const auto year = TakeDigits(text, 4);
  if (!year || !TakeOneOf(text, "-")) return std::nullopt;
  const auto month = TakeDigits(text, 2);
  if (!month || !TakeOneOf(text, "-")) return std::nullopt;
  const auto day = TakeDigits(text, 2);
  if (!day || !TakeOneOf(text, "Tt ")) return std::nullopt;
  const auto hour = TakeDigits(text, 2);
  if (!hour || !TakeOneOf(text, ":")) return std::nullopt;
  const auto minute = TakeDigits(text, 2);
  if (!minute || !TakeOneOf(text, ":")) return std::nullopt;
  const auto second = TakeDigits(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::int64_t fraction = TakeFraction(text);
  const auto zone = TakeZone(text);

  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!zone || !date.ok()) return std::nullopt;
  const std::chrono::seconds time = std::chrono::sys_days(date).time_since_epoch() +
                                    std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                                    std::chrono::seconds(*second) - *zone;
  const auto whole = FromSeconds(time.count());
  if (!whole) return std::nullopt;
  return *whole + fraction;
}

// "1767225600.000100" and "1767225600": seconds, with a fraction or none.
inline std::optional<TimeUs> ParseSeconds(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  const std::int64_t fraction = time_detail::TakeFraction(text);
  const auto whole = FromSeconds(seconds);
  if (!text.empty() || !whole) return std::nullopt;
  return *whole + fraction;
}

}  // namespace flaglink
