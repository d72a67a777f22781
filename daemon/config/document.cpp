#include "daemon/config/document.h"

namespace flaglinkd {

const Entry* Value::Find(std::string_view key) const {
  for (const Entry& entry : table) {
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

}  // namespace flaglinkd
