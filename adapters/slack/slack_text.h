// A Slack message as text: its mrkdwn, blocks, attachments and files. A link keeps its URL behind
// its label; code keeps backticks around it; what stands for a user, a channel, a group or an emoji
// is no text.
#pragma once

#include <string>
#include <string_view>

#include "adapters/sdk/json.hpp"

namespace flaglink::slack {

// https://docs.slack.dev/messaging/formatting-message-text/
std::string MrkdwnToText(std::string_view mrkdwn);

// https://docs.slack.dev/reference/block-kit/blocks/
std::string BlocksToText(Json blocks);

// https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments/
std::string AttachmentsToText(Json attachments);

std::string FilesToText(Json files);

}  // namespace flaglink::slack
