#include "daemon/observe/log.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <thread>
#include <vector>

namespace flaglinkd {
namespace {

const TimePoint kTime(std::chrono::milliseconds(1767225600007));

std::string Logfmt(LogLevel level, std::string_view message,
                   std::initializer_list<LogField> fields) {
  return FormatLogLine(LogFormat::kLogfmt, {level, kTime, message, fields});
}

std::string Json(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  return FormatLogLine(LogFormat::kJson, {level, kTime, message, fields});
}

TEST(LogLine, LogfmtIsNamesAndValues) {
  EXPECT_EQ(
      Logfmt(LogLevel::kInfo, "link applied",
             {{"source", "jira"}, {"flag", std::string("default/a")}, {"ms", 12}}),
      R"(time=2026-01-01T00:00:00.007Z level=info msg="link applied" source=jira flag=default/a ms=12)");
}

TEST(LogLine, JsonHasAPriority) {
  EXPECT_EQ(Json(LogLevel::kInfo, "link applied", {{"source", "jira"}, {"ms", std::size_t{12}}}),
            R"({"time":"2026-01-01T00:00:00.007Z","level":"info","priority":6,)"
            R"("message":"link applied","source":"jira","ms":12})");
}

TEST(LogLine, EachLevelHasItsNameAndPriority) {
  const std::pair<LogLevel, const char*> levels[] = {
      {LogLevel::kDebug, R"("level":"debug","priority":7)"},
      {LogLevel::kInfo, R"("level":"info","priority":6)"},
      {LogLevel::kWarning, R"("level":"warning","priority":4)"},
      {LogLevel::kError, R"("level":"error","priority":3)"}};
  for (const auto& [level, expected] : levels) {
    EXPECT_EQ(Json(level, "m", {}), R"({"time":"2026-01-01T00:00:00.007Z",)" +
                                        std::string(expected) + R"(,"message":"m"})");
  }
}

TEST(LogLine, AutomaticIsAsLogfmt) {
  EXPECT_EQ(FormatLogLine(LogFormat::kAuto, {LogLevel::kError, kTime, "m", {}}),
            Logfmt(LogLevel::kError, "m", {}));
}

TEST(LogLine, LogfmtQuotesWhatWouldReadOtherwise) {
  EXPECT_EQ(
      Logfmt(LogLevel::kInfo, "m",
             {{"a", ""},
              {"b", "x y"},
              {"c", "x=y"},
              {"d", "say \"hi\""},
              {"e", "a\\b"},
              {"f", "x,y"}}),
      R"(time=2026-01-01T00:00:00.007Z level=info msg=m a="" b="x y" c="x=y" d="say \"hi\"" e="a\\b" f=x,y)");
}

TEST(LogLine, JsonEscapesQuotesAndBackslashes) {
  EXPECT_EQ(Json(LogLevel::kInfo, "say \"hi\"", {{"a", "a\\b"}, {"b", ""}}),
            R"({"time":"2026-01-01T00:00:00.007Z","level":"info","priority":6,)"
            R"("message":"say \"hi\"","a":"a\\b","b":""})");
}

TEST(LogLine, WhatSteersATerminalIsEscaped) {
  const char* hostile = "a\nlevel=error\x1b[31m\xe2\x80\xae\x7f";
  EXPECT_EQ(Logfmt(LogLevel::kInfo, "m", {{"title", hostile}}),
            "time=2026-01-01T00:00:00.007Z level=info msg=m "
            R"(title="a\\x0alevel=error\\x1b[31m\\u{202e}\\x7f")");
  EXPECT_EQ(Json(LogLevel::kInfo, hostile, {}),
            R"({"time":"2026-01-01T00:00:00.007Z","level":"info","priority":6,)"
            R"("message":"a\\x0alevel=error\\x1b[31m\\u{202e}\\x7f"})");
}

TEST(LogLine, BytesThatAreNoUtf8AreEscaped) {
  EXPECT_EQ(Json(LogLevel::kInfo, "\xff\xc3", {}),
            R"({"time":"2026-01-01T00:00:00.007Z","level":"info","priority":6,)"
            R"("message":"\\xff\\xc3"})");
}

TEST(LogLine, LongTextsAreCut) {
  EXPECT_EQ(Logfmt(LogLevel::kInfo, std::string(1000, 'm'), {{"a", std::string(201, 'a')}}),
            "time=2026-01-01T00:00:00.007Z level=info msg=" + std::string(200, 'm') +
                " a=" + std::string(200, 'a'));
}

TEST(LogLine, NumbersKeepTheirWidth) {
  EXPECT_EQ(Logfmt(LogLevel::kInfo, "m",
                   {{"a", std::numeric_limits<std::int64_t>::min()}, {"b", -1}, {"c", 0}}),
            "time=2026-01-01T00:00:00.007Z level=info msg=m a=-9223372036854775808 b=-1 c=0");
}

// Puts a file in the place of standard error and gives its lines.
class StandardError {
 public:
  StandardError()
      : path_(std::filesystem::temp_directory_path() /
              ("flaglinkd-log-" + std::to_string(getpid()))),
        saved_(dup(STDERR_FILENO)) {
    std::FILE* file = std::fopen(path_.c_str(), "w");
    dup2(fileno(file), STDERR_FILENO);
    std::fclose(file);
  }
  ~StandardError() {
    dup2(saved_, STDERR_FILENO);
    close(saved_);
    std::filesystem::remove(path_);
  }
  // As systemd announces the journal's end of a stream.
  std::string JournalStream() const {
    struct stat status;
    fstat(STDERR_FILENO, &status);
    return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
  }
  std::vector<std::string> Lines() const {
    std::ifstream file(path_);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    return lines;
  }

 private:
  std::filesystem::path path_;
  int saved_;
};

// The line behind its time, which is now.
std::string WithoutTime(const std::string& line) {
  const std::size_t end = line.find("Z");
  return end == line.npos ? line : line.substr(end + 1);
}

TEST(Log, ATerminalGetsLogfmt) {
  StandardError standard_error;
  unsetenv("JOURNAL_STREAM");
  SetUpLog({});
  Log(LogLevel::kInfo, "started", {{"source", "jira"}});
  ASSERT_EQ(standard_error.Lines().size(), 1u);
  EXPECT_EQ(WithoutTime(standard_error.Lines()[0]), " level=info msg=started source=jira");
}

TEST(Log, TheJournalGetsJsonBehindThePriority) {
  StandardError standard_error;
  setenv("JOURNAL_STREAM", standard_error.JournalStream().c_str(), 1);
  SetUpLog({});
  Log(LogLevel::kWarning, "paused");
  unsetenv("JOURNAL_STREAM");
  ASSERT_EQ(standard_error.Lines().size(), 1u);
  const std::string line = standard_error.Lines()[0];
  EXPECT_TRUE(line.starts_with("<4>{\"time\":\"2")) << line;
  EXPECT_EQ(WithoutTime(line), R"(","level":"warning","priority":4,"message":"paused"})");
}

TEST(Log, AnotherStreamThanTheJournalsGetsLogfmt) {
  StandardError standard_error;
  setenv("JOURNAL_STREAM", "1:1", 1);
  SetUpLog({});
  Log(LogLevel::kInfo, "started");
  unsetenv("JOURNAL_STREAM");
  EXPECT_EQ(WithoutTime(standard_error.Lines().at(0)), " level=info msg=started");
}

TEST(Log, JsonElsewhereHasNothingBeforeIt) {
  StandardError standard_error;
  unsetenv("JOURNAL_STREAM");
  SetUpLog({LogLevel::kInfo, LogFormat::kJson});
  Log(LogLevel::kInfo, "started");
  EXPECT_TRUE(standard_error.Lines().at(0).starts_with("{\"time\":"));
}

TEST(Log, ALaterSetUpChangesTheLevel) {
  StandardError standard_error;
  SetUpLog({LogLevel::kWarning, LogFormat::kLogfmt});
  Log(LogLevel::kInfo, "hidden");
  Log(LogLevel::kWarning, "shown");
  SetUpLog({LogLevel::kDebug, LogFormat::kLogfmt});
  Log(LogLevel::kDebug, "shown too");
  const std::vector<std::string> lines = standard_error.Lines();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(WithoutTime(lines[0]), " level=warning msg=shown");
  EXPECT_EQ(WithoutTime(lines[1]), " level=debug msg=\"shown too\"");
}

TEST(Log, LinesOfSeveralThreadsStayWhole) {
  constexpr int kThreads = 4, kLines = 200;
  StandardError standard_error;
  SetUpLog({LogLevel::kInfo, LogFormat::kLogfmt});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([] {
        for (int line = 0; line < kLines; ++line) Log(LogLevel::kInfo, "whole", {{"ms", 1}});
      });
    }
    for (int i = 0; i < kLines; ++i) SetUpLog({LogLevel::kInfo, LogFormat::kLogfmt});
  }
  const std::vector<std::string> lines = standard_error.Lines();
  EXPECT_EQ(lines.size(), std::size_t{kThreads * kLines});
  for (const std::string& line : lines) EXPECT_EQ(WithoutTime(line), " level=info msg=whole ms=1");
}

TEST(RepeatFilter, AFailureThatRepeatsIsCounted) {
  RepeatFilter filter;
  const auto expect = [&](const char* failure, bool log, std::int64_t held_back) {
    const RepeatFilter::Decision decision = filter.Next(failure);
    EXPECT_EQ(decision.log, log);
    EXPECT_EQ(decision.held_back, held_back);
  };
  expect("disk full", true, 0);
  expect("disk full", false, 0);
  expect("disk full", false, 0);
  expect("database away", true, 2);
  expect("disk full", true, 0);
}

TEST(RepeatFilter, AfterItWorkedAgainTheSameFailureIsNews) {
  RepeatFilter filter;
  EXPECT_FALSE(filter.Cleared());
  EXPECT_TRUE(filter.Next("").log);
  EXPECT_TRUE(filter.Cleared());
  EXPECT_FALSE(filter.Cleared());
  EXPECT_TRUE(filter.Next("").log);
}

TEST(RepeatFilter, OfManyThreadsOneLogs) {
  RepeatFilter filter;
  std::atomic<int> logged = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int call = 0; call < 1000; ++call) logged += filter.Next("disk full").log ? 1 : 0;
      });
    }
  }
  EXPECT_EQ(logged, 1);
  EXPECT_EQ(filter.Next("other").held_back, 3999);
}

}  // namespace
}  // namespace flaglinkd
