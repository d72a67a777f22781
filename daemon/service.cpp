#include "daemon/service.h"

#include <utility>

#include "daemon/service_parts.h"

namespace flaglinkd {

const char kVersion[] = FLAGLINKD_VERSION;

namespace {

// An answer takes milliseconds; what is not answered by then never will be.
constexpr Duration kDrainPatience = std::chrono::seconds(5);

}  // namespace

Result<std::unique_ptr<Service>> Service::Start(Config config, const InheritedSockets& sockets) {
  auto parts = std::make_unique<Parts>();
  parts->metrics = std::make_unique<Metrics>(NamesOf(config.sources), kVersion);
  parts->metrics->SetConfig(config.hash, true);
  Result<std::shared_ptr<const SourceSet>> sources = BuildSources(config);
  if (!sources) return sources.error();
  parts->TakeConfig(std::move(config));

  if (Status opened = parts->OpenQueue(); !opened) return opened.error();
  parts->StartQueue();
  parts->StartIntake(*std::move(sources));
  parts->StartCatalog();
  parts->StartFetch();
  parts->StartCatchUp();
  // Delivery last but for the doors: it may take its time, and nothing waits for it.
  parts->StartDelivery();
  parts->MakeAdmin();
  std::unique_ptr<Service> service(new Service(std::move(parts)));
  if (Status listening = service->parts_->StartListeners(sockets); !listening)
    return listening.error();
  return service;
}

Service::Service(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Service::~Service() {
  End();
}

bool Service::End() {
  if (parts_->hooks) parts_->hooks->Drain(kDrainPatience);
  parts_->hooks.reset();
  if (parts_->catch_up) parts_->catch_up->Stop();
  if (parts_->fetch) parts_->fetch->Stop();
  // First, so that those who asked still get their answer.
  if (parts_->replay) parts_->replay->Stop();
  if (parts_->admin_socket) parts_->admin_socket->Drain(kDrainPatience);
  parts_->admin_socket.reset();
  parts_->admin.reset();
  if (parts_->catalog) parts_->catalog->Stop();
  parts_->workers->Stop();
  if (parts_->delivery) parts_->delivery->Stop();
  return parts_->workers->written_off() > 0;
}

std::uint16_t Service::port() const {
  return parts_->hooks->port();
}
std::uint16_t Service::admin_port() const {
  return parts_->admin->port();
}

bool Service::Alive(Duration patience) const {
  const TimePoint oldest = parts_->clock.Now() - patience;
  return parts_->hooks->LastAlive() >= oldest && parts_->admin->LastAlive() >= oldest &&
         parts_->writer->LastAlive() >= oldest && parts_->delivery->LastAlive() >= oldest &&
         parts_->workers->LastAlive() >= oldest && parts_->admin_socket->LastAlive() >= oldest &&
         parts_->fetch->LastAlive() >= oldest && parts_->catch_up->LastAlive() >= oldest &&
         parts_->catalog->LastAlive() >= oldest;
}

}  // namespace flaglinkd
