#ifndef FRAZO_CORE_SOURCES_FILE_ORDER_H_
#define FRAZO_CORE_SOURCES_FILE_ORDER_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "core/sources/file_part.h"

namespace frazo::sources {

// The order in which each epoch reads a list of parts of files: the order of the list, or random by
// (seed, epoch). Thread-safe.
class FileOrder {
 public:
  // `seed`: nullopt for the order of the list.
  FileOrder(FileParts parts, std::optional<int64_t> seed) : parts_(std::move(parts)), seed_(seed) {}

  std::shared_ptr<const FileParts> OfEpoch(int64_t epoch) const;

 private:
  const FileParts parts_;
  const std::optional<int64_t> seed_;

  // The last order that was made, because the lanes ask for the same one at about the same time.
  mutable std::mutex mutex_;
  mutable int64_t last_epoch_ = -1;
  mutable std::shared_ptr<const FileParts> last_order_;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_FILE_ORDER_H_
