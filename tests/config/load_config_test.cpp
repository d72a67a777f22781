#include <gmock/gmock.h>

#include <gtest/gtest.h>
#include <optional>
#include <set>

#include "daemon/base/sha256.h"
#include "daemon/config/config.h"
#include "tests/fakes/config_folder.h"

namespace flaglinkd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kLeast =
    "[launchdarkly]\ntoken = { credential = \"launchdarkly\" }\n"
    "[source.jira]\nsecrets = [{ credential = \"jira\" }]\n";

// A folder for the configuration, and one with the secrets that it names.
class LoadedConfig : public testing::Test {
 protected:
  LoadedConfig() : credentials_("CREDENTIALS_DIRECTORY", secrets_.path()) {
    secrets_.Write("secret_launchdarkly", "api-0123456789\n");
    secrets_.Write("secret_jira", "hunter2\n");
  }

  Config Load(const std::string& text) {
    folder_.Write("flaglinkd.toml", text);
    return Load();
  }

  Config Load() {
    auto loaded = LoadConfig({folder_.path() / "flaglinkd.toml", ""});
    if (loaded.index() == 1) {
      for (const Diagnostic& diagnostic : std::get<1>(loaded)) ADD_FAILURE() << diagnostic.Text();
      return {};
    }
    return std::get<0>(std::move(loaded));
  }

  // All that is said of a configuration that will not do, with the folder's name left out.
  std::vector<std::string> Complaints() {
    auto loaded = LoadConfig({folder_.path() / "flaglinkd.toml", ""});
    if (loaded.index() == 0) return {};
    std::vector<std::string> texts;
    const std::string prefix = folder_.path().string() + "/";
    for (const Diagnostic& diagnostic : std::get<1>(loaded)) {
      std::string text = diagnostic.Text();
      for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
        text.erase(at, prefix.size());
      }
      texts.push_back(text);
    }
    return texts;
  }

  ConfigFolder folder_, secrets_;
  SetVariable credentials_;
};

TEST_F(LoadedConfig, HasTheDefaultsThatThePartsThemselvesHave) {
  const Config config = Load(kLeast);
  const ListenerOptions listen;
  EXPECT_EQ(config.listen.address, listen.address);
  EXPECT_EQ(config.listen.threads, listen.threads);
  EXPECT_EQ(config.listen.max_connections, listen.max_connections);
  EXPECT_EQ(config.listen.head_timeout, listen.head_timeout);
  EXPECT_EQ(config.listen.body_timeout, listen.body_timeout);
  EXPECT_EQ(config.listen.idle_timeout, listen.idle_timeout);
  EXPECT_FALSE(config.listen.tls.has_value());
  ASSERT_EQ(config.trusted_proxies.size(), 1u);
  EXPECT_TRUE(Contains(config.trusted_proxies[0], "127.0.0.1"));
  EXPECT_FALSE(Contains(config.trusted_proxies[0], "127.0.0.2"));
  EXPECT_EQ(config.log.level, LogOptions().level);
  EXPECT_EQ(config.log.format, LogOptions().format);
  EXPECT_EQ(config.admin.address, AdminOptions().address);
  EXPECT_TRUE(config.admin.token.empty());
  EXPECT_THAT(config.admin.hosts, IsEmpty());
  EXPECT_EQ(config.queue.file, QueueOptions().file);
  EXPECT_EQ(config.queue.keep_payloads, QueueOptions().keep_payloads);
  EXPECT_EQ(config.queue.installation, QueueOptions().installation);
  const LaunchDarklyOptions launchdarkly;
  EXPECT_EQ(config.launchdarkly.base_url, launchdarkly.base_url);
  EXPECT_EQ(config.launchdarkly.projects, launchdarkly.projects);
  EXPECT_EQ(config.launchdarkly.installation, launchdarkly.installation);
  EXPECT_EQ(config.launchdarkly.proxy, "");
  EXPECT_EQ(config.launchdarkly.ca, "");
  const DeliveryOptions delivery;
  EXPECT_EQ(config.delivery.enabled, delivery.enabled);
  EXPECT_EQ(config.delivery.concurrency, delivery.concurrency);
  EXPECT_EQ(config.delivery.timeout, delivery.timeout);
  EXPECT_EQ(config.delivery.first_retry, delivery.first_retry);
  EXPECT_EQ(config.delivery.longest_retry, delivery.longest_retry);
  EXPECT_EQ(config.delivery.give_up_after, delivery.give_up_after);
  EXPECT_EQ(config.delivery.unknown_flag_patience, delivery.unknown_flag_patience);
  EXPECT_THAT(config.warnings, IsEmpty());
}

TEST_F(LoadedConfig, GivesASourceTheDefaultsThatDependOnItsName) {
  const Config config = Load(kLeast);
  ASSERT_EQ(config.sources.size(), 1u);
  const SourceOptions& source = config.sources[0];
  EXPECT_EQ(source.name, "jira");
  EXPECT_EQ(source.adapter, "jira");
  EXPECT_EQ(source.path, "/hooks/jira");
  EXPECT_EQ(source.name_space, "jira");
  EXPECT_TRUE(source.verify);
  ASSERT_EQ(source.secrets.size(), 1u);
  EXPECT_EQ(source.secrets[0].Bytes(), "hunter2");
  EXPECT_EQ(source.body_limit, 8u << 20);
  EXPECT_THAT(source.projects, ElementsAre("default"));
  EXPECT_EQ(source.unlink, UnlinkRule::kDeleted);
  EXPECT_FALSE(source.link_private);
  EXPECT_EQ(source.tolerance, std::nullopt);
  EXPECT_EQ(source.rate_limit, std::nullopt);
  EXPECT_THAT(source.allow_from, IsEmpty());
  EXPECT_EQ(source.match.urls, MatchOptions().urls);
  EXPECT_EQ(source.match.patterns, MatchOptions().patterns);
  EXPECT_EQ(source.match.labels, MatchOptions().labels);
  EXPECT_EQ(source.match.fields, MatchOptions().fields);
}

TEST_F(LoadedConfig, HoldsWhatTheFileSetsForTheDaemon) {
  folder_.Write("tls/certificate.pem", "");
  folder_.Write("tls/key.pem", "");
  folder_.Write("tls/ca.pem", "");
  folder_.Write("admin.token", "0123456789abcdef\n");
  const Config config = Load(R"(
[log]
level = "debug"
format = "logfmt"
[listen]
address = "[::1]:0"
threads = 2
max_connections = 100
head_timeout = "1s"
body_timeout = "2s"
idle_timeout = "3s"
trusted_proxies = ["127.0.0.1/32", "::1"]
tls = { certificate = "tls/certificate.pem", key = "tls/key.pem", client_ca = "tls/ca.pem" }
[admin]
address = "[::1]:0"
token = { file = "admin.token" }
hosts = ["flaglinkd.acme.example", "Flaglinkd"]
[queue]
url = "sqlite:state/queue.db"
keep_payloads = "none"
[launchdarkly]
base_url = "http://127.0.0.1:8030"
token = { credential = "launchdarkly" }
projects = ["shop", "site"]
installation = "staging"
proxy = "http://127.0.0.1:3128"
ca = "tls/ca.pem"
[delivery]
enabled = false
concurrency = 4
timeout = "250ms"
first_retry = "10ms"
longest_retry = "1m"
give_up_after = "1h"
unknown_flag_patience = "2d"
[adapters]
directory = "adapters"
)");
  const std::string folder = folder_.path();
  EXPECT_EQ(config.log.level, LogLevel::kDebug);
  EXPECT_EQ(config.log.format, LogFormat::kLogfmt);
  EXPECT_EQ(config.listen.address, "[::1]:0");
  EXPECT_EQ(config.listen.threads, 2);
  EXPECT_EQ(config.listen.max_connections, 100u);
  EXPECT_EQ(config.listen.head_timeout, std::chrono::seconds(1));
  EXPECT_EQ(config.listen.body_timeout, std::chrono::seconds(2));
  EXPECT_EQ(config.listen.idle_timeout, std::chrono::seconds(3));
  ASSERT_EQ(config.trusted_proxies.size(), 2u);
  EXPECT_TRUE(Contains(config.trusted_proxies[0], "127.0.0.1"));
  EXPECT_TRUE(Contains(config.trusted_proxies[1], "::1"));
  ASSERT_TRUE(config.listen.tls.has_value());
  EXPECT_EQ(config.listen.tls->certificate, folder + "/tls/certificate.pem");
  EXPECT_EQ(config.listen.tls->key, folder + "/tls/key.pem");
  EXPECT_EQ(config.listen.tls->client_ca, folder + "/tls/ca.pem");
  EXPECT_EQ(config.admin.address, "[::1]:0");
  EXPECT_EQ(config.admin.token.Bytes(), "0123456789abcdef");
  EXPECT_THAT(config.admin.hosts, ElementsAre("flaglinkd.acme.example", "Flaglinkd"));
  EXPECT_EQ(config.queue.file, folder + "/state/queue.db");
  EXPECT_EQ(config.queue.keep_payloads, KeepPayloads::kNone);
  EXPECT_EQ(config.queue.installation, "staging");
  EXPECT_EQ(config.launchdarkly.base_url, "http://127.0.0.1:8030");
  EXPECT_EQ(config.launchdarkly.token.Bytes(), "api-0123456789");
  EXPECT_THAT(config.launchdarkly.projects, ElementsAre("shop", "site"));
  EXPECT_EQ(config.launchdarkly.installation, "staging");
  EXPECT_EQ(config.launchdarkly.proxy, "http://127.0.0.1:3128");
  EXPECT_EQ(config.launchdarkly.ca, folder + "/tls/ca.pem");
  EXPECT_FALSE(config.delivery.enabled);
  EXPECT_EQ(config.delivery.concurrency, 4);
  EXPECT_EQ(config.delivery.timeout, std::chrono::milliseconds(250));
  EXPECT_EQ(config.delivery.first_retry, std::chrono::milliseconds(10));
  EXPECT_EQ(config.delivery.longest_retry, std::chrono::minutes(1));
  EXPECT_EQ(config.delivery.give_up_after, std::chrono::hours(1));
  EXPECT_EQ(config.delivery.unknown_flag_patience, std::chrono::hours(48));
  EXPECT_EQ(config.adapters, folder + "/adapters");
}

TEST_F(LoadedConfig, HoldsWhatTheFileSetsForASource) {
  const Config config = Load(R"(
[launchdarkly]
token = { credential = "launchdarkly" }
projects = ["shop"]
[source.cloud]
adapter = "jira"
verify = "none"
path = "/in/jira"
body_limit = "64KiB"
projects = ["site", "shop"]
unlink = "unmentioned"
private = "link"
bots = ["Release Bot"]
namespace = "jira"
only = { "/issue/fields/project/key" = ["SHOP", "SITE"] }
except = { "/issue/fields/issuetype/name" = ["Epic"] }
tolerance = "1h"
allow_from = ["192.0.2.0/24"]
rate_limit = 50
[source.cloud.match]
urls = false
patterns = ['FF-(?P<key>[a-z]+)']
labels = ["ff:"]
fields = ["/issue/fields/customfield_10042"]
[source.cloud.options]
site = "https://acme.atlassian.net"
depth = 3
ratio = 0.5
strict = true
workspaces = { T024BE7LD = "acme" }
text = ["/data/question", "/data/answer", 3]
of = { boards = ["a"], cards = [] }
)");
  ASSERT_EQ(config.sources.size(), 1u);
  const SourceOptions& source = config.sources[0];
  EXPECT_EQ(source.name, "cloud");
  EXPECT_EQ(source.adapter, "jira");
  EXPECT_FALSE(source.verify);
  EXPECT_THAT(source.secrets, IsEmpty());
  EXPECT_EQ(source.path, "/in/jira");
  EXPECT_EQ(source.body_limit, 65536u);
  EXPECT_THAT(source.projects, ElementsAre("site", "shop"));
  EXPECT_EQ(source.unlink, UnlinkRule::kUnmentioned);
  EXPECT_TRUE(source.link_private);
  EXPECT_THAT(source.bots, ElementsAre("Release Bot"));
  EXPECT_EQ(source.name_space, "jira");
  ASSERT_EQ(source.only.size(), 1u);
  EXPECT_EQ(source.only[0].pointer, "/issue/fields/project/key");
  EXPECT_THAT(source.only[0].values, ElementsAre("SHOP", "SITE"));
  ASSERT_EQ(source.except.size(), 1u);
  EXPECT_EQ(source.except[0].pointer, "/issue/fields/issuetype/name");
  EXPECT_EQ(source.tolerance, std::chrono::hours(1));
  ASSERT_EQ(source.allow_from.size(), 1u);
  EXPECT_TRUE(Contains(source.allow_from[0], "192.0.2.7"));
  EXPECT_EQ(source.rate_limit, 50);
  EXPECT_FALSE(source.match.urls);
  EXPECT_THAT(source.match.patterns, ElementsAre("FF-(?P<key>[a-z]+)"));
  EXPECT_THAT(source.match.labels, ElementsAre("ff:"));
  EXPECT_THAT(source.match.fields, ElementsAre("/issue/fields/customfield_10042"));
  std::vector<std::string> options;
  for (const AdapterOption& option : source.options) {
    options.push_back(option.name + "=" + option.value);
  }
  EXPECT_THAT(options,
              ElementsAre("site=https://acme.atlassian.net", "depth=3", "ratio=0.5", "strict=true",
                          "workspaces.T024BE7LD=acme", "text.0=/data/question",
                          "text.1=/data/answer", "text.2=3", "of.boards.0=a"));
}

TEST_F(LoadedConfig, HandsAnEventToTheAdapterAsOptions) {
  const Config config = Load(R"(
[launchdarkly]
token = { credential = "launchdarkly" }
[source.desk]
adapter = "template"
verify = "none"
[source.desk.event]
each = ""
when = { "/kind" = ["note", "ticket"], "^/live" = ["true"] }
id = "{/delivery|/id}"
resource = "desk/{/ticket}"
part = ""
time = "{/at}"
title = "{/title|^/name}"
url = "https://acme.example/@{/user}/{/id}"
description = "{/body}"
text = ["{/body}", "{/tags}"]
deleted = { "/kind" = ["removed"] }
integration_key = "trello"
metadata = { cardTitle = "{/title}", "creator?" = "Somebody" }
)");
  ASSERT_EQ(config.sources.size(), 1u);
  EXPECT_THAT(config.sources[0].delivery_id, ElementsAre("/delivery", "/id"));
  std::string options;
  for (const auto& [name, value] : config.sources[0].options) options += name + "=" + value + "\n";
  EXPECT_EQ(options,
            "event.each=\n"
            "event.when./kind.0=note\n"
            "event.when./kind.1=ticket\n"
            "event.when.^/live.0=true\n"
            "event.resource=desk/{/ticket}\n"
            "event.part=\n"
            "event.time={/at}\n"
            "event.title={/title|^/name}\n"
            "event.url=https://acme.example/@{/user}/{/id}\n"
            "event.description={/body}\n"
            "event.text.0={/body}\n"
            "event.text.1={/tags}\n"
            "event.deleted./kind.0=removed\n"
            "event.integration_key=trello\n"
            "event.metadata.cardTitle={/title}\n"
            "event.metadata.creator?=Somebody\n");
}

TEST_F(LoadedConfig, AddsUpTheTestsOfItsFilesWithPathsRelativeToEach) {
  folder_.Write("conf.d/tests.toml", R"(
[[test]]
source = "jira"
payload = "../payloads/b.json"
headers = { X-Kind = "issue" }
expect = { flags = ["default/b", "default/a"], outcome = "stored", resource = "R", title = "T", url = "U" }
)");
  const Config config = Load(std::string(kLeast) + R"([[test]]
source = "jira"
payload = "payloads/a.json"
[test.expect]
flags = []
)");
  const std::string folder = folder_.path().string();
  ASSERT_EQ(config.tests.size(), 2u);
  const WebhookTest& first = config.tests[0];
  EXPECT_EQ(first.file, folder + "/flaglinkd.toml");
  EXPECT_EQ(first.line, 5);
  EXPECT_EQ(first.source, "jira");
  EXPECT_EQ(first.payload, folder + "/payloads/a.json");
  EXPECT_THAT(first.headers, IsEmpty());
  EXPECT_EQ(first.expect.flags, std::set<FlagKey>());
  EXPECT_EQ(first.expect.outcome, std::nullopt);
  EXPECT_EQ(first.expect.url, std::nullopt);
  const WebhookTest& second = config.tests[1];
  EXPECT_EQ(second.file, folder + "/conf.d/tests.toml");
  EXPECT_EQ(second.payload, folder + "/payloads/b.json");
  EXPECT_THAT(second.headers, ElementsAre("X-Kind: issue"));
  EXPECT_EQ(second.expect.flags, (std::set<FlagKey>{{"default", "a"}, {"default", "b"}}));
  EXPECT_EQ(second.expect.outcome, "stored");
  EXPECT_EQ(second.expect.resource, "R");
  EXPECT_EQ(second.expect.title, "T");
  EXPECT_EQ(second.expect.url, "U");
}

TEST_F(LoadedConfig, ReadsMoreFilesAsIfTheyLayInConfD) {
  const auto fragment = folder_.Write("conf.d/slack.toml", "[source.slack]\nverify = \"none\"\n");
  const auto more = folder_.Write("more/github.toml", "[source.github]\nverify = \"none\"\n");
  LoadSettings settings{folder_.Write("flaglinkd.toml", kLeast), ""};
  settings.more = {fragment, more};
  auto loaded = LoadConfig(settings);
  ASSERT_EQ(loaded.index(), 0u);
  std::vector<std::string> names;
  for (const SourceOptions& source : std::get<Config>(loaded).sources) names.push_back(source.name);
  EXPECT_THAT(names, ElementsAre("jira", "slack", "github"));
  settings.more = {folder_.path() / "nowhere.toml"};
  EXPECT_EQ(LoadConfig(settings).index(), 1u);
}

TEST_F(LoadedConfig, LetsBodiesOfOtherAdaptersBeAsLargeAsTheListenerSays) {
  const Config config = Load(
      "[listen]\nbody_limit = \"2MiB\"\n[launchdarkly]\ntoken = { credential = \"launchdarkly\" }\n"
      "[source.slack]\nsecrets = [{ credential = \"jira\" }]\n"
      "[source.hub]\nadapter = \"github\"\nsecrets = [{ credential = \"jira\" }]\n");
  ASSERT_EQ(config.sources.size(), 2u);
  EXPECT_EQ(config.sources[0].body_limit, 2u << 20);
  EXPECT_EQ(config.sources[1].body_limit, 8u << 20);
}

TEST_F(LoadedConfig, TakesASourcesProjectsFromTheAccount) {
  const Config config = Load(
      "[source.jira]\nsecrets = [{ credential = \"jira\" }]\n"
      "[launchdarkly]\nprojects = [\"shop\"]\ntoken = { credential = \"launchdarkly\" }\n");
  EXPECT_THAT(config.sources.at(0).projects, ElementsAre("shop"));
}

TEST_F(LoadedConfig, NeedsNoTokenWhenNothingIsSent) {
  const Config config = Load("[delivery]\nenabled = false\n");
  EXPECT_TRUE(config.launchdarkly.token.empty());
  EXPECT_THAT(config.warnings, ElementsAre(HasSubstr("every webhook gets 404")));
}

TEST_F(LoadedConfig, FindsTheAdaptersBesideAProgramInABuildTree) {
  folder_.Write("build/adapters/jira.so", "");
  folder_.Write("flaglinkd.toml", kLeast);
  const auto file = folder_.path() / "flaglinkd.toml";
  auto built = LoadConfig({file, folder_.path() / "build/bin/flaglinkd"});
  EXPECT_EQ(std::get<Config>(built).adapters, folder_.path() / "build/adapters");
  auto installed = LoadConfig({file, folder_.path() / "sbin/flaglinkd"});
  EXPECT_EQ(std::get<Config>(installed).adapters, "/usr/lib/flaglinkd/adapters");
}

TEST_F(LoadedConfig, IsMergedFromTheFragmentsInTheOrderOfTheirNames) {
  folder_.Write("conf.d/20-jira.toml",
                "[source.jira]\nsecrets = [{ file = \"jira.secret\" }]\nrate_limit = 5\n");
  folder_.Write("conf.d/jira.secret", "swordfish");
  folder_.Write("conf.d/10-slack.toml", "[source.slack]\nverify = \"none\"\n");
  folder_.Write("conf.d/ignored.conf", "not TOML");
  const Config config = Load(
      "[launchdarkly]\ntoken = { credential = \"launchdarkly\" }\n"
      "[source.jira]\nunlink = \"never\"\n");
  ASSERT_EQ(config.sources.size(), 2u);
  EXPECT_EQ(config.sources[0].name, "jira");
  EXPECT_EQ(config.sources[0].unlink, UnlinkRule::kNever);
  EXPECT_EQ(config.sources[0].rate_limit, 5);
  EXPECT_EQ(config.sources[0].secrets.at(0).Bytes(), "swordfish");
  EXPECT_EQ(config.sources[1].name, "slack");
}

TEST_F(LoadedConfig, NamesBothPlacesOfAKeyThatIsSetTwice) {
  folder_.Write("flaglinkd.toml", std::string(kLeast) + "[delivery]\ntimeout = \"20s\"\n");
  folder_.Write("conf.d/a.toml", "[delivery]\ntimeout = \"30s\"\n");
  folder_.Write("conf.d/b.toml", "launchdarkly = 3\n");
  EXPECT_THAT(Complaints(),
              ElementsAre("conf.d/a.toml:2:1: `delivery.timeout` is set twice: first at "
                          "flaglinkd.toml:6:1\n  timeout = …\n  ^",
                          "conf.d/b.toml:1:1: `launchdarkly` is set twice: first at "
                          "flaglinkd.toml:1:2\n  launchdarkly = …\n  ^"));
}

TEST_F(LoadedConfig, ReportsWhatIsNoTomlInEveryFile) {
  folder_.Write("flaglinkd.toml", "[log\n");
  folder_.Write("conf.d/a.toml", "[delivery]\nenabled = yes\n");
  EXPECT_THAT(Complaints(),
              ElementsAre("flaglinkd.toml:1:5: TOML: table header: expected ']', saw '\\n'\n"
                          "  [log\n      ^",
                          "conf.d/a.toml:2:11: TOML: value: could not determine value type\n"
                          "  enabled = yes\n            ^"));
}

TEST_F(LoadedConfig, IsRefusedWhenAFileIsMissing) {
  EXPECT_THAT(Complaints(),
              ElementsAre("flaglinkd.toml: cannot be opened: No such file or directory"));
}

TEST_F(LoadedConfig, IsRefusedWhenOthersMayWriteAFileOrTheFolderOfFragments) {
  folder_.Write("flaglinkd.toml", kLeast, 0666);
  EXPECT_THAT(Complaints(),
              ElementsAre("flaglinkd.toml: may be written by others than its owner (mode 0666); "
                          "chmod go-w it"));
  folder_.Write("flaglinkd.toml", kLeast);
  folder_.Write("conf.d/a.toml", "", 0620);
  EXPECT_THAT(Complaints(),
              ElementsAre("conf.d/a.toml: may be written by others than its owner (mode 0620); "
                          "chmod go-w it"));
  folder_.Write("conf.d/a.toml", "");
  ASSERT_EQ(chmod((folder_.path() / "conf.d").c_str(), 0770), 0);
  EXPECT_THAT(Complaints(), ElementsAre("conf.d: may be written by others than its owner (mode "
                                        "0770); chmod go-w it"));
}

TEST_F(LoadedConfig, HashesTheBytesOfAllFiles) {
  folder_.Write("conf.d/a.toml", "[log]\nlevel = \"error\"\n");
  const Config config = Load(kLeast);
  EXPECT_EQ(config.hash, Hex(Sha256(std::string(kLeast) + "[log]\nlevel = \"error\"\n"), 8));
}

}  // namespace
}  // namespace flaglinkd
