// A webhook from a file, as the command line names it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "daemon/base/result.h"
#include "daemon/config/config.h"
#include "daemon/domain/webhook.h"
#include "daemon/receive/source_set.h"

namespace flaglinkd {

// "Name: value". kInvalid: without a colon.
Result<Header> ParseHeader(const std::string& line);

// `headers` are "Name: value". Without a Content-Type among them it is told from the first byte:
// JSON or a form. `received` is now. kInvalid: a header without a colon; kNotFound: the file can't
// be read, or is larger than 25 MiB.
Result<Webhook> ReadWebhook(const std::filesystem::path& file,
                            const std::vector<std::string>& headers);

// The one source of that name, made ready; its set holds no other, so that a fault elsewhere is not
// in the way.
Result<std::shared_ptr<const SourceSet>> PrepareSource(Config& config, const std::string& name);

}  // namespace flaglinkd
