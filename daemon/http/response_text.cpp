#include "daemon/http/response_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

namespace flaglinkd {
namespace {

std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 304: return "Not Modified";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 421: return "Misdirected Request";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "";  // it may be empty (RFC 9112, 4)
  }
}

// "Tue, 24 Nov 2026 10:00:00 GMT" (RFC 9110, 5.6.7), whatever the locale.
std::string HttpDate(TimePoint now) {
  using std::chrono::floor;
  static constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(floor<std::chrono::seconds>(now - day));
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
                kDays[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
                kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

bool IsName(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  });
}

bool IsOurs(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kOurs = {
      "connection", "content-length", "content-type", "date", "transfer-encoding"};
  return std::any_of(kOurs.begin(), kOurs.end(), [&](std::string_view ours) {
    return std::equal(name.begin(), name.end(), ours.begin(), ours.end(), [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b;
    });
  });
}

void AppendHeader(std::string_view name, std::string_view value, std::string& out) {
  out.append(name).append(": ");
  for (char c : value) {
    const auto code = static_cast<unsigned char>(c);
    out.push_back(code < 0x20 || code == 0x7f ? ' ' : c);
  }
  out.append("\r\n");
}

}  // namespace

std::string FormatResponse(const HttpResponse& response, AnswerBody body, AfterAnswer after,
                           TimePoint now) {
  std::string out = "HTTP/1.1 " + std::to_string(response.status) + ' ';
  out.append(ReasonPhrase(response.status)).append("\r\n");
  AppendHeader("Date", HttpDate(now), out);
  const bool never_has_body = response.status == 204 || response.status == 304;
  if (!never_has_body) {
    if (!response.body.empty() && !response.content_type.empty()) {
      AppendHeader("Content-Type", response.content_type, out);
    }
    AppendHeader("Content-Length", std::to_string(response.body.size()), out);
  }
  for (const Header& header : response.headers) {
    if (IsName(header.name) && !IsOurs(header.name)) AppendHeader(header.name, header.value, out);
  }
  if (after == AfterAnswer::kClose) AppendHeader("Connection", "close", out);
  out.append("\r\n");
  if (!never_has_body && body == AnswerBody::kSent) out.append(response.body);
  return out;
}

HttpResponse RefusalResponse(const Refusal& refusal) {
  HttpResponse response;
  response.status = refusal.status;
  response.body = std::string(R"({"error":")") + refusal.reason + R"("})";
  if (refusal.status == 503) response.headers.push_back({"retry-after", "5"});
  response.close = true;
  return response;
}

}  // namespace flaglinkd
