// The fixtures have the shape of support.atlassian.com/statuspage/docs/enable-webhook-notifications;
// what they hold is made up.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "tests/adapters/harness.h"

namespace flaglink::testing {
namespace {

const LoadedAdapter& Statuspage() {
  static const LoadedAdapter adapter("statuspage");
  return adapter;
}

std::string Fixture(const std::string& name) {
  return ReadFile(std::filesystem::path(FLAGLINKD_SOURCE_DIR) /
                  "tests/adapters/statuspage/fixtures" / (name + ".json"));
}

const std::map<std::string, std::string> kPage = {{"page", "https://status.acme.example"}};

std::string Read(const std::string& body) {
  return Statuspage().Extract({.body = body});
}

TEST(Statuspage, SignsNothingAndItsUnsubscribeLinkIsNotStored) {
  const flaglink_adapter& adapter = Statuspage().declaration();
  EXPECT_EQ(adapter.signature_count, 0u);
  EXPECT_STREQ(adapter.blank[0], "/meta/unsubscribe");
  EXPECT_EQ(adapter.delivery_id, nullptr);
}

TEST(Statuspage, AnIncidentsUpdatesAreItsParts) {
  EXPECT_EQ(Read(Fixture("incident")), R"(outcome: extracted
change: updated
  resource: acmepage0001/incident/acmeinci0001
  name: incident acmeinci0001
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767603600000
  title: Checkout is down
  url: https://stspg.io/acme1
  description: monitoring: We have turned checkout-v2 off & watch.
  integration_key: 
  text name: Checkout is down
  text postmortem: 
  labels: not carried
change: updated
  resource: acmepage0001/incident/acmeinci0001
  name: incident acmeinci0001
  part: update-acmeupdt0002
  part_time: 1767607200000000
  content_time: 1767607200000000
  created: 1767603600000
  title: Checkout is down
  url: https://stspg.io/acme1
  description: monitoring: We have turned checkout-v2 off & watch.
  integration_key: 
  text update: We have turned checkout-v2 off & watch.
  labels: not carried
change: updated
  resource: acmepage0001/incident/acmeinci0001
  name: incident acmeinci0001
  part: update-acmeupdt0001
  part_time: 1767603600000000
  content_time: 1767607200000000
  created: 1767603600000
  title: Checkout is down
  url: https://stspg.io/acme1
  description: monitoring: We have turned checkout-v2 off & watch.
  integration_key: 
  text update: Orders fail.
  labels: not carried
)");
}

TEST(Statuspage, APostmortemNamesFlagsToo) {
  EXPECT_EQ(Read(Fixture("incident.postmortem")), R"(outcome: extracted
change: updated
  resource: acmepage0001/incident/acmeinci0001
  name: incident acmeinci0001
  part_time: 1767690000000000
  content_time: 1767690000000000
  created: 1767603600000
  title: Checkout is down
  url: https://stspg.io/acme1
  description: postmortem
  integration_key: 
  text name: Checkout is down
  text postmortem: ##### Cause\n\nflag:checkout-v2 was on for all.
  labels: not carried
)");
}

TEST(Statuspage, AComponentLinksToThePageThatTheOptionsName) {
  EXPECT_EQ(Statuspage().Extract({.body = Fixture("component"), .options = kPage}),
            R"(outcome: extracted
change: updated
  resource: acmepage0001/component/acmecomp0001
  name: component acmecomp0001
  part_time: 1767605400000000
  content_time: 1767605400000000
  created: 1736069400000
  title: Checkout (checkout-v2)
  url: https://status.acme.example
  description: Now: major outage
  integration_key: 
  text name: Checkout (checkout-v2)
  text description: 
  labels: not carried
)");
  EXPECT_EQ(
      Read(Fixture("component")),
      "outcome: ignored\nreason: a component without a page to link to: set the option page\n");
}

TEST(Statuspage, WithAPageAnIncidentOpensThere) {
  const std::string text = Statuspage().Extract(
      {.body = Replaced(Fixture("incident"), "https://stspg.io/acme1", ""), .options = kPage});
  EXPECT_EQ(Values(text, "  url").substr(0, 57),
            "https://status.acme.example/incidents/acmeinci0001\nhttps:");
}

TEST(Statuspage, APageIsCheckedAtLoad) {
  const std::string problem =
      "page is the status page's address, without a slash at its end: "
      "\"https://status.acme.example\"";
  EXPECT_EQ(Statuspage().CheckOptions({}), "");
  EXPECT_EQ(Statuspage().CheckOptions(kPage), "");
  EXPECT_EQ(Statuspage().CheckOptions({{"page", "https://status.acme.example/"}}), problem);
  EXPECT_EQ(Statuspage().CheckOptions({{"page", "status.acme.example"}}), problem);
}

TEST(Statuspage, WhatIsNeitherAnIncidentNorAComponentIsIgnored) {
  EXPECT_EQ(Read(Fixture("other")),
            "outcome: ignored\nreason: a notification of neither an incident nor a component\n");
}

TEST(Statuspage, WhatIsNotAsDocumentedIsRefused) {
  const auto refused = [](const std::string& reason) {
    return "outcome: malformed\nreason: " + reason + "\n";
  };
  const std::string incident = refused("an incident without id, name or shortlink");
  EXPECT_EQ(Read("{}"), refused("no \"page\", as Statuspage's notifications have one"));
  EXPECT_EQ(Read(R"({"page":{"id":"../x"},"incident":{}})"),
            refused("no \"page\", as Statuspage's notifications have one"));
  EXPECT_EQ(Read(R"({"page":{"id":"p"},"incident":{}})"), incident);
  EXPECT_EQ(Read(Replaced(Fixture("incident"), "https://stspg.io", "javascript://x")), incident);
  EXPECT_EQ(Read(Replaced(Fixture("incident"), R"("Checkout is down")", "null")), incident);
  EXPECT_EQ(Statuspage().Extract(
                {.body = R"({"page":{"id":"p"},"component_update":{}})", .options = kPage}),
            refused("a component without id or name"));
}

TEST(Statuspage, AnUpdateOfAnotherShapeIsLeftOut) {
  EXPECT_EQ(Read(R"({"page":{"id":"p"},"incident":{"id":"i","name":"n","shortlink":"https://s/1",)"
                 R"("incident_updates":[null,7,{"id":"a/b","body":"x"},{"id":"u","body":[]}]}})"),
            "outcome: extracted\n"
            "change: updated\n  resource: p/incident/i\n  name: incident i\n  title: n\n"
            "  url: https://s/1\n  description: This incident has no updates.\n"
            "  integration_key: \n  text name: n\n  text postmortem: \n  labels: not carried\n"
            "change: updated\n  resource: p/incident/i\n  name: incident i\n  part: update-u\n"
            "  title: n\n  url: https://s/1\n  description: This incident has no updates.\n"
            "  integration_key: \n  text update: \n  labels: not carried\n");
}

TEST(Statuspage, EveryBodyGivesChangesOrAReason) {
  ReadEveryBody(Statuspage(), Bodies("statuspage", {}), kPage);
}

}  // namespace
}  // namespace flaglink::testing
