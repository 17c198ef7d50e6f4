#ifndef FRAZO_CORE_ALIGN_BAND_H_
#define FRAZO_CORE_ALIGN_BAND_H_

#include <algorithm>
#include <cstdint>

namespace frazo::align {

// The part of a table of distances that alignments of at most so many errors go through (Ukkonen
// 1985), in words of 64 rows. Row i is that of i units of the reference, column j that of j units
// of the hypothesis; bit i - 1 is that of row i.
class Band {
 public:
  static constexpr int64_t kBitsPerWord = 64;

  // `rows` and `columns` are at least 1; `errors` is at least their difference.
  Band(int64_t rows, int64_t columns, int64_t errors)
      // After d deletions and i insertions the row is the column + d - i, and all deletions less
      // all insertions are rows - columns.
      : rows_(rows),
        insertions_((errors - (rows - columns)) / 2),
        deletions_((errors + (rows - columns)) / 2) {}

  // The words of column j from first to last. They grow with j.
  int64_t FirstWord(int64_t column) const {
    return std::min(std::max<int64_t>(column - insertions_ - 1, 0), rows_ - 1) / kBitsPerWord;
  }
  int64_t LastWord(int64_t column) const {
    return std::max<int64_t>(std::min(column + deletions_, rows_) - 1, 0) / kBitsPerWord;
  }

  // No column has more words.
  int64_t MaxWords() const {
    const int64_t words = (rows_ + kBitsPerWord - 1) / kBitsPerWord;
    return std::min(words, (insertions_ + deletions_) / kBitsPerWord + 2);
  }

 private:
  int64_t rows_;
  int64_t insertions_;
  int64_t deletions_;
};

}  // namespace frazo::align

#endif  // FRAZO_CORE_ALIGN_BAND_H_
