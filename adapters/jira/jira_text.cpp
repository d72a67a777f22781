#include "adapters/jira/jira_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace flaglink::jira {
namespace {

bool IsPunctuation(char c) {
  constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~";
  return kPunctuation.find(c) != std::string_view::npos;
}

bool IsUrl(std::string_view text) {
  return text.starts_with("http://") || text.starts_with("https://") || text.starts_with("mailto:");
}

void AppendOnOwnLine(std::string& out, std::string_view text) {
  if (!out.empty() && out.back() != '\n') out += '\n';
  out += text;
  if (!out.empty() && out.back() != '\n') out += '\n';
}

// Each line counts as quoted, but one that holds backticks of its own.
void AppendCodeBlock(std::string& out, std::string_view code) {
  while (!code.empty()) {
    std::string_view line = code.substr(0, code.find('\n'));
    code.remove_prefix(std::min(line.size() + 1, code.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    const bool quotable = line.find('`') == std::string_view::npos;
    AppendOnOwnLine(out, quotable ? '`' + std::string(line) + '`' : std::string(line));
  }
}

void AppendLink(std::string& out, std::string_view text, std::string_view url) {
  out += text;
  if (text == url) return;
  if (!text.empty()) out += ' ';
  out += url;
}

std::string Unescaped(std::string_view wiki) {
  std::string text;
  for (std::size_t i = 0; i < wiki.size(); ++i) {
    if (wiki[i] == '\\' && i + 1 < wiki.size() && IsPunctuation(wiki[i + 1])) ++i;
    text += wiki[i];
  }
  return text;
}

// Reads wiki notation from the front; each Take… takes one construct off `rest_` if it is there.
// https://jira.atlassian.com/secure/WikiRendererHelpAction.jspa?section=all
class WikiReader {
 public:
  explicit WikiReader(std::string_view wiki) : wiki_(wiki), rest_(wiki) {}

  std::string Text() {
    while (!rest_.empty()) {
      if (TakeLineStart() || TakeEscape() || TakeMonospaced() || TakeCodeBlock() || TakeMacro() ||
          TakeBrackets()) {
        continue;
      }
      TakePlain();
    }
    return std::move(out_);
  }

 private:
  // One character that begins nothing, and all up to the next that could: most of a text is plain.
  void TakePlain() {
    const bool ends_line = rest_.front() == '\n';
    const std::size_t plain =
        ends_line ? 1 : std::min(rest_.find_first_of("{[\\\r\n", 1), rest_.size());
    if (rest_.front() != '\r') {
      out_ += rest_.substr(0, plain);
    } else {
      out_ += rest_.substr(1, plain - 1);
    }
    rest_.remove_prefix(plain);
  }

  // Where `mark` comes next, counted in `rest_`. What was found is remembered until it is passed,
  // so that a text of a million openings stays linear.
  std::size_t FindAhead(std::string_view mark, std::size_t from) {
    const std::size_t taken = wiki_.size() - rest_.size();
    const auto known = std::find_if(ahead_.begin(), ahead_.end(),
                                    [&](const Mark& seen) { return seen.mark == mark; });
    Mark& found = known != ahead_.end() ? *known : ahead_.emplace_back(Mark{mark, 0});
    if (found.at < taken + from) found.at = wiki_.find(mark, taken + from);
    return found.at == std::string_view::npos ? found.at : found.at - taken;
  }

  // "h2. Rollout" and "bq. a quoted line"
  bool TakeLineStart() {
    if (!out_.empty() && out_.back() != '\n') return false;
    const bool heading = rest_.size() > 3 && rest_[0] == 'h' && rest_[1] >= '1' && rest_[1] <= '6';
    if (!(heading && rest_.substr(2).starts_with(". ")) && !rest_.starts_with("bq. ")) return false;
    rest_.remove_prefix(4);
    return true;
  }

  // "checkout\-v2"; "\\" is a line break
  bool TakeEscape() {
    if (rest_.size() < 2 || rest_[0] != '\\') return false;
    if (rest_[1] != '\\' && !IsPunctuation(rest_[1])) return false;
    out_ += rest_[1] == '\\' ? '\n' : rest_[1];
    rest_.remove_prefix(2);
    return true;
  }

  // "{{checkout-v2}}"
  bool TakeMonospaced() {
    if (!rest_.starts_with("{{")) return false;
    const std::size_t end = FindAhead("}}", 2);
    if (end == std::string_view::npos || end == 2 || FindAhead("\n", 2) < end) return false;
    out_ += '`' + Unescaped(rest_.substr(2, end - 2)) + '`';
    rest_.remove_prefix(end + 2);
    return true;
  }

  // "{code:java|title=A.java}…{code}" and "{noformat}…{noformat}": what is inside is taken as it is
  bool TakeCodeBlock() {
    for (const std::string_view closing : {"{code}", "{noformat}"}) {
      const std::string_view opening = closing.substr(0, closing.size() - 1);
      if (!rest_.starts_with(opening)) continue;
      const std::string_view after = rest_.substr(opening.size());
      if (after.empty() || (after[0] != '}' && after[0] != ':')) continue;
      const std::size_t start = after.substr(0, kLongestMacro).find('}');
      if (start == std::string_view::npos) continue;
      const std::size_t from = opening.size() + start + 1;
      const std::size_t end = FindAhead(closing, from);
      if (end == std::string_view::npos) continue;
      AppendCodeBlock(out_, rest_.substr(from, end - from));
      rest_.remove_prefix(end + closing.size());
      return true;
    }
    return false;
  }

  // "{color:red}" vanishes and "{quote}" separates. What is no macro of Jira's is text.
  bool TakeMacro() {
    constexpr std::array<std::string_view, 8> kInline = {"color", "anchor", "*", "_",
                                                         "-",     "+",      "^", "~"};
    constexpr std::array<std::string_view, 11> kBlock = {"quote",   "panel",   "expand",  "toc",
                                                         "section", "column",  "info",    "note",
                                                         "tip",     "warning", "noformat"};
    if (rest_.front() != '{') return false;
    const std::size_t end = rest_.substr(0, kLongestMacro).find('}');
    if (end == std::string_view::npos) return false;
    const std::string_view name = rest_.substr(1, end - 1);
    const std::string_view word = name.substr(0, name.find(':'));
    const bool is_inline = std::find(kInline.begin(), kInline.end(), word) != kInline.end();
    const bool is_block = std::find(kBlock.begin(), kBlock.end(), word) != kBlock.end();
    if (!is_inline && !is_block) return false;
    if (is_block) AppendOnOwnLine(out_, "");
    rest_.remove_prefix(end + 1);
    return true;
  }

  // "[text|url]", "[text|url|smart-link]", "[url]", "[~user]", "[^file.txt]"; other brackets are
  // text
  bool TakeBrackets() {
    if (rest_.front() != '[') return false;
    const std::size_t end = rest_.substr(0, kLongestLink).find_first_of("[]\n", 1);
    if (end == std::string_view::npos || rest_[end] != ']') return false;
    const std::string_view inside = rest_.substr(1, end - 1);
    if (!inside.starts_with("~") && !inside.starts_with("^") && !AppendLinkOf(inside)) return false;
    rest_.remove_prefix(end + 1);
    return true;
  }

  bool AppendLinkOf(std::string_view inside) {
    const std::size_t bar = inside.find('|');
    const std::string_view text = inside.substr(0, bar);
    std::string_view target = text;
    if (bar != std::string_view::npos) {
      target = inside.substr(bar + 1);
      target = target.substr(0, target.find('|'));
    }
    if (IsUrl(target)) {
      AppendLink(out_, Unescaped(text), Unescaped(target));
    } else if (bar != std::string_view::npos) {
      out_ += Unescaped(text);  // a link to an anchor, a space or a user
    }
    return IsUrl(target) || bar != std::string_view::npos;
  }

  static constexpr std::size_t kLongestMacro = 256;
  static constexpr std::size_t kLongestLink = 4096;

  struct Mark {
    std::string_view mark;
    std::size_t at;
  };

  const std::string_view wiki_;
  std::string_view rest_;  // what of it is not read yet
  std::string out_;
  std::vector<Mark> ahead_;
};

bool HasMark(Json node, std::string_view type) {
  for (const Json mark : node["marks"]) {
    if (mark["type"].String() == type) return true;
  }
  return false;
}

std::string PlainTextOf(Json node) {
  std::string text;
  for (const Json child : node["content"]) text += child["text"].String().value_or("");
  return text;
}

void AppendTextNode(std::string& out, Json node) {
  const std::string text(node["text"].String().value_or(""));
  out += HasMark(node, "code") ? '`' + text + '`' : text;
  for (const Json mark : node["marks"]) {
    const auto href = mark.At("/attrs/href").String();
    if (href && *href != text) (out += ' ') += *href;
  }
}

// https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/
// Recursion is bounded by the depth of JsonDocument.
void AppendNode(std::string& out, Json node) {
  const std::string_view type = node["type"].String().value_or("");
  if (type == "text") {
    AppendTextNode(out, node);
  } else if (type == "codeBlock") {
    AppendCodeBlock(out, PlainTextOf(node));
  } else if (type == "inlineCard" || type == "blockCard" || type == "embedCard") {
    (out += node.At("/attrs/url").String().value_or("")) += ' ';
  } else if (type == "status") {
    out += node.At("/attrs/text").String().value_or("");
  } else if (type == "hardBreak") {
    out += '\n';
  } else if (type != "mention" && type != "emoji" && type != "media") {
    for (const Json child : node["content"]) AppendNode(out, child);
    const bool inline_holder = type == "doc" || type.empty();
    if (!inline_holder) AppendOnOwnLine(out, "");
  }
}

std::string Trimmed(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \n");
  if (start == std::string_view::npos) return "";
  return std::string(text.substr(start, text.find_last_not_of(" \n") + 1 - start));
}

}  // namespace

std::string WikiToText(std::string_view wiki) {
  return Trimmed(WikiReader(wiki).Text());
}

std::string AdfToText(Json document) {
  std::string text;
  AppendNode(text, document);
  return Trimmed(text);
}

}  // namespace flaglink::jira
