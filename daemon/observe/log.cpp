#include "daemon/observe/log.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>

#include "daemon/base/guarded.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kMaxCharacters = 200;

struct LevelNames {
  const char* name;
  int priority;  // syslog's (RFC 5424, table 2)
};

LevelNames NamesOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug: return {"debug", 7};
    case LogLevel::kInfo: return {"info", 6};
    case LogLevel::kWarning: return {"warning", 4};
    case LogLevel::kError: return {"error", 3};
  }
  return {"error", 3};
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

std::string LogfmtText(std::string_view text) {
  const std::string escaped = EscapeForLine(text, kMaxCharacters);
  const bool bare = !escaped.empty() && escaped.find_first_of(" =\"\\") == escaped.npos;
  return bare ? escaped : Quoted(escaped);
}

// Escaped as a line, nothing is left that JSON would have to escape but quotes and backslashes.
std::string JsonText(std::string_view text) {
  return Quoted(EscapeForLine(text, kMaxCharacters));
}

std::string ValueText(LogFormat format, const LogField& field) {
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) return std::to_string(*number);
  const auto text = std::get<std::string_view>(field.value);
  return format == LogFormat::kJson ? JsonText(text) : LogfmtText(text);
}

// "2026-11-20T10:00:00.123Z"
std::string TimeText(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::milliseconds>(time - day));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

// systemd sets JOURNAL_STREAM to the device and inode of the journal's end; it counts only while
// standard error is still that (systemd.exec(5)).
bool JournalReadsStandardError() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat status;
  if (stream == nullptr || fstat(STDERR_FILENO, &status) != 0) return false;
  return stream == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

struct Settings {
  std::atomic<LogLevel> level = LogLevel::kInfo;
  std::atomic<LogFormat> format = LogFormat::kLogfmt;
  std::atomic<bool> to_journal = false;
};

Settings& TheSettings() {
  static Settings settings;
  return settings;
}

// Synchronous, and every line is flushed: the last line before a crash is the one that is wanted.
spdlog::logger& TheLogger() {
  static spdlog::logger logger = [] {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_pattern("%v");
    spdlog::logger made("flaglinkd", std::move(sink));
    made.flush_on(spdlog::level::trace);
    return made;
  }();
  return logger;
}

}  // namespace

void SetUpLog(const LogOptions& options) {
  Settings& settings = TheSettings();
  const bool to_journal = JournalReadsStandardError();
  const LogFormat automatic = to_journal ? LogFormat::kJson : LogFormat::kLogfmt;
  settings.level = options.level;
  settings.format = options.format == LogFormat::kAuto ? automatic : options.format;
  settings.to_journal = to_journal;
}

void Log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  const Settings& settings = TheSettings();
  if (level < settings.level) return;
  std::string line = FormatLogLine(settings.format, {level, SystemClock().Now(), message, fields});
  // How the journal is told the priority on a stream (sd-daemon(3)); it takes the prefix off.
  if (settings.to_journal) line.insert(0, fmt::format("<{}>", NamesOf(level).priority));
  TheLogger().log(spdlog::level::critical, spdlog::string_view_t(line.data(), line.size()));
}

std::string FormatLogLine(LogFormat format, const LogLine& line) {
  const LevelNames level = NamesOf(line.level);
  const std::string time = TimeText(line.time);
  std::string text;
  if (format == LogFormat::kJson) {
    text = fmt::format(R"({{"time":"{}","level":"{}","priority":{},"message":{})", time, level.name,
                       level.priority, JsonText(line.message));
    for (const LogField& field : line.fields) {
      text += fmt::format(R"(,"{}":{})", field.name, ValueText(format, field));
    }
    text += '}';
  } else {
    text = fmt::format("time={} level={} msg={}", time, level.name, LogfmtText(line.message));
    for (const LogField& field : line.fields) {
      text += fmt::format(" {}={}", field.name, ValueText(format, field));
    }
  }
  return text;
}

struct RepeatFilter::State {
  struct Failure {
    std::string text;
    bool lasts = false;
    std::int64_t held_back = 0;
  };
  Guarded<Failure> last;
};

std::shared_ptr<RepeatFilter::State> RepeatFilter::MakeState() {
  return std::make_shared<State>();
}

RepeatFilter::Decision RepeatFilter::Next(std::string_view failure) {
  auto last = state_->last.Lock();
  if (last->lasts && last->text == failure) {
    ++last->held_back;
    return {};
  }
  const Decision decision{true, last->held_back};
  *last = {std::string(failure), true, 0};
  return decision;
}

bool RepeatFilter::Cleared() {
  auto last = state_->last.Lock();
  const bool lasted = last->lasts;
  *last = {};
  return lasted;
}

}  // namespace flaglinkd
