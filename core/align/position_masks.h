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

  // Returns the symbol of `id`, which is its number among the sequence's different ids; -1 for an
  // id that the sequence does not have.
  int32_t SymbolOf(int32_t id) { return Find(id)->symbol; }

  // The number of words in a mask.
  size_t words() const { return words_; }

  // Returns the mask of a symbol, of words() words, until the next call. Only the words first ..
  // last are right. The mask of -1 is empty.
  const uint64_t* Of(int32_t symbol, size_t first, size_t last);

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
  // Sets (or clears, if they are set) the bits of positions_[shown_begin_:shown_end_] in masks_.
  void FlipShown();

  size_t words_ = 0;
  std::vector<Slot> slots_;
  int shift_ = 0;
  // The symbol at each position.
  std::vector<int32_t> symbols_;
  // Dense: a mask for each symbol, then an empty one. Sparse: that of the positions shown.
  std::vector<uint64_t> masks_;
  bool dense_ = true;
  // Sparse: positions_[starts_[s]:starts_[s + 1]] are those of symbol s.
  std::vector<int64_t> starts_;
  std::vector<int64_t> positions_;
  int64_t shown_begin_ = 0;
  int64_t shown_end_ = 0;
  size_t symbol_count_ = 0;
};

}  // namespace frazo::align

#endif  // FRAZO_CORE_ALIGN_POSITION_MASKS_H_
