#include "adapters/sdk/adapter.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/reading.hpp"

namespace flaglink {
namespace {

Outcome Throw(const Request& request, const Sink&) {
  if (request.body() == "7") throw 7;
  throw std::runtime_error("went wrong");
}
Outcome Answer(const Request& request, const Sink& sink) {
  Change change;
  change.name = std::string(request.option("site").value_or("none"));
  change.title = "";
  change.author = std::string(request.header("x-event").value_or("none"));
  change.part_time = 5;
  change.created = 1767225600'000100;
  change.metadata = {{"creator?", "someone"}};
  change.labels = {"a", "b"};
  sink.Emit(change);
  return request.IsForm() ? Ignore(sink, "a form") : Outcome::kExtracted;
}
Outcome TellOfAFlag(const Request&, const Sink& sink) {
  if (!sink.TakesFlags()) sink.Explain("the daemon is too old");
  sink.Tell("default", "checkout-v2", FlagState::kArchived);
  return Outcome::kExtracted;
}
Outcome AskWhatTheBodyNames(const Request& request, Json body, const Sink& sink) {
  if (const auto document = request.fetched("issue")) return Ignore(sink, *document);
  sink.Ask(
      {"issue", "api.example", "/issues/" + IdOf(body["id"]), "fields=title", {{"v", "2"}}, true});
  return Outcome::kExtracted;
}
const char* Check(const Pairs& options) {
  if (options["throw"]) throw 7;
  return options["site"] ? nullptr : "no site";
}

constexpr flaglink_signature kSignatures[] = {Signature{.header = "x-token", .prefix = "v1="}};
constexpr Names kHeaders{"x-event", "x-other"};
constexpr Declaration kThrowing{.name = "throwing", .extract = Throw};
constexpr Declaration kAnswering{.name = "answering",
                                 .signatures = kSignatures,
                                 .headers = kHeaders.names,
                                 .extract = Answer,
                                 .check_options = Check};
constexpr Declaration kTelling{.name = "telling", .extract = TellOfAFlag};
constexpr Names kHosts{"api.example"};
constexpr Declaration kAsking{.name = "asking",
                              .read = AskWhatTheBodyNames,
                              .hosts = kHosts.names,
                              .armed_secret = "header:x-hook-secret"};
constexpr flaglink_adapter kAskingAdapter = adapter_detail::Describe<kAsking>();
constexpr flaglink_adapter kTellingAdapter = adapter_detail::Describe<kTelling>();
constexpr flaglink_adapter kThrowingAdapter = adapter_detail::Describe<kThrowing>();
constexpr flaglink_adapter kAnsweringAdapter = adapter_detail::Describe<kAnswering>();

struct Seen {
  std::vector<std::string> reasons, flags, needs;
  std::vector<flaglink_change> changes;
  std::string name, author, labels;
};

Seen& In(void* context) {
  return *static_cast<Seen*>(context);
}

flaglink_sink SinkInto(Seen& seen) {
  return {
      sizeof(flaglink_sink),
      &seen,
      [](void* context, const flaglink_change* change) {
        In(context).changes.push_back(*change);
        In(context).name = ToView(change->name);
        In(context).author = ToView(change->author);
        for (std::size_t i = 0; i < change->label_count; ++i) {
          In(context).labels += ToView(change->labels[i]);
        }
      },
      [](void* context, const flaglink_need* need) {
        std::string& line = In(context).needs.emplace_back(ToView(need->name));
        for (const flaglink_str part : {need->host, need->path, need->query}) {
          line += ' ' + std::string(ToView(part));
        }
        for (std::size_t i = 0; i < need->header_count; ++i) {
          line += ' ' + std::string(ToView(need->headers[i].name)) + '=' +
                  std::string(ToView(need->headers[i].value));
        }
        if (need->is_subject == 1) line += " subject";
      },
      [](void*, std::uint32_t, const flaglink_pair*, std::size_t, flaglink_str, flaglink_str) {},
      [](void* context, flaglink_str reason) { In(context).reasons.emplace_back(ToView(reason)); },
      [](void* context, flaglink_str project, flaglink_str key, std::uint32_t state) {
        In(context).flags.push_back(std::string(ToView(project)) + '/' + std::string(ToView(key)) +
                                    ' ' + std::to_string(state));
      }};
}

flaglink_request RequestOf(std::string_view body, std::string_view content_type) {
  flaglink_request request{};
  request.struct_size = sizeof(request);
  request.body = ToStr(body);
  request.content_type = ToStr(content_type);
  return request;
}

TEST(Adapter, WhatExtractThrowsIsTheReasonOfAMalformedEvent) {
  Seen seen;
  const flaglink_sink sink = SinkInto(seen);
  const flaglink_request request = RequestOf("{}", "application/json");
  EXPECT_EQ(kThrowingAdapter.extract(&request, &sink), FLAGLINK_MALFORMED);
  const flaglink_request odd = RequestOf("7", "application/json");
  EXPECT_EQ(kThrowingAdapter.extract(&odd, &sink), FLAGLINK_MALFORMED);
  EXPECT_EQ(seen.reasons,
            (std::vector<std::string>{"went wrong",
                                      "the adapter threw something that is no std::exception"}));
}

TEST(Adapter, AStructOfAnOlderAbiIsRefusedUnread) {
  Seen seen;
  const flaglink_sink sink = SinkInto(seen);
  flaglink_request request = RequestOf("{}", "application/json");
  request.struct_size = sizeof(request) - 1;
  EXPECT_EQ(kAnsweringAdapter.extract(&request, &sink), FLAGLINK_MALFORMED);
  EXPECT_TRUE(seen.changes.empty());
}

TEST(Adapter, AReaderOfJsonIsGivenObjectsAlone) {
  Seen seen;
  const flaglink_sink sink = SinkInto(seen);
  const flaglink_request list = RequestOf("[]", "application/json");
  const flaglink_request broken = RequestOf("{", "application/json");
  EXPECT_EQ(kAskingAdapter.extract(&list, &sink), FLAGLINK_MALFORMED);
  EXPECT_EQ(kAskingAdapter.extract(&broken, &sink), FLAGLINK_MALFORMED);
  ASSERT_EQ(seen.reasons.size(), 2u);
  EXPECT_EQ(seen.reasons[0], "JSON, but no object");
  EXPECT_TRUE(seen.needs.empty());
}

TEST(Adapter, WhatIsNeededArrivesAsItLeftAndComesBackByItsName) {
  Seen seen;
  const flaglink_sink sink = SinkInto(seen);
  flaglink_request request = RequestOf(R"({"id": 7})", "application/json");
  EXPECT_EQ(kAskingAdapter.extract(&request, &sink), FLAGLINK_EXTRACTED);
  EXPECT_EQ(seen.needs,
            std::vector<std::string>{"issue api.example /issues/7 fields=title v=2 subject"});

  const flaglink_pair fetched = {ToStr("issue"), ToStr("the document")};
  request.fetched = &fetched;
  request.fetched_count = 1;
  EXPECT_EQ(kAskingAdapter.extract(&request, &sink), FLAGLINK_IGNORED);
  EXPECT_EQ(seen.reasons, std::vector<std::string>{"the document"});
}

TEST(Adapter, NewsOfAFlagArriveAsTheyLeft) {
  Seen seen;
  const flaglink_sink sink = SinkInto(seen);
  const flaglink_request request = RequestOf("{}", "application/json");
  EXPECT_EQ(kTellingAdapter.extract(&request, &sink), FLAGLINK_EXTRACTED);
  EXPECT_EQ(seen.flags, std::vector<std::string>{"default/checkout-v2 2"});
}

// As a daemon had it before there was news of flags: what lies behind its end is not even memory of
// the sink.
TEST(Adapter, AnOlderDaemonIsToldNothingOfFlags) {
  Seen seen;
  flaglink_sink sink = SinkInto(seen);
  sink.struct_size = offsetof(flaglink_sink, flag);
  sink.flag = nullptr;
  const flaglink_request request = RequestOf("{}", "application/json");
  EXPECT_EQ(kTellingAdapter.extract(&request, &sink), FLAGLINK_EXTRACTED);
  EXPECT_EQ(seen.reasons, std::vector<std::string>{"the daemon is too old"});
  EXPECT_EQ(kAnsweringAdapter.extract(&request, &sink), FLAGLINK_EXTRACTED);
  EXPECT_EQ(seen.changes.size(), 1u);
}

TEST(Adapter, ALaterDaemonWithALargerSinkIsAnswered) {
  Seen seen;
  struct LaterSink {
    flaglink_sink known;
    void (*later)(void* context);
  } sink = {SinkInto(seen), nullptr};
  sink.known.struct_size = sizeof(sink);
  const flaglink_request request = RequestOf("{}", "application/json");
  EXPECT_EQ(kTellingAdapter.extract(&request, &sink.known), FLAGLINK_EXTRACTED);
  EXPECT_EQ(seen.flags.size(), 1u);
}

TEST(Adapter, ASinkWithoutWhatAbi1BeganWithIsRefused) {
  Seen seen;
  flaglink_sink sink = SinkInto(seen);
  sink.struct_size = offsetof(flaglink_sink, explain);
  const flaglink_request request = RequestOf("{}", "application/json");
  EXPECT_EQ(kTellingAdapter.extract(&request, &sink), FLAGLINK_MALFORMED);
  EXPECT_TRUE(seen.flags.empty());
}

TEST(Adapter, AbsentAndEmptyArriveAsTheyLeft) {
  Seen seen;
  const flaglink_sink sink = SinkInto(seen);
  const flaglink_pair option = {ToStr("site"), ToStr("here")};
  const flaglink_pair header = {ToStr("x-event"), ToStr("push")};
  flaglink_request request = RequestOf("{}", "application/json");
  request.options = &option;
  request.option_count = 1;
  request.headers = &header;
  request.header_count = 1;
  EXPECT_EQ(kAnsweringAdapter.extract(&request, &sink), FLAGLINK_EXTRACTED);
  ASSERT_EQ(seen.changes.size(), 1u);
  const flaglink_change& change = seen.changes[0];
  EXPECT_EQ(change.struct_size, sizeof(flaglink_change));
  EXPECT_EQ(change.resource.data, nullptr);
  EXPECT_NE(change.part.data, nullptr);
  EXPECT_NE(change.title.data, nullptr);
  EXPECT_EQ(change.title.size, 0u);
  EXPECT_EQ(change.url.data, nullptr);
  EXPECT_EQ(change.part_time_us, 5);
  EXPECT_EQ(change.content_time_us, 0);
  EXPECT_EQ(change.created_ms, 1767225600'000);
  EXPECT_EQ(change.has_texts, 0u);
  EXPECT_EQ(change.has_labels, 1u);
  EXPECT_EQ(seen.name, "here");
  EXPECT_EQ(seen.author, "push");
  EXPECT_EQ(seen.labels, "ab");
}

TEST(Adapter, AFormIsToldByItsContentType) {
  Seen seen;
  const flaglink_sink sink = SinkInto(seen);
  const flaglink_request form =
      RequestOf("a=b", "application/x-www-form-urlencoded; charset=utf-8");
  EXPECT_EQ(kAnsweringAdapter.extract(&form, &sink), FLAGLINK_IGNORED);
  EXPECT_EQ(seen.reasons, std::vector<std::string>{"a form"});
}

TEST(Adapter, TheDeclarationFillsInWhatIsNotWritten) {
  EXPECT_EQ(kAnsweringAdapter.abi, FLAGLINK_ADAPTER_ABI);
  EXPECT_EQ(kAnsweringAdapter.struct_size, sizeof(flaglink_adapter));
  ASSERT_EQ(kAnsweringAdapter.signature_count, 1u);
  EXPECT_EQ(kAnsweringAdapter.signatures[0].struct_size, sizeof(flaglink_signature));
  EXPECT_STREQ(kAnsweringAdapter.signatures[0].algorithm, "hmac-sha256");
  EXPECT_STREQ(kAnsweringAdapter.signatures[0].signed_content, "{body}");
  EXPECT_STREQ(kAnsweringAdapter.headers[1], "x-other");
  EXPECT_EQ(kAnsweringAdapter.headers[2], nullptr);
  EXPECT_EQ(kThrowingAdapter.headers[0], nullptr);
  EXPECT_EQ(kThrowingAdapter.blank[0], nullptr);
  EXPECT_STREQ(kThrowingAdapter.methods, "POST");
  EXPECT_EQ(kThrowingAdapter.check_options, nullptr);
  EXPECT_EQ(kThrowingAdapter.hosts, nullptr);
  EXPECT_EQ(kThrowingAdapter.armed_secret, nullptr);
  EXPECT_STREQ(kAskingAdapter.hosts[0], "api.example");
  EXPECT_STREQ(kAskingAdapter.armed_secret, "header:x-hook-secret");
}

TEST(Adapter, OptionsAreCheckedWithoutAnExceptionGettingOut) {
  const flaglink_pair site = {ToStr("site"), ToStr("x")}, bad = {ToStr("throw"), ToStr("x")};
  EXPECT_EQ(ToView(kAnsweringAdapter.check_options(nullptr, 0)), "no site");
  EXPECT_EQ(kAnsweringAdapter.check_options(&site, 1).data, nullptr);
  EXPECT_EQ(ToView(kAnsweringAdapter.check_options(&bad, 1)),
            "the adapter could not check its options");
}

}  // namespace
}  // namespace flaglink
