// How rows of the queue hold lists: numbers in base 128, texts behind their length. What is read
// back is not trusted: damage gives nullopt. Pure. Internal to queue/.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/domain/change.h"
#include "daemon/domain/life_cycle.h"

namespace flaglinkd {

class Packer {
 public:
  void Number(std::uint64_t number);
  void Text(std::string_view text);
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Past damage or the end, numbers are 0 and texts empty, and Finished stays false.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t Number();
  std::string_view Text();
  bool damaged() const { return damaged_; }
  // Everything was read, and all of it was sound.
  bool Finished() const { return !damaged_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool damaged_ = false;
};

// A mention as a part's row holds it.
struct StoredMention {
  std::int64_t flag = 0;  // flags.id
  Carrier carrier = Carrier::kText;
  std::string reason;
  auto operator<=>(const StoredMention&) const = default;
};

std::string PackMentions(const std::vector<StoredMention>& mentions);
std::optional<std::vector<StoredMention>> UnpackMentions(std::string_view bytes);

// Description, integration key, creation and metadata; name, title and URL have columns of their
// own and come back empty.
std::string PackContent(const Content& content);
std::optional<Content> UnpackContent(std::string_view bytes);

// The same with name, title and URL.
std::string PackWhole(const Content& content);
std::optional<Content> UnpackWhole(std::string_view bytes);

}  // namespace flaglinkd
