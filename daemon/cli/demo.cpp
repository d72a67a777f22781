#include <signal.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <utility>

#include "daemon/base/guarded.h"
#include "daemon/base/sha256.h"
#include "daemon/cli/demo_samples.h"
#include "daemon/cli/launchdarkly_stand_in.h"
#include "daemon/cli/saved_webhook.h"
#include "daemon/cli/send.h"
#include "daemon/cli/verbs.h"
#include "daemon/observe/log.h"
#include "daemon/service.h"
#include "daemon/verify/verify.h"

namespace flaglinkd {
namespace {

constexpr Duration kLinksPatience = std::chrono::seconds(10);

// A folder of the demo's own, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    char name[] = "/tmp/flaglinkd-demo-XXXXXX";
    if (mkdtemp(name) == nullptr)
      throw std::runtime_error(std::string("make a folder in /tmp: ") + std::strerror(errno));
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    chmod((path_ / name).c_str(), 0600);
  }

 private:
  std::filesystem::path path_;
};

std::string RandomSecret() {
  char bytes[32];
  if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
    throw std::runtime_error("no random bytes to be had");
  return Hex(Sha256(std::string_view(bytes, sizeof bytes)), 32);
}

// The stand-in behind a real listener; says when a link was made.
class StandInServer final : public HttpHandler {
 public:
  explicit StandInServer(LaunchDarklyStandIn& stand_in) : stand_in_(stand_in) {}
  std::variant<Accept, HttpResponse> OnHead(const HttpRequest&) override {
    return Accept{1u << 20};
  }
  void OnRequest(HttpRequest request, Responder responder) override {
    responder.Send(stand_in_.Answer(request));
    *answered_.Lock() += 1;
    answered_.Notify();
  }
  void OnRefused(int, const char*) override {}

  // Waits until there are `count` links, for a while.
  bool WaitForLinks(std::size_t count) {
    const auto deadline = std::chrono::steady_clock::now() + kLinksPatience;
    while (stand_in_.Links().size() < count && std::chrono::steady_clock::now() < deadline) {
      const int before = *answered_.Lock();
      if (stand_in_.Links().size() >= count) break;
      answered_.WaitFor(std::chrono::milliseconds(200),
                        [&](int answered) { return answered != before; });
    }
    return stand_in_.Links().size() >= count;
  }

 private:
  LaunchDarklyStandIn& stand_in_;
  Guarded<int> answered_;
};

void WriteConfiguration(const TemporaryFolder& folder, std::uint16_t launchdarkly_port,
                        const std::string& token) {
  folder.Write("launchdarkly.secret", token);
  for (const char* source : {"jira", "slack", "github"})
    folder.Write(std::string(source) + ".secret", RandomSecret());
  folder.Write("flaglinkd.toml", R"([log]
level = "warning"

[listen]
address = "127.0.0.1:0"

[admin]
address = "127.0.0.1:0"

[queue]
url = "sqlite:flaglinkd.db"

[launchdarkly]
base_url = "http://127.0.0.1:)" + std::to_string(launchdarkly_port) +
                                     R"("
token = { file = "launchdarkly.secret" }
projects = ["default"]

[source.jira]
secrets = [{ file = "jira.secret" }]

[source.slack]
secrets = [{ file = "slack.secret" }]
[source.slack.options]
workspace = "acme"

[source.github]
secrets = [{ file = "github.secret" }]
)");
}

// Signs the sample as its tool would and posts it; the answer, as it is shown.
std::string Post(const DemoSample& sample, const Source& source, std::uint16_t port) {
  HttpCall call;
  call.method = "POST";
  call.url = "http://127.0.0.1:" + std::to_string(port) + source.options.path;
  call.headers = Sign(source.schemes.front(), source.options.secrets.front(), sample.body, "",
                      SystemClock().Now());
  call.headers.push_back({"content-type", "application/json"});
  if (*sample.github_event != '\0') call.headers.push_back({"x-github-event", sample.github_event});
  call.body = sample.body;
  const HttpAnswer answer = SendAndWait(std::move(call));
  return answer.kind == HttpAnswer::Kind::kAnswered
             ? std::to_string(answer.status) + " " + answer.body
             : answer.error;
}

void ShowLinks(const LaunchDarklyStandIn& stand_in) {
  for (const LaunchDarklyStandIn::Link& link : stand_in.Links()) {
    std::cout << "out  " << link.flag.project << "/" << link.flag.key << "  <-  " << link.title
              << "\n"
              << "       " << link.deep_link << "\n       "
              << (link.integration_key.empty() ? "URL link"
                                               : "drawn as a card of " + link.integration_key);
    for (const auto& [name, value] : link.metadata)
      std::cout << "\n         " << name << " = " << value;
    std::cout << "\n";
  }
}

void WaitForCtrlC() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int signal = 0;
  sigwait(&signals, &signal);
}

}  // namespace

int Demo(const std::filesystem::path& program) {
  sigset_t signals;  // blocked before the threads start, so that Ctrl-C reaches WaitForCtrlC
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  const bool watched = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  if (watched) pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const TemporaryFolder folder;
  const std::string token = "api-" + RandomSecret();
  const SystemClock clock;
  LaunchDarklyStandIn::Options options;
  options.token = token;
  options.flags = {{"default", "checkout-v2"}, {"default", "express-lane"}};
  LaunchDarklyStandIn stand_in(std::move(options), clock);
  StandInServer server(stand_in);
  ListenerOptions loopback;
  loopback.address = "127.0.0.1:0";
  Result<std::unique_ptr<HttpListener>> launchdarkly = HttpListener::Start(loopback, server);
  if (!launchdarkly) throw std::runtime_error(launchdarkly.error().message);

  WriteConfiguration(folder, (*launchdarkly)->port(), token);
  const LoadSettings settings{folder.path() / "flaglinkd.toml", program};
  std::optional<Config> config = LoadOrComplain(settings);
  std::optional<Config> senders =
      LoadOrComplain(settings);  // the demo plays the tools, so it needs their secrets too
  if (!config || !senders) return kBadConfiguration;
  SetUpLog(config->log);
  Result<std::unique_ptr<Service>> service = Service::Start(*std::move(config), InheritedSockets{});
  if (!service) {
    std::cerr << service.error().message << "\n";
    return kFailed;
  }
  std::cout << "flaglinkd      http://127.0.0.1:" << (*service)->port()
            << "/hooks/{jira,slack,github}\n"
            << "admin          http://127.0.0.1:" << (*service)->admin_port()
            << "/{metrics,healthz,readyz}\n"
            << "LaunchDarkly   http://127.0.0.1:" << (*launchdarkly)->port() << " (a stand-in)\n"
            << "configuration  " << settings.file.string() << "\n\n";

  auto built = SourceSet::Build(std::move(senders->sources), senders->adapters,
                                HostOf(senders->launchdarkly.base_url));
  const auto sources = std::get<std::shared_ptr<const SourceSet>>(built);
  for (const DemoSample& sample : DemoSamples()) {
    std::cout << "in   " << sample.source << ": " << sample.what << ", signed\n       "
              << Post(sample, *sources->FindByName(sample.source), (*service)->port()) << "\n";
  }
  // Jira's issue names two flags, by URL and by label; the message and the pull request one each.
  const bool arrived = server.WaitForLinks(4);
  std::cout << "\n";
  ShowLinks(stand_in);
  if (!arrived) {
    std::cerr << "not every link arrived\n";
    return kFailed;
  }
  std::cout << "\n4 links from 3 webhooks.\n";
  if (watched) {
    std::cout << "Everything stays up until Ctrl-C.\n" << std::flush;
    WaitForCtrlC();
  }
  return kFine;
}

}  // namespace flaglinkd
