#ifndef FRAZO_CORE_ALIGN_POSITION_MASKS_H_
#define FRAZO_CORE_ALIGN_POSITION_MASKS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace frazo::align {

// Tells where an id is in a sequence, as bits: bit i % 64 of word i / 64 belongs to position i. Its
// memory is linear in the length of the sequence, and used again by the next one. Not thread-safe.
class PositionMasks {
 public:
  // Replaces the sequence, which is copied.
  void Reset(absl::Span<const int32_t> sequence);

  // The number of words in a mask.
  size_t words() const { return words_; }

  // Returns the mask of `id`: words() words, until the next call.
  const uint64_t* Of(int32_t id);

 private:
  static constexpr int32_t kNone = -1;

  // A slot of a hash table with open addresses.
  struct Slot {
    int32_t id;
    // The number of the id among the different ones; kNone in a free slot.
    int32_t symbol;
  };

  // Returns the slot of `id`, or the free one in which to put it.
  Slot* Find(int32_t id);
  // Numbers the ids of the sequence; returns how many are different.
  size_t NumberSymbols(absl::Span<const int32_t> sequence);
  void FillDense(size_t symbols);
  void FillSparse(size_t symbols);
  // Sets (or clears, if they are set) the bits of the symbol's positions in masks_.
  void FlipPositions(int32_t symbol);

  size_t words_ = 0;
  std::vector<Slot> slots_;
  int shift_ = 0;
  // The symbol at each position.
  std::vector<int32_t> symbols_;
  // Dense: a mask for each symbol, then an empty one. Sparse: the mask of `shown_` alone.
  std::vector<uint64_t> masks_;
  bool dense_ = true;
  // Sparse: positions_[starts_[s]:starts_[s + 1]] are those of symbol s.
  std::vector<int64_t> starts_;
  std::vector<int64_t> positions_;
  int32_t shown_ = kNone;
  size_t symbol_count_ = 0;
};

}  // namespace frazo::align

#endif  // FRAZO_CORE_ALIGN_POSITION_MASKS_H_
