#include "daemon/admin/page_text.h"

#include <algorithm>
#include <chrono>

#include "daemon/admin/utc_time.h"

namespace flaglinkd {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// "2 h", or "2 h 5 min".
std::string TwoUnits(std::int64_t large, const char* large_unit, std::int64_t small,
                     const char* small_unit) {
  std::string text = std::to_string(large) + large_unit;
  if (small > 0) text += " " + std::to_string(small) + small_unit;
  return text;
}

}  // namespace

std::string Grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  const std::size_t first_digit = number < 0 ? 1 : 0;
  for (std::size_t at = text.size(); at > first_digit + 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string Counted(std::int64_t number, std::string_view singular) {
  std::string text = Grouped(number) + " ";
  text.append(singular);
  return number == 1 ? text : text + "s";
}

std::string SpanText(Duration span) {
  span = std::max(span, Duration(0));
  if (span < seconds(1)) return std::to_string(floor<milliseconds>(span).count()) + " ms";
  if (span < minutes(1)) return std::to_string(floor<seconds>(span).count()) + " s";
  if (span < hours(1)) return std::to_string(floor<minutes>(span).count()) + " min";
  if (span < days(1)) {
    return TwoUnits(floor<hours>(span).count(), " h", floor<minutes>(span % hours(1)).count(),
                    " min");
  }
  return TwoUnits(floor<days>(span).count(), " d", floor<hours>(span % days(1)).count(), " h");
}

std::string AgoText(TimePoint time, TimePoint now) {
  const Duration away = time < now ? now - time : time - now;
  if (away < seconds(1)) return "now";
  return time < now ? SpanText(away) + " ago" : "in " + SpanText(away);
}

Html TimeHtml(TimePoint time, TimePoint now) {
  const std::string utc = FormatUtc(time);  // "2026-07-25T10:00:00Z"
  const std::string day = utc.substr(0, 10), clock = utc.substr(11, 8);
  return Html::Of("<time datetime=\"{}\">{} <small>{}{} UTC</small></time>", utc,
                  AgoText(time, now), floor<days>(time) == floor<days>(now) ? "" : day + " ",
                  clock);
}

}  // namespace flaglinkd
