#include "core/ops/row_entries.h"

#include "absl/strings/str_cat.h"

namespace frazo::ops {

absl::Status CheckRowEntries(std::string_view op, const tensorflow::Tensor& row_entries,
                             std::string_view owner, int64_t entries) {
  const auto of_rows = row_entries.vec<int32_t>();
  for (int64_t row = 0; row < of_rows.size(); ++row) {
    if (of_rows(row) < 0 || of_rows(row) >= entries) {
      return absl::InvalidArgumentError(absl::StrCat(op, ": row ", row, " attends to entry ",
                                                     of_rows(row), ", but ", owner, " ", entries));
    }
  }
  return absl::OkStatus();
}

}  // namespace frazo::ops
