#include "core/decode/trellis.h"

#include <algorithm>

namespace frazo::decode {

Trellis::Trellis(int64_t steps, int64_t rows, int64_t source)
    : rows_(rows), source_(source), nodes_(steps * rows), attention_(steps * rows * source) {}

void Trellis::SetAttention(int64_t step, absl::Span<const float> weights) {
  std::copy(weights.begin(), weights.end(), attention_.begin() + step * rows_ * source_);
}

absl::Span<const float> Trellis::Attention(int64_t step, int64_t row) const {
  return absl::MakeConstSpan(attention_).subspan((step * rows_ + row) * source_, source_);
}

void Trellis::CopyPath(int64_t steps, int64_t row, int32_t* tokens) const {
  for (int64_t step = steps - 1; step >= 0; --step) {
    const Node& last = node(step, row);
    tokens[step] = last.token;
    row = last.parent;
  }
}

}  // namespace frazo::decode
