#include "tests/end_to_end/daemon_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace flaglinkd {
namespace {

// "port=8080" of a logfmt line.
std::uint16_t NumberAfter(const std::string& line, const std::string& name) {
  const std::size_t at = line.find(name);
  return at == std::string::npos
             ? std::uint16_t{0}
             : static_cast<std::uint16_t>(std::stoi(line.substr(at + name.size())));
}

}  // namespace

DaemonProcess::DaemonProcess(std::string program, std::vector<std::string> arguments,
                             std::map<std::string, std::string> environment) {
  // A file and not a pipe: a log that nobody reads at the moment must not hold the program up.
  char path[] = "/tmp/flaglinkd-log-XXXXXX";
  log_fd_ = mkostemp(path, O_CLOEXEC);
  if (log_fd_ < 0) throw std::runtime_error("mkostemp");
  unlink(path);
  std::vector<char*> argv = {program.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) throw std::runtime_error("fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves no daemon behind
    for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
    dup2(open(("/proc/self/fd/" + std::to_string(log_fd_)).c_str(), O_WRONLY | O_APPEND),
         STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, nullptr);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
}

DaemonProcess::~DaemonProcess() {
  if (pid_ > 0) Kill();
  close(log_fd_);
}

void DaemonProcess::ReadLog() {
  char buffer[16384];
  for (ssize_t size;
       (size = pread(log_fd_, buffer, sizeof buffer, static_cast<off_t>(log_.size()))) > 0;) {
    log_.append(buffer, static_cast<std::size_t>(size));
  }
}

bool DaemonProcess::HasEnded() {
  siginfo_t information{};
  return pid_ <= 0 ||
         (waitid(P_PID, static_cast<id_t>(pid_), &information, WEXITED | WNOHANG | WNOWAIT) == 0 &&
          information.si_pid == pid_);
}

std::string DaemonProcess::WaitForLine(const std::string& text, int seconds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  for (;;) {
    const bool ended = HasEnded();
    ReadLog();
    for (std::size_t end; (end = log_.find('\n', searched_)) != std::string::npos;) {
      std::string line = log_.substr(searched_, end - searched_);
      searched_ = end + 1;
      if (line.find(text) != std::string::npos) return line;
    }
    if (ended || std::chrono::steady_clock::now() > deadline) return "";
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // the other process can't wake us
  }
}

bool DaemonProcess::WaitUntilReady() {
  const std::string line = WaitForLine("ready");
  port_ = NumberAfter(line, " port=");
  admin_port_ = NumberAfter(line, "admin_port=");
  return port_ != 0;
}

void DaemonProcess::Signal(int signal) {
  if (pid_ > 0) kill(pid_, signal);
}

int DaemonProcess::Wait() {
  if (pid_ <= 0) return -1;
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  ReadLog();
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::int64_t DaemonProcess::ResidentKilobytes() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  return 0;
}

}  // namespace flaglinkd
