// Zendesk Support: event webhooks of tickets, and webhooks of triggers and automations, whose JSON
// an administrator writes.
// https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events/
// https://developer.zendesk.com/documentation/webhooks/verifying/
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sdk/adapter.hpp"
#include "adapters/sdk/reading.hpp"

namespace flaglink::zendesk {
namespace {

constexpr std::string_view kTicketEvent = "zen:event-type:ticket.";

// "acme.zendesk.com": by the options, else by a URL of the body, which the placeholder
// {{ticket.url}} writes without a scheme.
std::string SiteOf(const Request& request, std::string url) {
  if (const auto subdomain = request.option("subdomain")) {
    return std::string(*subdomain) + ".zendesk.com";
  }
  if (url.find("://") == std::string::npos) url.insert(0, "https://");
  return HostOf(url);
}

// ["a", "b"] of events, "a b" of {{ticket.tags}}.
std::optional<std::vector<std::string>> ReadTags(Json tags) {
  const auto text = tags.String();
  if (!text) return ReadLabels(tags);
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t end = std::min(text->find(' ', at), text->size());
    if (end > at) names.emplace_back(text->substr(at, end - at));
    at = end + 1;
  }
  return names;
}

std::string FirstOf(std::string text, Json id) {
  return text.empty() ? IdOf(id) : text;
}

// The ticket as either kind of webhook carries it; nullopt: there is no saying which one it is.
std::optional<Change> ReadTicket(const Request& request, Json ticket) {
  const std::string id = IdOf(ticket[ticket["ticket_id"] ? "ticket_id" : "id"]);
  const std::string site = SiteOf(request, FirstText(ticket, {"/ticket_url", "/url", "/link"}));
  if (!HasOnly(id, "") || site.empty()) return std::nullopt;
  const std::string subject = FirstText(ticket, {"/subject", "/title"});
  const auto description = ticket["description"].String();

  Change change;
  change.resource = site + "/" + id;
  change.name = site.substr(0, site.find('.')) + "#" + id;
  change.part_time = change.content_time = FirstTime(ticket, {"/updated_at", "/created_at"});
  change.created = FirstTime(ticket, {"/created_at"});
  if (!subject.empty()) change.title = subject + " (#" + id + ")";
  change.url = "https://" + site + "/agent/tickets/" + id;
  if (description) {
    change.description =
        description->empty() ? "This ticket has no description." : std::string(*description);
  }
  change.author =
      FirstOf(FirstText(ticket, {"/requester_name", "/requester/name"}), ticket["requester_id"]);
  change.is_private = ticket["is_public"].Bool() == false;  // it holds internal notes alone
  change.labels = ReadTags(ticket["tags"]);
  if (!subject.empty() && description) {
    change.texts = {{{"subject", subject}, {"description", std::string(*description)}}};
  }
  return change;
}

Change CommentOn(const Change& ticket, const std::string& part, Json text) {
  Change comment = ticket;
  comment.part = part;
  comment.labels = std::nullopt;
  comment.texts = {{{"comment", TextOf(text)}}};
  return comment;
}

// The ticket rides along with what is said on it.
Outcome ReadCommentAdded(Json comment, Change ticket, const Sink& sink) {
  const std::string id = IdOf(comment["id"]);
  if (!HasOnly(id, "")) return Refuse(sink, "a comment_added event without a comment's id");
  Change change = CommentOn(ticket, "comment-" + id, comment["body"]);
  ticket.kind = change.kind = Change::Kind::kCreated;
  change.author = FirstOf(FirstText(comment, {"/author/name"}), comment.At("/author/id"));
  change.is_private = ticket.is_private || comment["is_public"].Bool() == false;
  sink.Emit(ticket);
  sink.Emit(change);
  return Outcome::kExtracted;
}

Outcome ReadEvent(const Request& request, Json body, const Sink& sink) {
  std::string type = TextOf(body["type"]);
  if (!type.starts_with(kTicketEvent)) return Ignore(sink, "not about a ticket: " + type);
  type.erase(0, kTicketEvent.size());
  auto ticket = ReadTicket(request, body["detail"]);
  if (!ticket) {
    return request.option("subdomain")
               ? Refuse(sink, "no ticket's id in \"detail\"")
               : Refuse(sink, "set the option subdomain: the body has none");
  }
  // The ticket's own time counts whole seconds, in which several events can fall.
  ticket->part_time = ticket->content_time = FirstTime(body, {"/time", "/detail/updated_at"});
  if (type == "comment_added") return ReadCommentAdded(body.At("/event/comment"), *ticket, sink);
  if (type == "created") ticket->kind = Change::Kind::kCreated;
  if (type == "soft_deleted" || type == "permanently_deleted") {
    ticket->kind = Change::Kind::kDeleted;
    ticket->texts.reset(), ticket->labels.reset();
  }
  sink.Emit(*ticket);
  return Outcome::kExtracted;
}

// Of a trigger only the latest comment can be had, and not its id.
Outcome ReadTrigger(const Request& request, Json body, const Sink& sink) {
  const Json ticket = body["ticket"].object() ? body["ticket"] : body;
  const auto change = ReadTicket(request, ticket);
  if (!change) {
    return Refuse(sink,
                  "neither an event of Zendesk nor a trigger's JSON with a ticket's id and URL");
  }
  if (!ticket["latest_comment"].String()) {
    sink.Emit(*change);
    return Outcome::kExtracted;
  }
  Change comment = CommentOn(*change, "latest-comment", ticket["latest_comment"]);
  comment.author = FirstText(ticket, {"/latest_comment_author"});
  const Json is_public = ticket["latest_comment_is_public"];
  comment.is_private =
      change->is_private || is_public.Bool() == false || is_public.String() == "false";
  sink.Emit(*change);
  sink.Emit(comment);
  return Outcome::kExtracted;
}

Outcome Read(const Request& request, Json body, const Sink& sink) {
  const bool event = TextOf(body["type"]).starts_with("zen:");
  return event ? ReadEvent(request, body, sink) : ReadTrigger(request, body, sink);
}

const char* CheckOptions(const Pairs& options) {
  const auto subdomain = options["subdomain"];
  return subdomain && !HasOnly(*subdomain, "-")
             ? "subdomain is the \"acme\" of https://acme.zendesk.com"
             : nullptr;
}

constexpr flaglink_signature kSignatures[] = {
    Signature{.header = "x-zendesk-webhook-signature",
              .encoding = "base64",
              .signed_content = "{timestamp}{body}",
              .timestamp = "header:x-zendesk-webhook-signature-timestamp",
              .timestamp_unit = "iso8601"}};
constexpr Names kOptions{"subdomain"};

}  // namespace

extern constexpr Declaration kAdapter{.name = "zendesk",
                                      .signatures = kSignatures,
                                      .delivery_id = "header:x-zendesk-webhook-invocation-id",
                                      .options = kOptions.names,
                                      .read = Read,
                                      .check_options = CheckOptions};

}  // namespace flaglink::zendesk

FLAGLINK_ADAPTER(flaglink::zendesk::kAdapter)
