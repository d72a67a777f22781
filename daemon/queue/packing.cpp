#include "daemon/queue/packing.h"

namespace flaglinkd {

void Packer::Number(std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes_ += static_cast<char>(number | 0x80);
  bytes_ += static_cast<char>(number);
}

void Packer::Text(std::string_view text) {
  Number(text.size());
  bytes_ += text;
}

std::uint64_t Unpacker::Number() {
  std::uint64_t number = 0;
  for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return number;
  }
  damaged_ = true;
  rest_ = {};
  return 0;
}

std::string_view Unpacker::Text() {
  const std::uint64_t size = Number();
  if (size > rest_.size()) {
    damaged_ = true;
    rest_ = {};
    return {};
  }
  const std::string_view text = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return text;
}

std::string PackMentions(const std::vector<StoredMention>& mentions) {
  Packer packer;
  for (const StoredMention& mention : mentions) {
    packer.Number(static_cast<std::uint64_t>(mention.carrier));
    packer.Number(static_cast<std::uint64_t>(mention.flag));
    packer.Text(mention.reason);
  }
  return packer.Take();
}

std::optional<std::vector<StoredMention>> UnpackMentions(std::string_view bytes) {
  std::vector<StoredMention> mentions;
  Unpacker unpacker(bytes);
  while (!unpacker.Finished()) {
    const std::uint64_t carrier = unpacker.Number();
    const std::uint64_t flag = unpacker.Number();
    const std::string_view reason = unpacker.Text();
    if (unpacker.damaged() || carrier > static_cast<std::uint64_t>(Carrier::kField))
      return std::nullopt;
    mentions.push_back(
        {static_cast<std::int64_t>(flag), static_cast<Carrier>(carrier), std::string(reason)});
  }
  return mentions;
}

std::string PackContent(const Content& content) {
  Packer packer;
  packer.Text(content.description);
  packer.Text(content.integration_key);
  packer.Number(content.created.has_value());
  packer.Number(
      static_cast<std::uint64_t>(content.created.value_or(TimePoint{}).time_since_epoch().count()));
  for (const MetadataField& field : content.metadata) {
    packer.Text(field.name);
    packer.Text(field.value);
  }
  return packer.Take();
}

std::optional<Content> UnpackContent(std::string_view bytes) {
  Content content;
  Unpacker unpacker(bytes);
  content.description = unpacker.Text();
  content.integration_key = unpacker.Text();
  const bool has_created = unpacker.Number() != 0;
  const TimePoint created(Duration(static_cast<std::int64_t>(unpacker.Number())));
  if (has_created) content.created = created;
  while (!unpacker.Finished()) {
    const std::string_view name = unpacker.Text();
    const std::string_view value = unpacker.Text();
    if (unpacker.damaged()) return std::nullopt;
    content.metadata.push_back({std::string(name), std::string(value)});
  }
  return content;
}

std::string PackWhole(const Content& content) {
  Packer packer;
  packer.Text(content.name);
  packer.Text(content.title);
  packer.Text(content.url);
  packer.Text(PackContent(content));
  return packer.Take();
}

std::optional<Content> UnpackWhole(std::string_view bytes) {
  Unpacker unpacker(bytes);
  const std::string_view name = unpacker.Text();
  const std::string_view title = unpacker.Text();
  const std::string_view url = unpacker.Text();
  std::optional<Content> content = UnpackContent(unpacker.Text());
  if (!content || !unpacker.Finished()) return std::nullopt;
  content->name = name;
  content->title = title;
  content->url = url;
  return content;
}

}  // namespace flaglinkd
