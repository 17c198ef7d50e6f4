#ifndef FRAZO_CORE_BATCH_PACK_H_
#define FRAZO_CORE_BATCH_PACK_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/batch/row_fit.h"

namespace frazo::batch {

// Packing of sequences whose lengths are all known. A sequence has a length in each stream (source
// and target, say); it gets a place in all streams of one row.

struct PackOptions {
  // Values of a row in each stream. At least one stream; each > 0.
  std::vector<int64_t> row_lengths;
  // Rows to fill. 0: as many as needed, then only what is longer than a row is left out. >= 0.
  int64_t rows = 0;
  Fit fit = Fit::kFirst;
  // The first `rows` sequences open a row each, so that the rows are about equally full.
  bool spread = false;
};

struct Packing {
  // No row has it: it is too long or empty, or the rows are full.
  static constexpr int32_t kLeftOut = -1;

  // PackOptions::rows, or as many as were needed.
  int64_t rows = 0;
  // Of each sequence; kLeftOut for none.
  std::vector<int32_t> row;
  // Of each sequence within its row, from 1 in the order of the sequences; 0 for none.
  std::vector<int32_t> segment;
  // [sequence, stream]: where it begins in its row.
  std::vector<int64_t> begin;
  // Sequences that have no row.
  int64_t left_out = 0;
};

// `lengths` is [sequence, stream]. With a number of rows, other ways (without spreading, the other
// fit, the longest first) are tried before a sequence is left out for want of space; the first
// of those that leave out the fewest is taken. Error: kInvalidArgument if an option or a length is
// out of range.
absl::StatusOr<Packing> Pack(absl::Span<const int64_t> lengths, const PackOptions& options);

// What the packed rows of one stream hold; each is [rows, row length].
struct PackedStream {
  // From 1; 0 is padding.
  std::vector<int32_t> segment_ids;
  // Position within the sequence; 0 in padding.
  std::vector<int32_t> segment_pos;
  // Which sequence it is; -1 in padding.
  std::vector<int32_t> sequences;
};

// `lengths` and `options` are those that made `packing`; `stream` is one of its streams.
PackedStream LayOut(const Packing& packing, absl::Span<const int64_t> lengths,
                    const PackOptions& options, int64_t stream);

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_PACK_H_
