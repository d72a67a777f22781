// Text freed of the markup of the tool that it comes from, to be matched and shown. Pure; time
// linear in the size of the text, whatever it holds (each unclosed thing is looked for once); the
// result is at most three times as long.
//
// What both keep: words, code between backticks (so that a flag in code counts as quoted), and
// every URL byte for byte but for entities. What vanishes: comments, scripts, styles, tags; an
// inline tag leaves no gap ("check<b>out</b>" is a word), a block tag a new line.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/plain_text.hpp"

namespace flaglink {

// GitHub-flavoured Markdown (github.github.com/gfm) as far as it hides or breaks words: [text](url)
// becomes "text url", images likewise, fenced code is quoted line by line, emphasis and escapes go.
// Reference links, lists, tables and headings stay as they are written, since nothing in them is
// hidden from a reader of words; indented code is read as prose.
std::string StripMarkdown(std::string_view markdown);

// HTML: <a href="url">text</a> becomes "text url", <code> a backtick.
std::string StripHtml(std::string_view html);

namespace markup {

// The inline markup of one paragraph.
class Paragraph {
 public:
  Paragraph(std::string_view text, PlainText& out) : text_(text), out_(out) { FindCodeSpans(); }

  void Strip() {
    for (std::size_t at = 0; at < text_.size();) at = Step(at);
  }

 private:
  std::size_t Step(std::size_t at) {
    switch (text_[at]) {
      case '\\': return Escape(at);
      case '`': return Code(at);
      case '&': return out_.Entity(text_, at);
      case '<': return Angle(at);
      case '*':
      case '_': return Emphasis(at);
      case '!':  // of an image, a link of another kind
        if (At(at + 1) == '[') return at + 1;
        break;
      case '[': brackets_.push_back(out_.size()); break;
      case ']': return CloseBracket(at);
      case 'h':
      case 'H':
        if (IsUrlStart(at)) return BareUrl(at);
        break;
      case '\r': return at + 1;
      default: break;
    }
    out_.Append(text_[at]);
    return at + 1;
  }

  char At(std::size_t at) const { return at < text_.size() ? text_[at] : ' '; }
  std::size_t RunEnd(std::size_t at) const {
    return std::min(text_.find_first_not_of(text_[at], at), text_.size());
  }

  std::size_t Escape(std::size_t at) {
    if (!IsPunctuation(At(at + 1))) return out_.Append('\\'), at + 1;
    out_.Append(text_[at + 1]);
    return at + 2;
  }

  // Which run of backticks closes which: the next one of the same length.
  void FindCodeSpans() {
    for (auto at = text_.find('`'); at != kEnd; at = text_.find('`', at)) {
      const auto end = RunEnd(at);
      spans_.push_back({at, end - at, kEnd});
      at = end;
    }
    std::map<std::size_t, std::size_t> next;  // by length
    for (auto span = spans_.rbegin(); span != spans_.rend(); ++span) {
      if (const auto found = next.find(span->length); found != next.end())
        span->close = found->second;
      next[span->length] = span->at;
    }
  }

  std::size_t Code(std::size_t at) {
    const auto span =
        std::lower_bound(spans_.begin(), spans_.end(), at,
                         [](const Span& s, std::size_t place) { return s.at < place; });
    if (span == spans_.end() || span->at != at || span->close == kEnd)
      return out_.Append('`'), at + 1;
    out_.Append('`');
    out_.Append(Trim(text_.substr(at + span->length, span->close - at - span->length)));
    out_.Append('`');
    return span->close + span->length;
  }

  std::size_t Angle(std::size_t at) {
    if (!StartsWith(text_, at, "<!--")) return out_.Angle(text_, at);
    if (!comment_never_ends_) {
      if (const auto end = text_.find("-->", at + 2); end != kEnd) return end + 3;
      comment_never_ends_ = true;
    }
    return out_.Append('<'), at + 1;
  }

  // Only runs of equal length are paired: that is how people write them, and a stray mark harms no
  // word.
  std::size_t Emphasis(std::size_t at) {
    const auto end = RunEnd(at);
    const auto length = end - at;
    const char mark = text_[at], before = at == 0 ? ' ' : text_[at - 1], after = At(end);
    const auto open = [](char outside, char inside) {
      return !IsSpace(inside) &&
             (!IsPunctuation(inside) || IsSpace(outside) || IsPunctuation(outside));
    };
    bool opens = open(before, after), closes = open(after, before);
    if (mark == '_' && opens && closes) {  // inside a word an underscore is a letter
      opens = IsPunctuation(before);
      closes = IsPunctuation(after);
    }
    if (length <= 3) {
      auto& opener = emphasis_[mark == '_'][length - 1];
      if (closes && opener) {
        out_.Erase(*opener, length);
        opener.reset();
        return end;
      }
      if (opens) opener = out_.size();
    }
    out_.Append(text_.substr(at, length));
    return end;
  }

  // "](": the destination follows. What comes behind it, a title or anything else, is read as text.
  std::size_t CloseBracket(std::size_t at) {
    if (brackets_.empty()) return out_.Append(']'), at + 1;
    const auto open = brackets_.back();
    brackets_.pop_back();
    if (At(at + 1) != '(') return out_.Append(']'), at + 1;
    out_.Erase(open, 1);
    std::string url;
    at = SkipSpace(text_, at + 2);
    at = At(at) == '<' ? AngledDestination(at + 1, url) : Destination(at, url);
    out_.Url(url);
    return At(at) == ')' ? at + 1 : at;
  }

  std::size_t DestinationCharacter(std::size_t at, std::string& url) const {
    if (text_[at] == '&') return AppendEntity(url, text_, at);
    if (text_[at] == '\\' && IsPunctuation(At(at + 1))) ++at;
    url += text_[at];
    return at + 1;
  }

  std::size_t AngledDestination(std::size_t at, std::string& url) const {
    while (at < text_.size() && text_[at] != '>' && text_[at] != '\n')
      at = DestinationCharacter(at, url);
    return At(at) == '>' ? at + 1 : at;
  }

  std::size_t Destination(std::size_t at, std::string& url) const {
    for (int depth = 0; at < text_.size() && !IsSpace(text_[at]);) {
      if (text_[at] == '(') ++depth;
      if (text_[at] == ')' && depth-- == 0) break;
      at = DestinationCharacter(at, url);
    }
    return at;
  }

  bool IsUrlStart(std::size_t at) const {
    if (at > 0 && IsAlnum(text_[at - 1])) return false;
    return StartsWith(text_, at, "https://") || StartsWith(text_, at, "http://");
  }

  // Up to the first character that no URL holds, less the punctuation of the sentence around it
  // (GFM, autolinks extension).
  std::size_t BareUrl(std::size_t at) {
    const auto begin = at;
    auto end = std::min(text_.find_first_of(" \t\r\n\f\v<>\"`[]{}|\\^", at), text_.size());
    const auto url = text_.substr(begin, end - begin);
    auto unopened =
        std::count(url.begin(), url.end(), ')') - std::count(url.begin(), url.end(), '(');
    while (std::string_view("?!.,:*_~')").find(text_[end - 1]) != kEnd) {
      if (text_[end - 1] == ')' && unopened-- <= 0) break;
      --end;
    }
    while (at < end) {
      if (text_[at] == '&') {
        at = out_.Entity(text_, at);
      } else {
        out_.Append(text_[at++]);
      }
    }
    return at;
  }

  struct Span {
    std::size_t at, length, close;
  };

  const std::string_view text_;
  PlainText& out_;
  std::vector<Span> spans_;
  std::vector<std::size_t> brackets_;  // places in the output of each '[' that is open
  // Likewise, by mark and length
  std::array<std::array<std::optional<std::size_t>, 3>, 2> emphasis_;
  bool comment_never_ends_ = false;
};

// The blocks of a document: paragraphs, fenced code, comments that begin a line.
class Document {
 public:
  explicit Document(std::string_view text) : text_(text) {}

  std::string Strip() {
    while (at_ < text_.size()) Line();
    EndParagraph();
    return out_.Finish();
  }

 private:
  struct Fence {
    char mark = '`';
    std::size_t length = 0;
    bool quoted = false;
  };

  void Line() {
    const auto end = std::min(text_.find('\n', at_), text_.size());
    const auto begin = std::min(text_.find_first_not_of(" \t>", at_), end);
    const auto line = Trim(text_.substr(begin, end - begin));
    const bool quoted = text_.substr(at_, begin - at_).find('>') != kEnd;
    if (fence_ && !(fence_->quoted && !quoted)) {
      CodeLine(line);
    } else if (fence_.reset(); line.empty()) {
      EndParagraph();
      out_.Append('\n');
    } else if (line.substr(0, 4) == "<!--") {
      EndParagraph();
      const auto close = text_.find("-->", begin + 2);
      at_ = paragraph_ = close == kEnd ? text_.size() : close + 3;
      return;
    } else if (fence_ = OpenFence(line, quoted); fence_) {
      EndParagraph();
    } else {
      at_ = std::min(end + 1, text_.size());
      return;
    }
    at_ = paragraph_ = std::min(end + 1, text_.size());
  }

  void EndParagraph() { Paragraph(text_.substr(paragraph_, at_ - paragraph_), out_).Strip(); }

  void CodeLine(std::string_view line) {
    const auto marks = std::min(line.find_first_not_of(fence_->mark), line.size());
    if (marks == line.size() && marks >= fence_->length) {
      fence_.reset();
    } else if (!line.empty()) {
      out_.Append('`');
      out_.Append(line);
      out_.Append("`\n");
    }
  }

  static std::optional<Fence> OpenFence(std::string_view line, bool quoted) {
    const char mark = line.front();
    if (mark != '`' && mark != '~') return std::nullopt;
    const auto length = std::min(line.find_first_not_of(mark), line.size());
    const bool span = mark == '`' && line.find('`', length) != kEnd;  // ```code``` in one line
    if (length < 3 || span) return std::nullopt;
    return Fence{mark, length, quoted};
  }

  const std::string_view text_;
  std::size_t at_ = 0, paragraph_ = 0;  // the line, and the paragraph that it may belong to
  std::optional<Fence> fence_;
  PlainText out_;
};

}  // namespace markup

inline std::string StripMarkdown(std::string_view markdown) {
  return markup::Document(markdown).Strip();
}

inline std::string StripHtml(std::string_view html) {
  markup::PlainText out;
  const auto behind = [&](std::string_view mark, std::size_t from) {
    const auto found = html.find(mark, from);
    return found == markup::kEnd ? html.size() : found + mark.size();
  };
  for (std::size_t at = 0; at < html.size();) {
    if (html[at] == '&') {
      at = out.Entity(html, at);
    } else if (html[at] != '<') {
      out.Append(html[at++]);
    } else if (html.substr(at, 4) == "<!--") {
      at = behind("-->", at + 2);
    } else if (const auto next = html.substr(at + 1, 1); next == "!" || next == "?") {
      at = behind(">", at);
    } else {
      at = out.Angle(html, at);
    }
  }
  return out.Finish();
}

}  // namespace flaglink
