// ./run bench: durable accepts per second of the real program, beside a bare Pistache 204 and
// Debian's `webhook`, by the same load in the same run. Prints a table; judges nothing.
#include <openssl/hmac.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

#include "tests/bench/load.h"
#include "tests/end_to_end/daemon_process.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd::bench {
namespace {

constexpr char kSecret[] = "bench-secret";
constexpr std::size_t kBodySize = 4096;
constexpr int kWebhookPort = 39000;

std::string Body(std::uint64_t number) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  const std::string id = std::to_string(1'000'000 + number);
  std::string body =
      R"({"timestamp":)" + std::to_string(now.count()) +
      R"(,"webhookEvent":"jira:issue_created","issue":{"id":")" + id +
      R"(","self":"https://acme.atlassian.net/rest/api/2/issue/)" + id + R"(","key":"SHOP-)" + id +
      R"(","fields":{"summary":"Roll out the new checkout","creator":{"displayName":"Ada"},)"
      R"("issuetype":{"iconUrl":"https://acme.atlassian.net/i.svg"},"description":"See )"
      R"(https://app.launchdarkly.com/projects/default/flags/checkout-v2 and then )";
  body += std::string(kBodySize - body.size() - 4, 'x');
  return body + "\"}}}";
}

std::string SignedRequest(std::uint64_t number) {
  const std::string body = Body(number);
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), kSecret, sizeof kSecret - 1,
       reinterpret_cast<const unsigned char*>(body.data()), body.size(), mac, &size);
  std::string hex;
  for (unsigned i = 0; i < size; ++i) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", mac[i]);
    hex += digits;
  }
  return "POST /hooks/jira HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
         "application/json\r\nX-Hub-Signature: sha256=" +
         hex + "\r\nX-Hub-Signature-256: sha256=" + hex +
         "\r\nConnection: keep-alive\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

struct Usage {
  double cpu_seconds = 0;
  double peak_mib = 0;
};

Usage UsageOf(pid_t pid) {
  Usage usage;
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int i = 3; i <= 15 && fields >> field; ++i) {
    if (i >= 14) usage.cpu_seconds += std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) usage.peak_mib = std::stod(line.substr(6)) / 1024;
  }
  return usage;
}

void Measure(const char* name, pid_t pid, std::uint16_t port, double seconds) {
  const Usage before = UsageOf(pid);
  LoadOptions options;
  options.port = port;
  options.seconds = seconds;
  options.request = SignedRequest;
  const LoadResult result = RunLoad(options);
  const Usage after = UsageOf(pid);
  const double per_event_us =
      result.answers_2xx > 0
          ? (after.cpu_seconds - before.cpu_seconds) * 1e6 / static_cast<double>(result.answers_2xx)
          : 0;
  std::printf("%-28s %10.0f %9.2f %9.2f %12.0f %10.1f %8llu %8llu\n", name, result.PerSecond(),
              result.PercentileMs(50), result.PercentileMs(99), per_event_us, after.peak_mib,
              static_cast<unsigned long long>(result.other_answers),
              static_cast<unsigned long long>(result.broken_connections));
  std::fflush(stdout);
}

void MeasureFlaglinkd(const std::string& binaries, double seconds) {
  TemporaryFolder folder;
  std::ofstream(folder / "jira.secret") << kSecret;
  std::ofstream(folder / "launchdarkly.secret") << "api-bench";
  std::ofstream(folder / "flaglinkd.toml") << R"([log]
format = "logfmt"
[listen]
address = "127.0.0.1:0"
[admin]
address = "127.0.0.1:0"
[queue]
url = "sqlite:flaglinkd.db"
[launchdarkly]
token = { file = "launchdarkly.secret" }
[delivery]
enabled = false
[source.jira]
secrets = [{ file = "jira.secret" }]
)";
  for (const char* name : {"jira.secret", "launchdarkly.secret", "flaglinkd.toml"}) {
    std::filesystem::permissions(folder / name, std::filesystem::perms(0600));
  }
  DaemonProcess daemon(binaries + "/flaglinkd",
                       {"run", "--config", (folder / "flaglinkd.toml").string()});
  if (!daemon.WaitUntilReady()) {
    std::printf("flaglinkd did not start:\n%s\n", daemon.log().c_str());
    std::exit(1);
  }
  Measure("flaglinkd, durable", daemon.pid(), daemon.port(), seconds);
  daemon.Terminate();
}

// Starts a program and gives its process id and, from its first line, a number.
pid_t Spawn(const std::vector<std::string>& command, int* first_number) {
  int ends[2];
  if (pipe(ends) != 0) std::exit(1);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    std::vector<char*> argv;
    for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  if (first_number != nullptr) {
    char line[64] = {};
    *first_number = read(ends[0], line, sizeof line - 1) > 0 ? std::atoi(line) : 0;
  }
  close(ends[0]);
  return pid;
}

void End(pid_t pid) {
  kill(pid, SIGTERM);
  waitpid(pid, nullptr, 0);
}

void MeasureBarePistache(const std::string& binaries, double seconds) {
  int port = 0;
  const pid_t pid = Spawn({binaries + "/bench_bare_pistache"}, &port);
  Measure("bare Pistache 204", pid, static_cast<std::uint16_t>(port), seconds);
  End(pid);
}

bool Listens(std::uint16_t port) {
  try {
    LoadOptions probe;
    probe.port = port;
    probe.connections = 1;
    probe.seconds = 0;
    probe.request = SignedRequest;
    RunLoad(probe);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void MeasureWebhook(double seconds) {
  if (std::system("command -v webhook >/dev/null") != 0) {
    std::printf("%-28s not installed\n", "webhook");
    return;
  }
  TemporaryFolder folder;
  std::ofstream(folder / "hooks.json")
      << R"([{"id":"jira","execute-command":"/bin/true","trigger-rule":
{"match":{"type":"payload-hmac-sha256","secret":")"
      << kSecret << R"(","parameter":{"source":"header","name":"X-Hub-Signature-256"}}}}])";
  const pid_t pid =
      Spawn({"webhook", "-hooks", (folder / "hooks.json").string(), "-ip", "127.0.0.1", "-port",
             std::to_string(kWebhookPort), "-urlprefix", "hooks"},
            nullptr);
  for (int i = 0; i < 100 && !Listens(kWebhookPort); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  Measure("webhook, not durable", pid, kWebhookPort, seconds);
  End(pid);
}

}  // namespace
}  // namespace flaglinkd::bench

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
  const std::string binaries =
      std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  std::printf("signed 4 KiB bodies that name a flag, 64 connections, keep-alive, %.0f s each\n\n",
              seconds);
  std::printf("%-28s %10s %9s %9s %12s %10s %8s %8s\n", "", "accepts/s", "p50 ms", "p99 ms",
              "CPU us/event", "peak MiB", "not 2xx", "broken");
  for (int round = 0; round < 2; ++round) {
    flaglinkd::bench::MeasureFlaglinkd(binaries, seconds);
    flaglinkd::bench::MeasureBarePistache(binaries, seconds);
    flaglinkd::bench::MeasureWebhook(seconds);
  }
}
