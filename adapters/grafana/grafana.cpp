// Webhooks of Grafana's alerting (grafana.com/docs, "Configure webhook notifications"), whose body
// is Alertmanager's, and of the dashboard alerts that it had up to version 8.
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::grafana {
namespace {

constexpr std::size_t kMaxChanges = 257;  // one more than the daemon takes: it says so

// {"team": "blue"} as the label "team:blue".
std::vector<std::string> ReadPairs(Json pairs) {
  std::vector<std::string> labels;
  for (const auto& [name, value] : pairs.Members()) {
    labels.push_back(std::string(name) + ":" + TextOf(value));
  }
  return labels;
}

// The first of these members that is a page; "".
std::string FirstPage(std::initializer_list<Json> urls) {
  for (const Json url : urls) {
    if (IsPage(TextOf(url))) return TextOf(url);
  }
  return "";
}

// "acme.example/grafana/rule/1afz29v7z" of the rule's page
// "https://acme.example/grafana/alerting/grafana/1afz29v7z/view" or, as older versions have it,
// "https://acme.example/grafana/alerting/1afz29v7z/edit"; "" of any other.
std::string RuleId(std::string_view url) {
  constexpr std::string_view kAlerting = "/alerting/", kGrafana = "grafana/";
  const std::size_t host_end = url.find('/', url.find("//") + 2);
  const std::size_t at = url.find(kAlerting, host_end);
  if (at == std::string_view::npos || !IsPage(url)) return "";
  std::string_view path = url.substr(at + kAlerting.size());
  path = path.substr(0, path.find_first_of("?#"));
  if (path.starts_with(kGrafana)) path.remove_prefix(kGrafana.size());
  const std::string_view uid = path.substr(0, path.find('/'));
  const std::string_view view = path.substr(uid.size());
  if (!HasOnly(uid, "-_") || (view != "/view" && view != "/edit")) return "";
  return HostOf(url) + std::string(url.substr(host_end, at - host_end)) + "/rule/" +
         std::string(uid);
}

// One alert: an instance of a rule, told from the others by its labels, whose hash `fingerprint` is.
// It is a part of the rule, or a resource of its own where the body does not name the rule. nullopt:
// not as documented; without a URL: there is no page to link.
std::optional<Change> ReadAlert(Json alert, Json external_url) {
  const std::string fingerprint = TextOf(alert["fingerprint"]);
  const Json labels = alert["labels"], annotations = alert["annotations"];
  if (!HasOnly(fingerprint, "") || !labels.object()) return std::nullopt;

  Change change;
  change.name = FirstText(labels, {"/rulename", "/alertname"});
  const std::string generator = TextOf(alert["generatorURL"]);
  const std::string rule = RuleId(generator);
  const std::string page =
      FirstPage({alert["generatorURL"], alert["panelURL"], alert["dashboardURL"], external_url});
  if (!page.empty()) change.url = page;
  const std::string site = HostOf(TextOf(external_url));
  change.resource =
      rule.empty() ? (site.empty() ? HostOf(page) : site) + "/alert/" + fingerprint : rule;
  if (!rule.empty()) change.part = "alert-" + fingerprint;
  // Of an alert that still fires, endsAt is the year 1, or to come.
  change.part_time = change.content_time = alert["status"].String() == "resolved"
                                               ? FirstTime(alert, {"/endsAt", "/startsAt"})
                                               : FirstTime(alert, {"/startsAt"});
  const std::string folder = TextOf(labels["grafana_folder"]);
  change.title = (folder.empty() ? "" : "[" + folder + "] ") + change.name;
  const std::string described = FirstText(annotations, {"/summary", "/description"});
  change.description = described.empty() ? "This alert has no description." : described;
  change.texts = {{{"title", change.name}}};
  for (const auto& [name, value] : annotations.Members()) {
    if (value.String()) change.texts->push_back({std::string(name), TextOf(value)});
  }
  change.labels = ReadPairs(labels);
  return change;
}

Outcome ReadAlerts(Json root, const Sink& sink) {
  std::vector<Change> changes;
  for (const Json alert : root["alerts"]) {
    auto change = ReadAlert(alert, root["externalURL"]);
    if (!change) return Refuse(sink, "an alert without \"fingerprint\" and \"labels\"");
    if (change->url && changes.size() < kMaxChanges) changes.push_back(std::move(*change));
  }
  if (changes.empty()) return Ignore(sink, "no alerts, or none that has a page");
  for (const Change& change : changes) sink.Emit(change);
  return Outcome::kExtracted;
}

// A dashboard's alert: one rule a body, whichever of its series fire.
Outcome ReadDashboardAlert(Json root, const Sink& sink) {
  const std::string id = IdOf(root["ruleId"]);
  const std::string name = TextOf(root["ruleName"]);
  const std::string url = TextOf(root["ruleUrl"]);
  if (!HasOnly(id, "") || name.empty()) {
    return Refuse(sink, "neither \"alerts\" nor \"ruleId\" and \"ruleName\"");
  }
  if (id == "0")
    return Ignore(sink, "Grafana's test of a notification channel, which is no alert of a rule");
  if (!IsPage(url)) return Ignore(sink, "an alert without a page");
  const std::string message = TextOf(root["message"]);
  Change change;
  change.resource = HostOf(url) + "/dashboard-rule/" + id;
  change.name = name;
  change.title = name;
  change.url = url;
  change.description = message.empty() ? "This alert has no description." : message;
  change.texts = {{{"title", name}, {"message", message}}};
  change.labels = ReadPairs(root["tags"]);
  sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome Read(const Request&, Json root, const Sink& sink) {
  return root["alerts"].array() ? ReadAlerts(root, sink) : ReadDashboardAlert(root, sink);
}

// Grafana signs since version 12, and only if told to; older ones and Alertmanager send a token.
constexpr flaglink_signature kSignatures[] = {Signature{.header = "x-grafana-alerting-signature"},
                                              Bearer()};

}  // namespace

extern constexpr Declaration kAdapter{
    .name = "grafana", .signatures = kSignatures, .methods = "POST,PUT", .read = Read};

}  // namespace flaglink::grafana

FLAGLINK_ADAPTER(flaglink::grafana::kAdapter)
