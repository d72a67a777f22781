// Honeycomb's webhooks of triggers and of SLO burn alerts, by the names of the default payloads
// (docs.honeycomb.io/notify/webhooks; honeycombio/examples, webhook-listener-triggers).
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::honeycomb {
namespace {

// "x1" of "https://…/triggers/x1?tab=y" after "/triggers/"; "" if there is none that is an id.
std::string SegmentAfter(std::string_view url, std::string_view mark) {
  const std::size_t at = url.find(mark, url.find("//") + 2);
  if (at == std::string_view::npos || !IsPage(url)) return "";
  url.remove_prefix(at + mark.size());
  const std::string_view segment = url.substr(0, url.find_first_of("/?#"));
  return HasOnly(segment, "-_.") ? std::string(segment) : "";
}

struct Alert {
  std::string resource, url;
  std::string_view noun;
};

// What fires, by its page: the SLO rather than the burn alert, which has none. Triggers of old
// payloads have an id alone, and the page of the result. nullopt: nothing with an id and a page.
std::optional<Alert> FindAlert(Json root) {
  for (const std::string_view member : {"slo_url", "trigger_url", "url"}) {
    const std::string url = TextOf(root[member]);
    const std::string slo = SegmentAfter(url, "/slo/"), trigger = SegmentAfter(url, "/triggers/");
    if (!slo.empty()) return Alert{HostOf(url) + "/slo/" + slo, url, "SLO"};
    if (!trigger.empty()) return Alert{HostOf(url) + "/trigger/" + trigger, url, "trigger"};
  }
  const std::string result = TextOf(root["result_url"]), id = IdOf(root["id"]);
  if (!IsPage(result) || !HasOnly(id, "-_")) return std::nullopt;
  return Alert{HostOf(result) + "/trigger/" + id, result, "trigger"};
}

Outcome Read(const Request&, Json root, const Sink& sink) {
  if (root["is_test"].IsTrue()) {
    sink.Reply(200, "application/json", "{}");
    return Outcome::kHandshake;
  }
  const std::string name = FirstText(root, {"/name", "/slo/name"});
  if (name.empty()) return Refuse(sink, "no \"name\", as Honeycomb's default payloads have");
  const auto alert = FindAlert(root);
  if (!alert) return Ignore(sink, "neither \"trigger_url\" nor \"slo_url\" is an alert's page");

  Change change;
  change.resource = alert->resource;
  change.name = name;
  const std::string dataset = SegmentAfter(alert->url, "/datasets/");
  change.title = (dataset.empty() ? "" : "[" + dataset + "] ") + name;
  change.url = alert->url;
  const std::string written = FirstText(root, {"/trigger_description", "/slo/description"});
  const std::string result = TextOf(root["description"]);
  change.description = !written.empty() ? written
                       : !result.empty()
                           ? result
                           : "This " + std::string(alert->noun) + " has no description.";
  change.texts = {{{"title", name}, {"description", written}, {"result", result}}};
  sink.Emit(change);
  return Outcome::kExtracted;
}

constexpr flaglink_signature kSignatures[] = {Token("x-honeycomb-webhook-token")};
constexpr Names kBlank{"/shared_secret"};  // that token, which the first payloads repeated

}  // namespace

extern constexpr Declaration kAdapter{.name = "honeycomb",
                                      .signatures = kSignatures,
                                      .delivery_id = "header:x-honeycomb-webhook-delivery-id",
                                      .blank = kBlank.names,
                                      .read = Read};

}  // namespace flaglink::honeycomb

FLAGLINK_ADAPTER(flaglink::honeycomb::kAdapter)
