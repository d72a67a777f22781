#include <signal.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include "daemon/cli/verbs.h"
#include "daemon/domain/text.h"
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

// The first of them stands for all: a line of the log holds no more.
std::string OneLine(const std::vector<Diagnostic>& diagnostics) {
  const Diagnostic& first = diagnostics.front();
  std::string line = first.file;
  if (first.line > 0) line += ":" + std::to_string(first.line);
  line += ": " + first.message;
  const std::size_t more = diagnostics.size() - 1;
  if (more > 0) line += " (and " + std::to_string(more) + " more: `flaglinkd check`)";
  return line;
}

std::string OneLine(const std::string& reasons) {
  const std::size_t end = reasons.find('\n');
  if (end == std::string::npos) return reasons;
  const auto more = std::count(reasons.begin(), reasons.end(), '\n');
  return reasons.substr(0, end) + " (and " + std::to_string(more) + " more: `flaglinkd check`)";
}

Status TryToReload(Service& service, const LoadSettings& settings) {
  auto loaded = LoadConfig(settings);
  if (const auto* diagnostics = std::get_if<std::vector<Diagnostic>>(&loaded)) {
    return Error{Error::Code::kInvalid, OneLine(*diagnostics)};
  }
  const Status reloaded = service.Reload(std::get<Config>(std::move(loaded)));
  if (reloaded) return {};
  return Error{reloaded.error().code, OneLine(reloaded.error().message)};
}

// sd_notify(3): with the time, systemd tells this reload from an earlier one.
void NotifyReloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const long long microseconds = now.tv_sec * 1'000'000LL + now.tv_nsec / 1000;
  sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", microseconds);
}

void Reload(Service& service, const LoadSettings& settings) {
  NotifyReloading();
  const Status reloaded = TryToReload(service, settings);
  if (reloaded) {
    Log(LogLevel::kInfo, "configuration reloaded");
    sd_notify(0, "READY=1\nSTATUS=");
    return;
  }
  const std::string& reason = reloaded.error().message;
  service.ReloadFailed(reason);
  Log(LogLevel::kError, "reload refused, the old configuration stays", {{"reason", reason}});
  const std::string status = EscapeForLine(reason, 200);
  sd_notifyf(0, "READY=1\nSTATUS=reload refused: %s", status.c_str());
}

// A line for each reason.
void LogWhyNot(const std::string& reasons) {
  std::istringstream lines(reasons);
  for (std::string reason; std::getline(lines, reason);) {
    Log(LogLevel::kError, "cannot start", {{"reason", reason}});
  }
}

void Serve(Service& service, const LoadSettings& settings, const sigset_t& signals) {
  for (;;) {
    const timespec second{1, 0};
    const int signal = sigtimedwait(&signals, nullptr, &second);
    if (signal == SIGTERM || signal == SIGINT) return;
    if (signal == SIGHUP) Reload(service, settings);
    service.Tick();
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
    LogWhyNot(service.error().message);
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
