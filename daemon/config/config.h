// The whole configuration, checked. Parts get their own Options and never learn that a file exists.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "daemon/admin/admin_options.h"
#include "daemon/deliver/delivery_worker.h"
#include "daemon/domain/flag_key.h"
#include "daemon/http/http_listener.h"
#include "daemon/launchdarkly/launchdarkly_destination.h"
#include "daemon/observe/log.h"
#include "daemon/queue/queue_options.h"
#include "daemon/receive/source_options.h"

namespace flaglinkd {

// A [[test]]: what a saved webhook should lead to. What is absent may be anything.
struct WebhookTest {
  struct Expectation {
    std::optional<std::set<FlagKey>> flags;
    std::optional<std::string> outcome, resource, title, url;
  };
  std::string file;  // that it is written in, as that was given
  int line = 0;
  std::string source;
  std::filesystem::path payload;
  std::vector<std::string> headers;  // "Name: value"
  Expectation expect;
};

struct Config {
  LogOptions log;
  ListenerOptions listen;
  std::vector<Network> trusted_proxies;
  AdminOptions admin;
  QueueOptions queue;
  LaunchDarklyOptions launchdarkly;
  DeliveryOptions delivery;
  std::vector<SourceOptions> sources;
  std::filesystem::path adapters;  // the directory
  std::vector<WebhookTest> tests;
  std::vector<std::string>
      warnings;  // worth a line, not worth a refusal (a secret written out in the file)
  // Those that no reload reads anew: credentials that systemd has handed over, which it does at the
  // start alone, and variables of the environment. As a person would name them.
  std::set<std::string> fixed_secrets;
  std::string hash;  // of the files' bytes, 16 hex: flaglinkd_config_hash
};

// "flaglinkd.toml:12:3: unknown key `timeuot`; did you mean `timeout`?" with the line and a caret
// below it.
struct Diagnostic {
  std::string file;          // as it was given
  int line = 0, column = 0;  // from 1; 0: the file as a whole
  std::string message;       // with the remedy
  std::string source_line;   // "" where line is 0; never that of a secret

  std::string Text() const;
};

struct LoadSettings {
  std::filesystem::path file = "/etc/flaglinkd/flaglinkd.toml";
  // Argv[0]'s real path: the adapters' folder is found relative to it
  std::filesystem::path program;
  std::vector<std::filesystem::path> more = {};  // read last, as if they lay in conf.d
};

// Reads the file and conf.d/*.toml beside it, checks everything and reads the secrets. Every
// problem at once, not just the first, in the order of the files. Adapters are not loaded here.
std::variant<Config, std::vector<Diagnostic>> LoadConfig(const LoadSettings& settings);

}  // namespace flaglinkd
