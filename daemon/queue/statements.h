// Every statement that the SQLite queue runs per event, claim or outcome. In one place so that a
// test can ask SQLite for their plans: each must be a search by key, and the claim must use
// links_due. Internal to queue/.
#pragma once

namespace flaglinkd::statements {

inline constexpr char kFindName[] = "SELECT id FROM names WHERE name = ?1";
inline constexpr char kNameOf[] = "SELECT name FROM names WHERE id = ?1";
inline constexpr char kAddName[] = "INSERT INTO names (name) VALUES (?1) RETURNING id";

inline constexpr char kFindFlag[] = "SELECT id FROM flags WHERE project = ?1 AND key = ?2";
inline constexpr char kFlagOf[] = "SELECT project, key FROM flags WHERE id = ?1";
inline constexpr char kAddFlag[] = "INSERT INTO flags (project, key) VALUES (?1, ?2) RETURNING id";

// It is live or archived from now on, as ?3 says.
inline constexpr char kMeetFlag[] =
    "INSERT INTO flags (project, key, known, jira_issues) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT (project, key) DO UPDATE SET known = ?3, jira_issues = ?4 RETURNING id";
inline constexpr char kMissFlag[] =
    "UPDATE flags SET known = 0, jira_issues = NULL WHERE project = ?1 AND key = ?2";
inline constexpr char kCompleteCatalog[] =
    "INSERT INTO catalogs (project, complete_at) VALUES (?1, ?2)"
    " ON CONFLICT (project) DO UPDATE SET complete_at = ?2";
// Gives a row if the flag's project has a catalogue and the flag is not in it.
inline constexpr char kIsMissing[] =
    "SELECT 1 FROM flags f JOIN catalogs c ON c.project = f.project WHERE f.id = ?1 AND f.known = "
    "0 AND c.complete_at >= ?2";

inline constexpr char kConfirmDelivery[] =
    "SELECT 1 FROM events WHERE id = ?1 AND source = ?2 AND delivery = ?3";
inline constexpr char kAddEvent[] =
    "INSERT INTO events (id, source, delivery, body_hash, received_at, outcome, links, reason)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
inline constexpr char kAddPayload[] =
    "INSERT INTO payloads (event_id, encoding, body) VALUES (?1, ?2, ?3)";

// What an event has come to once its documents were read; ?4 is its outcome, if that changes.
inline constexpr char kAmendEvent[] =
    "UPDATE events SET links = links + ?2, reason = ?3, outcome = coalesce(?4, outcome)"
    " WHERE id = ?1 RETURNING source, delivery";
inline constexpr char kRemovePayload[] = "DELETE FROM payloads WHERE event_id = ?1";

inline constexpr char kAddFetch[] =
    "INSERT INTO fetches (event_id, source, received_at, since, due_at, attempts, bare,"
    " keeps_payload) VALUES (?1, ?2, ?3, ?4, ?4, 0, ?5, ?6)";
inline constexpr char kRemoveFetch[] =
    "DELETE FROM fetches WHERE event_id = ?1 RETURNING bare, keeps_payload";
inline constexpr char kPutOffFetch[] =
    "UPDATE fetches SET attempts = ?2, due_at = ?3 WHERE event_id = ?1";
// This and the next one from the index alone.
inline constexpr char kNextFetchSource[] =
    "SELECT source FROM fetches WHERE source > ?1 ORDER BY source LIMIT 1";
inline constexpr char kDueFetches[] =
    "SELECT event_id, due_at FROM fetches WHERE source = ?1 AND due_at <= ?2"
    " ORDER BY due_at LIMIT ?3";
inline constexpr char kReadFetch[] =
    "SELECT f.received_at, f.since, f.attempts, p.encoding, p.body FROM fetches f"
    " LEFT JOIN payloads p ON p.event_id = f.event_id WHERE f.event_id = ?1";

inline constexpr char kFindResource[] =
    "SELECT id FROM resources WHERE name_space = ?1 AND key = ?2";
// A name that passed from one resource to another means the one that came later.
inline constexpr char kFindResourceByName[] =
    "SELECT id FROM resources WHERE name_space = ?1 AND name = ?2 ORDER BY id DESC LIMIT 1";
inline constexpr char kReadResource[] =
    "SELECT key, name, title, url, content, content_at, content_seen_at, main_at, main_seen_at, "
    "deleted, mentions,"
    " mentioning_parts, last_body IS NOT NULL FROM resources WHERE id = ?1";
inline constexpr char kAddResource[] =
    "INSERT INTO resources (id, name_space, key, name, title, url, content, content_at, "
    "content_seen_at, main_at,"
    " main_seen_at, deleted, mentions, mentioning_parts, first_seen_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
inline constexpr char kChangeResource[] =
    "UPDATE resources SET title = ?2, url = ?3, content = ?4, content_at = ?5, content_seen_at = "
    "?6, main_at = ?7,"
    " main_seen_at = ?8, deleted = ?9, mentions = ?10, mentioning_parts = ?11 WHERE id = ?1";
// Apart, since it moves an index entry.
inline constexpr char kRenameResource[] = "UPDATE resources SET name = ?2 WHERE id = ?1";
// ?3: an earlier one stays.
inline constexpr char kKeepAccepted[] =
    "UPDATE resources SET accepted = CASE WHEN ?3 THEN coalesce(accepted, ?2) ELSE ?2 END"
    " WHERE id = ?1";
// Unless a link of the resource has an open change. Statuses as in LinkStatus.
inline constexpr char kDropAccepted[] =
    "UPDATE resources SET accepted = NULL WHERE id = ?1 AND accepted IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM links WHERE resource_id = ?1 AND status IN (1, 2, 3))";
inline constexpr char kReadPart[] =
    "SELECT at, seen_at, deleted, mentions, last_body IS NOT NULL FROM parts WHERE resource_id = "
    "?1 AND part = ?2";
inline constexpr char kChangePart[] =
    "INSERT INTO parts (resource_id, part, at, seen_at, deleted, mentions) VALUES (?1, ?2, ?3, ?4, "
    "?5, ?6)"
    " ON CONFLICT (resource_id, part) DO UPDATE SET at = ?3, seen_at = ?4, deleted = ?5, mentions "
    "= ?6";
inline constexpr char kLastBody[] = "SELECT last_body FROM resources WHERE id = ?1";
inline constexpr char kLastBodyOfPart[] =
    "SELECT last_body FROM parts WHERE resource_id = ?1 AND part = ?2";
inline constexpr char kSetLastBody[] = "UPDATE resources SET last_body = ?2 WHERE id = ?1";
inline constexpr char kSetLastBodyOfPart[] =
    "UPDATE parts SET last_body = ?3 WHERE resource_id = ?1 AND part = ?2";

#define FLAGLINKD_LINK_COLUMNS                                                              \
  "l.resource_id, l.flag_id, l.key, l.wanted, l.mentions, l.revision, l.applied_revision, " \
  "l.presence,"                                                                             \
  " l.ld_id, l.status, l.due_at, l.attempts, l.failing, l.error, l.changed_at, "            \
  "l.waiting_since,"                                                                        \
  " l.applied, l.look_first"
inline constexpr char kLinksOfResource[] =
    "SELECT " FLAGLINKD_LINK_COLUMNS " FROM links l WHERE l.resource_id = ?1";
inline constexpr char kReadLink[] =
    "SELECT " FLAGLINKD_LINK_COLUMNS " FROM links l WHERE l.resource_id = ?1 AND l.flag_id = ?2";
inline constexpr char kDueLinks[] =
    "SELECT " FLAGLINKD_LINK_COLUMNS
    ", r.name_space, r.key, r.name, r.title, r.url, r.content, r.first_seen_at, r.accepted"
    " FROM links l LEFT JOIN resources r ON r.id = l.resource_id WHERE l.due_at <= ?1 ORDER BY "
    "l.due_at LIMIT ?2";
// The words of the partial indexes links_unknown and links_without_room.
inline constexpr char kLinksOfUnknownFlag[] =
    "SELECT " FLAGLINKD_LINK_COLUMNS " FROM links l WHERE l.flag_id = ?1 AND l.status = 2";
inline constexpr char kLinksWithoutRoom[] =
    "SELECT " FLAGLINKD_LINK_COLUMNS
    " FROM links l WHERE l.flag_id = ?1 AND l.status = 1 AND l.due_at IS NULL"
    " ORDER BY l.resource_id LIMIT ?2";
#undef FLAGLINKD_LINK_COLUMNS
inline constexpr char kFlagsWithoutRoom[] =
    "SELECT DISTINCT flag_id FROM links WHERE status = 1 AND due_at IS NULL";
inline constexpr char kNextDue[] =
    "SELECT resource_id, flag_id, due_at FROM links WHERE due_at IS NOT NULL ORDER BY due_at LIMIT "
    "?1";
inline constexpr char kAddLink[] =
    "INSERT INTO links (resource_id, flag_id, key, wanted, mentions, revision, applied_revision, "
    "presence, ld_id, status,"
    " due_at, attempts, failing, error, changed_at, waiting_since, applied, look_first)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)";
// Without due_at, so that a link which already waits leaves the index alone.
inline constexpr char kChangeLink[] =
    "UPDATE links SET wanted = ?3, mentions = ?4, revision = ?5, applied_revision = ?6, presence = "
    "?7, ld_id = ?8,"
    " status = ?9, attempts = ?10, failing = ?11, error = ?12, changed_at = ?13, waiting_since = "
    "?14, applied = ?15"
    " WHERE resource_id = ?1 AND flag_id = ?2";
inline constexpr char kSetDue[] =
    "UPDATE links SET due_at = ?3 WHERE resource_id = ?1 AND flag_id = ?2";
// A link that waits with a reason was sent or put off; one without has yet to settle.
inline constexpr char kHasten[] = "UPDATE links SET due_at = ?1 WHERE due_at > ?1 AND error != ''";
inline constexpr char kRemoveLink[] = "DELETE FROM links WHERE resource_id = ?1 AND flag_id = ?2";

inline constexpr char kSetTotal[] = "UPDATE totals SET value = ?2 WHERE name = ?1";

}  // namespace flaglinkd::statements
