#include "core/align/edit_aligner.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace frazo::align {
namespace {

constexpr int64_t kBitsPerWord = Band::kBitsPerWord;

// A longer table is cut into this many parts, each walked through in its turn. More take more
// memory, fewer make more rounds over the table.
constexpr int64_t kParts = 64;

// Fewer words of rows are no more work than finding a band would be.
constexpr size_t kFewestBandedWords = 5;

// Errors of the first band that is tried; each next one has twice as many.
constexpr int64_t kFewestErrors = 64;

constexpr uint64_t kAllUp = ~uint64_t{0};

int64_t CountBits(uint64_t word) { return __builtin_popcountll(word); }

size_t CommonStart(absl::Span<const int32_t> left, absl::Span<const int32_t> right) {
  const auto end = left.begin() + std::min(left.size(), right.size());
  return std::mismatch(left.begin(), end, right.begin()).first - left.begin();
}

size_t CommonEnd(absl::Span<const int32_t> left, absl::Span<const int32_t> right) {
  const auto end = left.rbegin() + std::min(left.size(), right.size());
  return std::mismatch(left.rbegin(), end, right.rbegin()).first - left.rbegin();
}

}  // namespace

void EditAligner::Add(Edit edit, int64_t count) {
  switch (edit) {
    case Edit::kMatch:
      counts_.matches += count;
      break;
    case Edit::kSubstitution:
      counts_.substitutions += count;
      break;
    case Edit::kDeletion:
      counts_.deletions += count;
      break;
    case Edit::kInsertion:
      counts_.insertions += count;
      break;
  }
  if (edits_ != nullptr) edits_->insert(edits_->end(), count, edit);
}

EditCounts EditAligner::Align(absl::Span<const int32_t> reference,
                              absl::Span<const int32_t> hypothesis, std::vector<Edit>* edits) {
  counts_ = {};
  edits_ = edits;
  if (edits != nullptr) edits->clear();
  const size_t start = CommonStart(reference, hypothesis);
  reference.remove_prefix(start);
  hypothesis.remove_prefix(start);
  const size_t end = CommonEnd(reference, hypothesis);
  reference.remove_suffix(end);
  hypothesis.remove_suffix(end);
  reference_ = reference;
  hypothesis_ = hypothesis;

  // The edits are added from back to front.
  Add(Edit::kMatch, static_cast<int64_t>(end));
  int64_t row = static_cast<int64_t>(reference.size());
  const auto columns = static_cast<int64_t>(hypothesis.size());
  if (row > 0 && columns > 0) {
    masks_.Reset(reference);
    symbols_.clear();
    for (const int32_t id : hypothesis) symbols_.push_back(masks_.SymbolOf(id));
    const Band band = FindBand();
    column_.up.assign(masks_.words(), kAllUp);
    column_.down.assign(masks_.words(), 0);
    row = Walk(band, 0, columns, row, column_, 0);
  } else {
    Add(Edit::kInsertion, columns);
  }
  Add(Edit::kDeletion, row);
  Add(Edit::kMatch, static_cast<int64_t>(start));
  if (edits != nullptr) std::reverse(edits->begin(), edits->end());
  return counts_;
}

Band EditAligner::FindBand() {
  const auto rows = static_cast<int64_t>(reference_.size());
  const auto columns = static_cast<int64_t>(hypothesis_.size());
  const int64_t most = std::max(rows, columns);
  if (masks_.words() >= kFewestBandedWords) {
    const int64_t difference = std::abs(rows - columns);
    for (int64_t tried = difference + kFewestErrors; tried < most; tried *= 2) {
      const int64_t errors = ErrorsWithin(Band(rows, columns, tried));
      if (errors <= tried) return Band(rows, columns, errors);
    }
  }
  return Band(rows, columns, most);
}

int64_t EditAligner::ErrorsWithin(const Band& band) {
  const auto columns = static_cast<int64_t>(hypothesis_.size());
  column_.up.assign(masks_.words(), kAllUp);
  column_.down.assign(masks_.words(), 0);
  // The distance in the row above the band: it grows by 1 from column to column, and where the band
  // begins a word later, by what the word before adds.
  int64_t errors = 0, first = 0;
  for (int64_t column = 1; column <= columns; ++column) {
    for (const int64_t next = band.FirstWord(column); first < next; ++first) {
      errors += CountBits(column_.up[first]) - CountBits(column_.down[first]);
    }
    Advance(column, first, band.LastWord(column), &column_.up[first], &column_.down[first]);
    ++errors;
  }
  const int64_t rest = static_cast<int64_t>(reference_.size()) % kBitsPerWord;
  const uint64_t last_mask = rest == 0 ? kAllUp : (uint64_t{1} << rest) - 1;
  const auto words = static_cast<int64_t>(masks_.words());
  for (; first < words; ++first) {
    const uint64_t mask = first + 1 == words ? last_mask : kAllUp;
    errors += CountBits(column_.up[first] & mask) - CountBits(column_.down[first] & mask);
  }
  return errors;
}

void EditAligner::Advance(int64_t column, int64_t first, int64_t last, uint64_t* up,
                          uint64_t* down) {
  const uint64_t* const equal = masks_.Of(symbols_[column - 1], first, last) + first;
  // Along the row above, that of no reference units or one outside of the band, the distance grows
  // by 1 from column to column.
  uint64_t right_up = 1, right_down = 0;
  for (int64_t i = 0; i <= last - first; ++i) {
    const uint64_t matches = equal[i] | right_down;
    const uint64_t diagonal = (((matches & up[i]) + up[i]) ^ up[i]) | matches | down[i];
    uint64_t grows = down[i] | ~(diagonal | up[i]);
    uint64_t falls = diagonal & up[i];
    const uint64_t next_up = grows >> (kBitsPerWord - 1), next_down = falls >> (kBitsPerWord - 1);
    grows = grows << 1 | right_up;
    falls = falls << 1 | right_down;
    up[i] = falls | ~(diagonal | grows);
    down[i] = grows & diagonal;
    right_up = next_up;
    right_down = next_down;
  }
}

int64_t EditAligner::Walk(const Band& band, int64_t first, int64_t last, int64_t row,
                          const Column& start, size_t depth) {
  const int64_t columns = last - first;
  if (row == 0) {
    Add(Edit::kInsertion, columns);
    return 0;
  }
  if (columns <= 1 || columns * band.MaxWords() <= max_stored_words_) {
    return WalkStored(band, first, last, row, start);
  }
  if (checkpoints_.size() <= depth) checkpoints_.resize(depth + 1);
  // Taken out while it is in use: the calls below may move what holds it.
  std::vector<Column> checkpoints = std::move(checkpoints_[depth]);
  checkpoints.resize(kParts);
  const int64_t step = (columns + kParts - 1) / kParts;
  const int64_t parts = (columns + step - 1) / step;
  checkpoints[0] = start;
  for (int64_t part = 1; part < parts; ++part) {
    Column& column = checkpoints[part];
    column = checkpoints[part - 1];
    for (int64_t i = first + (part - 1) * step + 1; i <= first + part * step; ++i) {
      const int64_t word = band.FirstWord(i);
      Advance(i, word, band.LastWord(i), &column.up[word], &column.down[word]);
    }
  }
  for (int64_t part = parts - 1; part >= 0; --part) {
    row = Walk(band, first + part * step, std::min(last, first + (part + 1) * step), row,
               checkpoints[part], depth + 1);
  }
  checkpoints_[depth] = std::move(checkpoints);
  return row;
}

void EditAligner::StoreColumns(const Band& band, int64_t first, int64_t last, const Column& start) {
  const int64_t stride = band.MaxWords() + 1;
  const size_t size = (last - first + 1) * stride;
  if (stored_up_.size() < size) {
    stored_up_.resize(size);
    stored_down_.resize(size);
  }
  uint64_t* up = stored_up_.data();
  uint64_t* down = stored_down_.data();
  int64_t word = band.FirstWord(first);
  const int64_t count = std::min(stride, static_cast<int64_t>(start.up.size()) - word);
  std::copy_n(start.up.begin() + word, count, up);
  std::copy_n(start.down.begin() + word, count, down);
  // The word below the band is read, too: there the distance grows.
  std::fill(up + count, up + stride, kAllUp);
  std::fill(down + count, down + stride, 0);
  for (int64_t column = first + 1; column <= last; ++column) {
    const int64_t moved = band.FirstWord(column) - word;
    word += moved;
    std::copy(up + moved, up + stride, up + stride);
    std::copy(down + moved, down + stride, down + stride);
    up += stride;
    down += stride;
    std::fill(up + stride - moved, up + stride, kAllUp);
    std::fill(down + stride - moved, down + stride, 0);
    Advance(column, word, band.LastWord(column), up, down);
  }
}

int64_t EditAligner::WalkStored(const Band& band, int64_t first, int64_t last, int64_t row,
                                const Column& start) {
  StoreColumns(band, first, last, start);
  const int64_t stride = band.MaxWords() + 1;
  const auto bit = [&](const std::vector<uint64_t>& stored, int64_t column) {
    const int64_t word = (row - 1) / kBitsPerWord - band.FirstWord(column);
    return (stored[(column - first) * stride + word] >> ((row - 1) % kBitsPerWord) & 1) != 0;
  };
  int64_t column = last;
  while (column > first && row > 0) {
    if (bit(stored_up_, column)) {
      Add(Edit::kDeletion);
      --row;
      continue;
    }
    --column;
    // Where the distance falls, an insertion costs as much as a diagonal that is free; a
    // substitution, as cheap as an insertion, would not let it fall.
    if (bit(stored_down_, column)) {
      Add(Edit::kInsertion);
      continue;
    }
    --row;
    Add(reference_[row] == hypothesis_[column] ? Edit::kMatch : Edit::kSubstitution);
  }
  Add(Edit::kInsertion, column - first);
  return row;
}

}  // namespace frazo::align
