#ifndef FRAZO_CORE_SOURCES_FILE_ORDER_H_
#define FRAZO_CORE_SOURCES_FILE_ORDER_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace frazo::sources {

// The order in which each epoch goes through a list of files: as listed, or random by
// (seed, epoch). Thread-safe.
class FileOrder {
 public:
  // `seed`: nullopt for the order of the list.
  FileOrder(std::vector<int32_t> files, std::optional<int64_t> seed)
      : files_(std::move(files)), seed_(seed) {}

  int32_t file_count() const { return files_.size(); }

  std::shared_ptr<const std::vector<int32_t>> OfEpoch(int64_t epoch) const;

 private:
  const std::vector<int32_t> files_;
  const std::optional<int64_t> seed_;

  // The order made last: the lanes ask for the same one at about the same time.
  mutable std::mutex mutex_;
  mutable int64_t last_epoch_ = -1;
  mutable std::shared_ptr<const std::vector<int32_t>> last_order_;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_FILE_ORDER_H_
