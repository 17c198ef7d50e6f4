#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/kernels/attention/head_panels.h"
#include "core/kernels/attention/score_tiles.h"
#include "core/kernels/attention/self_attention.h"
#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/transposed_panel.h"

namespace frazo::attention {
namespace {

// Blocks of queries: `first` and the following ones before `end`.
struct BlockRange {
  int64_t first;
  int64_t end;
};

// Returns for each block of keys the blocks of queries that see some of it, and those between.
std::vector<BlockRange> FindQueryBlocks(const AttentionShape& shape, const KeyRange* ranges) {
  std::vector<BlockRange> blocks(gemm::PanelCount(shape.time), BlockRange{0, 0});
  for (int64_t query = 0; query < shape.time; ++query) {
    const KeyRange& range = ranges[query];
    const int64_t query_block = query / kTileColumns;
    const int64_t end = (range.end + kTileColumns - 1) / kTileColumns;
    for (int64_t block = range.begin / kTileColumns; block < end; ++block) {
      // Queries come in order.
      if (blocks[block].end == 0) blocks[block].first = query_block;
      blocks[block].end = query_block + 1;
    }
  }
  return blocks;
}

// A matrix of floats whose columns fill panels.
class Sums {
 public:
  Sums(int64_t rows, int64_t size)
      : width_(gemm::PanelCount(size) * kTileColumns),
        values_(gemm::PanelCount(rows) * kTileColumns * width_) {}

  void Clear() { std::fill(values_.begin(), values_.end(), 0.0f); }

  int64_t width() const { return width_; }

  float* row(int64_t index) { return values_.data() + index * width_; }

  // Adds left^T right to the block of rows from `first_row` on. left: [depth, kTileColumns]. right:
  // the rows from `right_row` on.
  void AddProduct(const float* left, const HeadPanels& right, int64_t right_row, int64_t depth,
                  int64_t first_row) {
    for (int64_t column = 0; column < width_; column += kTileColumns) {
      float* y = row(first_row) + column;
      MultiplyPanelPair(left, right.columns(column / kTileColumns, right_row), depth, y, width_, y);
    }
  }

 private:
  int64_t width_;
  std::vector<float> values_;
};

// Computes units, with memory that they share.
class UnitGradient {
 public:
  explicit UnitGradient(const SelfAttentionGradient& gradient)
      : gradient_(gradient),
        inputs_(gradient.inputs),
        shape_(inputs_.shape),
        of_queries_(shape_.time, shape_.head_dim),
        of_keys_(shape_.time, shape_.head_dim),
        of_values_(shape_.time, shape_.head_dim),
        scores_(gemm::PanelCount(shape_.time) * kTileColumns * kTileColumns),
        slopes_(scores_.size()),
        mean_slopes_(shape_.time) {}

  void Compute(int64_t unit) {
    row_ = unit / shape_.shared_heads;
    const int64_t shared_head = unit % shape_.shared_heads;
    query_blocks_ = FindQueryBlocks(shape_, inputs_.ranges + row_ * shape_.time);
    keys_.Set(inputs_.Keys(row_, shared_head));
    keys_.PackBlocks();
    keys_.PackColumns();
    values_.Set(inputs_.Values(row_, shared_head));
    values_.PackBlocks();
    of_keys_.Clear();
    of_values_.Clear();
    const int64_t group = shape_.heads / shape_.shared_heads;
    for (int64_t head = shared_head * group; head < (shared_head + 1) * group; ++head) {
      AddHead(head);
    }
    Write(&of_keys_, inputs_.KeyPlace(row_, shared_head), 1, {inputs_.rotations, true});
    Write(&of_values_, inputs_.ValuePlace(row_, shared_head), 1, {});
  }

 private:
  void AddHead(int64_t head) {
    queries_.Set(inputs_.Queries(row_, head));
    queries_.PackBlocks();
    queries_.PackColumns();
    const HeadPlace place = inputs_.SumPlace(row_, head);
    sums_gradient_.Set(place.Rows(gradient_.sums_gradient));
    sums_gradient_.PackBlocks();
    sums_gradient_.PackColumns();
    MultiplyRowPairs(gradient_.sums_gradient + place.offset, gradient_.sums + place.offset,
                     place.stride, shape_.time, shape_.head_dim, mean_slopes_.data());
    of_queries_.Clear();
    for (int64_t block = 0; block < keys_.blocks(); ++block) {
      if (query_blocks_[block].end > 0) AddKeyBlock(head, block);
    }
    Write(&of_queries_, inputs_.QueryPlace(row_, head), inputs_.scale, {inputs_.rotations, true});
  }

  // Adds what a block of keys gives.
  void AddKeyBlock(int64_t head, int64_t key_block) {
    const BlockRange& blocks = query_blocks_[key_block];
    const int64_t first_key = key_block * kTileColumns;
    const int64_t keys = std::min(kTileColumns, shape_.time - first_key);
    const int64_t first_query = blocks.first * kTileColumns;
    const int64_t queries = std::min(shape_.time, blocks.end * kTileColumns) - first_query;
    for (int64_t block = blocks.first; block < blocks.end; ++block) {
      MultiplyPanelPair(queries_.block(block), keys_.block(key_block), shape_.head_dim, nullptr,
                        kTileColumns, Tile(&scores_, block - blocks.first));
      MultiplyPanelPair(sums_gradient_.block(block), values_.block(key_block), shape_.head_dim,
                        nullptr, kTileColumns, Tile(&slopes_, block - blocks.first));
    }
    int32_t tokens[kTileColumns] = {};
    std::copy_n(inputs_.mask + row_ * shape_.time + first_key, keys, tokens);
    const float* log_totals = gradient_.log_totals + (row_ * shape_.heads + head) * shape_.time;
    SlopeRows({scores_.data(), slopes_.data(), queries,
               inputs_.ranges + row_ * shape_.time + first_query, log_totals + first_query,
               mean_slopes_.data() + first_query, first_key, tokens});
    of_values_.AddProduct(scores_.data(), sums_gradient_, first_query, queries, first_key);
    of_keys_.AddProduct(slopes_.data(), queries_, first_query, queries, first_key);
    for (int64_t block = blocks.first; block < blocks.end; ++block) {
      float transposed[kTileColumns * kTileColumns];
      gemm::PackPanelFast({Tile(&slopes_, block - blocks.first), kTileColumns, kTileColumns, true},
                          0, transposed);
      of_queries_.AddProduct(transposed, keys_, first_key, keys, block * kTileColumns);
    }
  }

  static float* Tile(std::vector<float>* tiles, int64_t index) {
    return tiles->data() + index * kTileColumns * kTileColumns;
  }

  // Writes the derivatives to their place.
  void Write(Sums* sums, const HeadPlace& place, float scale, const Rotations& rotations) const {
    MoveRows({sums->row(0), sums->width(), place.rows, place.size, scale, rotations},
             gradient_.projected_gradient + place.offset, place.stride);
  }

  const SelfAttentionGradient& gradient_;
  const AttentionInputs& inputs_;
  const AttentionShape& shape_;
  int64_t row_ = 0;
  std::vector<BlockRange> query_blocks_;
  HeadPanels keys_;
  HeadPanels values_;
  HeadPanels queries_;
  HeadPanels sums_gradient_;
  Sums of_queries_;
  Sums of_keys_;
  Sums of_values_;
  // [the queries of a block of keys, kTileColumns].
  std::vector<float> scores_;
  std::vector<float> slopes_;
  std::vector<float> mean_slopes_;
};

}  // namespace

void SelfAttentionGradient::Compute(int64_t begin, int64_t end) const {
  UnitGradient units(*this);
  for (int64_t unit = begin; unit < end; ++unit) units.Compute(unit);
}

}  // namespace frazo::attention
