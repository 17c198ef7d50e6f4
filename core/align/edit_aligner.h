#ifndef FRAZO_CORE_ALIGN_EDIT_ALIGNER_H_
#define FRAZO_CORE_ALIGN_EDIT_ALIGNER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/align/band.h"
#include "core/align/edit_counts.h"
#include "core/align/position_masks.h"

namespace frazo::align {

// Aligns sequences of ids with the fewest errors (Levenshtein's distance: a substitution, a
// deletion and an insertion cost 1 each).
//
// Several alignments may have as few. The one that is chosen matches what the sequences have in
// common at their starts, then what the rest has in common at its ends. Through what is left it
// goes from the ends to the starts, and takes of the steps that still lead to the fewest errors a
// deletion before a substitution before an insertion before a match. jiwer chooses the same one
// wherever it holds all of its table in memory.
//
// The time is in the length of what is left times the errors, 64 units of the reference at once
// (Myers 1999, Hyyroe 2003, Ukkonen 1985); the memory is linear in the lengths. The choice depends
// on neither. The object's memory serves the next alignment. Not thread-safe.
class EditAligner {
 public:
  // `max_stored_words`: what is held at once of the table of distances, in 64 units of a column; 16
  // bytes each. A longer table is made again, part by part, to walk back through it: less takes
  // more time. The alignment does not depend on it. Default: 64 MiB.
  explicit EditAligner(int64_t max_stored_words = 1 << 22) : max_stored_words_(max_stored_words) {}

  // Returns the counts of the alignment.
  EditCounts Count(absl::Span<const int32_t> reference, absl::Span<const int32_t> hypothesis) {
    return Align(reference, hypothesis, nullptr);
  }

  // Also replaces `edits`, unless it is null, by the alignment's steps, from front to back.
  EditCounts Align(absl::Span<const int32_t> reference, absl::Span<const int32_t> hypothesis,
                   std::vector<Edit>* edits);

 private:
  // A column of the table of distances: bit i of `up` tells that the distance grows by 1 from i to
  // i + 1 units of the reference, bit i of `down` that it falls by 1. Above the band the words are
  // what they were in a column before; below it, the distance grows.
  struct Column {
    std::vector<uint64_t> up;
    std::vector<uint64_t> down;
  };

  // Returns a band that holds all alignments with the fewest errors.
  Band FindBand();
  // Returns the least number of errors of the alignments in a band, if that is at most what the
  // band is made for; otherwise more than that.
  int64_t ErrorsWithin(const Band& band);
  // Makes the words first .. last of `column` from those of the one before at `up` and `down`,
  // which point to the first.
  void Advance(int64_t column, int64_t first, int64_t last, uint64_t* up, uint64_t* down);
  // Goes from `row` in column `last` back to column `first`, which is `start`. Returns its row.
  // `depth` counts the calls around this one.
  int64_t Walk(const Band& band, int64_t first, int64_t last, int64_t row, const Column& start,
               size_t depth);
  // As Walk(), for columns that are few enough to be held at once.
  int64_t WalkStored(const Band& band, int64_t first, int64_t last, int64_t row,
                     const Column& start);
  // Makes stored_up_ and stored_down_: of each column from `first` to `last`, MaxWords() + 1 words
  // from the band's first one.
  void StoreColumns(const Band& band, int64_t first, int64_t last, const Column& start);
  void Add(Edit edit, int64_t count = 1);

  int64_t max_stored_words_;
  absl::Span<const int32_t> reference_;
  absl::Span<const int32_t> hypothesis_;
  // What masks_ calls the units of the hypothesis.
  std::vector<int32_t> symbols_;
  PositionMasks masks_;
  std::vector<uint64_t> stored_up_;
  std::vector<uint64_t> stored_down_;
  Column column_;
  // By depth, columns from which Walk() begins again.
  std::vector<std::vector<Column>> checkpoints_;
  EditCounts counts_;
  std::vector<Edit>* edits_ = nullptr;
};

}  // namespace frazo::align

#endif  // FRAZO_CORE_ALIGN_EDIT_ALIGNER_H_
