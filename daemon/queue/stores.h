// The tables of one database, each with its statements. Internal to queue/.
#pragma once

#include "daemon/queue/books.h"
#include "daemon/queue/event_store.h"
#include "daemon/queue/flag_ids.h"
#include "daemon/queue/link_store.h"
#include "daemon/queue/name_ids.h"
#include "daemon/queue/resource_store.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

struct Stores {
  explicit Stores(Database& database)
      : names(database),
        flags(database),
        resources(database, flags),
        links(database),
        events(database),
        books(database) {}

  NameIds names;
  FlagIds flags;
  ResourceStore resources;
  LinkStore links;
  EventStore events;
  BookStore books;
};

}  // namespace flaglinkd
