#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "daemon/cli/local_verbs.h"
#include "daemon/cli/service_verbs.h"
#include "daemon/cli/unknown_verb.h"
#include "daemon/cli/verbs.h"
#include "daemon/service.h"

namespace {

std::filesystem::path ProgramPath(const char* invoked_as) {
  std::error_code error;
  std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path(invoked_as) : program;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Turns signed webhooks into LaunchDarkly flag links", "flaglinkd");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("flaglinkd ") + flaglinkd::kVersion);
  app.footer(
      "`flaglinkd VERB --help` tells more of each.\n"
      "Exit codes: 0 fine, 1 failed, 2 wrong use, 78 the configuration will not do\n");
  flaglinkd::LoadSettings settings;
  settings.program = ProgramPath(argv[0]);
  flaglinkd::LocalArguments local;
  flaglinkd::ServiceArguments service;
  flaglinkd::DescribeLocalVerbs(app, settings, local);
  flaglinkd::DescribeServiceVerbs(app, settings, service);
  const std::vector<std::string> words(argv + (argc > 0 ? 1 : 0), argv + argc);
  if (const auto unknown = flaglinkd::UnknownVerb(app, words)) {
    std::cerr << *unknown;
    return flaglinkd::kUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? flaglinkd::kFine : flaglinkd::kUsage;
  }
  try {
    return service.run ? service.run() : local.run();
  } catch (const std::exception& error) {
    std::cerr << "flaglinkd: " << error.what() << "\n";
    return flaglinkd::kFailed;
  }
}
