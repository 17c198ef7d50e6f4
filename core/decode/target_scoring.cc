#include "core/decode/target_scoring.h"

namespace frazo::decode {

FinishReason TargetScoring::EndOf(const Extension& extension) const {
  if (step() + 1 < rules_.forced_length(live()[extension.row].sentence)) return FinishReason::kNone;
  return extension.token == eos_id_ ? FinishReason::kEos : FinishReason::kLength;
}

}  // namespace frazo::decode
