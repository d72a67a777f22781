// The verbs of the command line. Each returns the exit code: 0, kFailed, kUsage, kBadConfiguration.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/config.h"

namespace flaglinkd {

enum ExitCode { kFine = 0, kFailed = 1, kUsage = 2, kBadConfiguration = 78 };

enum class OutputFormat { kText, kJson };

// The service: until SIGTERM or SIGINT; SIGHUP reloads.
int Run(const LoadSettings& settings);

struct TryArguments {
  std::string source;
  std::filesystem::path file;
  std::vector<std::string> headers;  // "Name: value"
  OutputFormat output = OutputFormat::kText;
};
// What a saved webhook would lead to: verdict, outcome, events, flags and requests. Sends and
// stores nothing.
int Try(const LoadSettings& settings, const TryArguments& arguments);

struct TestArguments {
  std::vector<std::filesystem::path> files;  // read as if they lay in conf.d
  OutputFormat output = OutputFormat::kText;
};
// Runs the [[test]] tables of the configuration, or of `files` alone: what each saved webhook leads
// to in a dry run, against what is expected. kFailed: one differs.
int Test(const LoadSettings& settings, const TestArguments& arguments);

struct SignArguments {
  std::string source;
  std::filesystem::path file;
  std::string send;  // a URL; "": print a curl line
  std::vector<std::string> headers;
};
// The headers that the source's sender would set on this body, as a curl line, or sent.
int Sign(const LoadSettings& settings, const SignArguments& arguments);

struct BackupArguments {
  std::filesystem::path file;
  bool force = false;  // in place of a file that is there
};
// A checked copy of the database, made while the service runs or while it does not.
int BackUp(const LoadSettings& settings, const BackupArguments& arguments);

struct StatusArguments {
  std::filesystem::path socket;  // "": what the configuration says
  OutputFormat output = OutputFormat::kText;
};
// What the service says of itself; where none runs, what its database says. kFailed: something is
// wrong, or nothing runs.
int ShowStatus(const LoadSettings& settings, const StatusArguments& arguments);

// The main job in one process on loopback: a stand-in LaunchDarkly, three signed webhooks, the
// links that came out. Where somebody watches (a terminal) it goes on until Ctrl-C.
int Demo(const std::filesystem::path& program);

// What is asked of a service about its links and events; where none runs, its database answers what
// it can.
enum class QueueVerb {
  kListLinks,
  kShowLink,
  kRetryLinks,
  kForgetLinks,
  kListEvents,
  kShowEvent,
  kReplayEvents
};

struct QueueArguments {
  std::filesystem::path socket;  // "": what the configuration says
  std::string id;                // "": those that the conditions name
  // As they are given: status, flag, project, source, resource, since, before, limit
  std::map<std::string, std::string> conditions;
  bool remove = false;  // of kForgetLinks: at LaunchDarkly too
  OutputFormat output = OutputFormat::kText;
};
int AskQueue(const LoadSettings& settings, QueueVerb verb, const QueueArguments& arguments);

struct ArmArguments {
  std::filesystem::path socket;  // "": what the configuration says
  std::string source;
  bool replace = false;  // the secret that is there
  OutputFormat output = OutputFormat::kText;
};
// For ten minutes, once: the service takes the secret that a handshake brings.
int Arm(const LoadSettings& settings, const ArmArguments& arguments);

struct ImportArguments {
  std::filesystem::path socket;  // "": what the configuration says
  std::string source;
  std::filesystem::path file;        // one body per line
  std::vector<std::string> headers;  // of each: "Name: value"
  OutputFormat output = OutputFormat::kText;
};
// Exported issues, messages or pull requests, as webhooks that need no signature.
int Import(const LoadSettings& settings, const ImportArguments& arguments);

// Loads the configuration; its diagnostics go to standard error. None: exit with kBadConfiguration.
std::optional<Config> LoadOrComplain(const LoadSettings& settings);

}  // namespace flaglinkd
