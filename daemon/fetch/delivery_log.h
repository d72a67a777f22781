// GitHub's log of what it sent to one hook, which it keeps for three days: what is asked of it, and
// what its answers say. GitHub repeats no delivery by itself. Pure.
// docs.github.com/rest/repos/webhooks ("List deliveries for a repository webhook", "Get a delivery
// …"), …/rest/orgs/webhooks likewise.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/base/clock.h"
#include "daemon/base/result.h"
#include "daemon/domain/webhook.h"
#include "daemon/http/http_client.h"

namespace flaglinkd {

// One attempt to deliver.
struct LoggedDelivery {
  std::string id;    // of the attempt, digits
  std::string guid;  // of the delivery: a redelivery has the same
  TimePoint when;
  bool accepted = false;  // answered with 2xx
};

struct DeliveryPage {
  std::vector<LoggedDelivery> deliveries;  // the newest first
  std::string cursor;                      // of the page of older ones; empty: there is none
};

// `log` is "https://api.github.com/repos/acme/shop/hooks/42/deliveries".
HttpCall ListDeliveries(std::string_view log, std::string_view cursor);
HttpCall GetDelivery(std::string_view log, std::string_view id);

// kNotFound: there is no such log or delivery. kInvalid: it is not as GitHub documents it.
// kUnavailable: all else, also a refusal: GitHub answers 403 to whoever asks too much.
Result<DeliveryPage> ReadDeliveryPage(const HttpAnswer& answer);
// The webhook as GitHub sent it, but for the spaces of its JSON: what was signed is not to be had.
// Without a time of receipt.
Result<Webhook> ReadDelivery(const HttpAnswer& answer);

// The last attempt at each delivery of which none was accepted, with the time of the first, the
// oldest first; none from before `since`.
std::vector<LoggedDelivery> Missed(const std::vector<LoggedDelivery>& log, TimePoint since);
// Whether `page` reaches further back than `since`.
bool ReachesBack(const DeliveryPage& page, TimePoint since);

}  // namespace flaglinkd
