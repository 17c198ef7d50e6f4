#include "core/boxes/pairwise_iou.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"
#include "core/threads/row_turns.h"

namespace frazo::boxes {
namespace {

// So many that the start of a thread takes less time than its work.
constexpr int64_t kPairsPerTurn = 4096;

}  // namespace

absl::Status PairwiseIou(absl::Span<const Box> rows, absl::Span<const Box> columns, IouView view,
                         int threads, absl::Span<double> iou) {
  FRAZO_RETURN_IF_ERROR(threads::CheckThreads(threads));
  if (iou.size() != rows.size() * columns.size()) {
    return absl::InvalidArgumentError(absl::StrCat("iou has ", iou.size(), " places for ",
                                                   rows.size(), " * ", columns.size(), " pairs"));
  }
  if (iou.empty()) return absl::OkStatus();
  const std::vector<IouBox> others(columns.begin(), columns.end());
  const int64_t count = others.size();
  const int64_t rows_per_turn = std::max<int64_t>(kPairsPerTurn / count, 1);
  threads::TakeRowTurns(rows.size(), rows_per_turn, threads, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const IouBox box(rows[i]);
      double* const row = iou.data() + i * count;
      for (int64_t j = 0; j < count; ++j) row[j] = box.Iou(others[j], view);
    }
  });
  return absl::OkStatus();
}

}  // namespace frazo::boxes
