#include "daemon/cli/demo_samples.h"

#include <chrono>
#include <vector>

namespace flaglinkd {
namespace {

// Jira signs a time inside its body, and an old one would be refused as a replay.
std::string JiraBody() {
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return R"({"timestamp":)" + std::to_string(now.count()) + R"json(,
  "webhookEvent": "jira:issue_created",
  "issue_event_type_name": "issue_created",
  "user": {"accountId": "5b10a2844c20165700ede21g", "displayName": "Ada Example", "accountType": "atlassian"},
  "issue": {
    "id": "10042",
    "self": "https://acme.atlassian.net/rest/api/2/issue/10042",
    "key": "SHOP-42",
    "fields": {
      "summary": "Roll out the new checkout",
      "description": "Behind https://app.launchdarkly.com/projects/default/flags/checkout-v2/targeting?env=production until Friday.",
      "labels": ["flag-express-lane"],
      "issuetype": {"name": "Story", "iconUrl": "https://acme.atlassian.net/images/icons/issuetypes/story.svg"},
      "project": {"id": "10000", "key": "SHOP", "name": "Shop"},
      "creator": {"displayName": "Ada Example", "accountType": "atlassian"},
      "created": "2026-11-20T10:00:00.000+0000",
      "updated": "2026-11-20T10:00:00.000+0000"
    }
  }
})json";
}

constexpr char kSlackBody[] = R"json({
  "type": "event_callback",
  "team_id": "T024BE7LD",
  "api_app_id": "A0ACME",
  "event_id": "Ev0DEMO0001",
  "event_time": 1795168800,
  "event": {
    "type": "message",
    "channel": "C024BE91L",
    "channel_type": "channel",
    "user": "U023BECGF",
    "text": "Turning <https://app.launchdarkly.com/default/production/features/checkout-v2> on for everyone at noon.",
    "ts": "1795168800.000100"
  }
})json";

constexpr char kGitHubBody[] = R"json({
  "action": "opened",
  "number": 7,
  "pull_request": {
    "id": 1290001,
    "number": 7,
    "state": "open",
    "merged": false,
    "html_url": "https://github.com/acme/shop/pull/7",
    "title": "Show delivery dates in the new checkout",
    "body": "Guarded by flag:checkout-v2, off by default.",
    "user": {"login": "ada", "type": "User", "avatar_url": "https://avatars.githubusercontent.com/u/1?v=4"},
    "head": {"ref": "feature/delivery-dates"},
    "base": {"ref": "main"},
    "labels": [],
    "created_at": "2026-11-20T11:00:00Z",
    "updated_at": "2026-11-20T11:00:00Z"
  },
  "repository": {"id": 5000, "name": "shop", "full_name": "acme/shop", "html_url": "https://github.com/acme/shop", "private": true},
  "sender": {"login": "ada", "type": "User"}
})json";

}  // namespace

std::span<const DemoSample> DemoSamples() {
  static const std::vector<DemoSample> samples = {
      {"jira", "issue SHOP-42 created", "", JiraBody()},
      {"slack", "message in C024BE91L", "", kSlackBody},
      {"github", "pull request acme/shop#7 opened", "pull_request", kGitHubBody},
  };
  return samples;
}

}  // namespace flaglinkd
