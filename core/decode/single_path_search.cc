#include "core/decode/single_path_search.h"

namespace frazo::decode {

void SinglePathSearch::Select(const StepScores&) {
  for (int64_t row = 0; row < rows(); ++row) {
    // No token may follow, so the hypothesis is dropped.
    if (Best(row).empty()) continue;
    const Extension extension = Extended(row, Best(row)[0]);
    const FinishReason reason = EndOf(extension);
    if (reason == FinishReason::kNone) {
      Extend(extension);
    } else {
      Finish(extension, reason);
    }
  }
}

FinishReason SinglePathSearch::EndOf(const Extension& extension) const {
  return extension.token == eos_id_ ? FinishReason::kEos : FinishReason::kNone;
}

}  // namespace frazo::decode
