// What is shipped is what the loader takes: a declaration that it would refuse is seen here, not by
// whoever configures the source.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "daemon/adapt/adapter.h"

namespace flaglinkd {
namespace {

TEST(ShippedAdapters, AreAllTakenByTheLoader) {
  const std::filesystem::path folder = std::filesystem::path(FLAGLINKD_BINARY_DIR) / "adapters";
  int loaded = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() != ".so") continue;
    const auto adapter = LoadAdapter(folder, file.path().stem().string());
    EXPECT_TRUE(adapter.ok()) << file.path() << ": " << adapter.error().message;
    ++loaded;
  }
  EXPECT_GE(loaded, 26);
}

}  // namespace
}  // namespace flaglinkd
