// The composition root: makes the parts of a configuration, joins them, and takes them down in the
// right order. Only here and in cli/ are concrete classes named. ARCHITECTURE.md lists the threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/config/config.h"

namespace flaglinkd {

extern const char kVersion[];  // "0.1.0"

// Listening sockets that systemd passed (sd_listen_fds), by their FileDescriptorName.
struct InheritedSockets {
  std::optional<int> hooks, admin;
};

// Not safe for several threads: one thread starts, reloads and ends it.
class Service {
 public:
  // kInvalid: the configuration can't work (an adapter, an option of one): exit 78. Anything else:
  // the surroundings (a port in use, a database that can't be opened).
  static Result<std::unique_ptr<Service>> Start(Config config, const InheritedSockets& sockets);
  // Ends it.
  ~Service();

  // Stops accepting, answers what is under way, and finishes what is being delivered (at most its
  // timeout). True: an adapter did not return, and a thread of its may go on running after the end.
  bool End();

  std::uint16_t port() const;
  std::uint16_t admin_port() const;

  // Everything of `config` from now on, but what can't change while running: that is reported in the
  // log, as needing a restart. Requests that are under way, to us and to LaunchDarkly, end as they
  // began. Does not wait for them. An error leaves everything as it was.
  Status Reload(Config config);
  // A configuration was refused, for this reason in one line: nothing changes but what is told of
  // it.
  void ReloadFailed(const std::string& reason);

  // To be called about once a second.
  void Tick();

  // Every thread went round within the last `patience`: what the watchdog is fed by.
  bool Alive(Duration patience) const;

 private:
  struct Parts;
  explicit Service(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace flaglinkd
