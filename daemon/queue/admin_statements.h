// The statements of what people ask of the queue and of retention. Those that run often search by
// key; each that does not says why it may. In one place for the same reason as statements.h.
// Internal to queue/.
#pragma once

namespace flaglinkd::statements {

// ?1 status, ?2 project, ?3 flag, ?4 name space: each NULL for any. ?5 since. ?6 for what, a
// LinkUse; ?7 now. Conditions of a link's own row come first: only what passes them costs look-ups.
#define FLAGLINKD_LINK_CONDITIONS                                                              \
  " (?1 IS NULL OR l.status = ?1) AND l.changed_at >= ?5"                                      \
  " AND CASE ?6"                                                                               \
  "   WHEN 0 THEN 1"                                                                           \
  "   WHEN 1 THEN l.status IN (2, 3) OR (l.status = 1 AND (l.due_at > ?7 OR l.attempts > 0))"  \
  "   WHEN 2 THEN l.wanted OR l.status IN (1, 2, 3)"                                           \
  "   ELSE l.wanted END"                                                                       \
  " AND ((?2 IS NULL AND ?3 IS NULL) OR l.flag_id IN"                                          \
  "   (SELECT id FROM flags WHERE (?2 IS NULL OR project = ?2) AND (?3 IS NULL OR key = ?3)))" \
  " AND (?4 IS NULL OR (SELECT name_space FROM resources WHERE id = l.resource_id) ="          \
  "   (SELECT id FROM names WHERE name = ?4))"                                                 \
  " ORDER BY l.changed_at DESC, l.resource_id DESC, l.flag_id DESC LIMIT ?8"
inline constexpr char kLinksById[] =
    "SELECT l.resource_id, l.flag_id FROM links l"
    " WHERE l.resource_id = ?9 AND l.flag_id = ?10 AND" FLAGLINKD_LINK_CONDITIONS;
// By the resource's immutable id or its name, in any name space: there are few of those.
inline constexpr char kLinksByResource[] =
    "SELECT l.resource_id, l.flag_id FROM links l WHERE l.resource_id IN"
    " (SELECT r.id FROM names n CROSS JOIN resources r ON r.name_space = n.id AND r.key = ?9"
    "  UNION ALL"
    "  SELECT r.id FROM names n CROSS JOIN resources r ON r.name_space = n.id AND r.name = ?9)"
    " AND" FLAGLINKD_LINK_CONDITIONS;
// A pass over all links, some 0.3 s for a million: a person asks seldom, and an index per question
// would cost every event.
inline constexpr char kAllLinks[] =
    "SELECT l.resource_id, l.flag_id FROM links l WHERE" FLAGLINKD_LINK_CONDITIONS;
#undef FLAGLINKD_LINK_CONDITIONS

inline constexpr char kShowResource[] =
    "SELECT name_space, key, name, title, url, mentions FROM resources WHERE id = ?1";
inline constexpr char kMentionsOfParts[] =
    "SELECT part, mentions FROM parts WHERE resource_id = ?1 AND mentions IS NOT NULL";

// ?1 source and ?2 outcome: NULL for any. Down from the newest and no further than ?4, so that at
// most a bounded number is looked at.
inline constexpr char kEvents[] =
    "SELECT e.id, n.name, e.outcome, e.reason, e.received_at, e.links,"
    " EXISTS (SELECT 1 FROM payloads p WHERE p.event_id = e.id)"
    " FROM events e LEFT JOIN names n ON n.id = e.source"
    " WHERE (?1 IS NULL OR e.source = ?1) AND (?2 IS NULL OR e.outcome = ?2)"
    " AND e.received_at >= ?3 AND e.id BETWEEN ?4 AND ?5 ORDER BY e.id DESC LIMIT ?6";
inline constexpr char kReadPayload[] = "SELECT encoding, body FROM payloads WHERE event_id = ?1";

inline constexpr char kOldestEvents[] =
    "SELECT id, received_at, source, delivery FROM events WHERE id <= ?1 ORDER BY id LIMIT ?2";
inline constexpr char kRemoveEvents[] = "DELETE FROM events WHERE id <= ?1";
// The length of a body is known without reading it. What waits for documents needs its payload.
inline constexpr char kOldestPayloads[] =
    "SELECT event_id, length(body) FROM payloads WHERE event_id <= ?1"
    " AND event_id NOT IN (SELECT event_id FROM fetches) ORDER BY event_id LIMIT ?2";
inline constexpr char kRemovePayloads[] =
    "DELETE FROM payloads WHERE event_id <= ?1 AND event_id NOT IN (SELECT event_id FROM fetches)";
inline constexpr char kNextParts[] =
    "SELECT resource_id, part, mentions IS NULL AND seen_at < ?3 FROM parts"
    " WHERE (resource_id, part) > (?1, ?2) ORDER BY resource_id, part LIMIT ?4";
inline constexpr char kRemovePart[] = "DELETE FROM parts WHERE resource_id = ?1 AND part = ?2";
inline constexpr char kNextResources[] =
    "SELECT r.id, r.mentions IS NULL AND max(r.main_seen_at, r.content_seen_at) < ?2"
    " AND NOT EXISTS (SELECT 1 FROM parts p WHERE p.resource_id = r.id)"
    " AND NOT EXISTS (SELECT 1 FROM links l WHERE l.resource_id = r.id)"
    " FROM resources r WHERE r.id > ?1 ORDER BY r.id LIMIT ?3";
inline constexpr char kRemoveResource[] = "DELETE FROM resources WHERE id = ?1";
inline constexpr char kHasPayload[] =
    "SELECT 1 FROM payloads WHERE event_id NOT IN (SELECT event_id FROM fetches) LIMIT 1";
inline constexpr char kPages[] = "PRAGMA page_count";
inline constexpr char kFreePages[] = "PRAGMA freelist_count";

}  // namespace flaglinkd::statements
