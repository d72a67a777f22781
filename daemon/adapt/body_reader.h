// Reads single values of an authentic body, and blanks those that must not be stored. A body is
// JSON, or a form; a form's fields are addressed as "/field", and "/field/…" reaches into a field
// that holds JSON (Slack's `payload`). Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/domain/change.h"

namespace flaglinkd {

class BodyReader {
 public:
  // Parses once, with bounds on depth; a body that is neither JSON nor a form has no values.
  BodyReader(std::string_view content_type, std::string_view body);
  ~BodyReader();
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;

  // Strings, numbers and booleans as text; null as ""; absent, objects and arrays: nothing.
  std::optional<std::string> Find(std::string_view pointer) const;
  // The same for a value or a list of values (of strings, or of objects with `value`, `name` or
  // `key`).
  std::optional<std::vector<std::string>> FindAll(std::string_view pointer) const;

  // The body with the values at `pointers` replaced by ""; the very bytes that came when none is
  // there.
  std::string Blanked(const std::vector<std::string>& pointers) const;

 private:
  struct Parsed;
  std::unique_ptr<Parsed> parsed_;
};

}  // namespace flaglinkd
