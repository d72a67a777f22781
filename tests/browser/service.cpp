// The real program with a stand-in LaunchDarkly, told by the browser test what happens: one command
// a line, each answered by an empty one once it has come true. Begins with "page URL" and "token T",
// the admin's. Ends when its input does.
#include <filesystem>
#include <iostream>
#include <string>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

constexpr char kAdminToken[] = "what-the-person-on-call-knows";

HttpResponse Refusal() {
  HttpResponse response;
  response.status = 400;
  response.body = R"({"code":"invalid_request","message":"title must be a poem"})";
  return response;
}

// What can happen to the service. Each link is of an issue of its own, from SHOP-101 on.
class Stage {
 public:
  explicit Stage(World& world) : world_(world) {}

  // False: it did not come true, or there is no such command.
  bool Do(const std::string& command) {
    if (command == "deliver") {
      const double before = Links("applied");
      return Post() && world_.WaitFor([&] { return Links("applied") == before + 1; });
    }
    if (command == "refuse-content") {
      world_.server.Misbehave({FaultServer::Fault::kAnswer, Refusal(), Duration(0)});
      return Post() && world_.WaitFor([&] { return Links("failed") > 0; });
    }
    if (command == "refuse-token") {
      world_.stand_in.SetToken("another");
      return Post() && world_.WaitFor([&] {
        return world_.Metric(R"(flaglinkd_delivery_paused{reason="token"})") == 1;
      });
    }
    if (command == "behave") return world_.server.Behave(), true;
    return false;
  }

 private:
  bool Post() {
    const std::string body = JiraIssueCreated(std::to_string(++issue_), "flag:checkout-v2");
    return world_.PostJira(body).status == 200;
  }

  double Links(const std::string& status) {
    return world_.Metric("flaglinkd_links{status=\"" + status + "\"}");
  }

  World& world_;
  int issue_ = 100;
};

}  // namespace

int Main() {
  World world;
  world.WriteConfiguration();
  world.WriteFile("admin.token", kAdminToken);
  std::filesystem::create_directory(world.folder / "conf.d");
  world.WriteFile("conf.d/admin.toml", "[admin]\ntoken = { file = \"../admin.token\" }\n");
  const DaemonProcess& daemon = world.Start();
  if (daemon.admin_port() == 0) return 1;  // the world has said why
  std::cout << "page http://127.0.0.1:" << daemon.admin_port() << "/\n"
            << "token " << kAdminToken << "\n"
            << std::endl;
  Stage stage(world);
  for (std::string command; std::getline(std::cin, command);) {
    if (!stage.Do(command)) {
      std::cerr << "in vain: " << command << "\n" << world.daemon().log();
      return 1;
    }
    std::cout << std::endl;
  }
  return 0;
}

}  // namespace flaglinkd

int main() {
  return flaglinkd::Main();
}
