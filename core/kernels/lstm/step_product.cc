#include "core/kernels/lstm/step_product.h"

#include <algorithm>
#include <cstdint>

namespace frazo::lstm {
namespace {

// So many values of the rows are packed at once, some microseconds of work.
constexpr int64_t kValueGrain = 8192;
// So many pieces the panels are divided into: a thread that takes a piece begins where the memory
// is not fetched yet, but large pieces leave the others without work at the end.
constexpr int64_t kPieces = 32;

}  // namespace

void StepProduct::Multiply(const float* rows, int64_t count, int64_t stride,
                           const gemm::PackedMatrix& matrix, const gemm::ProductOutput& output,
                           StepTeam* team) {
  blocks_.Resize(count, matrix.depth);
  team->Run(matrix.depth, std::max<int64_t>(kValueGrain / std::max<int64_t>(count, 1), 64),
            [&](int64_t begin, int64_t end) { blocks_.Fill(rows, stride, begin, end); });
  const int64_t panels = gemm::PanelCount(matrix.columns);
  team->Run(panels, std::max<int64_t>(panels / kPieces, 1), [&](int64_t begin, int64_t end) {
    gemm::MultiplyPanels(blocks_, matrix, begin, end, output);
  });
}

}  // namespace frazo::lstm
