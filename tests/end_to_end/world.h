// What an end-to-end test needs around the real program: a folder with its configuration, a
// stand-in LaunchDarkly on a real socket that misbehaves when told to, and senders that sign as
// their tools do.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/cli/launchdarkly_stand_in.h"
#include "daemon/domain/webhook.h"
#include "tests/end_to_end/daemon_process.h"
#include "tests/fakes/blocking_client.h"
#include "tests/fakes/fault_server.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {

class World {
 public:
  using Duplicate = LaunchDarklyStandIn::Duplicate;
  explicit World(Duplicate duplicate = Duplicate::kConflict);

  // The sources jira, slack and github, secrets in files. `more` is added at the end.
  void WriteConfiguration(const std::string& delivery = "", const std::string& more = "");
  void WriteFile(const std::string& name, const std::string& text);  // 0600, in the folder

  // Starts `flaglinkd run` and waits until it is ready; the test fails if it is not.
  DaemonProcess& Start(std::map<std::string, std::string> environment = {});
  DaemonProcess& daemon() { return *daemon_; }
  // The same with the configuration written and the database on a disk of this size ("2m"), as
  // tmpfs has it; DiskFolder is where others see it.
  DaemonProcess& StartOnSmallDisk(const std::string& size);
  std::string DiskFolder() const;
  // Runs the program with these arguments to its end: exit code and what it wrote to both outputs.
  std::pair<int, std::string> RunProgram(const std::string& arguments);

  std::string Url(const std::string& path) const;
  HttpAnswer Post(const std::string& path, std::vector<Header> headers, std::string body);
  // With the signature of the source's first secret, made by `openssl dgst`.
  HttpAnswer PostJira(const std::string& body);
  HttpAnswer PostSlack(const std::string& body,
                       const std::string& content_type = "application/json");
  HttpAnswer PostGitHub(const std::string& event, const std::string& body);

  // The value of a series of /metrics, by its whole name with labels in any order given as they are
  // printed; -1: absent.
  double Metric(const std::string& series);
  std::string Metrics();
  // The value of the counter of changes, read until `done` holds or half a minute is over.
  bool WaitFor(const std::function<bool()>& done);
  // Waits until nothing is waiting to be delivered; false: it stood still for half a minute.
  bool WaitUntilDelivered();
  // changes made = applied + superseded + forgotten + waiting + failed, from /metrics.
  void ExpectBalancedBooks();

  TemporaryFolder folder;
  SystemClock clock;
  LaunchDarklyStandIn stand_in;
  // May be replaced before anything is sent: sees every request to LaunchDarkly before the stand-in
  // does.
  std::function<void(const HttpRequest&)> on_request;
  FaultServer server;

 private:
  DaemonProcess& AwaitStart();

  std::unique_ptr<DaemonProcess> daemon_;
  BlockingClient client_;
};

// HMAC-SHA256 in hex, by the command `openssl dgst`: independent of the code under test.
std::string OpenSslHmac(const TemporaryFolder& folder, const std::string& key,
                        const std::string& data);

inline constexpr char kToken[] = "api-11111111-2222-3333-4444-555555555555";
inline constexpr char kJiraSecret[] = "jira signs with this",
                      kSlackSecret[] = "8f742231b10e8888abcd99yyyzzz85a5",
                      kGitHubSecret[] = "It's a Secret to Everybody";

// Bodies in the documented shapes.
std::string JiraIssueCreated(const std::string& id, const std::string& description);
std::string JiraIssueDeleted(const std::string& id);

}  // namespace flaglinkd
