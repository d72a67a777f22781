#include "adapters/slack/slack_text.h"

#include <algorithm>
#include <cstddef>

namespace flaglink::slack {
namespace {

bool IsAlnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string Trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \n");
  if (start == std::string_view::npos) return "";
  return std::string(text.substr(start, text.find_last_not_of(" \n") + 1 - start));
}

void AppendOnOwnLine(std::string& out, std::string_view text) {
  if (!out.empty() && out.back() != '\n') out += '\n';
  out += text;
  if (!out.empty() && out.back() != '\n') out += '\n';
}

void AppendLink(std::string& out, std::string_view label, std::string_view url) {
  out += label;
  if (label == url) return;
  if (!label.empty()) out += ' ';
  out += url;
}

// The three characters that Slack escapes.
struct Entity {
  std::string_view written;
  char character;
};
constexpr Entity kEntities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}};

// The entity that `text` starts with, or nullptr.
const Entity* EntityAt(std::string_view text) {
  for (const Entity& entity : kEntities) {
    if (text.starts_with(entity.written)) return &entity;
  }
  return nullptr;
}

std::string Unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const Entity* const entity = EntityAt(text);
    plain += entity != nullptr ? entity->character : text.front();
    text.remove_prefix(entity != nullptr ? entity->written.size() : 1);
  }
  return plain;
}

// The size of the emoji token that `text` starts with (":tada:", ":wave::skin-tone-2:"), or 0. A
// colon behind a letter or digit starts none: "flag:checkout-v2:", "10:30:45".
std::size_t EmojiSize(std::string_view text, char before) {
  constexpr std::size_t kLongestName = 100;
  if (text.front() != ':' || IsAlnum(before)) return 0;
  std::size_t end = 1;
  while (
      end < text.size() && end <= kLongestName &&
      (IsAlnum(text[end]) || std::string_view("_-+'").find(text[end]) != std::string_view::npos)) {
    ++end;
  }
  if (end == 1 || end >= text.size() || text[end] != ':') return 0;
  return end + 1 < text.size() && IsAlnum(text[end + 1]) ? 0 : end + 1;
}

// "<https://a.example|label>" gives "label https://a.example"; "<@U1>", "<#C1|general>" and
// "<!here>" give nothing.
void AppendToken(std::string& out, std::string_view token) {
  if (token.starts_with('@') || token.starts_with('#') || token.starts_with('!')) return;
  const std::size_t bar = token.find('|');
  const std::string url = Unescaped(token.substr(0, bar));
  const std::string label = bar == std::string_view::npos ? url : Unescaped(token.substr(bar + 1));
  AppendLink(out, label, url);
}

void AppendCodeLines(std::string& out, std::string_view code) {
  while (!code.empty()) {
    const std::string_view line = code.substr(0, code.find('\n'));
    code.remove_prefix(std::min(line.size() + 1, code.size()));
    if (line.empty()) continue;
    const bool quotable = line.find('`') == std::string_view::npos;
    AppendOnOwnLine(out, quotable ? '`' + std::string(line) + '`' : std::string(line));
  }
}

std::string PlainTextOf(Json element) {
  std::string text;
  for (const Json child : element["elements"]) {
    text += child["text"].String().value_or(child["url"].String().value_or(""));
  }
  return text;
}

// Blocks, their parts and text objects alike. Recursion is bounded by the depth of JsonDocument.
void AppendBlock(std::string& out, Json block) {
  const std::string_view type = block["type"].String().value_or("");
  const std::string_view text = block["text"].String().value_or("");
  if (type == "text") {
    out += block.At("/style/code").IsTrue() ? '`' + std::string(text) + '`' : std::string(text);
  } else if (type == "link") {
    AppendLink(out, text, block["url"].String().value_or(""));
  } else if (type == "mrkdwn" || type == "plain_text") {
    AppendOnOwnLine(out, MrkdwnToText(text));
  } else if (type == "markdown") {
    AppendOnOwnLine(out, text);
  } else if (type == "rich_text_preformatted") {
    AppendCodeLines(out, PlainTextOf(block));
  } else {
    for (const std::string_view member : {"text", "title", "accessory"}) {
      if (block[member].object()) AppendBlock(out, block[member]);
    }
    if (const auto url = block["url"].String(); url && type == "button") AppendOnOwnLine(out, *url);
    for (const Json field : block["fields"]) AppendBlock(out, field);
    for (const Json element : block["elements"]) AppendBlock(out, element);
    if (type.starts_with("rich_text_")) AppendOnOwnLine(out, "");
  }
}

void AppendAttachment(std::string& out, Json attachment) {
  const std::size_t before = out.size();
  const auto append = [&](Json member) {
    const std::string_view text = member.String().value_or("");
    if (!text.empty()) AppendOnOwnLine(out, MrkdwnToText(text));
  };
  append(attachment["pretext"]);
  append(attachment["title"]);
  append(attachment["title_link"]);
  append(attachment["text"]);
  for (const Json field : attachment["fields"]) {
    append(field["title"]);
    append(field["value"]);
  }
  for (const Json block : attachment["blocks"]) AppendBlock(out, block);
  if (out.size() == before) append(attachment["fallback"]);
}

}  // namespace

std::string MrkdwnToText(std::string_view mrkdwn) {
  std::string text;
  bool in_code = false;
  char before = '\0';
  while (!mrkdwn.empty()) {
    std::size_t taken = 1;
    const char c = mrkdwn.front();
    const std::size_t end = c == '<' ? mrkdwn.find_first_of("<>\n", 1) : std::string_view::npos;
    if (end != std::string_view::npos && mrkdwn[end] == '>') {
      AppendToken(text, mrkdwn.substr(1, end - 1));
      taken = end + 1;
    } else if (const std::size_t emoji = in_code ? 0 : EmojiSize(mrkdwn, before); emoji != 0) {
      taken = emoji;
    } else if (const Entity* const entity = EntityAt(mrkdwn); entity != nullptr) {
      text += entity->character;
      taken = entity->written.size();
    } else {
      text += c;
      in_code = in_code != (c == '`');
    }
    before = mrkdwn[taken - 1];
    mrkdwn.remove_prefix(taken);
  }
  return Trimmed(text);
}

std::string BlocksToText(Json blocks) {
  std::string text;
  for (const Json block : blocks) AppendBlock(text, block);
  return Trimmed(text);
}

std::string AttachmentsToText(Json attachments) {
  std::string text;
  for (const Json attachment : attachments) AppendAttachment(text, attachment);
  return Trimmed(text);
}

std::string FilesToText(Json files) {
  std::string text;
  for (const Json file : files) {
    const std::string_view title = file["title"].String().value_or("");
    if (!title.empty()) AppendOnOwnLine(text, title);
  }
  return Trimmed(text);
}

}  // namespace flaglink::slack
