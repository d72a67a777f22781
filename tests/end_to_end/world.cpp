#include "tests/end_to_end/world.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <thread>

namespace flaglinkd {
namespace {

constexpr char kProgram[] = FLAGLINKD_BINARY_DIR "/bin/flaglinkd";

LaunchDarklyStandIn::Options StandInOptions(World::Duplicate duplicate) {
  LaunchDarklyStandIn::Options options;
  options.token = kToken;
  options.duplicate = duplicate;
  return options;
}

std::string Seconds(const Clock& clock) {
  return std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(clock.Now().time_since_epoch()).count());
}

std::pair<int, std::string> RunShell(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string output;
  std::array<char, 4096> buffer;
  for (std::size_t size; (size = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    output.append(buffer.data(), size);
  const int status = pclose(pipe);
  return {WEXITSTATUS(status), output};
}

// -1: there is no such series.
double ValueOf(const std::string& metrics, const std::string& series) {
  const std::string text = "\n" + metrics;
  const std::size_t at = text.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
}

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::string OpenSslHmac(const TemporaryFolder& folder, const std::string& key,
                        const std::string& data) {
  const std::string file = (folder / "to-be-signed").string();
  std::ofstream(file, std::ios::binary) << data;
  const std::string output = RunShell("openssl dgst -sha256 -mac HMAC -macopt " +
                                      Quoted("key:" + key) + " " + Quoted(file))
                                 .second;
  const std::size_t equals = output.rfind("= ");
  return equals == std::string::npos ? output : output.substr(equals + 2, 64);
}

World::World(Duplicate duplicate)
    : stand_in(StandInOptions(duplicate), clock), server([this](const HttpRequest& request) {
        if (on_request) on_request(request);
        return stand_in.Answer(request);
      }) {}

void World::WriteFile(const std::string& name, const std::string& text) {
  std::ofstream(folder / name, std::ios::binary) << text;
  chmod((folder / name).c_str(), 0600);
}

void World::WriteConfiguration(const std::string& delivery, const std::string& more) {
  WriteFile("token", kToken);
  WriteFile("jira.secret", kJiraSecret);
  WriteFile("jira.previous", "an older secret of Jira's");
  WriteFile("slack.secret", kSlackSecret);
  WriteFile("github.secret", kGitHubSecret);
  WriteFile("flaglinkd.toml", R"([log]
format = "logfmt"
[listen]
address = "127.0.0.1:0"
[admin]
address = "127.0.0.1:0"
[queue]
url = "sqlite:flaglinkd.db"
[launchdarkly]
base_url = ")" + server.origin() + R"("
token = { file = "token" }
catalog_refresh = "off"
[delivery]
)" + delivery + R"(
[source.jira]
secrets = [{ file = "jira.secret" }, { file = "jira.previous" }]
[source.slack]
secrets = [{ file = "slack.secret" }]
[source.slack.options]
workspace = "acme"
[source.github]
secrets = [{ file = "github.secret" }]
)" + more);
}

DaemonProcess& World::Start(std::map<std::string, std::string> environment) {
  daemon_ = std::make_unique<DaemonProcess>(
      kProgram, std::vector<std::string>{"run", "--config", (folder / "flaglinkd.toml").string()},
      std::move(environment));
  return AwaitStart();
}

DaemonProcess& World::StartOnSmallDisk(const std::string& size) {
  WriteConfiguration();
  std::filesystem::create_directory(folder / "disk");
  std::ifstream written(folder / "flaglinkd.toml");
  std::string text{std::istreambuf_iterator<char>(written), {}};
  text.replace(text.find("sqlite:"), 7, "sqlite:disk/");
  WriteFile("flaglinkd.toml", text);
  const std::string command = "mount -t tmpfs -o size=" + size + " none " +
                              Quoted((folder / "disk").string()) + " && exec " + kProgram +
                              " run --config " + Quoted((folder / "flaglinkd.toml").string());
  // A mount of its own needs no root then, and goes with the process.
  daemon_ = std::make_unique<DaemonProcess>(
      "/usr/bin/unshare",
      std::vector<std::string>{"--mount", "--map-root-user", "/bin/sh", "-c", command});
  return AwaitStart();
}

std::string World::DiskFolder() const {
  return "/proc/" + std::to_string(daemon_->pid()) + "/root" + (folder / "disk").string();
}

DaemonProcess& World::AwaitStart() {
  if (!daemon_->WaitUntilReady())
    ADD_FAILURE() << "the program did not come up:\n" << daemon_->log();
  return *daemon_;
}

std::pair<int, std::string> World::RunProgram(const std::string& arguments) {
  return RunShell(std::string(kProgram) + " " + arguments);
}

std::string World::Url(const std::string& path) const {
  return "http://127.0.0.1:" + std::to_string(daemon_->port()) + path;
}

HttpAnswer World::Post(const std::string& path, std::vector<Header> headers, std::string body) {
  return client_.Post(Url(path), std::move(headers), std::move(body));
}

HttpAnswer World::PostJira(const std::string& body) {
  return Post("/hooks/jira",
              {{"content-type", "application/json"},
               {"x-hub-signature", "sha256=" + OpenSslHmac(folder, kJiraSecret, body)}},
              body);
}

HttpAnswer World::PostSlack(const std::string& body, const std::string& content_type) {
  const std::string now = Seconds(clock);
  return Post(
      "/hooks/slack",
      {{"content-type", content_type},
       {"x-slack-request-timestamp", now},
       {"x-slack-signature", "v0=" + OpenSslHmac(folder, kSlackSecret, "v0:" + now + ":" + body)}},
      body);
}

HttpAnswer World::PostGitHub(const std::string& event, const std::string& body) {
  return Post("/hooks/github",
              {{"content-type", "application/json"},
               {"x-github-event", event},
               {"x-hub-signature-256", "sha256=" + OpenSslHmac(folder, kGitHubSecret, body)}},
              body);
}

std::string World::Metrics() {
  return client_.Get("http://127.0.0.1:" + std::to_string(daemon_->admin_port()) + "/metrics").body;
}

double World::Metric(const std::string& series) {
  return ValueOf(Metrics(), series);
}

bool World::WaitFor(const std::function<bool()>& done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    // What is waited for happens in another process; there is nothing of ours to be woken by.
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

bool World::WaitUntilDelivered() {
  // As long as it goes on: a sanitizer's build takes minutes for what else takes seconds.
  double left = -1, before;
  do {
    before = left;
    const auto delivered = [&] {
      const std::string metrics = Metrics();
      left = ValueOf(metrics, R"(flaglinkd_links{status="waiting"})") +
             ValueOf(metrics, R"(flaglinkd_links{status="paused"})");
      return left == 0;
    };
    if (WaitFor(delivered)) return true;
  } while (before < 0 || left < before);
  return false;
}

void World::ExpectBalancedBooks() {
  std::string metrics;  // one scrape, since a batch may come between two
  const auto change = [&](const char* result) {
    return ValueOf(metrics, std::string("flaglinkd_link_changes_total{result=\"") + result + "\"}");
  };
  const auto links = [&](const char* status) {
    return ValueOf(metrics, std::string("flaglinkd_links{status=\"") + status + "\"}");
  };
  ASSERT_TRUE(WaitFor([&] {
    metrics = Metrics();
    return change("made") == change("applied") + change("superseded") + change("forgotten") +
                                 links("waiting") + links("unknown_flag") + links("paused") +
                                 links("failed");
  })) << metrics;
}

std::string JiraIssueCreated(const std::string& id, const std::string& description) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return R"({"timestamp":)" + std::to_string(now.count()) +
         R"(,"webhookEvent":"jira:issue_created","issue_event_type_name":"issue_created","issue":{"id":")" +
         id + R"(","self":"https://acme.atlassian.net/rest/api/2/issue/)" + id +
         R"(","key":"SHOP-)" + id +
         R"(","fields":{"summary":"Roll out the new checkout","description":")" + description +
         R"(","labels":[],"issuetype":{"name":"Story","iconUrl":"https://acme.atlassian.net/story.svg"},)"
         R"("creator":{"displayName":"Ada Example","accountType":"atlassian"},)"
         R"("created":"2026-11-20T10:00:00.000+0000","updated":"2026-11-20T10:00:00.000+0000"}}})";
}

std::string JiraIssueDeleted(const std::string& id) {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return R"({"timestamp":)" + std::to_string(now.count()) +
         R"(,"webhookEvent":"jira:issue_deleted","issue":{"id":")" + id +
         R"(","self":"https://acme.atlassian.net/rest/api/2/issue/)" + id + R"(","key":"SHOP-)" +
         id +
         R"(","fields":{"summary":"Roll out the new checkout","updated":"2026-11-20T10:00:00.000+0000"}}})";
}

}  // namespace flaglinkd
