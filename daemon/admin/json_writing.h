// What the answers of the admin API are written with.
#pragma once

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <string_view>

#include "daemon/http/http_message.h"

namespace flaglinkd {

using JsonWriter = rapidjson::Writer<rapidjson::StringBuffer>;

// Valid UTF-8.
inline void WriteText(JsonWriter& json, std::string_view text) {
  json.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

inline void Field(JsonWriter& json, const char* name, std::string_view value) {
  json.Key(name);
  WriteText(json, value);
}

inline void Field(JsonWriter& json, const char* name, std::int64_t value) {
  json.Key(name);
  json.Int64(value);
}

// An answer that is one object, which `fill` fills. No cache keeps it and no browser takes it for
// anything else.
template <typename Fill>
HttpResponse JsonResponse(int status, Fill fill) {
  rapidjson::StringBuffer buffer;
  JsonWriter json(buffer);
  json.StartObject();
  fill(json);
  json.EndObject();
  HttpResponse response;
  response.status = status;
  response.body.assign(buffer.GetString(), buffer.GetSize());
  response.headers = {{"cache-control", "no-store"}, {"x-content-type-options", "nosniff"}};
  return response;
}

}  // namespace flaglinkd
