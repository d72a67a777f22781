#include "daemon/cli/local_verbs.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <utility>

#include "daemon/cli/check.h"
#include "daemon/cli/manual.h"
#include "daemon/cli/reference.h"

namespace flaglinkd {
namespace {

void AddConfig(CLI::App* verb, LoadSettings& settings) {
  verb->add_option("--config", settings.file, "The configuration file")->capture_default_str();
}

void AddOutput(CLI::App* verb, LocalArguments& arguments) {
  verb->add_option_function<std::string>(
          "--output", [&json = arguments.json](const std::string& form) { json = form == "json"; },
          "text (the default) or json")
      ->check(CLI::IsMember({"text", "json"}));
}

OutputFormat FormatOf(const LocalArguments& arguments) {
  return arguments.json ? OutputFormat::kJson : OutputFormat::kText;
}

// What the verb runs once the whole line is understood.
void Runs(CLI::App* verb, LocalArguments& arguments, std::function<int()> run) {
  verb->callback([&arguments, run = std::move(run)] { arguments.run = run; });
}

void DescribeRun(CLI::App& app, LoadSettings& settings, LocalArguments& arguments) {
  CLI::App* verb = app.add_subcommand("run", "Run the service");
  AddConfig(verb, settings);
  verb->footer("SIGHUP reloads the configuration; SIGTERM ends the service.\n");
  Runs(verb, arguments, [&settings] { return Run(settings); });
}

void DescribeCheck(CLI::App& app, LoadSettings& settings, LocalArguments& arguments) {
  CLI::App* verb =
      app.add_subcommand("check", "Check the configuration, load the adapters, read the secrets");
  AddConfig(verb, settings);
  verb->add_flag("--online", arguments.online,
                 "Ask LaunchDarkly too who the token is and what it may do; changes nothing there");
  verb->footer("Example:\n  flaglinkd check --online\n");
  Runs(verb, arguments, [&settings, &arguments] {
    return Check(settings, std::cout, arguments.online ? CheckReach::kOnline : CheckReach::kHere);
  });
}

void DescribeTry(CLI::App& app, LoadSettings& settings, LocalArguments& arguments) {
  CLI::App* verb = app.add_subcommand(
      "try", "Show what a saved webhook would lead to; sends and stores nothing");
  AddConfig(verb, settings);
  verb->add_option("source", arguments.try_it.source, "The source's name")->required();
  verb->add_option("file", arguments.try_it.file, "The body, as the sender sent it")->required();
  verb->add_option("-H", arguments.try_it.headers, "A header that the sender sets: 'Name: value'");
  AddOutput(verb, arguments);
  verb->footer(
      "Examples:\n  flaglinkd try jira issue.json\n"
      "  flaglinkd try github pull.json -H 'X-GitHub-Event: pull_request' --output json\n");
  Runs(verb, arguments, [&settings, &arguments] {
    arguments.try_it.output = FormatOf(arguments);
    return Try(settings, arguments.try_it);
  });
}

void DescribeTest(CLI::App& app, LoadSettings& settings, LocalArguments& arguments) {
  CLI::App* verb =
      app.add_subcommand("test", "Run the [[test]] tables: what saved webhooks should lead to");
  AddConfig(verb, settings);
  verb->add_option("file", arguments.test.files,
                   "More of the configuration, read as if it lay in conf.d; its tests alone run");
  AddOutput(verb, arguments);
  verb->footer("Examples:\n  flaglinkd test\n  flaglinkd test jira-tests.toml\n");
  Runs(verb, arguments, [&settings, &arguments] {
    arguments.test.output = FormatOf(arguments);
    return Test(settings, arguments.test);
  });
}

void DescribeSign(CLI::App& app, LoadSettings& settings, LocalArguments& arguments) {
  CLI::App* verb =
      app.add_subcommand("sign", "Sign a body as the source's sender would: a curl line, or sent");
  AddConfig(verb, settings);
  verb->add_option("source", arguments.sign.source, "The source's name")->required();
  verb->add_option("file", arguments.sign.file, "The body")->required();
  verb->add_option("-H", arguments.sign.headers, "A further header: 'Name: value'");
  verb->add_option("--send", arguments.sign.send, "Send it to this URL");
  verb->footer(
      "Example:\n  flaglinkd sign jira issue.json --send http://127.0.0.1:8080/hooks/jira\n");
  Runs(verb, arguments, [&settings, &arguments] { return Sign(settings, arguments.sign); });
}

void DescribeBackup(CLI::App& app, LoadSettings& settings, LocalArguments& arguments) {
  CLI::App* verb = app.add_subcommand(
      "backup", "Write a checked copy of the database, while the service runs or not");
  AddConfig(verb, settings);
  verb->add_option("file", arguments.backup.file, "The copy; nobody else may read it")->required();
  verb->add_flag("--force", arguments.backup.force, "Replace a file that is there");
  verb->footer(
      "To restore: stop the service, put the copy in the place of the database, remove the\n"
      "database's -wal and -shm files, start. Of a PostgreSQL database make the copy with "
      "pg_dump.\n"
      "Example:\n  flaglinkd backup /var/backups/flaglinkd.db --force\n");
  Runs(verb, arguments, [&settings, &arguments] { return BackUp(settings, arguments.backup); });
}

std::string ReferenceFor(const CLI::App& app, const LocalArguments& arguments) {
  if (arguments.toml) return ReferenceToml();
  if (arguments.man) return OptionsManual();
  return arguments.verbs ? VerbsManual(app) : ReferenceMarkdown();
}

void DescribeReference(CLI::App& app, LocalArguments& arguments) {
  CLI::App* verb = app.add_subcommand("reference", "Every option of the configuration");
  verb->require_option(0, 1);
  verb->add_flag("--toml", arguments.toml, "As a commented configuration file");
  verb->add_flag("--markdown", arguments.markdown, "As Markdown (the default)");
  verb->add_flag("--man", arguments.man, "As the manual page flaglinkd.toml(5)");
  verb->add_flag("--verbs", arguments.verbs, "The manual page flaglinkd(1) instead");
  verb->footer("Example:\n  flaglinkd reference --toml >flaglinkd.toml\n");
  Runs(verb, arguments, [&app, &arguments] {
    std::cout << ReferenceFor(app, arguments);
    return kFine;
  });
}

void DescribeDemo(CLI::App& app, LoadSettings& settings, LocalArguments& arguments) {
  CLI::App* verb = app.add_subcommand(
      "demo", "Show the main job on loopback: signed webhooks in, flag links out");
  Runs(verb, arguments, [&settings] { return Demo(settings.program); });
}

}  // namespace

void DescribeLocalVerbs(CLI::App& app, LoadSettings& settings, LocalArguments& arguments) {
  DescribeRun(app, settings, arguments);
  DescribeCheck(app, settings, arguments);
  DescribeTry(app, settings, arguments);
  DescribeTest(app, settings, arguments);
  DescribeSign(app, settings, arguments);
  DescribeBackup(app, settings, arguments);
  DescribeReference(app, arguments);
  DescribeDemo(app, settings, arguments);
}

}  // namespace flaglinkd
