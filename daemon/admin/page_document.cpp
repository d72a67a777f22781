#include "daemon/admin/page_document.h"

#include "daemon/admin/diagnosis.h"
#include "daemon/admin/page_plots.h"
#include "daemon/admin/page_sections.h"
#include "daemon/admin/page_text.h"
#include "daemon/admin/utc_time.h"

namespace flaglinkd {
namespace {

Html Head(const StatusReport& report) {
  return Html::Of(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<title>{} · flaglinkd</title>"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\">"
      "<link rel=\"stylesheet\" href=\"/style.css\"><script src=\"/script.js\" defer></script>"
      "</head>\n",
      NameOf(Diagnose(report).front().severity));
}

Html Banner(const StatusReport& report) {
  const std::string utc = FormatUtc(report.now);
  return Html::Of(
      "<header><a class=\"name\" href=\"/\">flaglinkd</a> <span class=\"quiet\">{} · up {} · as of "
      "<time datetime=\"{}\">{}</time></span><span class=\"refresh\"><a href=\"\">Refresh</a>"
      "<label id=\"every\" hidden><input type=\"checkbox\"> every 30 s</label></span></header>",
      report.version, SpanText(report.now - report.started), utc, utc);
}

Html Body(const StatusReport& report, const PageLists& lists) {
  Html main;
  main.Add("{}\n{}\n{}\n", VerdictSection(report), FailedSection(report, lists),
           SourcesSection(report));
  main.Add("<div class=\"columns\">{}\n<div>{}\n{}</div></div>\n", QueueSection(report),
           DeliverySection(report), ConfigurationSection(report));
  main.Add("{}\n{}\n{}\n", PlotsSection(report), SearchSection(report, lists),
           EventsSection(report, lists));
  return Html::Of(
      "<body>{}\n<main>\n{}</main>\n<p id=\"outcome\" role=\"status\" aria-live=\"polite\"></p>\n"
      "<footer class=\"quiet\">Also here: <a href=\"/metrics\">/metrics</a>, "
      "<a href=\"/readyz\">/readyz</a>, <a href=\"/api/v1/status\">/api/v1/status</a>. "
      "In a shell: <code>flaglinkd status</code>.</footer></body>",
      Banner(report), main);
}

}  // namespace

std::string RenderPage(const StatusReport& report, const PageLists& lists) {
  return Html::Of("{}{}</html>\n", Head(report), Body(report, lists)).text();
}

}  // namespace flaglinkd
