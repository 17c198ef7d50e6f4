#include "core/sources/file_order.h"

#include <utility>

#include "core/numeric/random.h"

namespace frazo::sources {
namespace {

// Makes these random numbers differ from others of the same seed.
constexpr uint64_t kPurpose = 1;

}  // namespace

std::shared_ptr<const FileParts> FileOrder::OfEpoch(int64_t epoch) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (epoch != last_epoch_) {
    FileParts order = parts_;
    if (seed_.has_value()) {
      numeric::Permute(
          numeric::Random({kPurpose, static_cast<uint64_t>(*seed_), static_cast<uint64_t>(epoch)}),
          order);
    }
    last_order_ = std::make_shared<const FileParts>(std::move(order));
    last_epoch_ = epoch;
  }
  return last_order_;
}

}  // namespace frazo::sources
