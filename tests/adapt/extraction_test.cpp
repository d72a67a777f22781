#include "daemon/adapt/extraction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace flaglinkd {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Request = const flaglink_request*;
using Sink = const flaglink_sink*;

flaglink_str Str(std::string_view text) {
  return {text.data(), text.size()};
}

void GiveChange(Sink sink, std::string_view title = "title") {
  flaglink_change change{};
  change.struct_size = sizeof change;
  change.resource = Str("acme/1");
  change.title = Str(title);
  sink->change(sink->context, &change);
}

void Explain(Sink sink, std::string_view reason) {
  sink->explain(sink->context, Str(reason));
}

void Reply(Sink sink, std::uint32_t status, std::string_view body,
           const std::vector<flaglink_pair>& headers = {}) {
  sink->reply(sink->context, status, headers.data(), headers.size(), Str("application/json"),
              Str(body));
}

Extraction RunOnce(ExtractFunction extract) {
  return RunExtract(extract, {}, {});
}

// The reason for which an extraction failed; it must hold nothing else.
std::string Failure(ExtractFunction extract) {
  const Extraction extraction = RunOnce(extract);
  EXPECT_EQ(extraction.outcome, Extraction::Outcome::kMalformed);
  EXPECT_THAT(extraction.changes, IsEmpty());
  EXPECT_FALSE(extraction.reply.has_value());
  return extraction.reason;
}

std::string BrokenRule(ExtractFunction extract) {
  const std::string reason = Failure(extract), prefix = "the adapter broke a rule: ";
  return reason.starts_with(prefix) ? reason.substr(prefix.size()) : reason;
}

TEST(Extraction, TheAdapterSeesHeadersOptionsAndBody) {
  const Extraction extraction = RunExtract(
      [](Request request, Sink sink) {
        const auto view = [](flaglink_str text) { return std::string(text.data, text.size); };
        EXPECT_EQ(request->struct_size, sizeof(flaglink_request));
        EXPECT_EQ(sink->struct_size, sizeof(flaglink_sink));
        EXPECT_EQ(request->header_count, 1u);
        EXPECT_EQ(view(request->headers[0].name) + view(request->headers[0].value), "x-kindissue");
        EXPECT_EQ(request->option_count, 1u);
        EXPECT_EQ(view(request->options[0].name) + view(request->options[0].value), "siteacme");
        EXPECT_EQ(request->fetched_count, 0u);
        EXPECT_EQ(view(request->body), "the body");
        EXPECT_EQ(view(request->content_type), "text/plain");
        GiveChange(sink);
        return FLAGLINK_EXTRACTED;
      },
      {{{"x-kind", "issue"}}, "text/plain", "the body"}, {{"site", "acme"}});
  EXPECT_EQ(extraction.outcome, Extraction::Outcome::kExtracted);
  EXPECT_THAT(extraction.changes, SizeIs(1));
  EXPECT_EQ(extraction.reason, "");
  EXPECT_FALSE(extraction.truncated);
}

TEST(Extraction, ReasonsAreJoinedInOneLine) {
  const Extraction extraction = RunOnce([](Request, Sink sink) {
    Explain(sink, "a draft\nof \xff");
    Explain(sink, "");
    Explain(sink, "by a bot");
    return FLAGLINK_IGNORED;
  });
  EXPECT_EQ(extraction.outcome, Extraction::Outcome::kIgnored);
  EXPECT_EQ(extraction.reason, "a draft\\x0aof \\xff; by a bot");
}

TEST(Extraction, WithoutAReasonThereIsOneOfOurs) {
  EXPECT_EQ(RunOnce([](Request, Sink) { return FLAGLINK_IGNORED; }).reason,
            "not of a kind that is linked");
  EXPECT_EQ(Failure([](Request, Sink) { return FLAGLINK_MALFORMED; }),
            "not what this source sends");
}

TEST(Extraction, AnEndlessReasonIsCut) {
  const std::string reason = Failure([](Request, Sink sink) {
    for (int i = 0; i < 100; ++i) Explain(sink, std::string(100'000, 'x'));
    return FLAGLINK_MALFORMED;
  });
  EXPECT_EQ(reason, std::string(500, 'x'));
}

TEST(Extraction, WhatWasCutIsSaid) {
  const Extraction extraction = RunOnce([](Request, Sink sink) {
    GiveChange(sink, std::string(2000, 't'));
    Explain(sink, "no author");
    return FLAGLINK_EXTRACTED;
  });
  EXPECT_EQ(extraction.reason, "no author; title too long, cut");
}

TEST(Extraction, TheFirst256ChangesAreTaken) {
  const auto give = [](Request request, Sink sink) {
    for (std::size_t i = 0; i < request->body.size; ++i) GiveChange(sink);
    return FLAGLINK_EXTRACTED;
  };
  const Extraction at = RunExtract(give, {{}, "", std::string(kMaxChangesPerEvent, 'x')}, {});
  EXPECT_EQ(at.changes.size(), kMaxChangesPerEvent);
  EXPECT_FALSE(at.truncated);
  const Extraction beyond =
      RunExtract(give, {{}, "", std::string(kMaxChangesPerEvent + 1, 'x')}, {});
  EXPECT_EQ(beyond.outcome, Extraction::Outcome::kExtracted);
  EXPECT_EQ(beyond.changes.size(), kMaxChangesPerEvent);
  EXPECT_TRUE(beyond.truncated);
}

TEST(Extraction, AReplyComesOver) {
  const Extraction extraction = RunOnce([](Request, Sink sink) {
    Reply(sink, 201, "{}", {{Str("X-Hook-Secret"), Str("abc")}});
    return FLAGLINK_HANDSHAKE;
  });
  EXPECT_EQ(extraction.outcome, Extraction::Outcome::kHandshake);
  ASSERT_TRUE(extraction.reply.has_value());
  EXPECT_EQ(extraction.reply->status, 201);
  EXPECT_EQ(extraction.reply->content_type, "application/json");
  EXPECT_EQ(extraction.reply->body, "{}");
  EXPECT_THAT(extraction.reply->headers, ElementsAre(Header{"x-hook-secret", "abc"}));
}

TEST(Extraction, ChangesAndAReplyMayComeTogether) {
  const Extraction extraction = RunOnce([](Request, Sink sink) {
    GiveChange(sink);
    Reply(sink, 200, std::string(extraction_limit::kReplyBody, 'x'));
    return FLAGLINK_EXTRACTED;
  });
  EXPECT_THAT(extraction.changes, SizeIs(1));
  EXPECT_EQ(extraction.reply->body.size(), extraction_limit::kReplyBody);
}

TEST(Extraction, AReplyThatCannotBeSentBreaksARule) {
  EXPECT_EQ(BrokenRule([](Request, Sink sink) { return Reply(sink, 500, ""), FLAGLINK_HANDSHAKE; }),
            "it replies with status 500");
  EXPECT_EQ(BrokenRule([](Request, Sink sink) { return Reply(sink, 302, ""), FLAGLINK_HANDSHAKE; }),
            "it replies with status 302");
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              return Reply(sink, 200, ""), Reply(sink, 200, ""), FLAGLINK_HANDSHAKE;
            }),
            "it replies twice");
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              return Reply(sink, 200, std::string(65537, 'x')), FLAGLINK_HANDSHAKE;
            }),
            "it replies with 65537 bytes, 65536 are allowed");
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              sink->reply(sink->context, 200, nullptr, 3, Str(""), Str(""));
              return FLAGLINK_HANDSHAKE;
            }),
            "it replies with 3 headers");
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              sink->reply(sink->context, 200, nullptr, 0, Str("text/plain\r\nx: y"), Str(""));
              return FLAGLINK_HANDSHAKE;
            }),
            "it replies with an unusable content type");
}

TEST(Extraction, AHeaderThatWouldChangeTheAnswerBreaksARule) {
  const auto reply = [](Request request, Sink sink) {
    const std::string_view line(request->body.data, request->body.size);
    const std::size_t colon = line.find(':');
    Reply(sink, 200, "", {{Str(line.substr(0, colon)), Str(line.substr(colon + 1))}});
    return FLAGLINK_HANDSHAKE;
  };
  for (const std::string line :
       {"x-a:b\r\nx-c: d", "x-a:b\n", "x a:b", ":b", "x-\r:b", "Content-Length:5",
        "transfer-encoding:chunked", "Connection:close", "content-type:text/html"}) {
    const Extraction extraction = RunExtract(reply, {{}, "", line}, {});
    EXPECT_EQ(extraction.outcome, Extraction::Outcome::kMalformed) << line;
    EXPECT_THAT(
        extraction.reason,
        ::testing::StartsWith("the adapter broke a rule: it replies with the unusable header "))
        << line;
  }
  EXPECT_THAT(RunExtract(reply, {{}, "", "x-a:" + std::string(2000, 'b')}, {}).reason,
              EndsWith("it replies with an overlong header"));
}

TEST(Extraction, AnOutcomeThatDoesNotFitBreaksARule) {
  EXPECT_EQ(BrokenRule([](Request, Sink) { return FLAGLINK_EXTRACTED; }), "it extracted no change");
  EXPECT_EQ(BrokenRule([](Request, Sink sink) { return GiveChange(sink), FLAGLINK_IGNORED; }),
            "it ignored the event, but gave changes");
  EXPECT_EQ(BrokenRule([](Request, Sink sink) { return GiveChange(sink), FLAGLINK_HANDSHAKE; }),
            "it took the event for a handshake, but gave changes");
  EXPECT_EQ(BrokenRule([](Request, Sink) { return FLAGLINK_HANDSHAKE; }),
            "it took the event for a handshake, but has no reply");
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              Explain(sink, "nothing there");
              return FLAGLINK_EXTRACTED;
            }),
            "it extracted no change (nothing there)");
}

TEST(Extraction, MalformedTakesNothingAlong) {
  EXPECT_EQ(Failure([](Request, Sink sink) {
              GiveChange(sink);
              Reply(sink, 200, "");
              Explain(sink, "then it broke off");
              return FLAGLINK_MALFORMED;
            }),
            "then it broke off");
}

TEST(Extraction, TheFirstBrokenRuleIsTheReason) {
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              sink->change(sink->context, nullptr);
              Reply(sink, 500, "");
              GiveChange(sink);
              return FLAGLINK_EXTRACTED;
            }),
            "it gave a change that is NULL");
}

TEST(Extraction, AllStringsTogetherAreBounded) {
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              const std::string value(8000, 'v');
              const std::vector<flaglink_pair> metadata(32, flaglink_pair{Str("n"), Str(value)});
              for (int i = 0; i < 256; ++i) {
                flaglink_change change{};
                change.struct_size = sizeof change;
                change.resource = Str("acme/1");
                change.metadata = metadata.data();
                change.metadata_count = metadata.size();
                sink->change(sink->context, &change);
              }
              return FLAGLINK_EXTRACTED;
            }),
            "its changes hold more than 16777216 bytes");
}

void Tell(Sink sink, std::string_view project, std::string_view key, std::uint32_t state) {
  sink->flag(sink->context, Str(project), Str(key), state);
}

TEST(Extraction, NewsOfFlagsComeOver) {
  const Extraction extraction = RunOnce([](Request, Sink sink) {
    Tell(sink, "default", "checkout-v2", FLAGLINK_FLAG_LIVE);
    Tell(sink, "default", "old_one", FLAGLINK_FLAG_ARCHIVED);
    Tell(sink, "mobile", "gone.one", FLAGLINK_FLAG_GONE);
    return FLAGLINK_EXTRACTED;
  });
  EXPECT_EQ(extraction.outcome, Extraction::Outcome::kExtracted);
  EXPECT_THAT(extraction.flag_news,
              ElementsAre(FlagNews{{"default", "checkout-v2"}, FlagNews::State::kLive},
                          FlagNews{{"default", "old_one"}, FlagNews::State::kArchived},
                          FlagNews{{"mobile", "gone.one"}, FlagNews::State::kGone}));
}

TEST(Extraction, TheFirst256NewsOfFlagsAreTaken) {
  const auto give = [](Request request, Sink sink) {
    for (std::size_t i = 0; i < request->body.size; ++i) {
      Tell(sink, "default", "a-b", FLAGLINK_FLAG_LIVE);
    }
    return FLAGLINK_EXTRACTED;
  };
  EXPECT_FALSE(RunExtract(give, {{}, "", std::string(256, 'x')}, {}).truncated);
  const Extraction beyond = RunExtract(give, {{}, "", std::string(257, 'x')}, {});
  EXPECT_THAT(beyond.flag_news, SizeIs(256));
  EXPECT_TRUE(beyond.truncated);
}

TEST(Extraction, NewsThatCannotBeOfAFlagBreakARule) {
  const std::string no_key = "it gave news of a flag under no valid key";
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              return Tell(sink, "default", "../x", FLAGLINK_FLAG_LIVE), FLAGLINK_EXTRACTED;
            }),
            no_key);
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              return Tell(sink, "*", "a-b", FLAGLINK_FLAG_LIVE), FLAGLINK_EXTRACTED;
            }),
            no_key);
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              sink->flag(sink->context, {nullptr, 0}, Str("a-b"), FLAGLINK_FLAG_LIVE);
              return FLAGLINK_EXTRACTED;
            }),
            no_key);
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              return Tell(sink, "default", "a-b", 3), FLAGLINK_EXTRACTED;
            }),
            "it gave news of a flag in the unknown state 3");
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              return Tell(sink, "default", "a-b", FLAGLINK_FLAG_GONE), FLAGLINK_IGNORED;
            }),
            "it ignored the event, but gave changes");
}

TEST(Extraction, ANeedThatIsNotWellFormedBreaksARule) {
  EXPECT_EQ(BrokenRule([](Request, Sink sink) {
              flaglink_need need{};
              need.struct_size = sizeof need;
              sink->need(sink->context, &need);
              GiveChange(sink);
              return FLAGLINK_EXTRACTED;
            }),
            "it needs a document of no usable name: ");
}

}  // namespace
}  // namespace flaglinkd
