// Calls a built adapter through the C boundary and shows what it gave as text, so that a test
// compares the whole of it.
#pragma once

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/flaglink_adapter.h"

namespace flaglink::testing {

inline std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("no file " + path.string());
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::string View(flaglink_str text) {
  return text.data == nullptr ? "(absent)" : std::string(text.data, text.size);
}

struct Input {
  std::string body;
  std::string content_type = "application/json";
  std::map<std::string, std::string> headers = {};
  std::map<std::string, std::string> options = {};
  std::map<std::string, std::string> fetched = {};
};

// One line per field that is present, newlines as \n. The times are in microseconds, `created` in
// milliseconds.
class Transcript {
 public:
  void Line(const std::string& name, const std::string& value) {
    text_ += name + ": ";
    for (const char c : value) text_ += c == '\n' ? std::string("\\n") : std::string(1, c);
    text_ += '\n';
  }
  void Present(const std::string& name, flaglink_str value) {
    if (value.data != nullptr) Line(name, View(value));
  }
  void Time(const std::string& name, int64_t time) {
    if (time != 0) Line(name, std::to_string(time));
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

inline void Show(Transcript& out, const flaglink_change& change) {
  const char* const kinds[] = {"updated", "deleted", "created"};
  out.Line("change", change.kind < 3 ? kinds[change.kind] : "unknown");
  out.Present("  resource", change.resource);
  out.Present("  name", change.name);
  if (change.part.size != 0) out.Present("  part", change.part);
  out.Time("  part_time", change.part_time_us);
  out.Time("  content_time", change.content_time_us);
  out.Time("  created", change.created_ms);
  out.Present("  title", change.title);
  out.Present("  url", change.url);
  out.Present("  description", change.description);
  out.Present("  integration_key", change.integration_key);
  out.Present("  author", change.author);
  if (change.author_is_bot != 0) out.Line("  bot", "yes");
  if (change.is_private != 0) out.Line("  private", "yes");
  for (size_t i = 0; i < change.metadata_count; ++i) {
    out.Line("  metadata " + View(change.metadata[i].name), View(change.metadata[i].value));
  }
  for (size_t i = 0; i < change.text_count; ++i) {
    out.Line("  text " + View(change.texts[i].name), View(change.texts[i].value));
  }
  if (change.has_texts == 0) out.Line("  texts", "not carried");
  for (size_t i = 0; i < change.label_count; ++i) out.Line("  label", View(change.labels[i]));
  if (change.has_labels == 0) out.Line("  labels", "not carried");
}

class LoadedAdapter {
 public:
  explicit LoadedAdapter(const std::string& name) {
    const std::string path = std::string(FLAGLINKD_BINARY_DIR) + "/adapters/" + name + ".so";
    void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw std::runtime_error(dlerror());
    using Entry = const flaglink_adapter* (*)();
    adapter_ = reinterpret_cast<Entry>(dlsym(library, "flaglink_adapter_v1"))();
  }

  const flaglink_adapter& declaration() const { return *adapter_; }

  // "outcome: …", the reason, the changes, the news of flags, the needs and the reply.
  std::string Extract(const Input& input) const {
    const auto headers = Pairs(input.headers);
    const auto options = Pairs(input.options);
    const auto fetched = Pairs(input.fetched);
    flaglink_request request{};
    request.struct_size = sizeof(request);
    request.headers = headers.data();
    request.header_count = headers.size();
    request.options = options.data();
    request.option_count = options.size();
    request.fetched = fetched.data();
    request.fetched_count = fetched.size();
    request.body = {input.body.data(), input.body.size()};
    request.content_type = {input.content_type.data(), input.content_type.size()};

    Transcript changes;
    const flaglink_sink sink = {
        sizeof(flaglink_sink), &changes, OnChange, OnNeed, OnReply, OnExplain, OnFlag};
    const char* const outcomes[] = {"extracted", "ignored", "handshake", "malformed"};
    const flaglink_outcome outcome = adapter_->extract(&request, &sink);
    return std::string("outcome: ") + outcomes[outcome] + '\n' + changes.text();
  }

  // Why the options make no source, or "".
  std::string CheckOptions(const std::map<std::string, std::string>& options) const {
    if (adapter_->check_options == nullptr) return "";
    const auto pairs = Pairs(options);
    const flaglink_str problem = adapter_->check_options(pairs.data(), pairs.size());
    return problem.data == nullptr ? "" : View(problem);
  }

 private:
  static std::vector<flaglink_pair> Pairs(const std::map<std::string, std::string>& from) {
    std::vector<flaglink_pair> pairs;
    for (const auto& [name, value] : from) {
      pairs.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
    }
    return pairs;
  }

  static void OnChange(void* context, const flaglink_change* change) {
    Show(*static_cast<Transcript*>(context), *change);
  }
  static void OnNeed(void* context, const flaglink_need* need) {
    Transcript& out = *static_cast<Transcript*>(context);
    out.Line("need " + View(need->name),
             View(need->host) + View(need->path) + '?' + View(need->query));
    if (need->is_subject != 0) out.Line("  subject", "yes");
    for (size_t i = 0; i < need->header_count; ++i) {
      out.Line("  header " + View(need->headers[i].name), View(need->headers[i].value));
    }
  }
  static void OnReply(void* context, uint32_t status, const flaglink_pair*, size_t,
                      flaglink_str content_type, flaglink_str body) {
    static_cast<Transcript*>(context)->Line(
        "reply " + std::to_string(status) + ' ' + View(content_type), View(body));
  }
  static void OnExplain(void* context, flaglink_str reason) {
    static_cast<Transcript*>(context)->Line("reason", View(reason));
  }

  static void OnFlag(void* context, flaglink_str project, flaglink_str key, uint32_t state) {
    const char* const states[] = {"gone", "live", "archived"};
    static_cast<Transcript*>(context)->Line(
        "flag", View(project) + '/' + View(key) + ' ' + (state < 3 ? states[state] : "unknown"));
  }

  const flaglink_adapter* adapter_ = nullptr;
};

// The values of one field of all changes, one a line: Values(transcript, "  title").
inline std::string Values(const std::string& transcript, const std::string& field) {
  std::string values;
  std::istringstream lines(transcript);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(field + ": ")) values += line.substr(field.size() + 2) + '\n';
  }
  return values;
}

inline std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// The bodies of tests/adapters/<name>/fixtures, and those of the folders below $FLAGLINKD_PAYLOADS
// where that is set.
inline std::vector<std::filesystem::path> Bodies(const std::string& name,
                                                 const std::vector<std::string>& recorded) {
  std::vector<std::filesystem::path> folders = {std::filesystem::path(FLAGLINKD_SOURCE_DIR) /
                                                "tests/adapters" / name / "fixtures"};
  if (const char* payloads = std::getenv("FLAGLINKD_PAYLOADS")) {
    for (const std::string& folder : recorded)
      folders.push_back(std::filesystem::path(payloads) / folder);
  }
  std::vector<std::filesystem::path> bodies;
  for (const auto& folder : folders) {
    for (const auto& file : std::filesystem::directory_iterator(folder))
      bodies.push_back(file.path());
  }
  return bodies;
}

// Every body gives changes, news of flags, a reply or a reason, and an adapter that threw is told by its reason.
// Prints the outcomes.
inline void ReadEveryBody(const LoadedAdapter& adapter,
                          const std::vector<std::filesystem::path>& bodies,
                          const std::map<std::string, std::string>& options) {
  std::map<std::string, int> outcomes;
  for (const auto& path : bodies) {
    const bool form = path.extension() == ".txt" || path.extension() == ".form";
    const Input input{
        .body = ReadFile(path),
        .content_type = form ? "application/x-www-form-urlencoded" : "application/json",
        .options = options};
    const std::string text = adapter.Extract(input);
    const std::string outcome = text.substr(0, text.find('\n'));
    ++outcomes[outcome];
    const bool extracted = outcome == "outcome: extracted";
    const bool gives = text.find("\nchange: ") != std::string::npos ||
                       text.find("\nflag: ") != std::string::npos ||
                       (extracted && text.find("\nneed ") != std::string::npos);
    EXPECT_EQ(extracted, gives) << path << '\n' << text;
    const bool answered =
        text.find("\nreason: ") != std::string::npos || text.find("\nreply ") != std::string::npos;
    EXPECT_TRUE(extracted || answered) << path << '\n' << text;
    if (outcome == "outcome: malformed") std::cout << path.filename().string() << ": " << text;
  }
  for (const auto& [outcome, count] : outcomes) std::cout << outcome << ' ' << count << '\n';
}

}  // namespace flaglink::testing
