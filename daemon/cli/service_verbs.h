// The verbs that speak to a service, as the command line describes them.
#pragma once

#include <functional>

#include "daemon/cli/verbs.h"

namespace CLI {
class App;
}

namespace flaglinkd {

struct ServiceArguments {
  QueueArguments queue;
  ArmArguments arm;
  ImportArguments import;
  StatusArguments status;
  bool json = false;
  std::function<int()> run;  // what the command line asks for, if it is one of these verbs
};

// All outlive the parsing, and `run`.
void DescribeServiceVerbs(CLI::App& app, LoadSettings& settings, ServiceArguments& arguments);

}  // namespace flaglinkd
