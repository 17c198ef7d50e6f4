#include "core/align/position_masks.h"

#include <algorithm>

namespace frazo::align {
namespace {

// Up to this size all masks are made at once: 512 KiB stay in a core's cache. Beyond it a mask is
// made from the list of its positions, because the masks of all symbols would take memory in the
// square of the length.
constexpr size_t kMaxDenseWords = 1 << 16;

constexpr size_t kBitsPerWord = 64;

}  // namespace

void PositionMasks::Reset(absl::Span<const int32_t> sequence) {
  words_ = (sequence.size() + kBitsPerWord - 1) / kBitsPerWord;
  symbol_count_ = NumberSymbols(sequence);
  dense_ = (symbol_count_ + 1) * words_ <= kMaxDenseWords;
  if (dense_) {
    FillDense(symbol_count_);
  } else {
    FillSparse(symbol_count_);
  }
}

PositionMasks::Slot* PositionMasks::Find(int32_t id) {
  // The golden ratio's bits spread neighbouring ids over the table.
  size_t at = static_cast<uint32_t>(id) * uint64_t{0x9e3779b97f4a7c15} >> shift_;
  while (slots_[at].symbol != kNone && slots_[at].id != id) at = (at + 1) & (slots_.size() - 1);
  return &slots_[at];
}

size_t PositionMasks::NumberSymbols(absl::Span<const int32_t> sequence) {
  // At most half of the slots are taken.
  size_t size = 16;
  shift_ = 60;
  while (size < 2 * sequence.size()) {
    size *= 2;
    --shift_;
  }
  slots_.assign(size, {0, kNone});
  symbols_.resize(sequence.size());
  int32_t count = 0;
  for (size_t i = 0; i < sequence.size(); ++i) {
    Slot* const slot = Find(sequence[i]);
    if (slot->symbol == kNone) *slot = {sequence[i], count++};
    symbols_[i] = slot->symbol;
  }
  return static_cast<size_t>(count);
}

void PositionMasks::FillDense(size_t symbols) {
  masks_.assign((symbols + 1) * words_, 0);
  for (size_t i = 0; i < symbols_.size(); ++i) {
    masks_[symbols_[i] * words_ + i / kBitsPerWord] |= uint64_t{1} << (i % kBitsPerWord);
  }
}

void PositionMasks::FillSparse(size_t symbols) {
  masks_.assign(words_, 0);
  shown_begin_ = shown_end_ = 0;
  starts_.assign(symbols + 1, 0);
  for (const int32_t symbol : symbols_) ++starts_[symbol + 1];
  for (size_t i = 0; i < symbols; ++i) starts_[i + 1] += starts_[i];
  positions_.resize(symbols_.size());
  std::vector<int64_t> next(starts_.begin(), starts_.end() - 1);
  for (size_t i = 0; i < symbols_.size(); ++i) {
    positions_[next[symbols_[i]]++] = static_cast<int64_t>(i);
  }
}

void PositionMasks::FlipShown() {
  for (int64_t i = shown_begin_; i < shown_end_; ++i) {
    const size_t position = positions_[i];
    masks_[position / kBitsPerWord] ^= uint64_t{1} << (position % kBitsPerWord);
  }
}

const uint64_t* PositionMasks::Of(int32_t symbol, size_t first, size_t last) {
  if (dense_) return &masks_[(symbol == kNone ? symbol_count_ : symbol) * words_];
  FlipShown();
  shown_begin_ = shown_end_ = 0;
  if (symbol != kNone) {
    const auto begin = positions_.begin() + starts_[symbol];
    const auto end = positions_.begin() + starts_[symbol + 1];
    const auto at = [&](size_t word) {
      const auto bound = static_cast<int64_t>(word * kBitsPerWord);
      return std::lower_bound(begin, end, bound) - positions_.begin();
    };
    shown_begin_ = at(first);
    shown_end_ = at(last + 1);
    FlipShown();
  }
  return masks_.data();
}

}  // namespace frazo::align
