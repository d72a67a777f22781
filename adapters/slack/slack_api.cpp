#include "adapters/slack/slack_api.h"

#include "adapters/sdk/reading.hpp"

namespace flaglink::slack {
namespace {

constexpr std::size_t kLongestId = 64;

// The method's object; absent where the method refused ({"ok":false,"error":"missing_scope"}),
// which is told.
Json ResultOf(const JsonDocument& document, std::string_view object, const Sink& sink) {
  const Json root = document.root();
  if (root["ok"].IsTrue()) return root[object];
  const auto error = root["error"].String();
  sink.Explain("Slack's API does not tell the " + std::string(object) + ": " +
               std::string(error.value_or("no JSON of its")));
  return {};
}

}  // namespace

// "" while it is not there. An id that is none is not asked for.
std::string_view SlackApi::Document(const Need& need, std::string_view id) const {
  if (const auto document = request_.fetched(need.name)) return *document;
  if (HasOnly(id, "") && id.size() <= kLongestId) sink_.Ask(need);
  return "";
}

std::string SlackApi::DomainOf(std::string_view team) const {
  const std::string_view text =
      Document({"team", kApiHost, "/api/team.info", "team=" + std::string(team)}, team);
  if (text.empty()) return "";
  const JsonDocument document(text);
  return TextOf(ResultOf(document, "team", sink_)["domain"]);
}

Channel SlackApi::ChannelOf(std::string_view channel) const {
  const std::string_view text = Document(
      {"channel", kApiHost, "/api/conversations.info", "channel=" + std::string(channel)}, channel);
  if (text.empty()) return {};
  const JsonDocument document(text);
  const Json told = ResultOf(document, "channel", sink_);
  return {TextOf(told["name"]),
          told["is_private"].IsTrue() || told["is_im"].IsTrue() || told["is_mpim"].IsTrue()};
}

Person SlackApi::PersonOf(std::string_view user) const {
  const std::string_view text =
      Document({"user", kApiHost, "/api/users.info", "user=" + std::string(user)}, user);
  if (text.empty()) return {};
  const JsonDocument document(text);
  const Json told = ResultOf(document, "user", sink_);
  const std::string avatar = TextOf(told.At("/profile/image_72"));
  return {FirstText(told, {"/profile/display_name", "/profile/real_name", "/real_name", "/name"}),
          avatar.starts_with("https://") ? avatar : ""};
}

}  // namespace flaglink::slack
