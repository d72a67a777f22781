#include "daemon/adapt/json_blanking.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cstdint>

namespace flaglinkd {
namespace {

// Far beyond what any reader of ours takes, so that nothing is read that was not blanked, and a
// bound on memory all the same.
constexpr std::size_t kMaxDepth = 1000;

struct Span {
  std::size_t begin, end;
};

// Listens to the parser and keeps the path of where it is. The parser stands behind a name or a
// scalar when it reports it, but before or behind a bracket as it likes, so that brackets are
// looked up: each is the next character that separates nothing.
class SpanFinder {
 public:
  SpanFinder(std::string_view json, const rapidjson::MemoryStream& stream,
             const std::vector<PointerTokens>& targets)
      : json_(json), stream_(stream), targets_(targets) {}

  std::vector<Span> TakeSpans() { return std::move(spans_); }

  // RapidJSON's handler interface.
  bool Null() { return Scalar(); }
  bool Bool(bool) { return Scalar(); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return Scalar(); }
  bool String(const char*, rapidjson::SizeType, bool) { return Scalar(); }
  bool Key(const char* name, rapidjson::SizeType size, bool) {
    path_.back().token.assign(name, size);
    passed_ = stream_.Tell();
    return true;
  }
  bool StartObject() { return Open(false); }
  bool EndObject(rapidjson::SizeType) { return Close(); }
  bool StartArray() { return Open(true); }
  bool EndArray(rapidjson::SizeType) { return Close(); }
  // Never called: numbers come as they are written.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  struct Level {
    bool is_array = false;
    std::size_t next = 0;    // of an array: how many elements came
    std::string token = {};  // of the value that is being read
  };

  std::size_t Next() const {
    return std::min(json_.find_first_not_of(" \t\r\n:,", passed_), json_.size());
  }

  bool Scalar() {
    BeginValue(Next());
    return EndValue(stream_.Tell());
  }
  bool Open(bool is_array) {
    if (path_.size() == kMaxDepth) return false;  // ends the parsing, as a fault does
    const std::size_t bracket = Next();
    BeginValue(bracket);
    path_.push_back({.is_array = is_array});
    passed_ = bracket + 1;
    return true;
  }
  bool Close() {
    path_.pop_back();
    return EndValue(Next() + 1);
  }

  void BeginValue(std::size_t begin) {
    if (!path_.empty() && path_.back().is_array) {
      path_.back().token = std::to_string(path_.back().next++);
    }
    if (blanking_ || !IsTarget()) return;
    blanking_ = true;
    blanked_depth_ = path_.size();
    spans_.push_back({begin, 0});
  }
  bool EndValue(std::size_t end) {
    if (blanking_ && path_.size() == blanked_depth_) {
      blanking_ = false;
      spans_.back().end = end;
    }
    passed_ = end;
    return true;
  }

  bool IsTarget() const {
    return std::ranges::any_of(targets_, [&](const PointerTokens& target) {
      return std::ranges::equal(path_, target, {}, &Level::token);
    });
  }

  std::string_view json_;
  const rapidjson::MemoryStream& stream_;
  const std::vector<PointerTokens>& targets_;
  std::vector<Level> path_;
  std::size_t passed_ = 0;  // the end of what the parser last reported
  bool blanking_ = false;   // inside a value that goes
  std::size_t blanked_depth_ = 0;
  std::vector<Span> spans_;
};

// What RapidJSON's readers of whole bodies skip: each byte of a byte order mark, also one without
// the others. What they can read must be blanked.
std::size_t ByteOrderMarkSize(std::string_view json) {
  std::size_t size = 0;
  for (const char byte : {'\xef', '\xbb', '\xbf'}) {
    if (size < json.size() && json[size] == byte) ++size;
  }
  return size;
}

}  // namespace

std::string BlankJson(std::string_view json, const std::vector<PointerTokens>& targets) {
  std::string result(json.substr(0, ByteOrderMarkSize(json)));
  json.remove_prefix(result.size());
  rapidjson::MemoryStream stream(json.data(), json.size());
  SpanFinder finder(json, stream, targets);
  rapidjson::Reader reader;
  // Not EncodedInputStream, which would hide the position.
  (void)reader.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag>(
      stream, finder);
  std::size_t copied = 0;
  for (const Span& span : finder.TakeSpans()) {
    result.append(json, copied, span.begin - copied).append("\"\"");
    // A value that the text breaks off in has no end; it goes with all that follows.
    copied = span.end == 0 ? json.size() : span.end;
  }
  return result.append(json, copied);
}

}  // namespace flaglinkd
