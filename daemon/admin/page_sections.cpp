#include "daemon/admin/page_sections.h"

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/admin/diagnosis.h"
#include "daemon/admin/page_text.h"

namespace flaglinkd {
namespace {

const char* ClassOf(Severity severity) {
  switch (severity) {
    case Severity::kBroken: return "bad";
    case Severity::kAttention: return "warn";
    case Severity::kIdle: return "idle";
    case Severity::kFine: return "good";
  }
  return "";
}

const char* ClassOfOutcome(std::string_view outcome) {
  if (outcome == "failed" || outcome == "unavailable") return "bad";
  return outcome == "stored" ? "good" : "idle";
}

Html FaultAndRemedy(const Finding& finding) {
  if (finding.fault.empty() && finding.remedy.empty()) return Html();
  Html html;
  html.Add("<p>");
  if (!finding.fault.empty()) html.Add("<b>Look at {}.</b> ", finding.fault);
  return html.Add("{}</p>", ProseHtml(finding.remedy));
}

Html SourceRow(const SourceStatus& source, TimePoint now) {
  Html row;
  row.Add("<tr><th scope=\"row\">{} <small><code>{}</code></small></th>", source.name, source.path);
  if (source.last_event) {
    row.Add("<td>{}</td><td><span class=\"state {}\">{}</span></td>",
            TimeHtml(*source.last_event, now), ClassOfOutcome(source.last_outcome),
            source.last_outcome);
  } else {
    row.Add("<td>none since the start</td><td>–</td>");
  }
  for (const std::int64_t count : {source.stored, source.ignored, source.duplicate}) {
    row.Add("<td class=\"number\">{}</td>", Grouped(count));
  }
  for (const std::int64_t count : {source.failed, source.rejected, source.unavailable}) {
    row.Add("<td class=\"number {}\">{}</td>", count > 0 ? "trouble" : "", Grouped(count));
  }
  row.Add("</tr>");
  return row;
}

Html QueueRow(const char* status, std::int64_t count, const char* meaning) {
  return Html::Of("<tr><th scope=\"row\">{}</th><td class=\"number\">{}</td><td>{}</td></tr>",
                  status, Grouped(count), meaning);
}

const char* NameOfPause(std::string_view reason) {
  if (reason == "token") return "the token is refused";
  if (reason == "permission") return "a permission is missing";
  if (reason == "rate_limit") return "the rate is limited";
  return reason == "away" ? "LaunchDarkly is away" : "paused";
}

}  // namespace

Html ProseHtml(std::string_view text) {
  Html html;
  bool code = false;
  while (true) {
    const std::string_view piece = text.substr(0, text.find('`'));
    if (code) {
      html.Add("<code>{}</code>", piece);
    } else {
      html.Add("{}", piece);
    }
    if (piece.size() == text.size()) return html;
    text.remove_prefix(piece.size() + 1);
    code = !code;
  }
}

Html VerdictSection(const StatusReport& report) {
  const std::vector<Finding> findings = Diagnose(report);
  const Finding& worst = findings.front();
  Html html;
  html.Add(
      "<section class=\"verdict {}\" aria-labelledby=\"verdict\">"
      "<p class=\"state {}\">{}</p><h1 id=\"verdict\">{}</h1>{}",
      ClassOf(worst.severity), ClassOf(worst.severity), NameOf(worst.severity), worst.sentence,
      FaultAndRemedy(worst));
  if (findings.size() > 1) {
    html.Add("<h2>Also</h2><ul>");
    for (std::size_t i = 1; i < findings.size(); ++i) {
      html.Add("<li><p><span class=\"state {}\">{}</span> <b>{}</b></p>{}</li>",
               ClassOf(findings[i].severity), NameOf(findings[i].severity), findings[i].sentence,
               FaultAndRemedy(findings[i]));
    }
    html.Add("</ul>");
  }
  html.Add("</section>");
  return html;
}

Html SourcesSection(const StatusReport& report) {
  Html html;
  html.Add(
      "<section aria-labelledby=\"sources\"><h2 id=\"sources\">Sources</h2>"
      "<div class=\"scroll\" role=\"group\" aria-labelledby=\"sources\" tabindex=\"0\"><table>"
      "<caption>Requests since the start, {}</caption><thead><tr><th scope=\"col\">Source</th>"
      "<th scope=\"col\">Last webhook</th><th scope=\"col\">Outcome</th>"
      "<th scope=\"col\" class=\"number\">Stored</th><th scope=\"col\" "
      "class=\"number\">Ignored</th>"
      "<th scope=\"col\" class=\"number\">Duplicate</th>"
      "<th scope=\"col\" class=\"number\">Failed</th>"
      "<th scope=\"col\" class=\"number\">Rejected</th>"
      "<th scope=\"col\" class=\"number\">Unavailable</th></tr></thead><tbody>",
      TimeHtml(report.started, report.now));
  for (const SourceStatus& source : report.sources) html.Add("{}", SourceRow(source, report.now));
  if (report.sources.empty()) {
    html.Add("<tr><td colspan=\"9\">No source is configured.</td></tr>");
  }
  html.Add("</tbody></table></div></section>");
  return html;
}

Html QueueSection(const StatusReport& report) {
  const QueueStatistics& queue = report.queue;
  Html html;
  html.Add(
      "<section aria-labelledby=\"queue\"><h2 id=\"queue\">Links</h2><table><caption>By "
      "status; ");
  if (queue.oldest_due && *queue.oldest_due < report.now) {
    html.Add("the oldest that is due has been so since {}",
             TimeHtml(*queue.oldest_due, report.now));
  } else {
    html.Add("none is due");
  }
  html.Add(
      "</caption><thead><tr><th scope=\"col\">Status</th>"
      "<th scope=\"col\" class=\"number\">Links</th><th scope=\"col\">Meaning</th></tr></thead>"
      "<tbody>{}{}{}{}{}</tbody></table></section>",
      QueueRow("applied", queue.applied, "as it should be at LaunchDarkly"),
      QueueRow("foreign", queue.foreign, "somebody else's link shows the same"),
      QueueRow("waiting", queue.waiting, "to be sent, or tried again"),
      QueueRow("unknown flag", queue.unknown_flag, "LaunchDarkly has no such flag yet"),
      QueueRow("failed", queue.failed, "given up, needs a person"));
  return html;
}

Html DeliverySection(const StatusReport& report) {
  const DeliveryStatus& delivery = report.delivery;
  Html html;
  html.Add(
      "<section aria-labelledby=\"delivery\"><h2 id=\"delivery\">Delivery</h2><dl>"
      "<dt>State</dt><dd>");
  if (!delivery.enabled) {
    html.Add("<span class=\"state warn\">off</span> by configuration");
  } else if (delivery.pauses.empty()) {
    html.Add("<span class=\"state good\">on</span> nothing is paused");
  }
  for (const PauseStatus& pause : delivery.pauses) {
    html.Add("<p><span class=\"state bad\">paused</span> {}: {}, next try {}</p>", pause.scope,
             NameOfPause(pause.reason), TimeHtml(pause.until, report.now));
  }
  html.Add("</dd><dt>Under way</dt><dd>{}</dd><dt>Budget</dt><dd>",
           Counted(delivery.under_way, "link"));
  const auto& budget = delivery.budget;
  if (budget && budget->until > report.now) {
    html.Add("{} left; the window ends {}", Counted(budget->remaining, "request"),
             TimeHtml(budget->until, report.now));
  } else {
    html.Add("{}", budget ? "a new window has begun" : "LaunchDarkly has told none yet");
  }
  html.Add("</dd>");
  for (const CatalogStatus& catalog : report.catalog) {
    html.Add("<dt>Flags of <code>{}</code></dt><dd>{}, read {} ago</dd>", catalog.project,
             Grouped(catalog.flags), SpanText(catalog.age));
  }
  if (report.catalog.empty()) html.Add("<dt>Flags</dt><dd>not read by configuration</dd>");
  html.Add("</dl></section>");
  return html;
}

Html ConfigurationSection(const StatusReport& report) {
  const ConfigStatus& config = report.config;
  Html html;
  html.Add(
      "<section aria-labelledby=\"configuration\"><h2 id=\"configuration\">Configuration</h2>"
      "<dl><dt>In force since</dt><dd>{}</dd><dt>Hash</dt><dd><code>{}</code></dd>",
      TimeHtml(config.loaded, report.now), config.hash);
  if (!config.refused.empty()) {
    html.Add("<dt>Last reload</dt><dd><span class=\"state warn\">refused</span> {}</dd>",
             config.refused);
  }
  html.Add("</dl></section>");
  return html;
}

}  // namespace flaglinkd
