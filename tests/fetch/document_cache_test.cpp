#include "daemon/fetch/document_cache.h"

#include <gtest/gtest.h>

#include "tests/fakes/changes.h"

namespace flaglinkd {
namespace {

TEST(DocumentCache, KeepsADocumentForItsLifetime) {
  DocumentCache cache({.lifetime = std::chrono::seconds(10)});
  cache.Put("a", "one", At(0));
  EXPECT_EQ(cache.Find("a", At(9)), "one");
  EXPECT_EQ(cache.Find("b", At(9)), std::nullopt);
  EXPECT_EQ(cache.Find("a", At(10)), std::nullopt);
}

TEST(DocumentCache, AClockThatWasSetBackMakesNothingYounger) {
  DocumentCache cache({});
  cache.Put("a", "one", At(100));
  EXPECT_EQ(cache.Find("a", At(99)), std::nullopt);
}

TEST(DocumentCache, ANewerDocumentTakesThePlaceOfTheOld) {
  DocumentCache cache({.documents = 2, .lifetime = std::chrono::seconds(10)});
  cache.Put("a", "one", At(0));
  cache.Put("b", "two", At(1));
  cache.Put("a", "three", At(5));
  EXPECT_EQ(cache.Find("a", At(12)), "three");
  cache.Put("c", "four", At(6));
  EXPECT_EQ(cache.Find("b", At(6)), std::nullopt);
  EXPECT_EQ(cache.Find("a", At(6)), "three");
}

TEST(DocumentCache, WhoNeedsANewerOneLeavesItToTheOthers) {
  DocumentCache cache({});
  cache.Put("a", "one", At(5));
  EXPECT_EQ(cache.Find("a", At(9), At(6)), std::nullopt);
  EXPECT_EQ(cache.Find("a", At(9), At(5)), "one");
  EXPECT_EQ(cache.Find("a", At(9)), "one");
}

TEST(DocumentCache, TheOldestGoWhereThereAreTooMany) {
  DocumentCache cache({.documents = 2});
  for (const char* key : {"a", "b", "c"}) cache.Put(key, "x", At(0));
  EXPECT_EQ(cache.Find("a", At(0)), std::nullopt);
  EXPECT_EQ(cache.Find("b", At(0)), "x");
  EXPECT_EQ(cache.Find("c", At(0)), "x");
}

TEST(DocumentCache, TheOldestGoWhereTheyAreTooLarge) {
  DocumentCache cache({.bytes = 20});
  cache.Put("a", "123456789", At(0));
  cache.Put("b", "123456789", At(0));  // 20 bytes with the keys
  EXPECT_EQ(cache.Find("a", At(0)), "123456789");
  cache.Put("c", "", At(0));
  EXPECT_EQ(cache.Find("a", At(0)), std::nullopt);
  EXPECT_EQ(cache.Find("b", At(0)), "123456789");
  cache.Put("d", std::string(20, 'x'), At(0));
  EXPECT_EQ(cache.Find("d", At(0)), std::nullopt);
  EXPECT_EQ(cache.Find("b", At(0)), "123456789");
}

}  // namespace
}  // namespace flaglinkd
