#ifndef FRAZO_CORE_OPS_ROW_ENTRIES_H_
#define FRAZO_CORE_OPS_ROW_ENTRIES_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {

// Checks which entry each row attends to. `row_entries` is int32 [rows]; there are `entries` in
// what `owner` names, such as "the keys have". Error: kInvalidArgument, with the op's name, the
// first row whose entry is none, and that entry.
absl::Status CheckRowEntries(std::string_view op, const tensorflow::Tensor& row_entries,
                             std::string_view owner, int64_t entries);

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_ROW_ENTRIES_H_
