// What options make of the bodies of fixtures/, which are made up.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

using Options = std::map<std::string, std::string>;

const LoadedAdapter& Template() {
  static const LoadedAdapter adapter("template");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) / "tests/adapters/template/fixtures" /
                  name);
}

// The options that are needed, for bodies such as {"id": …, "t": …, "u": …}, and `more`.
Options With(const Options& more) {
  Options options = {{"event.resource", "{/id}"}, {"event.title", "{/t}"}, {"event.url", "{/u}"}};
  for (const auto& [name, value] : more) options[name] = value;
  return options;
}

std::string Read(const std::string& body, const Options& options) {
  return Template().Extract({.body = body, .options = options});
}

const Options kMonitor = {{"event.when./event_type.0", "triggered"},
                          {"event.when./event_type.1", "recovered"},
                          {"event.when./event_type.2", "removed"},
                          {"event.resource", "{/alert_id}"},
                          {"event.time", "{/last_updated}"},
                          {"event.title", "{/title|/name}"},
                          {"event.url", "{/link}"},
                          {"event.description", "{/body}"},
                          {"event.text.0", "{/body}"},
                          {"event.text.1", "{/tags}"},
                          {"event.deleted./event_type.0", "removed"}};

TEST(Template, FillsEachTextFromTheBody) {
  const auto change = [](const std::string& part, const std::string& text) {
    return "change: updated\n"
           "  resource: 4711\n"
           "  name: 4711\n" +
           part +
           "  part_time: 1767605400000000\n"
           "  content_time: 1767605400000000\n"
           "  title: [Triggered] Checkout errors on shop\n"
           "  url: https://app.monitor.example/monitors/4711\n"
           "  description: More than 5 % of requests fail since flag:checkout-v2 is on.\n"
           "  integration_key: \n" +
           text + "  labels: not carried\n";
  };
  EXPECT_EQ(Read(Fixture("monitor.json"), kMonitor),
            "outcome: extracted\n" +
                change("", "  text title: [Triggered] Checkout errors on shop\n") +
                change("  part: text-1\n",
                       "  text {/body}: More than 5 % of requests fail since flag:checkout-v2 is "
                       "on.\n") +
                change("  part: text-2\n", "  text {/tags}: service:shop,env:production\n"));
}

TEST(Template, ADeletionNeedsNeitherTitleNorUrl) {
  EXPECT_EQ(Read(Fixture("monitor.removed.json"), kMonitor),
            "outcome: extracted\n"
            "change: deleted\n"
            "  resource: 4711\n"
            "  part_time: 1767609000000000\n"
            "  content_time: 1767609000000000\n"
            "  integration_key: \n"
            "  texts: not carried\n"
            "  labels: not carried\n");
}

TEST(Template, MakesAChangeOfEachElementAndSaysWhatItLeftOut) {
  const Options options = {{"event.each", "/alerts"},
                           {"event.when./status.0", "firing"},
                           {"event.when.^/status.0", "firing"},
                           {"event.resource", "{/fingerprint}"},
                           {"event.time", "{/startsAt}"},
                           {"event.title", "{/labels/alertname} is {/status}"},
                           {"event.url", "{^/externalURL}/#/{/fingerprint}"},
                           {"event.text.0", "{/annotations/description}"},
                           {"event.text.1", "{/labels/flags}"}};
  const auto change = [](const std::string& part, const std::string& text) {
    return "change: updated\n"
           "  resource: a1b2c3\n"
           "  name: a1b2c3\n" +
           part +
           "  part_time: 1767605400500000\n"
           "  content_time: 1767605400500000\n"
           "  title: CheckoutErrors is firing\n"
           "  url: https://alerts.acme.example/#/a1b2c3\n"
           "  integration_key: \n" +
           text + "  labels: not carried\n";
  };
  EXPECT_EQ(Read(Fixture("alerts.json"), options),
            "outcome: extracted\n" + change("", "  text title: CheckoutErrors is firing\n") +
                change("  part: text-1\n",
                       "  text {/annotations/description}: Rolled out with flag:checkout-v2\n") +
                change("  part: text-2\n", "  text {/labels/flags}: checkout-v2, new-cart\n") +
                "reason: left out: no resource: {/fingerprint} finds nothing\n");
}

TEST(Template, TakesABodyThatIsAListAsItsElements) {
  const Options options = {{"event.when./kind.0", "rollback"},
                           {"event.resource", "deploy/{/id}"},
                           {"event.title", "{/name}"},
                           {"event.url", "{/page}"}};
  EXPECT_EQ(Read(Fixture("list.json"), options),
            "outcome: extracted\n"
            "change: updated\n"
            "  resource: deploy/2\n"
            "  name: deploy/2\n"
            "  title: shop 2.0\n"
            "  url: https://deploy.acme.example/2\n"
            "  integration_key: \n"
            "  text title: shop 2.0\n"
            "  labels: not carried\n");
}

TEST(Template, OfAPartCarriesItsOwnTextsAlone) {
  const Options options = {
      {"event.resource", "{/ticket/key}"}, {"event.part", "note-{/note/id}"},
      {"event.time", "{/note/written}"},   {"event.title", "{/ticket/summary}"},
      {"event.url", "{/ticket/page}"},     {"event.text.0", "{/note/text}"}};
  EXPECT_EQ(Read(Fixture("note.json"), options),
            "outcome: extracted\n"
            "change: updated\n"
            "  resource: SHOP-42\n"
            "  name: SHOP-42\n"
            "  part: note-9001\n"
            "  part_time: 1767605400000000\n"
            "  content_time: 1767605400000000\n"
            "  title: A new checkout\n"
            "  url: https://desk.acme.example/SHOP-42\n"
            "  integration_key: \n"
            "  text {/note/text}: Switch checkout-v2 off first.\n"
            "  labels: not carried\n");
}

TEST(Template, ReadsAForm) {
  const Options options = {{"event.resource", "{/deploy}"}, {"event.time", "{/at}"},
                           {"event.title", "{/title}"},     {"event.url", "{/url}"},
                           {"event.text.0", "{/text}"},     {"event.text.1", "{/payload/by}"}};
  const auto change = [](const std::string& part, const std::string& text) {
    return "change: updated\n"
           "  resource: shop-1204\n"
           "  name: shop-1204\n" +
           part +
           "  part_time: 1767605400250000\n"
           "  content_time: 1767605400250000\n"
           "  title: Deploy shop \"v2\"\n"
           "  url: https://ci.acme.example/1204\n"
           "  integration_key: \n" +
           text + "  labels: not carried\n";
  };
  EXPECT_EQ(
      Template().Extract({.body = Fixture("deploy.form"),
                          .content_type = "application/x-www-form-urlencoded; charset=utf-8",
                          .options = options}),
      "outcome: extracted\n" + change("", "  text title: Deploy shop \"v2\"\n") +
          change("  part: text-1\n", "  text {/text}: Turns on flag:checkout-v2\\nand more\n") +
          change("  part: text-2\n", "  text {/payload/by}: ada\n"));
}

TEST(Template, FillsACardAndItsFallbacks) {
  const Options options = With({{"event.integration_key", "trello"},
                                {"event.metadata.cardTitle", "{/t}"},
                                {"event.metadata.creator", "{/by}"},
                                {"event.metadata.creator?", "Somebody"},
                                {"event.metadata.avatar", "https://acme.example/{/by}.png"},
                                {"event.metadata.avatar?", "https://acme.example/nobody.png"}});
  const std::string text = Read(R"({"id":"1","t":"T","u":"https://acme.example/1"})", options);
  EXPECT_EQ(Values(text, "  integration_key"), "trello\n");
  EXPECT_EQ(Values(text, "  metadata cardTitle"), "T\n");
  EXPECT_EQ(Values(text, "  metadata creator"), "");
  EXPECT_EQ(Values(text, "  metadata creator?"), "Somebody\n");
  EXPECT_EQ(Values(text, "  metadata avatar?"), "https://acme.example/nobody.png\n");
}

TEST(Template, AbsentIsNotEmpty) {
  const Options options = With({{"event.description", "{/d}"}, {"event.text.0", "{/d}"}});
  const std::string absent = Read(R"({"id":1,"t":"T","u":"https://a.example"})", options);
  EXPECT_EQ(absent.find("  description"), std::string::npos);
  EXPECT_EQ(Values(absent, "  part"), "");
  EXPECT_EQ(Values(absent, "  text title"), "T\n");
  for (const char* nothing : {"null", R"("")", "[]"}) {
    const std::string empty = Read(
        R"({"id":1,"t":"T","u":"https://a.example","d":)" + std::string(nothing) + "}", options);
    EXPECT_NE(empty.find("  description: \n"), std::string::npos) << empty;
    EXPECT_EQ(Values(empty, "  part"), "text-1\n");
    EXPECT_EQ(Values(empty, "  text {/d}"), "\n") << empty;
  }
}

TEST(Template, ATextThatIsLeftOutIsLeftAlone) {
  const auto parts = [](const std::string& members, const Options& more) {
    Options options = With({{"event.text.0", "{/a}"}, {"event.text.1", "{/b}"}});
    options.insert(more.begin(), more.end());
    const std::string text =
        Read(R"({"id":1,"t":"T","u":"https://a.example")" + members + "}", options);
    return Values(text, "  part") + "texts: " + Values(text, "  texts") +
           "of title: " + Values(text, "  text title");
  };
  EXPECT_EQ(parts(R"(,"b":"B")", {}), "text-2\ntexts: of title: T\n");
  EXPECT_EQ(parts("", {}), "texts: of title: T\n");
  const Options note = {{"event.part", "note-7"}};
  EXPECT_EQ(parts(R"(,"a":"A","b":"B")", note), "note-7\nnote-7/text-1\ntexts: of title: ");
  EXPECT_EQ(parts(R"(,"b":"B")", note), "note-7\nnote-7/text-1\ntexts: not carried\nof title: ");
}

TEST(Template, TheDescriptionIsSearchedWhereNoTextIsNamed) {
  const std::string text = Read(R"({"id":1,"t":"T","u":"https://a.example","d":"D"})",
                                With({{"event.description", "{/d}"}}));
  EXPECT_EQ(Values(text, "  text title"), "T\n");
  EXPECT_EQ(Values(text, "  text description"), "D\n");
}

TEST(Template, WithAPartGoAllOfItsTexts) {
  const Options options = With({{"event.part", "{/note}"},
                                {"event.text.0", "{/a}"},
                                {"event.text.1", "{/b}"},
                                {"event.deleted./gone.0", "true"}});
  const std::string note = Read(R"({"id":1,"gone":true,"note":"note-7"})", options);
  EXPECT_EQ(Values(note, "change"), "deleted\ndeleted\n");
  EXPECT_EQ(Values(note, "  part"), "note-7\nnote-7/text-1\n");
  const std::string resource = Read(R"({"id":1,"gone":true})", options);
  EXPECT_EQ(Values(resource, "change"), "deleted\n");
  EXPECT_EQ(Values(resource, "  part"), "");
}

// Of one placeholder, or several in a text: its title, or why there is none.
std::string Title(const std::string& title, const std::string& members) {
  const std::string text =
      Read(R"({"id":1,"u":"https://a.example",)" + members + "}", With({{"event.title", title}}));
  return Values(text, "  title") + Values(text, "reason");
}

TEST(Template, APlaceholderIsTheFirstValueThatIsNotEmpty) {
  EXPECT_EQ(Title("{/a|/b}", R"("a":"A","b":"B")"), "A\n");
  EXPECT_EQ(Title("{/a|/b}", R"("a":"","b":"B")"), "B\n");
  EXPECT_EQ(Title("{/a|/b}", R"("a":null,"b":"B")"), "B\n");
  EXPECT_EQ(Title("{/a|/b}", R"("a":{"x":1},"b":"B")"), "B\n");
  EXPECT_EQ(Title("[{/a}] {/b}!", R"("a":"A","b":"B")"), "[A] B!\n");
  EXPECT_EQ(Title("[{/a}] {/b}", R"("b":"B")"), "no title: [{/a}] {/b} finds nothing\n");
  EXPECT_EQ(Title("[{/a}] {/b}", R"("a":"","b":"B")"), "no title: [{/a}] {/b} finds nothing\n");
  EXPECT_EQ(Title("{/a/1/n}", R"("a":[0,{"n":"N"}])"), "N\n");
  EXPECT_EQ(Title("{/a~1b/c~0d}", R"("a/b":{"c~d":"E"})"), "E\n");
}

TEST(Template, WritesValuesAsPeopleDo) {
  EXPECT_EQ(Title("{/a}", R"("a":18446744073709551616)"), "18446744073709551616\n");
  EXPECT_EQ(Title("{/a}", R"("a":-7)"), "-7\n");
  EXPECT_EQ(Title("{/a}", R"("a":0.25)"), "0.25\n");
  EXPECT_EQ(Title("{/a}", R"("a":1e3)"), "1000\n");
  EXPECT_EQ(Title("{/a}", R"("a":true)"), "true\n");
  EXPECT_EQ(Title("{/a}", R"("a":["x",1,{"y":2},"z"])"), "x, 1, z\n");
}

// The part's time of an event whose time is this value of JSON, or why there is none.
std::string Time(const std::string& value) {
  const std::string text = Read(R"({"id":1,"t":"T","u":"https://a.example","at":)" + value + "}",
                                With({{"event.time", "{/at}"}}));
  return Values(text, "  part_time") + Values(text, "reason");
}

TEST(Template, TellsSecondsMillisecondsAndIso8601Apart) {
  EXPECT_EQ(Time("1767605400"), "1767605400000000\n");
  EXPECT_EQ(Time("1767605400.5"), "1767605400500000\n");
  EXPECT_EQ(Time("\"1767605400\""), "1767605400000000\n");
  EXPECT_EQ(Time("99999999999"), "99999999999000000\n");
  EXPECT_EQ(Time("100000000000"), "100000000000000\n");
  EXPECT_EQ(Time("1767605400123"), "1767605400123000\n");
  EXPECT_EQ(Time("\"2026-01-05T10:30:00+01:00\""), "1767605400000000\n");
  EXPECT_EQ(Time("null"), "");
  EXPECT_EQ(Time("\"yesterday\""), "\"yesterday\" is no time\n");
  EXPECT_EQ(Time("-5"), "\"-5\" is no time\n");
  EXPECT_EQ(Time("9223372036854775807"), "\"9223372036854775807\" is no time\n");
}

TEST(Template, ReadsOnlyWhatEveryConditionLetsThrough) {
  const Options options = With({{"event.when./a.0", "1"}, {"event.when./b.0", "x"}});
  const auto outcome = [&](const std::string& members) {
    const std::string text =
        Read(R"({"id":1,"t":"T","u":"https://a.example",)" + members + "}", options);
    return text.starts_with("outcome: extracted") ? "read" : text;
  };
  EXPECT_EQ(outcome(R"("a":1,"b":"x")"), "read");
  EXPECT_EQ(outcome(R"("a":["0","1"],"b":"x")"), "read");
  EXPECT_EQ(outcome(R"("a":1,"b":"y")"), "outcome: ignored\nreason: not among event.when of /b\n");
  EXPECT_EQ(outcome(R"("b":"x")"), "outcome: ignored\nreason: not among event.when of /a\n");
}

TEST(Template, SaysWhyABodyGivesNothing) {
  const Options options = With({{"event.each", "/list"}});
  const auto refused = [](const std::string& reason) {
    return "outcome: malformed\nreason: " + reason + "\n";
  };
  EXPECT_EQ(Read(R"({"list":{}})", options),
            "outcome: ignored\nreason: no list of anything at \"/list\", which event.each names\n");
  EXPECT_EQ(Read(R"({"list":[]})", options),
            "outcome: ignored\nreason: no list of anything at \"/list\", which event.each names\n");
  EXPECT_EQ(Read(R"({"list":[null, 3, "x"]})", options),
            refused("no resource: {/id} finds nothing"));
  EXPECT_EQ(Read("7", options), refused("JSON, but neither an object nor a list"));
  EXPECT_EQ(Read("", options), refused("not JSON, at byte 0: The document is empty."));
  EXPECT_EQ(Read(R"({"id":1,"t":"T","u":"javascript:go"})", With({})),
            refused("the url is no http or https URL: javascript:go"));
  EXPECT_EQ(Read(R"({"id":1,"t":"T","u":"https://a.example/ b"})", With({})),
            refused("the url is no http or https URL: https://a.example/ b"));
  EXPECT_EQ(Read(R"({"id":{"x":1},"t":"T","u":"https://a.example"})", With({})),
            refused("no resource: {/id} finds nothing"));
  EXPECT_EQ(Read(std::string(100, '[') + std::string(100, ']'), With({})),
            refused("JSON nested deeper than 64"));
  EXPECT_EQ(Read("{}", {}), refused("event.resource, event.title and event.url are needed"));
}

TEST(Template, GivesOneChangeMoreThanTheDaemonTakesAtMost) {
  std::string body = "[";
  for (int i = 0; i < 400; ++i) {
    body += std::string(i == 0 ? "" : ",") + R"({"id":)" + std::to_string(i) +
            R"(,"t":"T","u":"https://a.example"})";
  }
  const std::string text = Read(body + "]", With({{"event.text.0", "{/t}"}}));
  const std::string resources = Values(text, "  resource");
  EXPECT_EQ(std::count(resources.begin(), resources.end(), '\n'), 257);
}

TEST(Template, AHostileFormStaysItsFields) {
  const auto title = [](const std::string& encoded) {
    const std::string text =
        Template().Extract({.body = "id=1&u=https://a.example&t=" + encoded,
                            .content_type = "application/x-www-form-urlencoded",
                            .options = With({})});
    return Values(text, "  title") + Values(text, "reason");
  };
  EXPECT_EQ(title("%22%2C%22id%22%3A%222"), "\",\"id\":\"2\n");
  EXPECT_EQ(title("a%5C%22b%09c"), "a\\\"b\tc\n");
  EXPECT_EQ(title("%7Bno+JSON"), "{no JSON\n");
  EXPECT_EQ(title("%7B%22a%22%3A1%7D"), "no title: {/t} finds nothing\n");
}

TEST(Template, RefusesOptionsThatMakeNoSource) {
  EXPECT_EQ(Template().CheckOptions(With({})), "");
  EXPECT_EQ(Template().CheckOptions(kMonitor), "");
  EXPECT_EQ(Template().CheckOptions({{"event.title", "{/t}"}, {"event.url", "{/u}"}}),
            "event.resource, event.title and event.url are needed");
  const std::string placeholder =
      "a text of event has a placeholder that is not as {/pointer|/pointer}";
  for (const char* text : {"{/a", "{a}", "{}", "{/a|}", "{/a||/b}", "{^}", "{/a~2}", "{{/a}}"}) {
    EXPECT_EQ(Template().CheckOptions(With({{"event.part", text}})), placeholder) << text;
  }
  EXPECT_EQ(Template().CheckOptions(With({{"event.when.type.0", "x"}})),
            "a condition of event is no JSON Pointer");
  EXPECT_EQ(Template().CheckOptions(With({{"event.integration_key", "gitlab"}})),
            "event.integration_key is none of jira, trello, slack-app, msteams-app, github");
  EXPECT_EQ(Template().CheckOptions(With({{"event.metadata.creator", "{/a}"}})),
            "event.metadata is shown with an integration_key only");
}

TEST(Template, ACardTakesExactlyTheFieldsThatLaunchDarklyDeclares) {
  const std::map<std::string, std::vector<std::string>> integrations = {
      {"jira", {"creator", "iconUrl", "issueKey", "issueTitle"}},
      {"trello", {"cardTitle", "creator", "avatar"}},
      {"slack-app", {"avatarUrl", "displayName", "channelName", "message"}},
      {"msteams-app", {"avatarUrl", "displayName", "channelName", "message"}},
      {"github",
       {"avatarUrl", "authorDisplayName", "authorLogin", "authorName", "prNumber", "prTitle",
        "prBody", "message", "repoName", "repoUrl", "state"}}};
  for (const auto& [key, fields] : integrations) {
    Options options = With({{"event.integration_key", key}});
    std::string list;
    for (const std::string& field : fields) {
      options["event.metadata." + field] = "{/x}";
      list += (list.empty() ? "" : ", ") + field;
    }
    const std::string complaint =
        "event.integration_key \"" + key + "\" needs exactly the metadata " + list;
    EXPECT_EQ(Template().CheckOptions(options), "");
    Options more = options;
    more["event.metadata.colour"] = "red";
    EXPECT_EQ(Template().CheckOptions(more), complaint);
    options.erase("event.metadata." + fields.back());
    EXPECT_EQ(Template().CheckOptions(options), complaint);
    options["event.metadata." + fields.back() + "?"] = "a fallback will do";
    EXPECT_EQ(Template().CheckOptions(options), "");
  }
}

TEST(Template, DeclaresNoSignatureOfItsOwn) {
  const flaglink_adapter& declaration = Template().declaration();
  EXPECT_STREQ(declaration.name, "template");
  EXPECT_STREQ(declaration.methods, "POST,PUT");
  EXPECT_EQ(declaration.signature_count, 0u);
  EXPECT_EQ(declaration.delivery_id, nullptr);
  EXPECT_EQ(declaration.hosts, nullptr);
}

TEST(Template, ReadsRecordedAlerts) {
  ReadEveryBody(Template(), Bodies("template", {"alertmanager"}),
                {{"event.each", "/alerts"},
                 {"event.resource", "{/fingerprint}"},
                 {"event.time", "{/startsAt}"},
                 {"event.title", "{/labels/alertname}"},
                 {"event.url", "{/generatorURL|^/externalURL}"},
                 {"event.text.0", "{/annotations/description|/annotations/summary}"}});
}

}  // namespace
}  // namespace flaglink::testing
