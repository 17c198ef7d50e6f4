#include "core/batch/row_fit.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

namespace frazo::batch {

void RowFit::Open() {
  spaces_.insert(spaces_.end(), row_lengths_.begin(), row_lengths_.end());
  totals_.push_back(std::accumulate(row_lengths_.begin(), row_lengths_.end(), int64_t{0}));
}

bool RowFit::HasSpace(int64_t row, absl::Span<const int64_t> lengths) const {
  const int64_t* const spaces = spaces_.data() + row * row_lengths_.size();
  for (size_t stream = 0; stream < lengths.size(); ++stream) {
    if (lengths[stream] > spaces[stream]) return false;
  }
  return true;
}

int64_t RowFit::Find(absl::Span<const int64_t> lengths) const {
  int64_t best = kNoRow;
  for (int64_t row = 0; row < size(); ++row) {
    if (!HasSpace(row, lengths)) continue;
    if (fit_ == Fit::kFirst) return row;
    // The sequence takes the same space from each row, so the row with the least space before has
    // the least space after.
    if (best == kNoRow || totals_[row] < totals_[best]) best = row;
  }
  return best;
}

void RowFit::Insert(int64_t row, absl::Span<const int64_t> lengths) {
  int64_t* const spaces = spaces_.data() + row * row_lengths_.size();
  for (size_t stream = 0; stream < lengths.size(); ++stream) {
    spaces[stream] -= lengths[stream];
    totals_[row] -= lengths[stream];
  }
}

std::vector<int32_t> RowFit::Fullest(int64_t count) const {
  std::vector<int32_t> rows(totals_.size());
  std::iota(rows.begin(), rows.end(), 0);
  std::stable_sort(rows.begin(), rows.end(),
                   [this](int32_t left, int32_t right) { return totals_[left] < totals_[right]; });
  rows.resize(count);
  std::sort(rows.begin(), rows.end());
  return rows;
}

void RowFit::Remove(absl::Span<const int32_t> rows) {
  const size_t streams = row_lengths_.size();
  size_t kept = 0;
  size_t removed = 0;
  for (size_t row = 0; row < totals_.size(); ++row) {
    if (removed < rows.size() && rows[removed] == static_cast<int64_t>(row)) {
      ++removed;
      continue;
    }
    totals_[kept] = totals_[row];
    std::copy_n(spaces_.begin() + row * streams, streams, spaces_.begin() + kept * streams);
    ++kept;
  }
  totals_.resize(kept);
  spaces_.resize(kept * streams);
}

}  // namespace frazo::batch
