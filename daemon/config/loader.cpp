#include "daemon/config/loader.h"

// The library asserts (with NDEBUG: assumes) some things that a stray byte in a file can break, as
// a "[" with nothing behind it does in 3.3. Thrown, they are syntax errors like any other.
namespace flaglinkd {
struct BrokenAssumption {};
[[noreturn]] static void ThrowBrokenAssumption() {
  throw BrokenAssumption();
}
}  // namespace flaglinkd
#undef NDEBUG
#define TOML_ASSERT(expression) ((expression) ? void() : flaglinkd::ThrowBrokenAssumption())
#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>

#include "daemon/base/check.h"
#include "daemon/base/sha256.h"
#include "daemon/config/line_privacy.h"
#include "daemon/config/stray_character.h"
#include "daemon/config/trusted_file.h"

namespace flaglinkd {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 1u << 20;

Place PlaceOf(const toml::source_region& region, std::size_t file) {
  return {file, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

std::string NumberText(double number) {
  char text[32];
  auto [end, error] = std::to_chars(text, text + sizeof text, number);
  FLAGLINKD_CHECK(error == std::errc());
  return std::string(text, end);
}

Value Convert(const toml::node& node, std::size_t file);

void ConvertTable(const toml::table& table, std::size_t file, Value& value) {
  for (const auto& [key, child] : table) {
    value.table.push_back(
        {std::string(key.str()), PlaceOf(key.source(), file), Convert(child, file)});
  }
  // The library sorts by name.
  std::stable_sort(value.table.begin(), value.table.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.place.line, a.place.column) < std::pair(b.place.line, b.place.column);
  });
}

Value Convert(const toml::node& node, std::size_t file) {
  Value value;
  value.place = PlaceOf(node.source(), file);
  value.last_line = static_cast<int>(node.source().end.line);
  if (const toml::table* table = node.as_table()) {
    value.kind = Value::Kind::kTable;
    ConvertTable(*table, file, value);
  } else if (const toml::array* array = node.as_array()) {
    value.kind = Value::Kind::kList;
    for (const toml::node& child : *array) value.list.push_back(Convert(child, file));
  } else if (const auto* text = node.as_string()) {
    value.kind = Value::Kind::kText;
    value.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = Value::Kind::kInteger;
    value.integer = integer->get();
    value.text = std::to_string(value.integer);
  } else if (const auto* real = node.as_floating_point()) {
    value.kind = Value::Kind::kReal;
    value.text = NumberText(real->get());
  } else if (const auto* flag = node.as_boolean()) {
    value.kind = Value::Kind::kBool;
    value.flag = flag->get();
    value.text = value.flag ? "true" : "false";
  } else {
    value.kind = Value::Kind::kTime;
  }
  return value;
}

std::string Where(const Place& place, const Document& document) {
  return document.files[place.file].name + ":" + std::to_string(place.line) + ":" +
         std::to_string(place.column);
}

// Joins `from` into `into`. Within one file the library has refused a second setting already.
void Merge(Value& into, Value from, const std::string& path, const Document& document,
           Problems& problems) {
  for (Entry& entry : from.table) {
    const std::string name = path + entry.key;
    auto known = std::find_if(into.table.begin(), into.table.end(),
                              [&](const Entry& other) { return other.key == entry.key; });
    if (known == into.table.end()) {
      into.table.push_back(std::move(entry));
    } else if (known->value.kind == Value::Kind::kTable &&
               entry.value.kind == Value::Kind::kTable) {
      Merge(known->value, std::move(entry.value), name + ".", document, problems);
    } else if (name == "test" && known->value.kind == Value::Kind::kList &&
               entry.value.kind == Value::Kind::kList) {
      std::ranges::move(entry.value.list, std::back_inserter(known->value.list));
    } else {
      problems.Add(entry.place,
                   "`" + name + "` is set twice: first at " + Where(known->place, document),
                   Problems::Show::kKey);
    }
  }
}

std::vector<std::string> SplitLines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t start = 0; start <= text.size();) {
    std::size_t end = std::min(text.find('\n', start), text.size());
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return lines;
}

bool Has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// The library's words, but for what they leave unsaid, and for the one message that repeats a value
// (which may be a secret of digits).
std::string SyntaxMessage(std::string_view description) {
  constexpr std::string_view kWhat = "Error while parsing ";
  if (description.substr(0, kWhat.size()) == kWhat) description.remove_prefix(kWhat.size());
  std::string message = "TOML: " + std::string(description);
  if (Has(description, "not representable")) return "TOML: the number is too large";
  if (Has(description, "unescaped control characters")) {
    return "TOML: a string must end on its line and hold no control characters";
  }
  if (Has(description, "decimal integer: expected digit")) {
    message += "; a duration or a size is written in quotes, as \"20s\"";
  }
  return message;
}

// Reads a file; what is in the way becomes a problem of the file as a whole.
bool AddFile(Document& document, const fs::path& file, std::string& bytes, Problems& problems) {
  std::error_code failed;
  fs::path directory = fs::absolute(file, failed).parent_path();
  Result<std::string> text = ReadTrustedFile(file, kLargestFile, Readers::kAnybody);
  if (!text) {
    document.files.push_back({file.string(), directory, {}});
    problems.Add({document.files.size() - 1, 0, 0}, text.error().message);
    document.complete = false;
    return false;
  }
  bytes += *text;
  AddText(document, file.string(), directory, *text, problems);
  return true;
}

// conf.d/*.toml in name order; a conf.d that can't be trusted or listed is a problem.
std::vector<fs::path> Fragments(const fs::path& folder, Document& document, Problems& problems) {
  std::vector<fs::path> files;
  Status trusted = CheckTrustedFolder(folder);
  if (!trusted && trusted.error().code == Error::Code::kNotFound) return files;
  std::string obstacle = trusted ? "" : trusted.error().message;
  if (obstacle.empty()) {
    std::error_code failed;
    fs::directory_iterator entry(folder, failed);
    for (; !failed && entry != fs::directory_iterator(); entry.increment(failed)) {
      if (entry->path().extension() == ".toml") files.push_back(entry->path());
    }
    if (failed) obstacle = "cannot be listed: " + failed.message();
  }
  if (!obstacle.empty()) {
    document.files.push_back({folder.string(), folder, {}});
    problems.Add({document.files.size() - 1, 0, 0}, obstacle);
    document.complete = false;
    return {};
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool IsRead(const fs::path& file, const Document& document) {
  return std::ranges::any_of(document.files, [&](const SourceFile& known) {
    std::error_code failed;
    return fs::equivalent(file, known.name, failed);
  });
}

void AddSyntaxError(Document& document, Place place, const std::string& message,
                    Problems& problems) {
  const bool safe = MayShowUnparsed(document.files[place.file].lines, place.line);
  problems.Add(place, message, safe ? Problems::Show::kLine : Problems::Show::kNothing);
  document.complete = false;
}

// The line at which the library's assumptions break: the last of the shortest beginning of the file
// that breaks them.
int BrokenLine(const std::vector<std::string>& lines) {
  auto breaks = [&](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += lines[i] + "\n";
    try {
      return static_cast<void>(toml::parse(std::string_view(text))), false;
    } catch (const toml::parse_error&) {
      return false;
    } catch (const BrokenAssumption&) {
      return true;
    }
  };
  std::size_t whole = 0, broken = lines.size();
  while (broken - whole > 1) {
    const std::size_t middle = whole + (broken - whole) / 2;
    (breaks(middle) ? broken : whole) = middle;
  }
  return static_cast<int>(broken);
}

}  // namespace

void AddText(Document& document, std::string name, fs::path directory, const std::string& text,
             Problems& problems) {
  const std::size_t file = document.files.size();
  document.files.push_back({std::move(name), std::move(directory), SplitLines(text)});
  if (const auto stray = FindStrayCharacter(document.files[file].lines)) {
    AddSyntaxError(document, {file, stray->line, stray->column},
                   "TOML: a character beyond ASCII outside of quotes; quotes are \" and '",
                   problems);
    return;
  }
  try {
    const toml::table table = toml::parse(std::string_view(text));
    Merge(document.root, Convert(table, file), "", document, problems);
  } catch (const toml::parse_error& error) {
    AddSyntaxError(document, PlaceOf(error.source(), file), SyntaxMessage(error.description()),
                   problems);
  } catch (const BrokenAssumption&) {
    AddSyntaxError(document, {file, BrokenLine(document.files.back().lines), 1},
                   "TOML: this line cannot be read", problems);
  }
}

Document LoadDocument(const fs::path& file, const std::vector<fs::path>& more, Problems& problems) {
  Document document;
  std::string bytes;
  if (AddFile(document, file, bytes, problems)) {
    for (const fs::path& fragment : Fragments(file.parent_path() / "conf.d", document, problems)) {
      AddFile(document, fragment, bytes, problems);
    }
    for (const fs::path& each : more) {
      if (!IsRead(each, document)) AddFile(document, each, bytes, problems);
    }
  }
  document.hash = Hex(Sha256(bytes), 8);
  return document;
}

Value ParseValue(std::string_view text) {
  toml::table table = toml::parse("x = " + std::string(text));
  return Convert(*table.get("x"), 0);
}

}  // namespace flaglinkd
