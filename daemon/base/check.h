// FLAGLINKD_CHECK(condition): a promise that our own code makes. Broken, it ends the process
// (systemd restarts us and the queue is durable). Never for input from outside: network, files,
// database rows, adapters, LaunchDarkly's answers.
#pragma once

#include <cstdio>
#include <cstdlib>

#define FLAGLINKD_CHECK(condition)                                                             \
  ((condition)                                                                                 \
       ? static_cast<void>(0)                                                                  \
       : (std::fprintf(stderr, "%s:%d: broken promise: %s\n", __FILE__, __LINE__, #condition), \
          std::abort()))
