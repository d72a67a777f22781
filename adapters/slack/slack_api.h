// What Slack's API says of a workspace, a channel and a person where an event holds only their ids.
// What is not there yet is asked for. https://docs.slack.dev/reference/methods/team.info,
// …/conversations.info, …/users.info (scopes team:read, channels:read, users:read)
#pragma once

#include <string>
#include <string_view>

#include "adapters/sdk/adapter.hpp"

namespace flaglink::slack {

inline constexpr char kApiHost[] = "slack.com";

struct Channel {
  std::string name;
  bool is_private = false;
};

struct Person {
  std::string name, avatar;
};

// One event asks at most once for each of the three. All is empty while it is not known.
class SlackApi {
 public:
  // Both outlive the object.
  SlackApi(const Request& request, const Sink& sink) : request_(request), sink_(sink) {}

  // "acme" of https://acme.slack.com
  std::string DomainOf(std::string_view team) const;
  Channel ChannelOf(std::string_view channel) const;
  Person PersonOf(std::string_view user) const;

 private:
  std::string_view Document(const Need& need, std::string_view id) const;

  const Request& request_;
  const Sink& sink_;
};

}  // namespace flaglink::slack
