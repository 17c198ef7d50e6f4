#include "core/align/edit_aligner.h"

#include <algorithm>
#include <utility>

namespace frazo::align {
namespace {

constexpr int64_t kBitsPerWord = 64;

// A longer table is cut into this many parts, each walked through in its turn. More take more
// memory, fewer make more rounds over the table: a table of a million by a million takes three.
constexpr int64_t kParts = 64;

int64_t WordsOf(int64_t rows) { return (rows + kBitsPerWord - 1) / kBitsPerWord; }

bool Bit(const uint64_t* words, int64_t position) {
  return (words[position / kBitsPerWord] >> (position % kBitsPerWord) & 1) != 0;
}

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
    first_column_.up.assign(masks_.words(), ~uint64_t{0});
    first_column_.down.assign(masks_.words(), 0);
    row = Walk(0, columns, row, first_column_, 0);
  } else {
    Add(Edit::kInsertion, columns);
  }
  Add(Edit::kDeletion, row);
  Add(Edit::kMatch, static_cast<int64_t>(start));
  if (edits != nullptr) std::reverse(edits->begin(), edits->end());
  return counts_;
}

void EditAligner::Advance(int32_t id, size_t words, uint64_t* up, uint64_t* down) {
  const uint64_t* const equal = masks_.Of(id);
  // Along the row of no reference units the distance grows by 1 from column to column.
  uint64_t right_up = 1, right_down = 0;
  for (size_t i = 0; i < words; ++i) {
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

int64_t EditAligner::Walk(int64_t first, int64_t last, int64_t row, const Column& start,
                          size_t depth) {
  const int64_t columns = last - first, words = WordsOf(row);
  if (row == 0) {
    Add(Edit::kInsertion, columns);
    return 0;
  }
  if (columns <= 1 || columns * words <= max_stored_words_) {
    return WalkStored(first, last, row, start);
  }
  if (checkpoints_.size() <= depth) checkpoints_.resize(depth + 1);
  // Taken out while it is in use: the calls below may move what holds it.
  std::vector<Column> checkpoints = std::move(checkpoints_[depth]);
  checkpoints.resize(kParts);
  const int64_t step = (columns + kParts - 1) / kParts;
  const int64_t parts = (columns + step - 1) / step;
  Column& front = checkpoints[0];
  front.up.assign(start.up.begin(), start.up.begin() + words);
  front.down.assign(start.down.begin(), start.down.begin() + words);
  for (int64_t part = 1; part < parts; ++part) {
    Column& column = checkpoints[part];
    column.up = checkpoints[part - 1].up;
    column.down = checkpoints[part - 1].down;
    for (int64_t i = first + (part - 1) * step; i < first + part * step; ++i) {
      Advance(hypothesis_[i], words, column.up.data(), column.down.data());
    }
  }
  for (int64_t part = parts - 1; part >= 0; --part) {
    row = Walk(first + part * step, std::min(last, first + (part + 1) * step), row,
               checkpoints[part], depth + 1);
  }
  checkpoints_[depth] = std::move(checkpoints);
  return row;
}

int64_t EditAligner::WalkStored(int64_t first, int64_t last, int64_t row, const Column& start) {
  const int64_t words = WordsOf(row);
  const size_t size = (last - first + 1) * words;
  if (stored_.up.size() < size) {
    stored_.up.resize(size);
    stored_.down.resize(size);
  }
  uint64_t* up = stored_.up.data();
  uint64_t* down = stored_.down.data();
  std::copy_n(start.up.begin(), words, up);
  std::copy_n(start.down.begin(), words, down);
  for (int64_t i = first; i < last; ++i) {
    std::copy_n(up, words, up + words);
    std::copy_n(down, words, down + words);
    up += words;
    down += words;
    Advance(hypothesis_[i], words, up, down);
  }
  int64_t column = last;
  // `up` and `down` are those of `column`.
  while (column > first && row > 0) {
    if (Bit(up, row - 1)) {
      Add(Edit::kDeletion);
      --row;
      continue;
    }
    up -= words;
    down -= words;
    --column;
    // Where the distance falls, an insertion costs as much as a diagonal that is free; a
    // substitution, as cheap as an insertion, would not let it fall.
    if (Bit(down, row - 1)) {
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
