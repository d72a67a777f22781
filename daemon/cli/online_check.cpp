#include "daemon/cli/online_check.h"

#include <rapidjson/document.h>

#include <array>
#include <optional>
#include <utility>

#include "daemon/admin/utc_time.h"
#include "daemon/domain/text.h"
#include "daemon/launchdarkly/flag_list_api.h"
#include "daemon/launchdarkly/retry_time.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kShownOfName = 100, kShownOfError = 200;
constexpr char kNoSuchLink[] = "flaglinkd-check.there-is-no-such-link";

struct Probe {
  const char* action;  // as a LaunchDarkly policy names it
  const char* method;
  const char* below;  // the flag's links
  const char* body;
};
constexpr std::array kProbes = {Probe{"createFlagLink", "POST", "", "[]"},
                                Probe{"updateFlagLink", "PATCH", kNoSuchLink, "[]"},
                                Probe{"deleteFlagLink", "DELETE", kNoSuchLink, ""}};

std::string Text(const rapidjson::Value& object, const char* name) {
  if (!object.HasMember(name) || !object[name].IsString()) return "";
  return EscapeForLine({object[name].GetString(), object[name].GetStringLength()}, kShownOfName);
}

// As LaunchDarkly's caller identity has it; nothing: the answer is none.
std::optional<std::string> WhoItIs(const std::string& body) {
  rapidjson::Document json;
  json.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  if (json.HasParseError() || !json.IsObject()) return std::nullopt;
  const bool service = json.HasMember("serviceToken") && json["serviceToken"].IsBool() &&
                       json["serviceToken"].GetBool();
  const std::string name = Text(json, "tokenName"), account = Text(json, "accountId");
  std::string who = service ? "service token" : "personal token";
  if (!name.empty()) who += " \"" + name + "\"";
  if (!account.empty()) who += " of account " + account;
  return who;
}

// What makes every further question pointless.
std::optional<std::string> Obstacle(const HttpAnswer& answer, TimePoint now) {
  if (answer.kind != HttpAnswer::Kind::kAnswered) {
    return "no answer: " + EscapeForLine(answer.error, kShownOfError) +
           "; look at base_url, proxy and ca, and at the network";
  }
  if (answer.status >= 300 && answer.status < 400) {
    return "answered " + std::to_string(answer.status) + ": check base_url";
  }
  if (answer.status != 429 && answer.status < 500) return std::nullopt;
  std::optional<TimePoint> until = RetryAfter(answer.headers, now);
  if (!until) until = RateLimitReset(answer.headers, now);
  return "answered " + std::to_string(answer.status) +
         (until ? ": wants no request before " + FormatUtc(*until) : ": try again later") +
         "; nothing more was asked";
}

// The statement of a role's or a token's policy that would allow these.
std::string Policy(const std::string& project, const std::vector<std::string>& actions) {
  std::string list;
  for (const std::string& action : actions) list += (list.empty() ? "\"" : ",\"") + action + "\"";
  return R"({"effect":"allow","resources":["proj/)" + project + R"(:env/*:flag/*"],"actions":[)" +
         list + "]}";
}

class OnlineCheck {
 public:
  OnlineCheck(const LaunchDarklyOptions& options, const std::function<HttpAnswer(HttpCall)>& ask,
              const Clock& clock)
      : options_(options), ask_(ask), clock_(clock) {}

  std::vector<OnlineFinding> Run() {
    CheckToken();
    const std::vector<std::string>& projects = options_.projects;
    for (std::size_t i = 0; i < projects.size() && i < kMostProjectsAsked; ++i) {
      if (!stopped_) CheckProject(projects[i]);
    }
    if (!stopped_ && projects.size() > kMostProjectsAsked) {
      Add(false, "LaunchDarkly: was asked about the first " + std::to_string(kMostProjectsAsked) +
                     " projects only");
    }
    return std::move(findings_);
  }

 private:
  void Add(bool wrong, std::string line) { findings_.push_back({wrong, std::move(line)}); }

  // The answer, unless it ends the check.
  std::optional<HttpAnswer> Ask(HttpCall call) {
    HttpAnswer answer = ask_(std::move(call));
    const std::optional<std::string> obstacle = Obstacle(answer, clock_.Now());
    if (!obstacle) return answer;
    stopped_ = true;
    Add(true, "LaunchDarkly: " + *obstacle);
    return std::nullopt;
  }

  HttpCall Call(const char* method, const std::string& path, const char* version) const {
    HttpCall call;
    call.method = method;
    call.url = options_.base_url + path;
    call.headers = {{"ld-api-version", version}, {"accept", "application/json"}};
    return call;
  }

  void CheckToken() {
    const std::optional<HttpAnswer> answer =
        Ask(Call("GET", "/api/v2/caller-identity", "20240415"));
    if (!answer) return;
    if (answer->status == 401) {
      stopped_ = true;
      return Add(true,
                 "LaunchDarkly: answered 401: [launchdarkly] token is not valid; it takes an API "
                 "access token, no SDK key, made in LaunchDarkly under Authorization");
    }
    const auto who = answer->status == 200 ? WhoItIs(answer->body) : std::nullopt;
    if (who) return Add(false, "LaunchDarkly: the token is the " + *who);
    stopped_ = true;
    Add(true, "LaunchDarkly: answered " + std::to_string(answer->status) +
                  ", but not as LaunchDarkly does: check base_url");
  }

  void CheckProject(const std::string& project) {
    const FlagPagePlace place{project, false, 0};
    Result<HttpCall> call = ToHttpCall(options_.base_url, place);
    if (!call) return Add(true, call.error().message);
    const std::optional<HttpAnswer> answer = Ask(*std::move(call));
    if (!answer) return;
    const Result<FlagPage> page = ReadFlagPage(place, *answer);
    if (!page) return Add(true, "LaunchDarkly: " + page.error().message);
    if (page->flags.empty()) {
      return Add(false, "project " + project +
                            ": has no flags yet, so what the token may do there was not asked");
    }
    const auto missing = MissingActions(project, page->flags.front().key);
    if (!missing) return;
    const std::size_t count = page->flags.size();
    const std::string flags =
        std::to_string(count) + (page->last ? "" : " or more") + (count == 1 ? " flag" : " flags");
    if (missing->empty()) {
      return Add(false, "project " + project + ": " + flags +
                            "; to make, change and remove flag links is not refused");
    }
    Add(true, "project " + project + ": the token lacks " + Listed(*missing) +
                  "; add to its role or policy: " + Policy(project, *missing));
  }

  // Nothing: the check has ended.
  std::optional<std::vector<std::string>> MissingActions(const std::string& project,
                                                         const std::string& flag) {
    std::vector<std::string> missing;
    for (const Probe& probe : kProbes) {
      const std::string links = "/api/v2/flag-links/projects/" + project + "/flags/" + flag;
      const bool named = *probe.below != '\0';
      HttpCall call = Call(probe.method, named ? links + "/" + probe.below : links, "beta");
      call.body = probe.body;
      if (!call.body.empty()) call.headers.push_back({"content-type", "application/json"});
      const std::optional<HttpAnswer> answer = Ask(std::move(call));
      if (!answer) return std::nullopt;
      if (answer->status == 401 || answer->status == 403) missing.emplace_back(probe.action);
    }
    return missing;
  }

  static std::string Listed(const std::vector<std::string>& actions) {
    std::string text;
    for (std::size_t i = 0; i < actions.size(); ++i) {
      text += (i == 0 ? "" : i + 1 == actions.size() ? " and " : ", ") + actions[i];
    }
    return text;
  }

  const LaunchDarklyOptions& options_;
  const std::function<HttpAnswer(HttpCall)>& ask_;
  const Clock& clock_;
  std::vector<OnlineFinding> findings_;
  bool stopped_ = false;
};

}  // namespace

std::vector<OnlineFinding> CheckLaunchDarkly(const LaunchDarklyOptions& options,
                                             const std::function<HttpAnswer(HttpCall)>& ask,
                                             const Clock& clock) {
  return OnlineCheck(options, ask, clock).Run();
}

}  // namespace flaglinkd
