#include "core/decode/token_sampler.h"

#include <algorithm>
#include <cmath>

namespace frazo::decode {
namespace {

// The number of tokens that are sorted first to find the end of top_p. Each further round sorts
// four times as many, because few distributions need all of them.
constexpr int64_t kFirstSorted = 64;

}  // namespace

TokenSampler::TokenSampler(const frazo::Sampling& options, int64_t vocabulary)
    : temperature_(options.temperature()),
      top_k_(options.top_k()),
      top_p_(options.top_p()),
      weights_(vocabulary),
      drawn_(vocabulary) {}

int32_t TokenSampler::Draw(absl::Span<const float> scores, const TokenFilter& filter, float best,
                           double fraction) {
  Weigh(scores, filter, best);
  Limit();
  double left = fraction * TotalWeight();
  for (const int32_t token : drawn_) {
    left -= weights_[token];
    if (left < 0) return token;
  }
  return drawn_.back();
}

void TokenSampler::Weigh(absl::Span<const float> scores, const TokenFilter& filter, float best) {
  drawn_.clear();
  for (int32_t token = 0; token < static_cast<int32_t>(scores.size()); ++token) {
    const double weight = std::exp((static_cast<double>(scores[token]) - best) / temperature_);
    // False for NaN.
    if (weight > 0 && filter.Allows(token)) {
      weights_[token] = weight;
      drawn_.push_back(token);
    }
  }
}

void TokenSampler::Limit() {
  const auto is_better = [this](int32_t left, int32_t right) {
    return weights_[left] != weights_[right] ? weights_[left] > weights_[right] : left < right;
  };
  if (top_k_ > 0 && top_k_ < static_cast<int64_t>(drawn_.size())) {
    std::nth_element(drawn_.begin(), drawn_.begin() + top_k_, drawn_.end(), is_better);
    drawn_.resize(top_k_);
  }
  if (top_p_ >= 1) return;
  double left = top_p_ * TotalWeight();
  auto sorted = drawn_.begin();
  for (int64_t more = kFirstSorted; sorted != drawn_.end(); more *= 4) {
    const auto next = sorted + std::min<int64_t>(more, drawn_.end() - sorted);
    std::partial_sort(sorted, next, drawn_.end(), is_better);
    for (; sorted != next; ++sorted) {
      left -= weights_[*sorted];
      if (left > 0) continue;
      drawn_.erase(sorted + 1, drawn_.end());
      return;
    }
  }
}

double TokenSampler::TotalWeight() const {
  double total = 0;
  for (const int32_t token : drawn_) total += weights_[token];
  return total;
}

}  // namespace frazo::decode
