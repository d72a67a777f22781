// The real program as a child process: `flaglinkd run` on a configuration of the test's own, ports
// picked by the kernel.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {

class DaemonProcess {
 public:
  // `program` is the binary; `arguments` follow it; `environment` is added to ours.
  DaemonProcess(std::string program, std::vector<std::string> arguments,
                std::map<std::string, std::string> environment = {});
  ~DaemonProcess();  // SIGKILL, if it still runs
  DaemonProcess(const DaemonProcess&) = delete;
  DaemonProcess& operator=(const DaemonProcess&) = delete;

  // Reads the log until the line that holds `text`, at most `seconds`; "" if the process ended or
  // time ran out.
  std::string WaitForLine(const std::string& text, int seconds = 30);
  // Waits for the line "ready" and takes the ports from it. False: it did not come up; log() says
  // why.
  bool WaitUntilReady();
  std::uint16_t port() const { return port_; }
  std::uint16_t admin_port() const { return admin_port_; }

  void Signal(int signal);
  // Waits for its end; the exit code, or 128 + the signal that ended it.
  int Wait();
  int Terminate() { return Signal(SIGTERM_), Wait(); }
  int Kill() { return Signal(SIGKILL_), Wait(); }

  pid_t pid() const { return pid_; }
  const std::string& log() const { return log_; }
  std::int64_t ResidentKilobytes() const;

 private:
  static constexpr int SIGTERM_ = 15, SIGKILL_ = 9;
  void ReadLog();
  bool HasEnded();

  pid_t pid_ = -1;
  int log_fd_ = -1;
  std::string log_;
  std::size_t searched_ = 0;
  std::uint16_t port_ = 0, admin_port_ = 0;
};

}  // namespace flaglinkd
