#include "daemon/config/problems.h"

#include <algorithm>
#include <tuple>

#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

constexpr std::size_t kLongestShownLine = 200, kLongestMessage = 1000;

bool IsContinuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0) == 0x80;
}

// The byte at which the character of a column starts; the end of the line for a column past it.
std::size_t ByteAt(const std::string& line, int column) {
  std::size_t byte = 0;
  for (int at = 1; at < column && byte < line.size(); ++at) {
    do ++byte;
    while (byte < line.size() && IsContinuation(line[byte]));
  }
  return byte;
}

// Spaces up to the column, tabs kept, so that the caret stands under its character in any terminal.
std::string CaretLine(const std::string& line, int column) {
  std::string caret;
  std::size_t end = ByteAt(line, column);
  for (std::size_t i = 0; i < end; ++i) {
    if (!IsContinuation(line[i])) caret += line[i] == '\t' ? '\t' : ' ';
  }
  return caret + '^';
}

// What stands before the `=`, unless a value stands there too (an inline table).
std::string KeyAlone(const std::string& line, std::size_t at) {
  std::size_t equals = line.find('=');
  if (equals == std::string::npos) return line;  // a table's header
  if (equals < at || line.substr(0, at).find_first_of("\"',") != std::string::npos) return "";
  return line.substr(0, equals) + "= …";
}

}  // namespace

std::string Diagnostic::Text() const {
  if (line == 0) return file + ": " + message;
  std::string text =
      file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + message;
  if (!source_line.empty()) {
    text += "\n  " + source_line + "\n  " + CaretLine(source_line, column);
  }
  return text;
}

void Problems::Add(Place place, const std::string& message, Show show) {
  problems_.push_back({place, EscapeForLine(message, kLongestMessage), show});
}

void Problems::Warn(Place place, const std::string& message) {
  warnings_.push_back({place, EscapeForLine(message, kLongestMessage), Show::kNothing});
}

void Problems::Hide(const Value& value) {
  hidden_.push_back({value.place.file, value.place.line, value.last_line});
}

bool Problems::IsHidden(Place place) const {
  return std::any_of(hidden_.begin(), hidden_.end(), [&](const HiddenLines& lines) {
    return lines.file == place.file && lines.first <= place.line && place.line <= lines.last;
  });
}

std::string Problems::ShownLine(const Problem& problem, const SourceFile& file) const {
  const Place& place = problem.place;
  if (place.line < 1 || static_cast<std::size_t>(place.line) > file.lines.size()) return "";
  if (problem.show == Show::kNothing) return "";
  std::string line = file.lines[static_cast<std::size_t>(place.line) - 1];
  std::size_t at = ByteAt(line, place.column);
  if (problem.show == Show::kKey) {
    line = KeyAlone(line, at);
  } else if (IsHidden(place)) {
    return "";
  }
  // A comment behind the mistake may say anything, also an old secret.
  line = line.substr(0, line.find('#', at));
  line.erase(line.find_last_not_of(" \t\r") + 1);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < 0x20 && c != '\t') c = '?';
  }
  if (line.size() > kLongestShownLine) return "";
  return ToValidUtf8(line);
}

std::vector<Diagnostic> Problems::Diagnostics(const std::vector<SourceFile>& files) const {
  std::vector<Problem> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.place.file, a.place.line, a.place.column) <
           std::tie(b.place.file, b.place.line, b.place.column);
  });
  std::vector<Diagnostic> diagnostics;
  for (const Problem& problem : sorted) {
    const SourceFile& file = files[problem.place.file];
    diagnostics.push_back({file.name, problem.place.line, problem.place.column, problem.message,
                           ShownLine(problem, file)});
  }
  return diagnostics;
}

std::vector<std::string> Problems::Warnings(const std::vector<SourceFile>& files) const {
  std::vector<std::string> texts;
  for (const Problem& warning : warnings_) {
    const Place& place = warning.place;
    texts.push_back(
        Diagnostic{files[place.file].name, place.line, place.column, warning.message, ""}.Text());
  }
  return texts;
}

}  // namespace flaglinkd
