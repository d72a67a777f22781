// One line per state change: logfmt on a terminal, JSON with a syslog priority under journald. Safe
// for several threads.
//
//   Log(LogLevel::kInfo, "link applied", {{"source", source}, {"flag", key}, {"ms", 12}});
//
// Strings from outside are escaped (control, bidi, ANSI) and cut at 200 characters. Fields, where
// they apply: source event resource flag attempt outcome reason status ms. There is no way to
// format a Secret.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "daemon/base/clock.h"

namespace flaglinkd {

// By who must act. kError: flaglinkd can't go on. kWarning: an operator should look. kInfo: a state
// changed. kDebug: to follow one webhook.
enum class LogLevel { kDebug, kInfo, kWarning, kError };
enum class LogFormat {
  kAuto,
  kJson,
  kLogfmt
};  // kAuto: JSON when the journal reads standard error (JOURNAL_STREAM)

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kAuto;
};

struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t> value;
  LogField(std::string_view field, std::string_view text) : name(field), value(text) {}
  LogField(std::string_view field, const std::string& text)
      : name(field), value(std::string_view(text)) {}
  LogField(std::string_view field, const char* text) : name(field), value(std::string_view(text)) {}
  LogField(std::string_view field, std::int64_t number) : name(field), value(number) {}
  LogField(std::string_view field, int number) : name(field), value(std::int64_t{number}) {}
  LogField(std::string_view field, std::size_t number)
      : name(field), value(static_cast<std::int64_t>(number)) {}
};

// Once, before the first line; later calls (a reload) change level and format.
void SetUpLog(const LogOptions& options);

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

struct LogLine {
  LogLevel level = LogLevel::kInfo;
  TimePoint time;
  std::string_view message;
  std::initializer_list<LogField> fields;
};

// The line as it is written, without its end; to the journal "<6>" goes before it. kAuto is as
// kLogfmt. Pure.
std::string FormatLogLine(LogFormat format, const LogLine& line);

// Counts a failure that repeats unchanged instead of repeating it: says whether this one should be
// logged, and how many were held back before it. One per place that can fail over and over; safe
// for several threads.
class RepeatFilter {
 public:
  struct Decision {
    bool log = false;
    std::int64_t held_back = 0;
  };
  Decision Next(std::string_view failure);
  // It works again; true if there was a failure before (worth a line).
  bool Cleared();

 private:
  struct State;
  std::shared_ptr<State> state_ = MakeState();
  static std::shared_ptr<State> MakeState();
};

}  // namespace flaglinkd
