#include "daemon/queue/stored_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <span>
#include <string>

#include "daemon/queue/sqlite_database.h"
#include "daemon/queue/sqlite_link_queue.h"
#include "tests/fakes/temporary_folder.h"

namespace flaglinkd {
namespace {

using Flag = CatalogUpdate::Flag;
using State = CatalogUpdate::State;
using testing::ElementsAre;
using testing::IsEmpty;

// 2026-01-01T00:00:00Z
constexpr TimePoint kNow{std::chrono::seconds(1'767'225'600)};

class StoredCatalog : public testing::Test {
 protected:
  StoredCatalog() { options_.file = folder_ / "flaglinkd.db"; }

  void Open() { queue_ = OpenSqliteQueue(options_, kNow).value(); }
  void Learn(const CatalogUpdate& update) {
    ASSERT_TRUE(queue_->Execute({kNow, {}, {}, 0, Duration(0), std::span(&update, 1)}).ok());
  }
  std::vector<CatalogUpdate> Read() const {
    Result<std::vector<CatalogUpdate>> catalog = ReadStoredCatalog(options_.file);
    EXPECT_TRUE(catalog.ok()) << catalog.error().message;
    return catalog ? *std::move(catalog) : std::vector<CatalogUpdate>();
  }
  Error Refusal() const {
    const Result<std::vector<CatalogUpdate>> catalog = ReadStoredCatalog(options_.file);
    EXPECT_FALSE(catalog.ok());
    return catalog ? Error{} : catalog.error();
  }

  TemporaryFolder folder_;
  QueueOptions options_;
  std::unique_ptr<LinkQueue> queue_;
};

TEST_F(StoredCatalog, IsReadWhileTheQueueIsOpenAndAfterwards) {
  Open();
  Learn({"default", {{"a", State::kLive, "SHOP-1"}, {"b", State::kArchived, ""}}, kNow});
  for (const bool open : {true, false}) {
    if (!open) queue_.reset();
    const std::vector<CatalogUpdate> catalog = Read();
    ASSERT_EQ(catalog.size(), 1u) << open;
    EXPECT_EQ(catalog[0].project, "default");
    EXPECT_EQ(catalog[0].complete, kNow);
    EXPECT_THAT(catalog[0].flags,
                ElementsAre(Flag{"a", State::kLive, "SHOP-1"}, Flag{"b", State::kArchived, ""}));
  }
}

TEST_F(StoredCatalog, TheQueueTakesNewsAfterALookAndOpensAgain) {
  Open();
  EXPECT_THAT(Read(), IsEmpty());
  Learn({"default", {{"a", State::kLive, ""}}, kNow});
  EXPECT_EQ(Read().size(), 1u);
  queue_.reset();
  Read();
  Open();
  Learn({"default", {{"b", State::kLive, ""}}, std::nullopt});
  EXPECT_EQ(Read()[0].flags.size(), 2u);
}

TEST_F(StoredCatalog, AFileThatIsAbsentOrEmptyKnowsNothing) {
  EXPECT_THAT(Read(), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(options_.file));
  std::ofstream(options_.file).close();
  EXPECT_THAT(Read(), IsEmpty());
  EXPECT_EQ(std::filesystem::file_size(options_.file), 0u);
}

TEST_F(StoredCatalog, AFileThatIsNotOursIsRefused) {
  std::ofstream(options_.file) << "no database at all, but longer than its header would be: "
                               << std::string(200, 'x');
  EXPECT_EQ(Refusal().code, Error::Code::kInvalid);
  std::filesystem::remove(options_.file);
  std::ofstream(options_.file).close();
  Result<Database> database = Database::Open(options_.file);
  ASSERT_TRUE(database.ok());
  database->Run("CREATE TABLE somebody_elses(id INTEGER)");
  EXPECT_EQ(Refusal().message,
            "read " + options_.file.string() + ": it is another program's database");
}

TEST_F(StoredCatalog, AFileOfANewerVersionIsRefused) {
  Open();
  queue_.reset();
  Result<Database> database = Database::Open(options_.file);
  ASSERT_TRUE(database.ok());
  database->Run("PRAGMA user_version = 999");
  EXPECT_EQ(Refusal().code, Error::Code::kInvalid);
}

TEST_F(StoredCatalog, WhatIsNoFileIsRefused) {
  std::filesystem::create_directory(options_.file);
  EXPECT_EQ(Refusal().code, Error::Code::kUnavailable);
  options_.file = folder_ / std::string(300, 'x');
  EXPECT_EQ(Refusal().message, "open " + options_.file.string() + ": File name too long");
}

}  // namespace
}  // namespace flaglinkd
