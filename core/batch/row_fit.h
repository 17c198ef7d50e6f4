#ifndef FRAZO_CORE_BATCH_ROW_FIT_H_
#define FRAZO_CORE_BATCH_ROW_FIT_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace frazo::batch {

// Decides which of the open rows with enough space gets a sequence.
enum class Fit {
  // The oldest row.
  kFirst,
  // The row that then has the least space left, summed over all streams; of equal rows the oldest.
  kBest,
};

// Keeps the space that is left in open rows. A row has a part for every stream of values (source
// and target, say). A sequence has a length for every stream and needs its space in all of them.
class RowFit {
 public:
  // Returned if no row has space.
  static constexpr int64_t kNoRow = -1;

  // `row_lengths`: the space of an empty row for each stream; at least one stream.
  RowFit(std::vector<int64_t> row_lengths, Fit fit)
      : row_lengths_(std::move(row_lengths)), fit_(fit) {}

  // The number of open rows. Row 0 is the oldest.
  int64_t size() const { return static_cast<int64_t>(totals_.size()); }

  // Opens a row, which becomes the last one.
  void Open();

  // Finds the row for a sequence of these lengths, one for each stream; kNoRow if none has space.
  int64_t Find(absl::Span<const int64_t> lengths) const;

  bool HasSpace(int64_t row, absl::Span<const int64_t> lengths) const;

  // Takes the space of a sequence from a row, which must have it.
  void Insert(int64_t row, absl::Span<const int64_t> lengths);

  // The space left in a row, summed over all streams.
  int64_t space(int64_t row) const { return totals_[row]; }

  // Returns the `count` rows with the least space left, the oldest of equals, in ascending order. 0
  // <= count <= size().
  std::vector<int32_t> Fullest(int64_t count) const;

  // Removes rows; younger rows move up. `rows` must ascend.
  void Remove(absl::Span<const int32_t> rows);

 private:
  const std::vector<int64_t> row_lengths_;
  const Fit fit_;
  // [row, stream]
  std::vector<int64_t> spaces_;
  // [row]: the sum of spaces_ over the streams.
  std::vector<int64_t> totals_;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_ROW_FIT_H_
