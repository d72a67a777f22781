#include "daemon/queue/schema.h"

#include <array>
#include <cstdint>
#include <string>

namespace flaglinkd {
namespace {

constexpr std::int64_t kApplicationId = 0x464c4b44;  // "FLKD"

// Pages that a transaction dirties decide what it costs, not statements: few trees, keys in arrival
// order, small rows, and no index on anything random. Times are microseconds since 1970. Nothing
// writes changes yet; a NULL at hand is cheaper than a migration.
constexpr char kVersion1[] = R"sql(
-- Of sources and of name spaces.
CREATE TABLE names(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
-- known, to the catalogue: 0 unknown or gone, 1 live, 2 archived. jira_issues: with commas between.
CREATE TABLE flags(
  id INTEGER PRIMARY KEY, project TEXT NOT NULL, key TEXT NOT NULL,
  known INTEGER NOT NULL DEFAULT 0, jira_issues TEXT,
  UNIQUE (project, key));
-- Projects of which all flags were known at some time, and when they last were.
CREATE TABLE catalogs(project TEXT PRIMARY KEY, complete_at INTEGER NOT NULL) WITHOUT ROWID;
-- id: given out by the writer, so that it is arrival order. delivery: 16 bytes of the delivery id's
-- digest. outcome: 0 stored, 1 failed. links: link changes that it made due.
CREATE TABLE events(
  id INTEGER PRIMARY KEY, source INTEGER NOT NULL, delivery BLOB, body_hash BLOB NOT NULL,
  received_at INTEGER NOT NULL, outcome INTEGER NOT NULL, links INTEGER NOT NULL, reason TEXT,
  changes BLOB);
CREATE TABLE payloads(event_id INTEGER PRIMARY KEY, encoding INTEGER NOT NULL, body BLOB NOT NULL);
-- Events that wait for documents which their bodies leave out. received_at: the event's own, also
-- where it is a replay. bare: nothing of it could be taken without them. keeps_payload: its payload
-- stays also once it waits no longer.
CREATE TABLE fetches(
  event_id INTEGER PRIMARY KEY, source INTEGER NOT NULL, received_at INTEGER NOT NULL,
  since INTEGER NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL,
  bare INTEGER NOT NULL, keeps_payload INTEGER NOT NULL);
CREATE INDEX fetches_due ON fetches(source, due_at);
-- content: the rest of what links show. main_*, deleted, mentions, last_body: the main part's, so
-- that most events need no row in `parts`. last_body: hash and event, where no delivery id is
-- given. accepted: the content that LaunchDarkly last accepted, with name, title and URL, while a
-- newer one waits.
CREATE TABLE resources(
  id INTEGER PRIMARY KEY, name_space INTEGER NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL,
  title TEXT NOT NULL, url TEXT NOT NULL, content BLOB,
  content_at INTEGER NOT NULL, content_seen_at INTEGER NOT NULL,
  main_at INTEGER NOT NULL, main_seen_at INTEGER NOT NULL, deleted INTEGER NOT NULL,
  mentions BLOB, mentioning_parts INTEGER NOT NULL, first_seen_at INTEGER NOT NULL,
  last_body BLOB, accepted BLOB,
  UNIQUE (name_space, key));
CREATE INDEX resources_by_name ON resources(name_space, name);
-- mentions: (carrier, flag id, reason) packed.
CREATE TABLE parts(
  resource_id INTEGER NOT NULL, part TEXT NOT NULL,
  at INTEGER NOT NULL, seen_at INTEGER NOT NULL, deleted INTEGER NOT NULL,
  mentions BLOB, last_body BLOB,
  PRIMARY KEY (resource_id, part)) WITHOUT ROWID;
-- key: at LaunchDarkly, fixed when the link is made. mentions: live parts that name the flag.
-- presence: 0 never, 1 maybe, 2 there, 3 foreign. applied: what LaunchDarkly shows of it, 8 bytes
-- of text and 8 of card, the lowest first; NULL where that is not known. status: 0 applied,
-- 1 waiting, 2 unknown_flag, 3 failed, 4 gone, 5 foreign. changed_at, waiting_since: receipts of
-- its last change and of the first one that is open.
CREATE TABLE links(
  resource_id INTEGER NOT NULL, flag_id INTEGER NOT NULL, key TEXT NOT NULL,
  wanted INTEGER NOT NULL, mentions INTEGER NOT NULL,
  revision INTEGER NOT NULL, applied_revision INTEGER NOT NULL, applied BLOB,
  presence INTEGER NOT NULL, ld_id TEXT NOT NULL,
  status INTEGER NOT NULL, due_at INTEGER, attempts INTEGER NOT NULL, failing INTEGER NOT NULL,
  error TEXT NOT NULL, changed_at INTEGER NOT NULL, waiting_since INTEGER NOT NULL,
  look_first INTEGER NOT NULL,
  PRIMARY KEY (resource_id, flag_id)) WITHOUT ROWID;
-- Idle links cost nothing, here and in the other two.
CREATE INDEX links_due ON links(due_at) WHERE due_at IS NOT NULL;
-- Which links wait for the catalogue to know their flag, and which for another link of it to go.
CREATE INDEX links_unknown ON links(flag_id) WHERE status = 2;
CREATE INDEX links_without_room ON links(flag_id) WHERE status = 1 AND due_at IS NULL;
CREATE TABLE totals(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO totals VALUES
  ('made', 0), ('applied', 0), ('superseded', 0), ('forgotten', 0), ('probes', 0);
)sql";

// From version n to n + 1; never changed once released.
constexpr std::array kMigrations = {kVersion1};

// journal_mode can't be set within a transaction. secure_delete is on in Debian's build and would
// write freed pages again.
constexpr char kSettings[] =
    "PRAGMA busy_timeout = 250;"  // ms: a person's sqlite3 may hold the lock for a moment, but a
                                  // sender waits as long
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA secure_delete = OFF;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -16384;"  // KiB; more gains nothing over the kernel's own cache
    "PRAGMA wal_autocheckpoint = 1000;";

constexpr std::int64_t kNewest = kMigrations.size();

// 0: an empty file. The error: as SetUpSchema has it.
std::int64_t VersionOf(Database& database) {
  const std::int64_t application = database.Number("PRAGMA application_id");
  const std::int64_t version = database.Number("PRAGMA user_version");
  const std::int64_t objects = database.Number("SELECT count(*) FROM sqlite_schema");
  const bool is_new = application == 0 && version == 0 && objects == 0;
  if (!is_new && application != kApplicationId) {
    database.Fail(Error::Code::kInvalid, "it is another program's database");
  } else if (version < 0 || version > kNewest) {
    database.Fail(Error::Code::kInvalid, "it is from a newer version of flaglinkd: its schema is " +
                                             std::to_string(version) + ", this one knows " +
                                             std::to_string(kNewest));
  }
  return version;
}

}  // namespace

void SetUpSchema(Database& database) {
  const std::int64_t version = VersionOf(database);
  database.Run(kSettings);
  database.Run("BEGIN IMMEDIATE");
  for (std::int64_t i = version; i < kNewest; ++i)
    database.Run(kMigrations[static_cast<std::size_t>(i)]);
  database.Run(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
  database.Run(("PRAGMA user_version = " + std::to_string(kNewest)).c_str());
  database.Run("COMMIT");
  if (database.error()) database.Rollback();
}

bool HasSchema(Database& database) {
  return VersionOf(database) == kNewest && !database.error();
}

}  // namespace flaglinkd
