#include "core/kernels/attention/self_attention.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/kernels/attention/head_panels.h"
#include "core/kernels/attention/score_tiles.h"
#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/transposed_panel.h"

namespace frazo::attention {
namespace {

// Some queries of a head, one a column of a tile.
struct QueryBlock {
  int64_t first;
  int64_t count;
  // The last one is repeated to the end of the tile.
  KeyRange ranges[kTileColumns];
  // The keys that some query sees; end is 0 if there are none.
  KeyRange keys;

  QueryBlock(const KeyRange* row_ranges, int64_t time, int64_t first)
      : first(first), count(std::min(kTileColumns, time - first)), keys{0, 0} {
    for (int64_t column = 0; column < kTileColumns; ++column) {
      const KeyRange& range = row_ranges[first + std::min(column, count - 1)];
      ranges[column] = range;
      if (range.end == 0) continue;
      keys.begin = keys.end == 0 ? range.begin : std::min(keys.begin, range.begin);
      keys.end = std::max(keys.end, range.end);
    }
  }
};

// Computes units, with memory that they share.
class UnitAttention {
 public:
  explicit UnitAttention(const SelfAttention& attention)
      : attention_(attention),
        inputs_(attention.inputs),
        shape_(inputs_.shape),
        width_(gemm::PanelCount(shape_.head_dim) * kTileColumns),
        scores_(gemm::PanelCount(shape_.time) * kTileColumns * kTileColumns),
        queries_(kTileColumns * shape_.head_dim),
        panel_(kTileColumns * shape_.head_dim),
        sums_(kTileColumns * width_) {}

  void Attend(int64_t unit) {
    row_ = unit / shape_.shared_heads;
    const int64_t shared_head = unit % shape_.shared_heads;
    keys_.Set(inputs_.Keys(row_, shared_head));
    keys_.PackBlocks();
    values_.Set(inputs_.Values(row_, shared_head));
    values_.PackColumns();
    const int64_t group = shape_.heads / shape_.shared_heads;
    for (int64_t first = 0; first < shape_.time; first += kTileColumns) {
      const QueryBlock block(inputs_.ranges + row_ * shape_.time, shape_.time, first);
      for (int64_t head = shared_head * group; head < (shared_head + 1) * group; ++head) {
        AttendBlock(block, head);
      }
    }
  }

 private:
  void AttendBlock(const QueryBlock& block, int64_t head) {
    ColumnTotals totals = {};
    if (block.keys.end > 0) {
      MultiplyKeys(block, head);
      const int64_t first_key = FirstKey(block);
      const int64_t keys = block.keys.end - first_key;
      RaiseColumns(
          {scores_.data(), first_key, keys, block.ranges, inputs_.mask + row_ * shape_.time},
          &totals);
      for (int64_t column = 0; column < width_; column += kTileColumns) {
        MultiplyPanelPair(scores_.data(), values_.columns(column / kTileColumns, first_key), keys,
                          nullptr, width_, sums_.data() + column);
      }
    } else {
      std::fill(sums_.begin(), sums_.end(), 0.0f);
    }
    const HeadPlace place = inputs_.SumPlace(row_, head);
    float* to = attention_.sums + place.offset + block.first * place.stride;
    for (int64_t query = 0; query < block.count; ++query) {
      MoveRows(
          {sums_.data() + query * width_, width_, 1, shape_.head_dim, totals.shares[query], {}},
          to + query * place.stride, place.stride);
    }
    std::copy_n(totals.log_totals, block.count,
                attention_.log_totals + (row_ * shape_.heads + head) * shape_.time + block.first);
  }

  // Sets the scores of whole blocks of keys.
  void MultiplyKeys(const QueryBlock& block, int64_t head) {
    RowMove queries = inputs_.Queries(row_, head);
    queries.from += block.first * queries.from_stride;
    queries.rows = block.count;
    if (queries.rotations.values != nullptr) {
      queries.rotations.values += block.first * shape_.head_dim;
    }
    MoveRows(queries, queries_.data(), shape_.head_dim);
    gemm::PackPanelFast({queries_.data(), shape_.head_dim, block.count, true}, 0, panel_.data());
    const int64_t first = FirstKey(block);
    for (int64_t key = first; key < block.keys.end; key += kTileColumns) {
      MultiplyPanelPair(keys_.block(key / kTileColumns), panel_.data(), shape_.head_dim, nullptr,
                        kTileColumns, scores_.data() + (key - first) * kTileColumns);
    }
  }

  static int64_t FirstKey(const QueryBlock& block) {
    return block.keys.begin / kTileColumns * kTileColumns;
  }

  const SelfAttention& attention_;
  const AttentionInputs& inputs_;
  const AttentionShape& shape_;
  // The size of a head in whole panels.
  const int64_t width_;
  int64_t row_ = 0;
  HeadPanels keys_;
  HeadPanels values_;
  // [time in whole blocks, kTileColumns].
  std::vector<float> scores_;
  // [kTileColumns, head_dim], and transposed.
  std::vector<float> queries_;
  std::vector<float> panel_;
  // [kTileColumns, width_].
  std::vector<float> sums_;
};

}  // namespace

HeadPlace AttentionInputs::QueryPlace(int64_t row, int64_t head) const {
  return {row * shape.time * shape.width() + head * shape.head_dim, shape.width(), shape.time,
          shape.head_dim};
}

HeadPlace AttentionInputs::KeyPlace(int64_t row, int64_t shared_head) const {
  return QueryPlace(row, shape.heads + shared_head);
}

HeadPlace AttentionInputs::ValuePlace(int64_t row, int64_t shared_head) const {
  return QueryPlace(row, shape.heads + shape.shared_heads + shared_head);
}

HeadPlace AttentionInputs::SumPlace(int64_t row, int64_t head) const {
  const int64_t stride = shape.heads * shape.head_dim;
  return {row * shape.time * stride + head * shape.head_dim, stride, shape.time, shape.head_dim};
}

RowMove AttentionInputs::Queries(int64_t row, int64_t head) const {
  RowMove move = QueryPlace(row, head).Rows(projected);
  move.scale = scale;
  move.rotations = {rotations};
  return move;
}

RowMove AttentionInputs::Keys(int64_t row, int64_t shared_head) const {
  RowMove move = KeyPlace(row, shared_head).Rows(projected);
  move.rotations = {rotations};
  return move;
}

RowMove AttentionInputs::Values(int64_t row, int64_t shared_head) const {
  return ValuePlace(row, shared_head).Rows(projected);
}

void SelfAttention::Attend(int64_t begin, int64_t end) const {
  UnitAttention units(*this);
  for (int64_t unit = begin; unit < end; ++unit) units.Attend(unit);
}

}  // namespace frazo::attention
