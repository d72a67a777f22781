// What an adapter is written in: C++ over the C boundary of flaglink_adapter.h. An adapter is one
// declaration and one pure function:
//
//   Outcome Extract(const Request& request, const Sink& sink);
//
//   constexpr flaglink_signature kSignatures[] = {
//       Signature{.header = "x-hub-signature-256", .prefix = "sha256="}};
//   constexpr Names kHeaders{"x-github-event"};
//   constexpr Declaration kGithub{
//       .name = "github", .signatures = kSignatures, .headers = kHeaders.names, .extract =
//       Extract};
//   FLAGLINK_ADAPTER(kGithub)   // not in an unnamed namespace
//
// Extract is called from several threads at once and keeps nothing. It may throw: that makes the
// event malformed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/flaglink_adapter.h"
#include "adapters/sdk/form.hpp"
#include "adapters/sdk/json.hpp"
#include "adapters/sdk/time.hpp"

namespace flaglink {

inline flaglink_str ToStr(std::string_view text) {
  return {text.empty() ? "" : text.data(), text.size()};
}
inline flaglink_str OptionalToStr(const std::optional<std::string>& text) {
  return text ? ToStr(std::string_view(*text)) : flaglink_str{nullptr, 0};
}
inline std::string_view ToView(flaglink_str text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

// Name and value as the daemon passes them: headers, options, fetched documents.
class Pairs {
 public:
  explicit Pairs(std::span<const flaglink_pair> pairs) : pairs_(pairs) {}
  std::optional<std::string_view> operator[](std::string_view name) const {
    for (const flaglink_pair& pair : pairs_) {
      if (ToView(pair.name) == name) return ToView(pair.value);
    }
    return std::nullopt;
  }
  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }

 private:
  std::span<const flaglink_pair> pairs_;
};

// One webhook and its source's options. Valid for the length of the call.
class Request {
 public:
  explicit Request(const flaglink_request& request) : request_(request) {}
  std::string_view body() const { return ToView(request_.body); }
  std::string_view content_type() const { return ToView(request_.content_type); }
  Pairs options() const { return Pairs({request_.options, request_.option_count}); }
  // Declared headers only, by lower-case name.
  std::optional<std::string_view> header(std::string_view name) const {
    return Pairs({request_.headers, request_.header_count})[name];
  }
  // "site", or "workspaces.T024BE7LD" of a table.
  std::optional<std::string_view> option(std::string_view name) const { return options()[name]; }
  std::optional<std::string_view> fetched(std::string_view name) const {
    return Pairs({request_.fetched, request_.fetched_count})[name];
  }
  bool IsForm() const { return content_type().starts_with("application/x-www-form-urlencoded"); }

 private:
  const flaglink_request& request_;
};

struct Named {
  std::string name, value;
};

// What the webhook says of one part of one resource; flaglink_adapter.h says what each field means.
// Absent leaves what is known as it is, empty clears it.
struct Change {
  enum class Kind : std::uint32_t {
    kUpdated = FLAGLINK_UPDATED,
    kDeleted = FLAGLINK_DELETED,
    kCreated = FLAGLINK_CREATED
  };

  Kind kind = Kind::kUpdated;
  std::string resource;  // empty: `name` resolves it
  std::string name;
  std::string part;
  std::optional<TimeUs> part_time, content_time;
  std::optional<TimeUs> created;
  std::optional<std::string> title, url, description;
  std::string integration_key;  // empty: a plain URL link
  std::string author;
  bool author_is_bot = false;
  bool is_private = false;
  std::vector<Named> metadata;  // "creator?" is a fallback for "creator"
  std::optional<std::vector<Named>> texts;
  std::optional<std::vector<std::string>> labels;
};

// A document that the body leaves out and the daemon may fetch.
struct Need {
  std::string name, host, path, query;
  std::vector<Named> headers = {};
  bool is_subject = false;  // of what the event is about: never from before the event
};

// Of a flag of LaunchDarkly.
enum class FlagState : std::uint32_t {
  kGone = FLAGLINK_FLAG_GONE,
  kLive = FLAGLINK_FLAG_LIVE,
  kArchived = FLAGLINK_FLAG_ARCHIVED
};

namespace adapter_detail {

// The sink as ABI 1 began; what comes later is looked for before it is called.
inline constexpr std::size_t kLeastSinkSize =
    offsetof(flaglink_sink, explain) + sizeof(flaglink_sink::explain);

inline std::vector<flaglink_pair> ToPairs(std::span<const Named> named) {
  std::vector<flaglink_pair> pairs;
  for (const Named& each : named) pairs.push_back({ToStr(each.name), ToStr(each.value)});
  return pairs;
}
inline flaglink_str AbsentIfEmpty(const std::string& text) {
  return text.empty() ? flaglink_str{nullptr, 0} : ToStr(text);
}

}  // namespace adapter_detail

// Where an adapter puts what it has read. Everything is copied by the daemon before a function
// returns.
class Sink {
 public:
  explicit Sink(const flaglink_sink& sink) : sink_(sink) {}

  void Emit(const Change& change) const {
    using adapter_detail::AbsentIfEmpty, adapter_detail::ToPairs;
    const auto metadata = ToPairs(change.metadata);
    const auto texts = change.texts ? ToPairs(*change.texts) : std::vector<flaglink_pair>();
    std::vector<flaglink_str> labels;
    if (change.labels) {
      for (const std::string& label : *change.labels) labels.push_back(ToStr(label));
    }
    flaglink_change out{};
    out.struct_size = sizeof(out);
    out.kind = static_cast<std::uint32_t>(change.kind);
    out.resource = AbsentIfEmpty(change.resource);
    out.name = AbsentIfEmpty(change.name);
    out.part = ToStr(change.part);
    out.part_time_us = change.part_time.value_or(0);
    out.content_time_us = change.content_time.value_or(0);
    out.created_ms = change.created.value_or(0) / 1000;
    out.title = OptionalToStr(change.title);
    out.url = OptionalToStr(change.url);
    out.description = OptionalToStr(change.description);
    out.integration_key = ToStr(change.integration_key);
    out.author = AbsentIfEmpty(change.author);
    out.author_is_bot = change.author_is_bot ? 1 : 0;
    out.is_private = change.is_private ? 1 : 0;
    out.metadata = metadata.data();
    out.metadata_count = metadata.size();
    out.texts = texts.data();
    out.text_count = texts.size();
    out.labels = labels.data();
    out.label_count = labels.size();
    out.has_texts = change.texts ? 1 : 0;
    out.has_labels = change.labels ? 1 : 0;
    sink_.change(sink_.context, &out);
  }

  void Ask(const Need& need) const {
    const auto headers = adapter_detail::ToPairs(need.headers);
    flaglink_need out{};
    out.struct_size = sizeof(out);
    out.name = ToStr(need.name);
    out.host = ToStr(need.host);
    out.path = ToStr(need.path);
    out.query = ToStr(need.query);
    out.headers = headers.data();
    out.header_count = headers.size();
    out.is_subject = need.is_subject ? 1 : 0;
    sink_.need(sink_.context, &out);
  }

  // What the sender reads back.
  void Reply(std::uint32_t status, std::string_view content_type, std::string_view body) const {
    sink_.reply(sink_.context, status, nullptr, 0, ToStr(content_type), ToStr(body));
  }

  // One line that says why: of what is ignored or malformed, and of what was left out of the rest.
  void Explain(std::string_view reason) const { sink_.explain(sink_.context, ToStr(reason)); }

  // Whether the daemon is new enough for Tell.
  bool TakesFlags() const {
    return sink_.struct_size >= offsetof(flaglink_sink, flag) + sizeof(sink_.flag) &&
           sink_.flag != nullptr;
  }
  // News of a flag of LaunchDarkly. A daemon that is too old for it is told nothing.
  void Tell(std::string_view project, std::string_view key, FlagState state) const {
    if (!TakesFlags()) return;
    sink_.flag(sink_.context, ToStr(project), ToStr(key), static_cast<std::uint32_t>(state));
  }

 private:
  const flaglink_sink& sink_;
};

enum class Outcome {
  kExtracted = FLAGLINK_EXTRACTED,
  kIgnored = FLAGLINK_IGNORED,
  kHandshake = FLAGLINK_HANDSHAKE,
  kMalformed = FLAGLINK_MALFORMED
};

inline Outcome Ignore(const Sink& sink, std::string_view reason) {
  sink.Explain(reason);
  return Outcome::kIgnored;
}
inline Outcome Refuse(const Sink& sink, std::string_view reason) {
  sink.Explain(reason);
  return Outcome::kMalformed;
}

// A flaglink_signature of which only what differs needs to be written.
struct Signature {
  const char* algorithm = "hmac-sha256";
  const char* header = nullptr;
  const char* prefix = "";
  const char* encoding = "hex";
  const char* signed_content = "{body}";
  const char* separator = nullptr;
  const char* key_encoding = "text";
  const char* timestamp = nullptr;
  const char* timestamp_unit = nullptr;
  const char* id = nullptr;
  std::uint32_t past_seconds = 300, future_seconds = 300;

  constexpr operator flaglink_signature() const {
    return {sizeof(flaglink_signature),
            algorithm,
            header,
            prefix,
            encoding,
            signed_content,
            separator,
            key_encoding,
            timestamp,
            timestamp_unit,
            id,
            past_seconds,
            future_seconds};
  }
};

// A header that holds the secret itself; nothing is signed.
constexpr Signature Token(const char* header, const char* prefix = "", const char* encoding = "") {
  return {.algorithm = "token",
          .header = header,
          .prefix = prefix,
          .encoding = encoding,
          .signed_content = ""};
}
constexpr Signature Bearer() {
  return Token("authorization", "Bearer ");
}
// HTTP Basic: the secret is "user:password".
constexpr Signature Basic() {
  return Token("authorization", "Basic ", "base64");
}

// A NULL-terminated list of literals.
template <std::size_t kCount>
struct Names {
  const char* names[kCount + 1];
};
template <typename... Literal>
Names(Literal...) -> Names<sizeof...(Literal)>;

// The fields of flaglink_adapter, in C++.
struct Declaration {
  const char* name = nullptr;
  const char* version = "1.0.0";
  std::span<const flaglink_signature> signatures = {};
  const char* delivery_id = nullptr;
  const char* const* headers = nullptr;
  const char* const* blank = nullptr;
  const char* const* options = nullptr;
  const char* methods = "POST";
  // One of the two: `read` is given the body of a sender whose bodies are all JSON objects.
  Outcome (*extract)(const Request&, const Sink&) = nullptr;
  Outcome (*read)(const Request&, Json body, const Sink&) = nullptr;
  // A literal that says why these options make no working source, or nullptr.
  const char* (*check_options)(const Pairs& options) = nullptr;
  const char* const* hosts = nullptr;
  const char* armed_secret = nullptr;
};

// The body as a JSON object, for `read`; what is none is malformed.
inline Outcome ReadJson(const Request& request, std::string_view body, const Sink& sink,
                        Outcome (*read)(const Request&, Json, const Sink&)) {
  const JsonDocument document(body);
  if (!document.error().empty()) return Refuse(sink, document.error());
  if (!document.root().object()) return Refuse(sink, "JSON, but no object");
  return read(request, document.root(), sink);
}

namespace adapter_detail {

inline constexpr const char* kNoNames[] = {nullptr};

template <const Declaration& kDeclaration>
flaglink_outcome GuardedExtract(const flaglink_request* request,
                                const flaglink_sink* sink) noexcept {
  if (request->struct_size < sizeof(flaglink_request) || sink->struct_size < kLeastSinkSize) {
    return FLAGLINK_MALFORMED;
  }
  const Sink out(*sink);
  try {
    const Request in(*request);
    if constexpr (kDeclaration.read != nullptr) {
      return static_cast<flaglink_outcome>(ReadJson(in, in.body(), out, kDeclaration.read));
    } else {
      return static_cast<flaglink_outcome>(kDeclaration.extract(in, out));
    }
  } catch (const std::exception& problem) {
    out.Explain(problem.what());
  } catch (...) {
    out.Explain("the adapter threw something that is no std::exception");
  }
  return FLAGLINK_MALFORMED;
}

template <const Declaration& kDeclaration>
flaglink_str GuardedCheckOptions(const flaglink_pair* options, std::size_t count) noexcept {
  const char* problem = "the adapter could not check its options";
  try {
    problem = kDeclaration.check_options(Pairs({options, count}));
  } catch (...) {
  }
  return problem == nullptr ? flaglink_str{nullptr, 0} : ToStr(std::string_view(problem));
}

template <const Declaration& kDeclaration>
constexpr flaglink_adapter Describe() {
  constexpr auto names = [](const char* const* list) { return list != nullptr ? list : kNoNames; };
  return {FLAGLINK_ADAPTER_ABI,
          sizeof(flaglink_adapter),
          kDeclaration.name,
          kDeclaration.version,
          kDeclaration.signatures.data(),
          kDeclaration.signatures.size(),
          kDeclaration.delivery_id,
          names(kDeclaration.headers),
          names(kDeclaration.blank),
          names(kDeclaration.options),
          kDeclaration.methods,
          GuardedExtract<kDeclaration>,
          kDeclaration.check_options != nullptr ? GuardedCheckOptions<kDeclaration> : nullptr,
          kDeclaration.hosts,
          kDeclaration.armed_secret};
}

}  // namespace adapter_detail

}  // namespace flaglink

// Defines the one function that an adapter exports.
#define FLAGLINK_ADAPTER(declaration)                                                            \
  extern "C" __attribute__((visibility("default"))) const flaglink_adapter* flaglink_adapter_v1( \
      void) {                                                                                    \
    static constexpr flaglink_adapter adapter =                                                  \
        ::flaglink::adapter_detail::Describe<declaration>();                                     \
    return &adapter;                                                                             \
  }
