#include "core/kernels/gemm/rectified_product.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/kernels/gemm/aligned_floats.h"
#include "core/kernels/gemm/gated_values.h"
#include "core/kernels/gemm/matrix_pieces.h"
#include "core/kernels/gemm/nonzero_product.h"
#include "core/kernels/gemm/nonzero_rows.h"

namespace frazo::gemm {
namespace {

// So many rows go through a strip of the right side together. They stay in a core's second cache.
constexpr int64_t kMaxRows = 128;
constexpr int64_t kValuesTogether = 1 << 16;
// Rows of the kernel whose derivatives are computed together.
constexpr int64_t kUnitDepth = 256;

int64_t RowsTogether(int64_t depth) {
  return std::clamp<int64_t>(kValuesTogether / std::max<int64_t>(1, depth), 16, kMaxRows);
}

int64_t Strips(int64_t columns) { return (columns + kPieceColumns - 1) / kPieceColumns; }

// The columns of a strip of a matrix.
struct Strip {
  Strip(int64_t index, int64_t columns)
      : first(index * kPieceColumns), width(std::min(kPieceColumns, columns - first)) {}

  int64_t first;
  int64_t width;
};

// Multiplies the rows with a strip of the matrix: sums[r] += rows[r] strip.
void AddStrip(const NonzeroRows& rows, const MatrixPieces& matrix, int64_t strip, float* sums) {
  const int64_t width = Strip(strip, matrix.columns()).width;
  for (int64_t block = 0; block < rows.blocks(); ++block) {
    AddNonzeroProduct(rows.block(block), matrix.piece(strip, block), width, sums);
  }
}

}  // namespace

RectifiedProduct::RectifiedProduct(const int32_t* counts, int64_t cells, int64_t depth,
                                   int64_t columns)
    : depth_(depth), columns_(columns), first_rows_(cells + 1) {
  for (int64_t cell = 0; cell < cells; ++cell) {
    first_rows_[cell + 1] = first_rows_[cell] + counts[cell];
  }
}

void RectifiedProduct::Multiply(const float* x, const MatrixPieces& kernel, const float* shared,
                                int64_t begin, int64_t end, float* y) const {
  NonzeroRows left;
  AlignedFloats sums(kMaxRows * kPieceColumns);
  const int64_t together = RowsTogether(depth_), last_row = first_rows_[end];
  for (int64_t first = first_rows_[begin]; first < last_row; first += together) {
    const int64_t rows = std::min(together, last_row - first);
    left.SetRows(x + first * depth_, nullptr, rows, depth_);
    while (first_rows_[begin + 1] <= first) ++begin;
    for (int64_t index = 0; index < kernel.strips(); ++index) {
      const Strip strip(index, columns_);
      int64_t cell = begin;
      for (int64_t i = 0; i < rows; ++i) {
        while (first_rows_[cell + 1] <= first + i) ++cell;
        std::memcpy(sums.data() + i * kPieceColumns, shared + cell * columns_ + strip.first,
                    strip.width * sizeof(float));
      }
      AddStrip(left, kernel, index, sums.data());
      for (int64_t i = 0; i < rows; ++i) {
        const float* sum = sums.data() + i * kPieceColumns;
        float* to = y + (first + i) * columns_ + strip.first;
        // A NaN stays what it is.
        for (int64_t c = 0; c < strip.width; ++c) to[c] = sum[c] < 0 ? 0.0f : sum[c];
      }
    }
  }
}

void RectifiedProduct::MultiplyBack(const Outcome& outcome, const MatrixPieces& transposed,
                                    int64_t begin, int64_t end, float* of_x,
                                    float* of_shared) const {
  NonzeroRows left;
  AlignedFloats sums(kMaxRows * kPieceColumns);
  const int64_t together = RowsTogether(columns_), last_row = first_rows_[end];
  std::fill(of_shared + begin * columns_, of_shared + end * columns_, 0.0f);
  int64_t cell = begin;
  for (int64_t first = first_rows_[begin]; first < last_row; first += together) {
    const int64_t rows = std::min(together, last_row - first);
    const float *of_y = outcome.of_y + first * columns_, *y = outcome.y + first * columns_;
    left.SetRows(of_y, y, rows, columns_);
    for (int64_t i = 0; i < rows; ++i) {
      while (first_rows_[cell + 1] <= first + i) ++cell;
      AddOpen({of_y + i * columns_, y + i * columns_, columns_}, of_shared + cell * columns_);
    }
    for (int64_t index = 0; index < transposed.strips(); ++index) {
      const Strip strip(index, depth_);
      std::memset(sums.data(), 0, rows * kPieceColumns * sizeof(float));
      AddStrip(left, transposed, index, sums.data());
      for (int64_t i = 0; i < rows; ++i) {
        std::memcpy(of_x + (first + i) * depth_ + strip.first, sums.data() + i * kPieceColumns,
                    strip.width * sizeof(float));
      }
    }
  }
}

int64_t RectifiedProduct::KernelUnits(int64_t threads) const {
  // Each unit turns its columns of x anew, so that it should have some strips.
  const int64_t of_depth = (depth_ + kUnitDepth - 1) / kUnitDepth;
  const int64_t wanted = (threads + of_depth - 1) / std::max<int64_t>(1, of_depth);
  return of_depth * std::clamp<int64_t>(wanted, 1, std::max<int64_t>(1, Strips(columns_)));
}

void RectifiedProduct::KernelGradient(const float* x, const Outcome& outcome, int64_t units,
                                      int64_t begin, int64_t end, float* of_kernel) const {
  for (int64_t index = begin; index < end; ++index) {
    ComputeUnit(x, outcome, UnitAt(units, index), of_kernel);
  }
}

RectifiedProduct::Unit RectifiedProduct::UnitAt(int64_t units, int64_t index) const {
  const int64_t parts = units / ((depth_ + kUnitDepth - 1) / kUnitDepth);
  const int64_t part = index % parts, first = index / parts * kUnitDepth;
  const int64_t strips = Strips(columns_);
  return {first, std::min(kUnitDepth, depth_ - first), part * strips / parts,
          (part + 1) * strips / parts};
}

void RectifiedProduct::ComputeUnit(const float* x, const Outcome& outcome, const Unit& unit,
                                   float* of_kernel) const {
  constexpr int64_t kSums = kUnitDepth * kPieceColumns;
  NonzeroRows left;
  AlignedFloats piece(kPieceDepth * kPieceColumns);
  AlignedFloats sums((unit.last_strip - unit.first_strip) * kSums);
  for (int64_t first = 0; first < rows(); first += kPieceDepth) {
    const int64_t count = std::min(kPieceDepth, rows() - first);
    left.SetColumns(x + first * depth_ + unit.first_depth, depth_, unit.depths, count);
    for (int64_t index = unit.first_strip; index < unit.last_strip; ++index) {
      const Strip strip(index, columns_);
      for (int64_t i = 0; i < count; ++i) {
        const int64_t from = (first + i) * columns_ + strip.first;
        CopyOpen({outcome.of_y + from, outcome.y + from, strip.width},
                 piece.data() + i * kPieceColumns);
      }
      AddNonzeroProduct(left.block(0), piece.data(), strip.width,
                        sums.data() + (index - unit.first_strip) * kSums);
    }
  }
  for (int64_t index = unit.first_strip; index < unit.last_strip; ++index) {
    const Strip strip(index, columns_);
    const float* from = sums.data() + (index - unit.first_strip) * kSums;
    for (int64_t i = 0; i < unit.depths; ++i) {
      std::memcpy(of_kernel + (unit.first_depth + i) * columns_ + strip.first,
                  from + i * kPieceColumns, strip.width * sizeof(float));
    }
  }
}

}  // namespace frazo::gemm
