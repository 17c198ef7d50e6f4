#include "core/decode/ranking.h"

#include <algorithm>
#include <cmath>

#include "absl/types/span.h"

namespace frazo::decode {
namespace {

constexpr float kLeastCoverage = 0.001f;
constexpr float kFullCoverage = 0.5f;

}  // namespace

Ranking::Ranking(const frazo::Search& config, int64_t source)
    : length_normalization_(config.length_normalization()),
      coverage_penalty_(config.coverage_penalty()),
      target_source_ratio_(config.target_source_ratio()),
      mass_(source) {}

float Ranking::Normalized(float total, int64_t length) const {
  return total / std::pow((static_cast<float>(length) + 5) / 5, length_normalization_);
}

float Ranking::Coverage(const Trellis& trellis, int64_t step, int64_t row, int64_t source_length) {
  if (!needs_attention()) return 0;
  std::fill_n(mass_.begin(), source_length, 0.0f);
  while (true) {
    const absl::Span<const float> weights = trellis.Attention(step, row);
    for (int64_t position = 0; position < source_length; ++position) {
      mass_[position] += weights[position];
    }
    if (step == 0) break;
    row = trellis.node(--step, row).parent;
  }
  float sum = 0;
  for (int64_t position = 0; position < source_length; ++position) {
    // A NaN counts as no attention.
    const float share = mass_[position] / target_source_ratio_;
    sum += std::log(share > kLeastCoverage ? std::min(share, kFullCoverage) : kLeastCoverage);
  }
  return target_source_ratio_ * coverage_penalty_ * sum;
}

float Ranking::Bound(float total, int64_t min_length, int64_t max_length,
                     int64_t source_length) const {
  const float normalized = std::max(Normalized(total, min_length), Normalized(total, max_length));
  const float log_share = std::log(coverage_penalty_ > 0 ? kFullCoverage : kLeastCoverage);
  return normalized + target_source_ratio_ * coverage_penalty_ * source_length * log_share;
}

}  // namespace frazo::decode
