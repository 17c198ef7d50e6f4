#ifndef FRAZO_CORE_BATCH_ROW_FIT_H_
#define FRAZO_CORE_BATCH_ROW_FIT_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace frazo::batch {

// Which of the open rows with enough space a sequence goes to.
enum class Fit {
  // The oldest one.
  kFirst,
  // The one that will have the least space left, over all streams; the oldest of equals.
  kBest,
};

// The space that is left in rows, each of which has a part for every stream of values (source and
// target, say). A sequence has a length for every stream and needs its space in all of them.
class RowFit {
 public:
  // No row has space.
  static constexpr int64_t kNoRow = -1;

  // `row_lengths`: space of an empty row for each stream; at least one stream.
  RowFit(std::vector<int64_t> row_lengths, Fit fit)
      : row_lengths_(std::move(row_lengths)), fit_(fit) {}

  // Rows, numbered from the oldest on.
  int64_t size() const { return static_cast<int64_t>(totals_.size()); }

  // Opens a row, which is the last one.
  void Open();

  // The row for a sequence of these lengths, one for each stream; kNoRow if none has space.
  int64_t Find(absl::Span<const int64_t> lengths) const;

  bool HasSpace(int64_t row, absl::Span<const int64_t> lengths) const;

  // There is space.
  void Insert(int64_t row, absl::Span<const int64_t> lengths);

  // Left over all streams.
  int64_t space(int64_t row) const { return totals_[row]; }

  // The `count` rows with the least space left, the oldest of equals, in ascending order.
  // 0 <= count <= size().
  std::vector<int32_t> Fullest(int64_t count) const;

  // Takes rows away; the younger ones move up. `rows` ascend.
  void Remove(absl::Span<const int32_t> rows);

 private:
  const std::vector<int64_t> row_lengths_;
  const Fit fit_;
  // [row, stream]
  std::vector<int64_t> spaces_;
  // [row]: the sum over the streams.
  std::vector<int64_t> totals_;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_ROW_FIT_H_
