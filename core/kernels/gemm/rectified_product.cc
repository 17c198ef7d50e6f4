#include "core/kernels/gemm/rectified_product.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/kernels/gemm/aligned_floats.h"
#include "core/kernels/gemm/cell_statistics.h"
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

// Writes the columns of a strip to rows of a matrix that are `stride` floats apart.
void CopyStrip(const float* sums, const Strip& strip, int64_t rows, float* to, int64_t stride) {
  for (int64_t i = 0; i < rows; ++i) {
    std::memcpy(to + i * stride + strip.first, sums + i * kPieceColumns,
                strip.width * sizeof(float));
  }
}

// How the values of a cell's rows count.
class SlopesOfCell {
 public:
  explicit SlopesOfCell(int64_t columns) : shift_(columns), peak_(columns) {}

  // Takes the cell that has the rows first .. last - 1.
  void Set(const RectifiedProduct::Slopes& slopes, int64_t cell, int64_t first, int64_t last) {
    const int64_t columns = shift_.size(), at = cell * columns;
    slopes_ = {slopes.factor, shift_.data(), slopes.maxima + at, peak_.data()};
    if (first == last) return;
    const float share = 1.0f / (last - first);
    for (int64_t c = 0; c < columns; ++c) {
      shift_[c] = slopes.shift[c] + share * slopes.of_means[at + c];
    }
    const float* of_maxima = slopes.of_maxima + at;
    if (std::all_of(of_maxima, of_maxima + columns, [](float slope) { return slope == 0; })) {
      // Nothing needs the maxima of these rows.
      std::fill(peak_.begin(), peak_.end(), 0.0f);
      return;
    }
    // Rows that share the maximum share its derivative.
    CountMaxima({slopes.y + first * columns, last - first, columns}, slopes.maxima + at,
                peak_.data());
    for (int64_t c = 0; c < columns; ++c) peak_[c] = of_maxima[c] / peak_[c];
  }

  const CellSlopes& slopes() const { return slopes_; }

 private:
  std::vector<float> shift_;
  std::vector<float> peak_;
  CellSlopes slopes_;
};

}  // namespace

RectifiedProduct::RectifiedProduct(const int32_t* counts, int64_t cells, int64_t depth,
                                   int64_t columns)
    : depth_(depth), columns_(columns), first_rows_(cells + 1) {
  for (int64_t cell = 0; cell < cells; ++cell) {
    first_rows_[cell + 1] = first_rows_[cell] + counts[cell];
  }
}

void RectifiedProduct::Multiply(const float* x, const MatrixPieces& kernel, const float* shared,
                                int64_t begin, int64_t end, const Outcome& to) const {
  NonzeroRows left;
  AlignedFloats sums(kMaxRows * kPieceColumns);
  const int64_t together = RowsTogether(depth_), last_row = first_rows_[end];
  int64_t cell = begin;
  for (int64_t first = first_rows_[begin]; first < last_row; first += together) {
    const Chunk chunk = {first, std::min(together, last_row - first), cell};
    left.SetRows(x + first * depth_, chunk.rows, depth_);
    for (int64_t index = 0; index < kernel.strips(); ++index) {
      const Strip strip(index, columns_);
      SetShared(shared, chunk, index, sums.data());
      AddStrip(left, kernel, index, sums.data());
      for (int64_t i = 0; i < chunk.rows; ++i) {
        const float* sum = sums.data() + i * kPieceColumns;
        float* y = to.y + (first + i) * columns_ + strip.first;
        // A NaN stays what it is.
        for (int64_t c = 0; c < strip.width; ++c) y[c] = sum[c] < 0 ? 0.0f : sum[c];
      }
    }
    // While they are in the cache.
    for (; cell < end && first_rows_[cell + 1] <= first + chunk.rows; ++cell) {
      ComputeStatisticsOf(cell, to);
    }
  }
  for (; cell < end; ++cell) ComputeStatisticsOf(cell, to);
}

void RectifiedProduct::SetShared(const float* shared, const Chunk& chunk, int64_t strip,
                                 float* sums) const {
  const Strip part(strip, columns_);
  int64_t cell = chunk.cell;
  for (int64_t i = 0; i < chunk.rows; ++i) {
    while (first_rows_[cell + 1] <= chunk.first + i) ++cell;
    std::memcpy(sums + i * kPieceColumns, shared + cell * columns_ + part.first,
                part.width * sizeof(float));
  }
}

void RectifiedProduct::ComputeStatisticsOf(int64_t cell, const Outcome& outcome) const {
  const int64_t first = first_rows_[cell], at = cell * columns_;
  ComputeStatistics(
      {outcome.y + first * columns_, first_rows_[cell + 1] - first, columns_},
      {outcome.of_cells.means + at, outcome.of_cells.maxima + at, outcome.of_cells.squares + at});
}

void RectifiedProduct::Moments(const CellStatistics& of_cells, float* mean, float* variance) const {
  const double count = std::max<int64_t>(1, rows());
  std::vector<double> sums(columns_), squares(columns_);
  for (int64_t cell = 0; cell < cells(); ++cell) {
    const double rows = first_rows_[cell + 1] - first_rows_[cell];
    const float* means = of_cells.means + cell * columns_;
    for (int64_t c = 0; c < columns_; ++c) sums[c] += rows * means[c];
  }
  for (int64_t cell = 0; cell < cells(); ++cell) {
    const double rows = first_rows_[cell + 1] - first_rows_[cell];
    const int64_t at = cell * columns_;
    for (int64_t c = 0; c < columns_; ++c) {
      // The values of a cell are as far from the mean of all as from their own, and as that is.
      const double distance = of_cells.means[at + c] - sums[c] / count;
      squares[c] += of_cells.squares[at + c] + rows * distance * distance;
    }
  }
  for (int64_t c = 0; c < columns_; ++c) {
    mean[c] = sums[c] / count;
    variance[c] = squares[c] / count;
  }
}

void RectifiedProduct::MultiplyBack(const Slopes& slopes, const MatrixPieces& transposed,
                                    int64_t begin, int64_t end, const Gradients& to) const {
  NonzeroRows left;
  AlignedFloats sums(kMaxRows * kPieceColumns);
  const int64_t together = RowsTogether(columns_), last_row = first_rows_[end];
  std::fill(to.of_shared + begin * columns_, to.of_shared + end * columns_, 0.0f);
  SlopesOfCell of_cell(columns_);
  int64_t cell = begin - 1;
  for (int64_t first = first_rows_[begin]; first < last_row; first += together) {
    const int64_t rows = std::min(together, last_row - first);
    for (int64_t row = first; row < first + rows; ++row) {
      while (cell < begin || first_rows_[cell + 1] <= row) {
        ++cell;
        of_cell.Set(slopes, cell, first_rows_[cell], first_rows_[cell + 1]);
      }
      const int64_t at = row * columns_;
      RectifiedGradient(slopes.y + at, slopes.of_y + at, of_cell.slopes(), columns_,
                        to.of_sums + at, to.of_shared + cell * columns_);
    }
    left.SetRows(to.of_sums + first * columns_, rows, columns_);
    for (int64_t index = 0; index < transposed.strips(); ++index) {
      const Strip strip(index, depth_);
      std::memset(sums.data(), 0, rows * kPieceColumns * sizeof(float));
      AddStrip(left, transposed, index, sums.data());
      CopyStrip(sums.data(), strip, rows, to.of_x + first * depth_, depth_);
    }
  }
}

int64_t RectifiedProduct::KernelUnits(int64_t threads) const {
  // Each unit turns its columns of x anew, so that it should have some strips.
  const int64_t of_depth = (depth_ + kUnitDepth - 1) / kUnitDepth;
  const int64_t wanted = (threads + of_depth - 1) / std::max<int64_t>(1, of_depth);
  return of_depth * std::clamp<int64_t>(wanted, 1, std::max<int64_t>(1, Strips(columns_)));
}

void RectifiedProduct::KernelGradient(const float* x, const float* of_sums, int64_t units,
                                      int64_t begin, int64_t end, float* of_kernel) const {
  for (int64_t index = begin; index < end; ++index) {
    ComputeUnit(x, of_sums, UnitAt(units, index), of_kernel);
  }
}

RectifiedProduct::Unit RectifiedProduct::UnitAt(int64_t units, int64_t index) const {
  const int64_t parts = units / ((depth_ + kUnitDepth - 1) / kUnitDepth);
  const int64_t part = index % parts, first = index / parts * kUnitDepth;
  const int64_t strips = Strips(columns_);
  return {first, std::min(kUnitDepth, depth_ - first), part * strips / parts,
          (part + 1) * strips / parts};
}

void RectifiedProduct::ComputeUnit(const float* x, const float* of_sums, const Unit& unit,
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
        std::memcpy(piece.data() + i * kPieceColumns,
                    of_sums + (first + i) * columns_ + strip.first, strip.width * sizeof(float));
      }
      AddNonzeroProduct(left.block(0), piece.data(), strip.width,
                        sums.data() + (index - unit.first_strip) * kSums);
    }
  }
  for (int64_t index = unit.first_strip; index < unit.last_strip; ++index) {
    CopyStrip(sums.data() + (index - unit.first_strip) * kSums, Strip(index, columns_), unit.depths,
              of_kernel + unit.first_depth * columns_, columns_);
  }
}

}  // namespace frazo::gemm
