#include "core/kernels/lstm/step_product.h"

#include <algorithm>
#include <cstdint>

namespace frazo::lstm {
namespace {

// Number of values that a thread packs at once; this takes some microseconds.
constexpr int64_t kValueGrain = 8192;
// Number of pieces that the panels are divided into. The first panel of a piece is not prefetched,
// which favours large pieces; but with large pieces threads idle at the end.
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
