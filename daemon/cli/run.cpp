#include <signal.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>

#include "daemon/cli/verbs.h"
#include "daemon/observe/log.h"
#include "daemon/service.h"

namespace flaglinkd {
namespace {

// A thread that has not gone round for so long hangs; the watchdog then gets no more signs of life.
constexpr Duration kHung = std::chrono::seconds(20);

// The signals that we wait for. Blocked before any thread starts, so that none of them ever
// interrupts one.
sigset_t BlockSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return signals;
}

// By FileDescriptorName= of the socket unit: "hooks" and "admin"; a lone socket without a name of
// ours is for hooks.
InheritedSockets TakeSockets() {
  InheritedSockets sockets;
  char** names = nullptr;
  const int count = sd_listen_fds_with_names(/*unset_environment=*/1, &names);
  for (int i = 0; i < count; ++i) {
    const int fd = SD_LISTEN_FDS_START + i;
    if (std::strcmp(names[i], "admin") == 0) {
      sockets.admin = fd;
    } else if (!sockets.hooks) {
      sockets.hooks = fd;
    }
    std::free(names[i]);
  }
  std::free(names);
  return sockets;
}

void Reload(Service& service, const LoadSettings& settings) {
  sd_notify(0, "RELOADING=1");
  auto loaded = LoadConfig(settings);
  if (auto* diagnostics = std::get_if<std::vector<Diagnostic>>(&loaded)) {
    service.ReloadFailed();
    for (const Diagnostic& diagnostic : *diagnostics) {
      Log(LogLevel::kError, "reload refused, the old configuration stays",
          {{"reason",
            diagnostic.file + ":" + std::to_string(diagnostic.line) + ": " + diagnostic.message}});
    }
  } else if (Status reloaded = service.Reload(std::get<Config>(std::move(loaded))); !reloaded) {
    service.ReloadFailed();
    Log(LogLevel::kError, "reload refused, the old configuration stays",
        {{"reason", reloaded.error().message}});
  } else {
    Log(LogLevel::kInfo, "configuration reloaded");
  }
  sd_notify(0, "READY=1");
}

void Serve(Service& service, const LoadSettings& settings, const sigset_t& signals) {
  for (;;) {
    const timespec second{1, 0};
    const int signal = sigtimedwait(&signals, nullptr, &second);
    if (signal == SIGTERM || signal == SIGINT) return;
    if (signal == SIGHUP) Reload(service, settings);
    if (service.Alive(kHung)) sd_notify(0, "WATCHDOG=1");
  }
}

}  // namespace

std::optional<Config> LoadOrComplain(const LoadSettings& settings) {
  auto loaded = LoadConfig(settings);
  if (auto* diagnostics = std::get_if<std::vector<Diagnostic>>(&loaded)) {
    for (const Diagnostic& diagnostic : *diagnostics) std::cerr << diagnostic.Text() << "\n";
    return std::nullopt;
  }
  return std::get<Config>(std::move(loaded));
}

int Run(const LoadSettings& settings) {
  const sigset_t signals = BlockSignals();
  std::optional<Config> config = LoadOrComplain(settings);
  if (!config) return kBadConfiguration;
  SetUpLog(config->log);
  for (const std::string& warning : config->warnings) Log(LogLevel::kWarning, warning);

  Result<std::unique_ptr<Service>> service = Service::Start(*std::move(config), TakeSockets());
  if (!service) {
    Log(LogLevel::kError, "cannot start", {{"reason", service.error().message}});
    return service.error().code == Error::Code::kInvalid ? kBadConfiguration : kFailed;
  }
  Log(LogLevel::kInfo, "ready",
      {{"port", (*service)->port()}, {"admin_port", (*service)->admin_port()}});
  sd_notify(0, "READY=1");
  Serve(**service, settings, signals);
  sd_notify(0, "STOPPING=1");
  Log(LogLevel::kInfo, "stopping");
  const bool leaves_threads_behind = (*service)->End();
  service->reset();
  Log(LogLevel::kInfo, "stopped");
  // Globals that a left thread still uses must not be torn down under it. Every line of the log is
  // flushed already.
  if (leaves_threads_behind) std::quick_exit(kFine);
  return kFine;
}

}  // namespace flaglinkd
