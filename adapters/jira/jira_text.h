// Text freed of Jira's two markups: wiki notation (what webhooks carry) and the Atlassian Document
// Format (what some JSM and app webhooks carry). A link keeps its URL behind its text; code keeps
// backticks around it; mentions, attachments and emoji are no text.
#pragma once

#include <string>
#include <string_view>

#include "adapters/sdk/json.hpp"

namespace flaglink::jira {

std::string WikiToText(std::string_view wiki);
std::string AdfToText(Json document);

}  // namespace flaglink::jira
