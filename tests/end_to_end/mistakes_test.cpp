// What people do wrong when they set flaglinkd up, and the whole of what the real program says. That
// of the file itself (types, names, ranges, syntax) is in tests/config/testdata.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "tests/end_to_end/world.h"

namespace flaglinkd {
namespace {

namespace fs = std::filesystem;

// A port of loopback that somebody listens on.
struct Taken {
  Taken() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(socket_, reinterpret_cast<sockaddr*>(&address), size);
    listen(socket_, 1);
    getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
  }
  ~Taken() { close(socket_); }
  int port = 0;

 private:
  const int socket_ = socket(AF_INET, SOCK_STREAM, 0);
};

class Mistake : public ::testing::Test {
 protected:
  Mistake() {
    world_.WriteFile("token", kToken);
    world_.WriteFile("jira.secret", kJiraSecret);
  }

  // A configuration that works but for `more`.
  void Configure(const std::string& more, const std::string& listen = "127.0.0.1:0") {
    world_.WriteFile("flaglinkd.toml", R"([log]
format = "logfmt"
[listen]
address = ")" + listen + R"("
[admin]
address = "127.0.0.1:0"
[queue]
url = "sqlite:flaglinkd.db"
[launchdarkly]
base_url = ")" + world_.server.origin() +
                                           R"("
token = { file = "token" }
catalog_refresh = "off"
)" + more);
  }

  // What the verb says, without the folder's name and the time; it has to end with `code`.
  std::string Said(const std::string& verb, int code) {
    auto [ended, text] =
        world_.RunProgram(verb + " --config " + (world_.folder / "flaglinkd.toml").string());
    EXPECT_EQ(ended, code) << text;
    Replace(text, world_.folder.path().string() + "/", "");
    if (const std::size_t at = text.find("level="); text.starts_with("time=")) text.erase(0, at);
    return text;
  }

  static void Replace(std::string& text, const std::string& what, const std::string& with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size()) {
      text.replace(at, what.size(), with);
    }
  }

  void Sqlite(const std::string& statement) {
    const std::string file = (world_.folder / "flaglinkd.db").string();
    const std::string command = "python3 -c \"import sqlite3; sqlite3.connect('" + file +
                                "').execute('" + statement + "')\"";
    ASSERT_EQ(std::system(command.c_str()), 0);
    fs::permissions(file, fs::perms(0600));
  }

  std::string CopyOfJira() {
    const fs::path directory = world_.folder / "adapters";
    fs::create_directory(directory);
    fs::permissions(directory, fs::perms(0755));
    fs::copy_file(fs::path(FLAGLINKD_BINARY_DIR) / "adapters/jira.so", directory / "jira.so");
    fs::permissions(directory / "jira.so", fs::perms(0644));
    return "[adapters]\ndirectory = \"" + directory.string() + "\"\n" + kJira;
  }

  static constexpr char kJira[] = "[source.jira]\nsecrets = [{ file = \"jira.secret\" }]\n";
  World world_;
};

TEST_F(Mistake, ASecretThatEverybodyMayRead) {
  Configure(kJira);
  fs::permissions(world_.folder / "jira.secret", fs::perms(0644));
  EXPECT_EQ(Said("check", 78),
            "flaglinkd.toml:14:12: `source.jira.secrets`: secret file jira.secret may be read by "
            "everybody (mode 0644); chmod o-rwx it\n");
}

TEST_F(Mistake, ASecretThatIsNotThere) {
  Configure("[source.jira]\nsecrets = [{ file = \"jira.secrets\" }]\n");
  EXPECT_EQ(Said("check", 78),
            "source jira: secret file jira.secrets cannot be opened: No such file or directory\n");
}

TEST_F(Mistake, ASecretInAnEnvironmentThatDoesNotHaveIt) {
  Configure("[source.jira]\nsecrets = [{ env = \"NO_SUCH_SECRET\" }]\n");
  EXPECT_EQ(Said("check", 78),
            "flaglinkd.toml:14:12: `source.jira.secrets`: environment variable NO_SUCH_SECRET is "
            "not set\n");
}

TEST_F(Mistake, AConfigurationThatOthersMayWrite) {
  Configure(kJira);
  fs::permissions(world_.folder / "flaglinkd.toml", fs::perms(0666));
  EXPECT_EQ(Said("check", 78),
            "flaglinkd.toml: may be written by others than its owner (mode 0666); chmod go-w it\n");
}

TEST_F(Mistake, AMisspeltSource) {
  Configure("[source.zendeks]\nsecrets = [{ file = \"jira.secret\" }]\n");
  std::string said = Said("check", 78);
  Replace(said, fs::path(FLAGLINKD_BINARY_DIR).string(), "BUILD");
  EXPECT_EQ(said,
            "source zendeks: load BUILD/adapters/zendeks.so: there is no such adapter; did you "
            "mean `zendesk`?\n");
}

TEST_F(Mistake, AnAdapterThatOthersMayWrite) {
  Configure(CopyOfJira());
  fs::permissions(world_.folder / "adapters/jira.so", fs::perms(0664));
  EXPECT_EQ(Said("check", 78),
            "source jira: load adapters/jira.so: the file can be written by others than its owner; "
            "chmod go-w it\n");
}

TEST_F(Mistake, AFolderOfAdaptersThatOthersMayWrite) {
  Configure(CopyOfJira());
  fs::permissions(world_.folder / "adapters", fs::perms(0777));
  EXPECT_EQ(Said("check", 78),
            "source jira: load adapters/jira.so: the folder can be written by others than its "
            "owner; chmod go-w it\n");
}

TEST_F(Mistake, AnOptionThatTheAdapterDoesNotHave) {
  Configure(std::string(kJira) + "[source.jira.options]\nsites = \"https://acme.example\"\n");
  EXPECT_EQ(Said("check", 78),
            "source jira: adapter jira: unknown option \"sites\"; it has site\n");
}

TEST_F(Mistake, SlackWithoutAWorkspace) {
  Configure("[source.slack]\nsecrets = [{ file = \"jira.secret\" }]\n");
  EXPECT_EQ(Said("check", 78),
            "source slack: adapter slack: set workspace = \"acme\", workspaces = { T024BE7LD = "
            "\"acme\" } for several, or the source's api_token: an event does not hold the address "
            "that links need\n");
}

TEST_F(Mistake, AllOfTheFileAtOnce) {
  Configure(
      "[source.jira]\nsecrets = [{ file = \"jira.secret\" }]\nunlink = \"newer\"\n"
      "[source.cloud]\nadapter = \"jira\"\nsecrets = []\npath = \"/hooks/jira\"\n");
  EXPECT_EQ(
      Said("check", 78),
      R"(flaglinkd.toml:15:10: `source.jira.unlink` must be "never", "deleted" or "unmentioned", not "newer"; did you mean `never`?
  unlink = "newer"
           ^
flaglinkd.toml:18:11: `source.cloud.secrets` must hold at least one secret
flaglinkd.toml:19:8: `source.cloud` has the path of `source.jira`, /hooks/jira
  path = "/hooks/jira"
         ^
)");
}

TEST_F(Mistake, SeveralSourcesThatCannotWorkWithALineForEach) {
  Configure(std::string(kJira) +
            "[source.jira.options]\nsites = \"https://acme.example\"\n"
            "[source.github]\nsecrets = [{ file = \"jira.secret\" }]\n"
            "[source.github.options]\nhok = \"repos/acme/shop/hooks/1\"\n");
  const std::string said = Said("run", 78);
  EXPECT_NE(said.find("reason=\"source jira: adapter jira: unknown option \\\"sites\\\""),
            std::string::npos)
      << said;
  EXPECT_NE(said.find("reason=\"source github: adapter github: unknown option \\\"hok\\\""),
            std::string::npos)
      << said;
}

TEST_F(Mistake, APortThatIsTaken) {
  const Taken taken;
  Configure(kJira, "127.0.0.1:" + std::to_string(taken.port));
  std::string said = Said("run", 1);
  Replace(said, std::to_string(taken.port), "PORT");
  EXPECT_EQ(
      said,
      "level=error msg=\"cannot start\" reason=\"listen on 127.0.0.1:PORT: Address already in "
      "use\"\n");
}

TEST_F(Mistake, ADatabaseThatAnotherFlaglinkdHas) {
  Configure(kJira);
  world_.Start();
  EXPECT_EQ(Said("run", 1),
            "level=error msg=\"cannot start\" reason=\"open flaglinkd.db-lock: another process has "
            "it, perhaps another flaglinkd\"\n");
}

TEST_F(Mistake, ADatabaseFromANewerVersion) {
  Configure(kJira);
  world_.Start();
  world_.daemon().Terminate();
  Sqlite("PRAGMA user_version = 99");
  EXPECT_EQ(Said("run", 78),
            "level=error msg=\"cannot start\" reason=\"open flaglinkd.db: it is from a newer "
            "version of flaglinkd: its schema is 99, this one knows 1\"\n");
}

TEST_F(Mistake, AnotherProgramsDatabase) {
  Configure(kJira);
  Sqlite("CREATE TABLE notes (text)");
  EXPECT_EQ(Said("run", 78),
            "level=error msg=\"cannot start\" reason=\"open flaglinkd.db: it is another program's "
            "database\"\n");
}

TEST_F(Mistake, AFileThatIsNoDatabase) {
  Configure(kJira);
  world_.WriteFile("flaglinkd.db", "Dear diary, today nothing happened at all.\n");
  EXPECT_EQ(Said("run", 78),
            "level=error msg=\"cannot start\" reason=\"open flaglinkd.db: file is not a "
            "database\"\n");
}

}  // namespace
}  // namespace flaglinkd
