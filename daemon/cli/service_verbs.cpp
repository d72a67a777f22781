#include "daemon/cli/service_verbs.h"

#include <CLI/CLI.hpp>
#include <string>

namespace flaglinkd {
namespace {

// Describes them one by one, each with what all of them have.
class Describer {
 public:
  Describer(LoadSettings& settings, ServiceArguments& arguments)
      : settings_(settings), arguments_(arguments) {}

  CLI::App* Verb(CLI::App* parent, const char* name, const char* sentence) const {
    CLI::App* verb = parent->add_subcommand(name, sentence);
    verb->add_option("--config", settings_.file, "The configuration file")->capture_default_str();
    verb->add_option("--socket", arguments_.queue.socket,
                     "The service's admin socket; default: what the configuration says");
    verb->add_option_function<std::string>(
            "--output",
            [&json = arguments_.json](const std::string& form) { json = form == "json"; },
            "text (the default) or json")
        ->check(CLI::IsMember({"text", "json"}));
    return verb;
  }

  CLI::App* QueueVerbOf(CLI::App* parent, const char* name, QueueVerb verb,
                        const char* sentence) const {
    CLI::App* app = Verb(parent, name, sentence);
    app->callback([&settings = settings_, &arguments = arguments_, verb] {
      arguments.run = [&settings, &arguments, verb] {
        if (arguments.json) arguments.queue.output = OutputFormat::kJson;
        return AskQueue(settings, verb, arguments.queue);
      };
    });
    return app;
  }

  CLI::Option* AddId(CLI::App* verb, const char* sentence) const {
    return verb->add_option("id", arguments_.queue.id, sentence);
  }

  void AddCondition(CLI::App* verb, const std::string& name, const char* sentence) const {
    verb->add_option_function<std::string>(
        "--" + name,
        [&conditions = arguments_.queue.conditions, name](const std::string& value) {
          conditions[name] = value;
        },
        sentence);
  }

  void AddLinkConditions(CLI::App* verb) const {
    AddCondition(verb, "status", "applied, foreign, waiting, unknown_flag, failed or gone");
    AddCondition(verb, "flag", "A flag's key");
    AddCondition(verb, "project", "A project's key");
    AddCondition(verb, "source", "A source's name");
    AddCondition(verb, "resource", "A resource, by its id or its name (SHOP-42)");
    AddCommonConditions(verb);
  }

  void AddEventConditions(CLI::App* verb) const {
    AddCondition(verb, "status", "stored or failed");
    AddCondition(verb, "source", "A source's name");
    AddCondition(verb, "before", "Older than this event, to go on where a list or replay ended");
    AddCommonConditions(verb);
  }

 private:
  void AddCommonConditions(CLI::App* verb) const {
    AddCondition(verb, "since", "Not older: 2h, or a time in UTC as 2026-07-25T10:00:00Z");
    AddCondition(verb, "limit", "At most so many, up to 1000");
  }

  LoadSettings& settings_;
  ServiceArguments& arguments_;
};

void DescribeLinks(CLI::App& app, const Describer& describer) {
  CLI::App* links = app.add_subcommand("links", "The flag links: what they are and should be");
  links->require_subcommand(1);
  links->footer(
      "Examples:\n  flaglinkd links list --status failed --since 2h\n"
      "  flaglinkd links show 17.4\n  flaglinkd links retry --status failed\n"
      "  flaglinkd links forget --resource SHOP-42 --remove\n"
      "Where no service runs, its database answers.\n");
  describer.AddLinkConditions(
      describer.QueueVerbOf(links, "list", QueueVerb::kListLinks, "One line per link"));
  describer
      .AddId(describer.QueueVerbOf(links, "show", QueueVerb::kShowLink,
                                   "All of one link, and what mentions its flag"),
             "The link, as `links list` shows it")
      ->required();
  CLI::App* retry = describer.QueueVerbOf(links, "retry", QueueVerb::kRetryLinks,
                                          "Try links again now, with all patience");
  describer.AddId(retry, "The link; without it, those of the conditions");
  describer.AddLinkConditions(retry);
}

void DescribeForget(CLI::App& app, const Describer& describer, QueueArguments& arguments) {
  CLI::App* forget =
      describer.QueueVerbOf(app.get_subcommand("links"), "forget", QueueVerb::kForgetLinks,
                            "Want links no more, until their flag is mentioned anew");
  describer.AddId(forget, "The link; without it, those of the conditions");
  forget->add_flag("--remove", arguments.remove, "Remove them from LaunchDarkly too");
  describer.AddLinkConditions(forget);
}

void DescribeEvents(CLI::App& app, const Describer& describer) {
  CLI::App* events = app.add_subcommand("events", "The webhooks that were stored");
  events->require_subcommand(1);
  events->footer(
      "Examples:\n  flaglinkd events list --source jira --status failed\n"
      "  flaglinkd events show 17\n  flaglinkd events replay --status failed --since 1d\n"
      "Where no service runs, its database answers list and show.\n");
  describer.AddEventConditions(
      describer.QueueVerbOf(events, "list", QueueVerb::kListEvents, "One line per event"));
  describer
      .AddId(describer.QueueVerbOf(events, "show", QueueVerb::kShowEvent,
                                   "All of one event, and what the present rules make of it"),
             "The event, as `events list` shows it")
      ->required();
  CLI::App* replay = describer.QueueVerbOf(events, "replay", QueueVerb::kReplayEvents,
                                           "Read events again, with the present rules");
  describer.AddId(replay, "The event; without it, those of the conditions");
  describer.AddEventConditions(replay);
}

void DescribeArm(CLI::App& app, const Describer& describer, const LoadSettings& settings,
                 ServiceArguments& arguments) {
  CLI::App* verb = describer.Verb(
      &app, "arm", "For ten minutes, take the secret that a tool's handshake brings (once)");
  verb->add_option("source", arguments.arm.source, "The source's name")->required();
  verb->add_flag("--replace", arguments.arm.replace, "In place of the secret that is there");
  verb->footer("Example:\n  flaglinkd arm asana\n");
  verb->callback([&settings, &arguments] {
    arguments.run = [&settings, &arguments] {
      if (arguments.json) arguments.arm.output = OutputFormat::kJson;
      arguments.arm.socket = arguments.queue.socket;
      return Arm(settings, arguments.arm);
    };
  });
}

void DescribeImport(CLI::App& app, const Describer& describer, const LoadSettings& settings,
                    ServiceArguments& arguments) {
  CLI::App* verb = describer.Verb(
      &app, "import", "Read exported issues, messages or pull requests as if they came in now");
  verb->add_option("source", arguments.import.source, "The source's name")->required();
  verb->add_option("file", arguments.import.file, "One JSON body per line, as the tool sends it")
      ->required();
  verb->add_option("-H", arguments.import.headers, "A header that the sender sets: 'Name: value'");
  verb->footer("Example:\n  flaglinkd import jira exported-issues.jsonl\n");
  verb->callback([&settings, &arguments] {
    arguments.run = [&settings, &arguments] {
      if (arguments.json) arguments.import.output = OutputFormat::kJson;
      arguments.import.socket = arguments.queue.socket;
      return Import(settings, arguments.import);
    };
  });
}

void DescribeStatus(CLI::App& app, const Describer& describer, const LoadSettings& settings,
                    ServiceArguments& arguments) {
  CLI::App* verb =
      describer.Verb(&app, "status", "Is it working, and if not, whose fault is it: one screen");
  verb->footer("Exit code 1: something is wrong, or the service does not run or answer.\n");
  verb->callback([&settings, &arguments] {
    arguments.run = [&settings, &arguments] {
      if (arguments.json) arguments.status.output = OutputFormat::kJson;
      arguments.status.socket = arguments.queue.socket;
      return ShowStatus(settings, arguments.status);
    };
  });
}

}  // namespace

void DescribeServiceVerbs(CLI::App& app, LoadSettings& settings, ServiceArguments& arguments) {
  const Describer describer(settings, arguments);
  DescribeStatus(app, describer, settings, arguments);
  DescribeLinks(app, describer);
  DescribeForget(app, describer, arguments.queue);
  DescribeEvents(app, describer);
  DescribeArm(app, describer, settings, arguments);
  DescribeImport(app, describer, settings, arguments);
}

}  // namespace flaglinkd
