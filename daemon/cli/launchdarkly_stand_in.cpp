#include "daemon/cli/launchdarkly_stand_in.h"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <utility>

#include "daemon/cli/stand_in_flags.h"

namespace flaglinkd {
namespace {

using Link = LaunchDarklyStandIn::Link;
using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr std::string_view kProjects = "/api/v2/flag-links/projects/";
constexpr std::string_view kFlags = "/flags/";
constexpr std::string_view kFlagList = "/api/v2/flags/";
constexpr std::string_view kCallerIdentity = "/api/v2/caller-identity";

// The flag that a path names, and the link's key or id where it goes that far.
struct Route {
  FlagKey flag;
  std::string link;
};

std::optional<Route> ParsePath(std::string_view path) {
  if (!path.starts_with(kProjects)) return std::nullopt;
  path.remove_prefix(kProjects.size());
  const std::size_t flags = path.find(kFlags);
  if (flags == std::string_view::npos) return std::nullopt;
  Route route;
  route.flag.project = path.substr(0, flags);
  path.remove_prefix(flags + kFlags.size());
  const std::size_t slash = path.find('/');
  route.flag.key = path.substr(0, slash);
  if (slash != std::string_view::npos) {
    route.link = path.substr(slash + 1);
    if (!IsValidKey(route.link)) return std::nullopt;
  }
  if (!IsValidKey(route.flag.project) || !IsValidKey(route.flag.key)) return std::nullopt;
  return route;
}

// The project whose flags are asked for.
std::optional<std::string> ParseFlagListPath(std::string_view path) {
  if (!path.starts_with(kFlagList)) return std::nullopt;
  path.remove_prefix(kFlagList.size());
  return IsValidKey(path) ? std::optional<std::string>(path) : std::nullopt;
}

// As a policy names it; "" for what takes none.
std::string ActionOf(const std::string& method) {
  if (method == "POST") return "createFlagLink";
  if (method == "PATCH") return "updateFlagLink";
  return method == "DELETE" ? "deleteFlagLink" : "";
}

std::string_view HeaderOf(const HttpRequest& request, std::string_view name) {
  for (const Header& header : request.headers) {
    if (header.name == name) return header.value;
  }
  return {};
}

void WriteString(JsonWriter& writer, const char* name, const std::string& value) {
  writer.Key(name);
  writer.String(value);
}

HttpResponse Json(int status, const rapidjson::StringBuffer& body) {
  HttpResponse response;
  response.status = status;
  response.body.assign(body.GetString(), body.GetSize());
  return response;
}

HttpResponse Refuse(int status, const char* code, const std::string& message) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  WriteString(writer, "code", code);
  WriteString(writer, "message", message);
  writer.EndObject();
  return Json(status, buffer);
}

HttpResponse BadRequest(const std::string& message) {
  return Refuse(400, "invalid_request", message);
}

HttpResponse Forbidden() {
  return Refuse(403, "forbidden", "Forbidden. Access to the requested resource was denied.");
}

HttpResponse NotFound() {
  return Refuse(404, "not_found", "Invalid resource identifier");
}

void WriteMetadata(JsonWriter& writer, const Link& link) {
  writer.Key("_metadata");
  writer.StartObject();
  for (const auto& [name, value] : link.metadata) WriteString(writer, name.c_str(), value);
  writer.EndObject();
}

// A FlagLinkRep.
void WriteLink(JsonWriter& writer, const Link& link) {
  writer.StartObject();
  writer.Key("_links");
  writer.StartObject();
  writer.EndObject();
  WriteString(writer, "_id", link.id);
  if (!link.key.empty()) WriteString(writer, "_key", link.key);
  if (!link.integration_key.empty()) WriteString(writer, "_integrationKey", link.integration_key);
  WriteString(writer, "_deepLink", link.deep_link);
  writer.Key("_timestamp");
  writer.StartObject();
  writer.Key("milliseconds");
  writer.Int64(link.timestamp_ms);
  writer.EndObject();
  WriteString(writer, "title", link.title);
  WriteString(writer, "description", link.description);
  if (!link.metadata.empty()) WriteMetadata(writer, link);
  writer.Key("_createdAt");
  writer.Int64(link.created_ms);
  writer.EndObject();
}

HttpResponse Show(int status, const Link& link) {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  WriteLink(writer, link);
  return Json(status, buffer);
}

// Empty, or what is wrong with metadata.
std::string TakeMetadata(const rapidjson::Value& metadata, Link& link) {
  if (!metadata.IsObject()) return "metadata must be an object";
  for (const auto& entry : metadata.GetObject()) {
    if (!entry.value.IsString()) {
      return std::string("metadata.") + entry.name.GetString() + " must be a string";
    }
    link.metadata[entry.name.GetString()] = entry.value.GetString();
  }
  return "";
}

// Empty, or what is wrong with this member of a flagLinkPost.
std::string TakeMember(const std::string& name, const rapidjson::Value& value, Link& link) {
  const std::pair<const char*, std::string*> texts[] = {{"key", &link.key},
                                                        {"integrationKey", &link.integration_key},
                                                        {"title", &link.title},
                                                        {"deepLink", &link.deep_link},
                                                        {"description", &link.description}};
  for (const auto& [known, field] : texts) {
    if (name != known) continue;
    if (!value.IsString()) return name + " must be a string";
    *field = value.GetString();
    return "";
  }
  if (name == "metadata") return TakeMetadata(value, link);
  if (name != "timestamp") return "unknown field " + name;
  if (!value.IsInt64()) return "timestamp must be an integer";
  link.timestamp_ms = value.GetInt64();
  return "";
}

// Empty, or what is wrong with this operation of a JSON Patch (RFC 6902). What begins with an
// underscore in the representation can't be edited, which leaves title and description.
std::string ApplyOperation(const rapidjson::Value& operation, Link& link) {
  if (!operation.IsObject()) return "an operation must be an object";
  for (const char* member : {"op", "path", "value"}) {
    const auto found = operation.FindMember(member);
    if (found == operation.MemberEnd() || !found->value.IsString()) {
      return std::string(member) + " must be a string";
    }
  }
  if (std::string_view(operation["op"].GetString()) != "replace") return "op must be replace";
  const std::string_view path = operation["path"].GetString();
  if (path != "/title" && path != "/description") return std::string(path) + " can't be edited";
  (path == "/title" ? link.title : link.description) = operation["value"].GetString();
  return "";
}

rapidjson::Document ParseJson(const std::string& body) {
  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(body.data(), body.size());
  return document;
}

}  // namespace

struct LaunchDarklyStandIn::State {
  std::string token;
  std::set<std::string> forbidden;
  Duplicate duplicate = Duplicate::kConflict;
  StandInFlags flags{std::nullopt};
  std::vector<Link> links;
  std::vector<Request> requests;
  std::map<std::pair<FlagKey, std::string>, int> created;
  unsigned next_id = 1;

  HttpResponse Dispatch(const HttpRequest& request, const std::optional<Route>& route,
                        TimePoint now);
  static HttpResponse IdentifyCaller();
  HttpResponse ListFlags(const std::string& project, const std::string& query) const;
  HttpResponse List(const FlagKey& flag) const;
  HttpResponse Create(const FlagKey& flag, const std::string& body, TimePoint now);
  const Link& Insert(Link link, TimePoint now);
  HttpResponse Remove(const Route& route);
  HttpResponse Patch(const Route& route, const std::string& body);

  std::vector<Link>::iterator Find(const FlagKey& flag, const std::string& key_or_id) {
    return std::find_if(links.begin(), links.end(), [&](const Link& link) {
      return link.flag == flag && (link.key == key_or_id || link.id == key_or_id);
    });
  }
};

HttpResponse LaunchDarklyStandIn::State::Dispatch(const HttpRequest& request,
                                                  const std::optional<Route>& route,
                                                  TimePoint now) {
  if (HeaderOf(request, "authorization") != token) {
    return Refuse(401, "unauthorized", "Invalid access token");
  }
  if (request.path == kCallerIdentity) return IdentifyCaller();
  if (const auto project = ParseFlagListPath(request.path)) {
    if (request.method == "GET") return ListFlags(*project, request.query);
    return Refuse(405, "method_not_allowed", "Method not allowed");
  }
  if (!route) return NotFound();
  if (HeaderOf(request, "ld-api-version") != "beta") {
    return Forbidden();
  }
  if (forbidden.contains(ActionOf(request.method))) return Forbidden();
  if (!flags.Exists(route->flag)) return NotFound();
  if (route->link.empty()) {
    if (request.method == "GET") return List(route->flag);
    if (request.method == "POST") return Create(route->flag, request.body, now);
  } else {
    if (request.method == "DELETE") return Remove(*route);
    if (request.method == "PATCH") return Patch(*route, request.body);
  }
  return Refuse(405, "method_not_allowed", "Method not allowed");
}

HttpResponse LaunchDarklyStandIn::State::IdentifyCaller() {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  WriteString(writer, "accountId", "000000000000000000000001");
  WriteString(writer, "authKind", "token");
  WriteString(writer, "tokenKind", "auth");
  WriteString(writer, "tokenName", "flaglinkd");
  writer.Key("serviceToken");
  writer.Bool(true);
  writer.EndObject();
  return Json(200, buffer);
}

HttpResponse LaunchDarklyStandIn::State::ListFlags(const std::string& project,
                                                   const std::string& query) const {
  Result<std::string> page = flags.List(project, query);
  if (!page) {
    return page.error().code == Error::Code::kInvalid ? BadRequest(page.error().message)
                                                      : NotFound();
  }
  HttpResponse response;
  response.body = *std::move(page);
  return response;
}

HttpResponse LaunchDarklyStandIn::State::List(const FlagKey& flag) const {
  rapidjson::StringBuffer buffer;
  JsonWriter writer(buffer);
  writer.StartObject();
  writer.Key("items");
  writer.StartArray();
  for (const Link& link : links) {
    if (link.flag == flag) WriteLink(writer, link);
  }
  writer.EndArray();
  writer.Key("_links");
  writer.StartObject();
  writer.EndObject();
  writer.EndObject();
  return Json(200, buffer);
}

HttpResponse LaunchDarklyStandIn::State::Create(const FlagKey& flag, const std::string& body,
                                                TimePoint now) {
  const rapidjson::Document document = ParseJson(body);
  if (document.HasParseError() || !document.IsObject()) return BadRequest("Invalid request body");
  Link link;
  link.flag = flag;
  for (const auto& member : document.GetObject()) {
    const std::string wrong = TakeMember(member.name.GetString(), member.value, link);
    if (!wrong.empty()) return BadRequest(wrong);
  }
  const bool taken = !link.key.empty() && Find(flag, link.key) != links.end();
  if (taken && duplicate == Duplicate::kConflict) {
    return Refuse(409, "conflict", "A flag link with that key already exists");
  }
  if (taken && duplicate == Duplicate::kBadRequest) {
    return BadRequest("A flag link with that key already exists");
  }
  ++created[{link.flag, link.key}];
  return Show(201, Insert(std::move(link), now));
}

const Link& LaunchDarklyStandIn::State::Insert(Link link, TimePoint now) {
  char id[25];
  std::snprintf(id, sizeof id, "%024x", next_id++);
  link.id = id;
  link.created_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  if (link.timestamp_ms == 0) link.timestamp_ms = link.created_ms;
  links.push_back(std::move(link));
  return links.back();
}

HttpResponse LaunchDarklyStandIn::State::Remove(const Route& route) {
  const auto link = Find(route.flag, route.link);
  if (link == links.end()) return NotFound();
  links.erase(link);
  HttpResponse response;
  response.status = 204;
  return response;
}

HttpResponse LaunchDarklyStandIn::State::Patch(const Route& route, const std::string& body) {
  const auto link = Find(route.flag, route.link);
  // Of a PATCH the documentation says "ID", where of a DELETE it says "ID or key".
  if (link == links.end() || link->id != route.link) return NotFound();
  const rapidjson::Document document = ParseJson(body);
  if (document.HasParseError() || !document.IsArray()) return BadRequest("Invalid request body");
  Link patched = *link;
  for (const rapidjson::Value& operation : document.GetArray()) {
    const std::string wrong = ApplyOperation(operation, patched);
    if (!wrong.empty()) return BadRequest(wrong);
  }
  *link = std::move(patched);
  return Show(200, *link);
}

LaunchDarklyStandIn::LaunchDarklyStandIn(Options options, const Clock& clock)
    : clock_(clock), state_(std::make_unique<Guarded<State>>()) {
  const auto state = state_->Lock();
  state->flags = StandInFlags(options.flags);
  state->token = std::move(options.token);
  state->duplicate = options.duplicate;
}

LaunchDarklyStandIn::~LaunchDarklyStandIn() = default;

HttpResponse LaunchDarklyStandIn::Answer(const HttpRequest& request) {
  const TimePoint now = clock_.Now();
  const std::optional<Route> route = ParsePath(request.path);
  Request entry;
  entry.when = now;
  entry.method = request.method;
  entry.path = request.path;
  if (route) entry.link_key = route->link;
  if (request.method == "POST") {
    const rapidjson::Document body = ParseJson(request.body);
    if (!body.HasParseError() && body.IsObject()) {
      const auto key = body.FindMember("key");
      if (key != body.MemberEnd() && key->value.IsString()) entry.link_key = key->value.GetString();
    }
  }
  const auto state = state_->Lock();
  HttpResponse response = state->Dispatch(request, route, now);
  entry.status = response.status;
  state->requests.push_back(std::move(entry));
  return response;
}

void LaunchDarklyStandIn::SetFlags(std::set<FlagKey> flags) {
  state_->Lock()->flags = StandInFlags(std::move(flags));
}

void LaunchDarklyStandIn::AddFlag(const FlagKey& flag) {
  state_->Lock()->flags.Add(flag);
}

void LaunchDarklyStandIn::ArchiveFlag(const FlagKey& flag) {
  state_->Lock()->flags.Archive(flag);
}

void LaunchDarklyStandIn::RemoveFlag(const FlagKey& flag) {
  const auto state = state_->Lock();
  state->flags.Remove(flag);
  if (state->flags.Exists(flag)) return;
  std::erase_if(state->links, [&](const Link& link) { return link.flag == flag; });
}

void LaunchDarklyStandIn::Forbid(std::set<std::string> actions) {
  state_->Lock()->forbidden = std::move(actions);
}

void LaunchDarklyStandIn::SetToken(const std::string& token) {
  state_->Lock()->token = token;
}

void LaunchDarklyStandIn::Plant(Link link) {
  const TimePoint now = clock_.Now();
  state_->Lock()->Insert(std::move(link), now);
}

std::vector<Link> LaunchDarklyStandIn::Links() const {
  return state_->Lock()->links;
}

std::vector<LaunchDarklyStandIn::Request> LaunchDarklyStandIn::Requests() const {
  return state_->Lock()->requests;
}

int LaunchDarklyStandIn::Created(const FlagKey& flag, const std::string& link_key) const {
  const auto state = state_->Lock();
  const auto count = state->created.find({flag, link_key});
  return count == state->created.end() ? 0 : count->second;
}

}  // namespace flaglinkd
