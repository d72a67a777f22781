#include "daemon/admin/utc_time.h"

#include <chrono>
#include <cstdio>

namespace flaglinkd {
namespace {

constexpr std::string_view kForm = "0000-00-00T00:00:00Z";  // 0: a digit
constexpr std::size_t kDateSize = 10;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool HasForm(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (kForm[i] == '0' ? !IsDigit(text[i]) : text[i] != kForm[i]) return false;
  }
  return true;
}

// Of digits only.
unsigned Number(std::string_view digits) {
  unsigned number = 0;
  for (const char c : digits) number = number * 10 + static_cast<unsigned>(c - '0');
  return number;
}

}  // namespace

std::string FormatUtc(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int(date.year()),
                unsigned(date.month()), unsigned(date.day()), int(clock.hours().count()),
                int(clock.minutes().count()), int(clock.seconds().count()));
  return text;
}

std::optional<TimePoint> ParseUtc(std::string_view text) {
  if ((text.size() != kDateSize && text.size() != kForm.size()) || !HasForm(text)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(
      std::chrono::year(static_cast<int>(Number(text.substr(0, 4)))),
      std::chrono::month(Number(text.substr(5, 2))), std::chrono::day(Number(text.substr(8, 2))));
  if (!date.ok()) return std::nullopt;
  const TimePoint day = std::chrono::sys_days(date);
  if (text.size() == kDateSize) return day;
  const unsigned hour = Number(text.substr(11, 2)), minute = Number(text.substr(14, 2)),
                 second = Number(text.substr(17, 2));
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;  // 60: a leap second
  return day + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace flaglinkd
