#include "core/pipeline/iterator_link.h"

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
  std::map<int64_t, std::weak_ptr<IteratorLink>> entries;
};

// Never destroyed: threads may still iterate when the process ends.
Registry& TheRegistry() {
  static Registry* const registry = new Registry;
  return *registry;
}

}  // namespace

std::shared_ptr<IteratorLink> IteratorLink::Create() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  std::shared_ptr<IteratorLink> created =
      absl::WrapUnique(new IteratorLink(++registry.last_number));
  registry.entries[created->number_] = created;
  return created;
}

std::shared_ptr<IteratorLink> IteratorLink::Find(int64_t number) {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  const auto found = registry.entries.find(number);
  return found == registry.entries.end() ? nullptr : found->second.lock();
}

IteratorLink::~IteratorLink() {
  Registry& registry = TheRegistry();
  const std::lock_guard lock(registry.mutex);
  registry.entries.erase(number_);
}

void IteratorLink::Publish(const Pipeline& pipeline) {
  Reading reading{pipeline.shared_plan(), pipeline.counters()};
  const std::lock_guard lock(mutex_);
  reading_ = std::move(reading);
}

IteratorLink::Reading IteratorLink::Read() const {
  const std::lock_guard lock(mutex_);
  return reading_;
}

void IteratorLink::PublishState(std::string state) {
  const std::lock_guard lock(mutex_);
  state_ = std::move(state);
}

std::string IteratorLink::ReadState() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void IteratorLink::BeginNextAt(std::string state) {
  const std::lock_guard lock(mutex_);
  beginning_ = std::move(state);
}

std::optional<std::string> IteratorLink::TakeBeginning() {
  const std::lock_guard lock(mutex_);
  return std::exchange(beginning_, std::nullopt);
}

}  // namespace frazo::pipeline
