#include "daemon/admin/page_plots.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "daemon/admin/page_text.h"

namespace flaglinkd {
namespace {

// Of the drawing, which is stretched to the width that there is.
constexpr int kSlotWidth = 4, kBarWidth = 3, kHeight = 40;
constexpr int kWidth = static_cast<int>(kHistorySlots) * kSlotWidth;

struct Series {
  std::vector<double> values;  // oldest first; the last one is under way
  std::string (*write)(double value);
};

std::string WriteCount(double value) {
  return Grouped(std::llround(value));
}

std::string WriteMilliseconds(double value) {
  char text[32];
  std::snprintf(text, sizeof text, value < 10 ? "%.1f ms" : "%.0f ms", value);
  return text;
}

std::string WriteSeconds(double value) {
  return SpanText(Duration(std::llround(value * 1e6)));
}

template <typename Number>
std::vector<double> ValuesOf(const StatusReport& report, Number HistorySlot::*member) {
  const std::size_t count = std::min(report.history.size(), kHistorySlots);
  std::vector<double> values;
  for (std::size_t i = report.history.size() - count; i < report.history.size(); ++i) {
    const double value = static_cast<double>(report.history[i].*member);
    values.push_back(std::isfinite(value) && value > 0 ? value : 0);
  }
  return values;
}

double Largest(const std::vector<double>& values) {
  return values.empty() ? 0 : *std::max_element(values.begin(), values.end());
}

std::int64_t Sum(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return std::llround(sum);
}

// A path of bars that stand on `floor`; what is not nothing can be seen.
std::string Bars(const std::vector<double>& values, const std::vector<double>& floor, double peak) {
  std::string path;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0) continue;
    const double base = floor.empty() ? 0 : floor[i] / peak * kHeight;
    const double height = std::max(1.0, values[i] / peak * kHeight);
    const int x = kWidth - static_cast<int>(values.size() - i) * kSlotWidth;
    char bar[64];
    std::snprintf(bar, sizeof bar, "M%d %.1fv-%.1fh%dv%.1fz", x, kHeight - base, height, kBarWidth,
                  height);
    path += bar;
  }
  return path;
}

// "now 3, at most 41 (2 h 5 min ago)".
std::string Words(const Series& series) {
  if (Largest(series.values) == 0) return "nothing";
  const auto peak = std::max_element(series.values.begin(), series.values.end());
  const auto slots_ago = series.values.end() - 1 - peak;
  std::string words = "now " +
                      (series.values.back() == 0 ? "nothing" : series.write(series.values.back())) +
                      ", at most " + series.write(*peak);
  if (slots_ago > 0) words += " (" + SpanText(slots_ago * kHistorySlot) + " ago)";
  return words;
}

Html Figure(const char* title, const Series& series, const std::vector<double>& rejected,
            const std::string& note) {
  std::vector<double> total = series.values;
  for (std::size_t i = 0; i < rejected.size(); ++i) total[i] += rejected[i];
  const double peak = Largest(total);
  const std::string words = Words({total, series.write}) + note;
  Html figure;
  figure.Add(
      "<figure><figcaption><b>{}</b> <span>{}</span></figcaption>"
      "<svg viewBox=\"0 0 {} {}\" preserveAspectRatio=\"none\" role=\"img\" "
      "aria-label=\"{}, last 6 hours: {}\">",
      title, words, kWidth, kHeight, title, words);
  for (int hour = 0; hour <= 6; ++hour) {
    figure.Add("<path class=\"hour\" d=\"M{} 0v{}\"/>", hour * kWidth / 6, kHeight);
  }
  figure.Add("<path class=\"bars\" d=\"{}\"/>", Bars(series.values, {}, peak));
  if (!rejected.empty()) {
    figure.Add("<path class=\"rejected\" d=\"{}\"/>", Bars(rejected, series.values, peak));
  }
  figure.Add("</svg><p class=\"axis\"><span>6 h ago</span><span>now</span></p></figure>");
  return figure;
}

}  // namespace

Html PlotsSection(const StatusReport& report) {
  const std::vector<double> rejected = ValuesOf(report, &HistorySlot::rejected);
  const std::vector<double> events = ValuesOf(report, &HistorySlot::events);
  const std::vector<double> applied = ValuesOf(report, &HistorySlot::applied);
  const std::vector<double> requests = ValuesOf(report, &HistorySlot::requests);
  return Html::Of(
      "<section aria-labelledby=\"history\"><h2 id=\"history\">Last 6 hours <small>in steps of 5 "
      "minutes</small></h2><div class=\"plots\">{}{}{}{}</div></section>",
      Figure("Webhooks", {events, WriteCount}, rejected,
             "; " + Grouped(Sum(events)) + " taken, " + Grouped(Sum(rejected)) + " rejected"),
      Figure("Time to answer", {ValuesOf(report, &HistorySlot::answer_ms), WriteMilliseconds}, {},
             ""),
      Figure("Links applied", {applied, WriteCount}, {},
             "; " + Counted(Sum(requests), "request") + " to LaunchDarkly"),
      Figure("Webhook to link", {ValuesOf(report, &HistorySlot::delivery_s), WriteSeconds}, {},
             ""));
}

}  // namespace flaglinkd
