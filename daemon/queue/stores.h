// The tables of one database, each with its statements, and what is counted of them. Internal to
// queue/.
#pragma once

#include "daemon/queue/books.h"
#include "daemon/queue/catalog_store.h"
#include "daemon/queue/event_store.h"
#include "daemon/queue/fetch_store.h"
#include "daemon/queue/flag_ids.h"
#include "daemon/queue/flag_room.h"
#include "daemon/queue/link_store.h"
#include "daemon/queue/name_ids.h"
#include "daemon/queue/queue_options.h"
#include "daemon/queue/resource_store.h"
#include "daemon/queue/sqlite_database.h"

namespace flaglinkd {

struct Stores {
  explicit Stores(Database& database, int places_per_flag = QueueOptions().max_links_per_flag)
      : names(database),
        flags(database),
        catalog(database),
        resources(database, flags),
        links(database),
        events(database),
        fetches(database, names),
        books(database),
        room(database, places_per_flag) {}

  NameIds names;
  FlagIds flags;
  CatalogStore catalog;
  ResourceStore resources;
  LinkStore links;
  EventStore events;
  FetchStore fetches;
  BookStore books;
  FlagRoom room;
};

}  // namespace flaglinkd
