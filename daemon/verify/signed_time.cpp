#include "daemon/verify/signed_time.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/pointer.h>
#include <rapidjson/reader.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <span>
#include <utility>

namespace flaglinkd {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr std::size_t kMaxDepth = 256;

// Follows the parser along the pointer and stops it at the value. Containers are counted from 1;
// those up to `on_path_` lie on the path.
class ValueFinder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, ValueFinder> {
 public:
  explicit ValueFinder(std::span<const rapidjson::Pointer::Token> path) : path_(path) {}

  std::optional<std::string> found;

  bool Default() { return Scalar(std::nullopt); }                  // null, true, false
  bool String(const char* text, rapidjson::SizeType size, bool) {  // numbers too
    return Scalar(std::string(text, size));
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (depth_ != on_path_ || depth_ > path_.size()) return true;
    const rapidjson::Pointer::Token& token = path_[depth_ - 1];
    next_is_named_ = std::string_view(text, size) == std::string_view(token.name, token.length);
    return true;
  }
  bool StartObject() { return Start(/*first_index=*/std::nullopt); }
  bool StartArray() { return Start(/*first_index=*/0); }
  bool EndObject(rapidjson::SizeType) { return End(); }
  bool EndArray(rapidjson::SizeType) { return End(); }

 private:
  // Whether the value that begins is the next one on the path.
  bool IsNamed() {
    if (depth_ == 0) return true;
    if (depth_ != on_path_ || depth_ > path_.size()) return false;
    std::optional<std::size_t>& index = indices_[depth_ - 1];
    return index ? (*index)++ == path_[depth_ - 1].index : next_is_named_;
  }
  bool Scalar(std::optional<std::string> text) {
    if (!IsNamed() || depth_ != path_.size()) return true;
    found = std::move(text);
    return false;
  }
  bool Start(std::optional<std::size_t> first_index) {
    const bool named = IsNamed();
    if (++depth_ > kMaxDepth) return false;
    if (named) on_path_ = depth_;
    if (named) indices_[depth_ - 1] = first_index;
    return true;
  }
  bool End() {
    if (on_path_ == depth_) --on_path_;
    --depth_;
    return true;
  }

  std::span<const rapidjson::Pointer::Token> path_;
  std::size_t depth_ = 0, on_path_ = 0;
  bool next_is_named_ = false;
  std::array<std::optional<std::size_t>, kMaxDepth> indices_;  // of arrays on the path
};

// Exactly `size` digits off the front.
std::optional<int> TakeDigits(std::string_view& text, std::size_t size) {
  if (text.size() < size) return std::nullopt;
  int number = 0;
  for (const char c : text.substr(0, size)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(size);
  return number;
}

bool Take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

// ".123" as a part of a second; digits beyond microseconds are dropped.
std::optional<Duration> TakeFraction(std::string_view& text) {
  Duration fraction{0};
  Duration place = milliseconds(100);
  std::size_t digits = 0;
  while (const auto digit = TakeDigits(text, 1)) {
    fraction += *digit * place;
    place /= 10;
    ++digits;
  }
  if (digits == 0) return std::nullopt;
  return fraction;
}

// "Z", "+02:00", "-0700": how far the local time is ahead of UTC.
std::optional<Duration> TakeOffset(std::string_view& text) {
  if (Take(text, 'Z')) return Duration{0};
  const bool ahead = Take(text, '+');
  if (!ahead && !Take(text, '-')) return std::nullopt;
  const auto hour = TakeDigits(text, 2);
  Take(text, ':');
  const auto minute = TakeDigits(text, 2);
  if (!hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
  const Duration offset = hours(*hour) + minutes(*minute);
  return ahead ? offset : -offset;
}

std::optional<TimePoint> ParseIso8601(std::string_view text) {
  const auto year = TakeDigits(text, 4);
  if (!year || !Take(text, '-')) return std::nullopt;
  const auto month = TakeDigits(text, 2);
  if (!month || !Take(text, '-')) return std::nullopt;
  const auto day = TakeDigits(text, 2);
  if (!day || !Take(text, 'T')) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  const auto hour = TakeDigits(text, 2);
  if (!hour || !Take(text, ':')) return std::nullopt;
  const auto minute = TakeDigits(text, 2);
  if (!minute || !Take(text, ':')) return std::nullopt;
  const auto second = TakeDigits(text, 2);
  if (!second || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;

  std::optional<Duration> fraction = Duration{0};
  if (Take(text, '.')) fraction = TakeFraction(text);
  const auto offset = TakeOffset(text);
  if (!fraction || !offset || !text.empty()) return std::nullopt;
  return std::chrono::sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second) +
         *fraction - *offset;
}

}  // namespace

std::optional<std::string> FindInJson(std::string_view body, const std::string& pointer) {
  const rapidjson::Pointer path(pointer.data(), pointer.size());
  if (!path.IsValid() || path.GetTokenCount() >= kMaxDepth) return std::nullopt;
  ValueFinder finder(std::span(path.GetTokens(), path.GetTokenCount()));
  rapidjson::MemoryStream stream(body.data(), body.size());
  rapidjson::Reader reader;
  // Iterative: depth must not cost stack. Numbers as strings: a double would round those above
  // 2^53.
  reader.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag>(stream,
                                                                                       finder);
  return std::move(finder.found);
}

std::optional<TimePoint> ParseSignedTime(std::string_view text, TimeUnit unit) {
  TimePoint time;
  if (unit == TimeUnit::kIso8601) {
    const auto parsed = ParseIso8601(text);
    if (!parsed) return std::nullopt;
    time = *parsed;
  } else {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool in_seconds = unit == TimeUnit::kSeconds;
    const std::int64_t last = in_seconds ? kLastSecond : kLastSecond * 1000 + 999;
    const bool whole = error == std::errc() && end == text.data() + text.size();
    if (!whole || number < 0 || number > last) return std::nullopt;
    time = TimePoint(in_seconds ? Duration(seconds(number)) : Duration(milliseconds(number)));
  }
  if (time < TimePoint()) return std::nullopt;
  return time;
}

std::string FormatSignedTime(TimePoint time, TimeUnit unit) {
  const Duration since_epoch = time.time_since_epoch();
  switch (unit) {
    case TimeUnit::kSeconds: return std::to_string(floor<seconds>(since_epoch).count());
    case TimeUnit::kMilliseconds: return std::to_string(floor<milliseconds>(since_epoch).count());
    case TimeUnit::kIso8601: {
      const auto day = floor<days>(time);
      const std::chrono::year_month_day date(day);
      const std::chrono::hh_mm_ss clock(floor<seconds>(time - day));
      char text[64];
      std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int(date.year()),
                    unsigned(date.month()), unsigned(date.day()), int(clock.hours().count()),
                    int(clock.minutes().count()), int(clock.seconds().count()));
      return text;
    }
  }
  return "";
}

}  // namespace flaglinkd
