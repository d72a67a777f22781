#include "daemon/adapt/copied_change.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "daemon/adapt/extraction.h"
#include "daemon/domain/text.h"

namespace flaglinkd {
namespace {

namespace limit = extraction_limit;

// The longest prefix of at most `size` bytes that does not end inside a character.
std::string_view CutAtBytes(std::string_view text, std::size_t size) {
  if (text.size() <= size) return text;
  const auto continues = [&](std::size_t at) { return (text[at] & 0xc0) == 0x80; };
  for (int back = 0; back < 3 && size > 0 && continues(size); ++back) --size;
  return text.substr(0, size);
}

// What lies outside is no time that a sender means, and would sort before or after everything.
std::optional<TimePoint> Time(std::int64_t microseconds) {
  constexpr std::chrono::sys_days kEnd = std::chrono::year(2200) / 1 / 1;
  const TimePoint time{Duration(microseconds)};
  if (microseconds <= 0 || time >= kEnd) return std::nullopt;
  return time;
}

std::optional<TimePoint> TimeOfMilliseconds(std::int64_t milliseconds) {
  constexpr std::int64_t kMost = std::int64_t{1} << 50;  // beyond any time that counts
  return milliseconds > kMost ? std::nullopt : Time(std::max<std::int64_t>(milliseconds, 0) * 1000);
}

// A borrowed array, as far as it is taken.
template <typename T>
std::span<const T> Elements(const T* data, std::size_t count, std::size_t most,
                            std::string_view what, BorrowedText& text) {
  if (data == nullptr) return {};
  if (count > most) text.NoteCut(what);
  return {data, std::min(count, most)};
}

std::optional<std::string> CopyUrl(flaglink_str borrowed, BorrowedText& text) {
  if (borrowed.data != nullptr && borrowed.size > limit::kUrl) {
    text.NoteCut("url");
    return std::nullopt;
  }
  return text.CopyIfPresent(borrowed, 3 * limit::kUrl, "url");  // U+FFFD takes three bytes
}

std::vector<MetadataField> CopyMetadata(const flaglink_change& from, BorrowedText& text) {
  std::vector<MetadataField> fields;
  for (const flaglink_pair& pair :
       Elements(from.metadata, from.metadata_count, limit::kMetadataFields, "metadata", text)) {
    std::string name = text.Copy(pair.name, limit::kMetadataName, "metadata name");
    auto value = text.CopyIfPresent(pair.value, limit::kMetadataValue, "metadata value");
    if (!name.empty() && value) fields.push_back({std::move(name), *std::move(value)});
  }
  return fields;
}

std::vector<NamedText> CopyTexts(const flaglink_change& from, BorrowedText& text) {
  std::vector<NamedText> texts;
  std::size_t left = limit::kTextsOfChange;
  for (const flaglink_pair& pair :
       Elements(from.texts, from.text_count, limit::kTexts, "texts", text)) {
    std::string name = text.Copy(pair.name, limit::kTextName, "text name");
    std::string value = text.Copy(pair.value, std::min(left, limit::kText), "text");
    left -= value.size();
    if (!value.empty()) texts.push_back({std::move(name), std::move(value)});
  }
  return texts;
}

std::vector<std::string> CopyLabels(const flaglink_change& from, BorrowedText& text) {
  std::vector<std::string> labels;
  for (const flaglink_str& label :
       Elements(from.labels, from.label_count, limit::kLabels, "labels", text)) {
    std::string copy = text.Copy(label, limit::kLabel, "label");
    if (!copy.empty()) labels.push_back(std::move(copy));
  }
  return labels;
}

std::optional<ChangeKind> Kind(std::uint32_t kind) {
  switch (kind) {
    case FLAGLINK_UPDATED: return ChangeKind::kUpdated;
    case FLAGLINK_DELETED: return ChangeKind::kDeleted;
    case FLAGLINK_CREATED: return ChangeKind::kCreated;
    default: return std::nullopt;
  }
}

}  // namespace

std::string BorrowedText::Copy(flaglink_str text, std::size_t limit, std::string_view what) {
  if (text.data == nullptr || exhausted_) return {};
  // Cut before it is read: the size is the adapter's word.
  const std::string_view read = CutAtBytes({text.data, text.size}, limit);
  const std::string valid = ToValidUtf8(read);
  std::string copy(CutAtBytes(valid, limit));
  if (read.size() < text.size || copy.size() < valid.size()) NoteCut(what);
  if (copy.size() > left_) {
    exhausted_ = true;
    return {};
  }
  left_ -= copy.size();
  return copy;
}

std::optional<std::string> BorrowedText::CopyIfPresent(flaglink_str text, std::size_t limit,
                                                       std::string_view what) {
  if (text.data == nullptr) return std::nullopt;
  return Copy(text, limit, what);
}

Result<Change> CopyChange(const flaglink_change& borrowed, BorrowedText& text) {
  flaglink_change from{};
  std::memcpy(&from, &borrowed, std::min<std::size_t>(borrowed.struct_size, sizeof from));
  const std::optional<ChangeKind> kind = Kind(from.kind);
  if (!kind) {
    return Error{Error::Code::kInvalid,
                 "a change is of the unknown kind " + std::to_string(from.kind)};
  }
  Change change;
  change.kind = *kind;
  change.resource = text.Copy(from.resource, limit::kResource, "resource");
  change.name = text.Copy(from.name, limit::kName, "name");
  change.part = text.Copy(from.part, limit::kPart, "part");
  change.part_time = Time(from.part_time_us);
  change.content_time = Time(from.content_time_us);
  change.created = TimeOfMilliseconds(from.created_ms);
  change.title = text.CopyIfPresent(from.title, limit::kTitle, "title");
  change.url = CopyUrl(from.url, text);
  change.description = text.CopyIfPresent(from.description, limit::kDescription, "description");
  change.integration_key =
      text.Copy(from.integration_key, limit::kIntegrationKey, "integration key");
  change.author = text.Copy(from.author, limit::kAuthor, "author");
  change.author_is_bot = from.author_is_bot != 0;
  change.is_private = from.is_private != 0;
  change.metadata = CopyMetadata(from, text);
  if (from.has_texts != 0) change.texts = CopyTexts(from, text);
  if (from.has_labels != 0) change.labels = CopyLabels(from, text);
  if (change.resource.empty() && change.name.empty()) {
    return Error{Error::Code::kInvalid, "a change has neither resource nor name"};
  }
  return change;
}

}  // namespace flaglinkd
