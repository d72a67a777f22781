// The verbs that need no running service, as the command line describes them.
#pragma once

#include <functional>

#include "daemon/cli/verbs.h"

namespace CLI {
class App;
}

namespace flaglinkd {

struct LocalArguments {
  TryArguments try_it;
  TestArguments test;
  SignArguments sign;
  BackupArguments backup;
  bool online = false, json = false, toml = false, markdown = false, man = false, verbs = false;
  std::function<int()> run;  // what the command line asks for, if it is one of these verbs
};

// All outlive the parsing, and `run`.
void DescribeLocalVerbs(CLI::App& app, LoadSettings& settings, LocalArguments& arguments);

}  // namespace flaglinkd
