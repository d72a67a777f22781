#include "daemon/admin/page_lists.h"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "daemon/admin/page_text.h"

namespace flaglinkd {
namespace {

const char* ClassOfStatus(std::string_view status) {
  if (status == "applied" || status == "foreign") return "good";
  if (status == "failed") return "bad";
  return status == "waiting" || status == "unknown_flag" ? "warn" : "idle";
}

// A retry by its id does something to each that is not gone; a button is where one is wanted.
bool CanWantRetry(const LinkReport& link) {
  return link.status == "failed" || link.status == "waiting" || link.status == "unknown_flag";
}

// Whether a browser may be sent there: a "javascript:" would run in this page.
bool IsWebAddress(std::string_view url) {
  const auto has_scheme = [&](std::string_view scheme) {
    return url.size() > scheme.size() &&
           std::equal(scheme.begin(), scheme.end(), url.begin(), [](char a, char b) {
             return a == std::tolower(static_cast<unsigned char>(b));
           });
  };
  return has_scheme("https://") || has_scheme("http://");
}

// "SHOP-42 Roll out the new checkout", as far as it is known.
std::string Label(const LinkReport& link) {
  const std::string& name = link.name.empty() ? link.resource : link.name;
  if (link.title.empty()) return name;
  if (link.title.starts_with(name)) return link.title;  // as many a title does
  return name + " " + link.title;
}

Html ResourceHtml(const LinkReport& link) {
  if (!IsWebAddress(link.url)) return Html::Of("<b>{}</b>", Label(link));
  return Html::Of("<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>", link.url, Label(link));
}

Html LinkItem(const LinkReport& link, TimePoint now) {
  const std::string flag = link.flag.project + "/" + link.flag.key;
  Html item;
  item.Add(
      "<li data-link=\"{}\"><div><p>{} <span aria-hidden=\"true\">→</span>"
      "<span class=\"unseen\"> on flag </span> <code>{}</code></p>"
      "<p><span class=\"state {}\">{}</span> <span class=\"reason\">{}</span></p>"
      "<p class=\"quiet\">{} · {} · changed {}",
      link.id, ResourceHtml(link), flag, ClassOfStatus(link.status),
      link.status == "unknown_flag" ? "unknown flag" : link.status, link.reason, link.name_space,
      Counted(link.attempts, "attempt"), TimeHtml(link.changed_at, now));
  if (link.due && link.status != "applied") item.Add(" · next try {}", AgoText(*link.due, now));
  if (!CanWantRetry(link)) return item.Add("</p></div></li>");
  return item.Add(
      " · <code>flaglinkd links retry {}</code></p></div>"
      "<button type=\"button\" hidden>Retry<span class=\"unseen\"> {} on {}</span>"
      "</button></li>",
      link.id, Label(link), flag);
}

Html LinkList(const std::vector<LinkReport>& links, TimePoint now) {
  Html list;
  list.Add("<ul class=\"links\">");
  for (const LinkReport& link : links) list.Add("{}", LinkItem(link, now));
  return list.Add("</ul>");
}

Html Unanswered(const Error& error) {
  return Html::Of("<p><span class=\"state warn\">not known now</span> {}</p>", error.message);
}

// Only a script can send what an action needs, so that without one there is no field either.
Html TokenForm() {
  return Html::Of(
      "<form id=\"token\" hidden><label for=\"token-field\">Admin token</label>"
      "<input id=\"token-field\" type=\"password\" autocomplete=\"off\" spellcheck=\"false\" "
      "aria-describedby=\"token-note\"><span id=\"token-note\" class=\"quiet\">for Retry; kept "
      "until this tab closes</span></form>");
}

Html FoundLinks(const StatusReport& report, const PageLists& lists) {
  if (!lists.found) return Unanswered(lists.found.error());
  const std::vector<LinkReport>& found = *lists.found;
  if (found.empty()) {
    return Html::Of(
        "<p>No link is known for <code>{}</code>. A flag's key is written as in its "
        "URL, case counts, and a webhook must have named it.</p>",
        lists.search);
  }
  // One field serves both lists.
  const bool has_token_form = report.queue.failed > 0 && lists.failed;
  const std::string count = found.size() < kShownOfFlag
                                ? Counted(static_cast<std::int64_t>(found.size()), "link")
                                : "The newest " + std::to_string(kShownOfFlag) + " links";
  return Html::Of("<p>{} of <code>{}</code>.</p>{}{}", count, lists.search,
                  has_token_form ? Html() : TokenForm(), LinkList(found, report.now));
}

Html EventRow(const EventReport& event, TimePoint now) {
  const bool failed = event.outcome == "failed";
  return Html::Of(
      "<tr><th scope=\"row\" class=\"number\">{}</th><td>{}</td><td>{}</td>"
      "<td><span class=\"state {}\">{}</span></td><td class=\"number\">{}</td>"
      "<td class=\"reason\">{}</td></tr>",
      event.id, TimeHtml(event.received, now), event.source, failed ? "bad" : "good", event.outcome,
      event.links,
      event.reason.empty() && event.links == 0 ? "no link had to change" : event.reason);
}

}  // namespace

Html FailedSection(const StatusReport& report, const PageLists& lists) {
  Html html;
  if (report.queue.failed == 0) return html;
  html.Add("<section aria-labelledby=\"failed\"><h2 id=\"failed\">Failed links</h2>");
  if (!lists.failed) return html.Add("{}</section>", Unanswered(lists.failed.error()));
  const auto shown = static_cast<std::int64_t>(lists.failed->size());
  if (shown < report.queue.failed) {
    html.Add(
        "<p>The newest {} of {}; <code>flaglinkd links list --status failed</code> lists "
        "more.</p>",
        Grouped(shown), Grouped(report.queue.failed));
  }
  return html.Add("{}{}</section>", TokenForm(), LinkList(*lists.failed, report.now));
}

Html SearchSection(const StatusReport& report, const PageLists& lists) {
  Html html;
  html.Add(
      "<section aria-labelledby=\"search\"><h2 id=\"search\">Links of a flag</h2>"
      "<form method=\"get\" action=\"/#search\" role=\"search\">"
      "<label for=\"flag\">Flag key, or project/key</label>"
      "<input id=\"flag\" name=\"flag\" value=\"{}\" autocomplete=\"off\" "
      "autocapitalize=\"none\" spellcheck=\"false\" placeholder=\"checkout-v2\">"
      "<button>Show</button></form>",
      lists.search);
  if (!lists.search.empty()) html.Add("{}", FoundLinks(report, lists));
  return html.Add("</section>");
}

Html EventsSection(const StatusReport& report, const PageLists& lists) {
  Html html;
  html.Add("<section aria-labelledby=\"events\"><h2 id=\"events\">Latest events</h2>");
  if (!lists.events) return html.Add("{}</section>", Unanswered(lists.events.error()));
  if (lists.events->empty()) return html.Add("<p>No event is stored.</p></section>");
  html.Add(
      "<div class=\"scroll\" role=\"group\" aria-labelledby=\"events\" tabindex=\"0\"><table>"
      "<caption>What was stored of webhooks, and why. <code>flaglinkd events show ID</code> "
      "gives the reason for each flag.</caption><thead><tr>"
      "<th scope=\"col\" class=\"number\">Event</th><th scope=\"col\">Received</th>"
      "<th scope=\"col\">Source</th><th scope=\"col\">Decision</th>"
      "<th scope=\"col\" class=\"number\">Links changed</th><th scope=\"col\">Reason</th></tr>"
      "</thead><tbody>");
  for (const EventReport& event : *lists.events) html.Add("{}", EventRow(event, report.now));
  return html.Add("</tbody></table></div></section>");
}

}  // namespace flaglinkd
