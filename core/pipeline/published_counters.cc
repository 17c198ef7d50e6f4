#include "core/pipeline/published_counters.h"

#include <map>
#include <utility>

#include "absl/memory/memory.h"

namespace frazo::pipeline {
namespace {

// All of the process, by number.
struct Registry {
  std::mutex mutex;
  // Guarded by mutex.
  int64_t last_number = 0;
  std::map<int64_t, std::weak_ptr<PublishedCounters>> entries;
};

// Never destroyed: threads may still iterate when the process ends.
Registry& TheRegistry() {
  static Registry* const registry = new Registry;
  return *registry;
}

}  // namespace

std::shared_ptr<PublishedCounters> PublishedCounters::Create() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  std::shared_ptr<PublishedCounters> created =
      absl::WrapUnique(new PublishedCounters(++registry.last_number));
  registry.entries[created->number_] = created;
  return created;
}

std::shared_ptr<PublishedCounters> PublishedCounters::Find(int64_t number) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  const auto found = registry.entries.find(number);
  return found == registry.entries.end() ? nullptr : found->second.lock();
}

PublishedCounters::~PublishedCounters() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  registry.entries.erase(number_);
}

void PublishedCounters::Publish(const Pipeline& pipeline) {
  Reading reading{pipeline.shared_plan(), pipeline.counters()};
  const std::lock_guard lock(mutex_);
  reading_ = std::move(reading);
}

PublishedCounters::Reading PublishedCounters::Read() const {
  const std::lock_guard lock(mutex_);
  return reading_;
}

}  // namespace frazo::pipeline
