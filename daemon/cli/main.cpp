#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "daemon/cli/check.h"
#include "daemon/cli/reference.h"
#include "daemon/cli/service_verbs.h"
#include "daemon/cli/verbs.h"
#include "daemon/service.h"

namespace {

using flaglinkd::LoadSettings;

std::filesystem::path ProgramPath(const char* invoked_as) {
  std::error_code error;
  std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path(invoked_as) : program;
}

struct Arguments {
  LoadSettings settings;
  flaglinkd::TryArguments try_it;
  flaglinkd::TestArguments test;
  flaglinkd::SignArguments sign;
  flaglinkd::ServiceArguments service;
  std::string output = "text";
  bool toml = false, markdown = false;
};

void AddConfig(CLI::App* verb, LoadSettings& settings) {
  verb->add_option("--config", settings.file, "The configuration file")->capture_default_str();
}

void Describe(CLI::App& app, Arguments& arguments) {
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("flaglinkd ") + flaglinkd::kVersion);

  AddConfig(app.add_subcommand("run", "Run the service"), arguments.settings);
  AddConfig(
      app.add_subcommand("check", "Check the configuration, load the adapters, read the secrets"),
      arguments.settings);

  CLI::App* try_it = app.add_subcommand(
      "try", "Show what a saved webhook would lead to; sends and stores nothing");
  AddConfig(try_it, arguments.settings);
  try_it->add_option("source", arguments.try_it.source, "The source's name")->required();
  try_it->add_option("file", arguments.try_it.file, "The body, as the sender sent it")->required();
  try_it->add_option("-H", arguments.try_it.headers,
                     "A header that the sender sets: 'Name: value'");
  try_it->add_option("--output", arguments.output, "text or json")
      ->check(CLI::IsMember({"text", "json"}));

  CLI::App* test =
      app.add_subcommand("test", "Run the [[test]] tables: what saved webhooks should lead to");
  AddConfig(test, arguments.settings);
  test->add_option("file", arguments.test.files,
                   "More of the configuration, read as if it lay in conf.d; its tests alone run");
  test->add_option("--output", arguments.output, "text or json")
      ->check(CLI::IsMember({"text", "json"}));

  CLI::App* sign =
      app.add_subcommand("sign", "Sign a body as the source's sender would: a curl line, or sent");
  AddConfig(sign, arguments.settings);
  sign->add_option("source", arguments.sign.source, "The source's name")->required();
  sign->add_option("file", arguments.sign.file, "The body")->required();
  sign->add_option("-H", arguments.sign.headers, "A further header: 'Name: value'");
  sign->add_option("--send", arguments.sign.send, "Send it to this URL");

  flaglinkd::DescribeServiceVerbs(app, arguments.settings, arguments.service);

  CLI::App* reference = app.add_subcommand("reference", "Every option of the configuration");
  reference->add_flag("--toml", arguments.toml, "As a commented configuration file");
  reference->add_flag("--markdown", arguments.markdown, "As Markdown (the default)");

  app.add_subcommand("demo", "Show the main job on loopback: signed webhooks in, flag links out");
}

int Dispatch(const CLI::App& app, Arguments& arguments) {
  if (arguments.service.run) return arguments.service.run();
  if (app.got_subcommand("run")) return flaglinkd::Run(arguments.settings);
  if (app.got_subcommand("check")) return flaglinkd::Check(arguments.settings, std::cout);
  if (app.got_subcommand("try")) {
    if (arguments.output == "json") arguments.try_it.output = flaglinkd::OutputFormat::kJson;
    return flaglinkd::Try(arguments.settings, arguments.try_it);
  }
  if (app.got_subcommand("test")) {
    if (arguments.output == "json") arguments.test.output = flaglinkd::OutputFormat::kJson;
    return flaglinkd::Test(arguments.settings, arguments.test);
  }
  if (app.got_subcommand("sign")) return flaglinkd::Sign(arguments.settings, arguments.sign);
  if (app.got_subcommand("reference")) {
    std::cout << (arguments.toml ? flaglinkd::ReferenceToml() : flaglinkd::ReferenceMarkdown());
    return flaglinkd::kFine;
  }
  return flaglinkd::Demo(arguments.settings.program);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Turns signed webhooks into LaunchDarkly flag links", "flaglinkd");
  Arguments arguments;
  arguments.settings.program = ProgramPath(argv[0]);
  Describe(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? flaglinkd::kFine : flaglinkd::kUsage;
  }
  try {
    return Dispatch(app, arguments);
  } catch (const std::exception& error) {
    std::cerr << "flaglinkd: " << error.what() << "\n";
    return flaglinkd::kFailed;
  }
}
