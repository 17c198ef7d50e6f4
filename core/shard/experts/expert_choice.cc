#include "core/shard/experts/expert_choice.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/shard/experts/expert_choice.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "core/numeric/exponential_vectors.h"
#include "core/shard/experts/dot_product.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::shard::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr int64_t kLanes = HWY_LANES(float);
// A choice that was made already has this score; all others have larger ones.
constexpr float kTaken = -std::numeric_limits<float>::infinity();
constexpr float kSmallest = std::numeric_limits<float>::lowest();

float Largest(const float* values, int64_t count) {
  const D d;
  V largest = hn::Set(d, kTaken);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) largest = hn::Max(hn::LoadU(d, values + i), largest);
  float result = hn::GetLane(hn::MaxOfLanes(d, largest));
  for (; i < count; ++i) result = std::max(result, values[i]);
  return result;
}

int32_t IndexOfLargest(const float* values, int64_t count) {
  const float largest = Largest(values, count);
  return std::find(values, values + count, largest) - values;
}

// Writes softmax(logits) and returns the logarithm of the sum of the exponentials.
float Softmax(const float* logits, int64_t count, float* probabilities) {
  const D d;
  const float largest = Largest(logits, count);
  const V from = hn::Set(d, largest);
  V sums = hn::Zero(d);
  // The sum of the distances is not finite if a logit is not.
  V distances = hn::Zero(d);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const V distance = hn::Sub(hn::LoadU(d, logits + i), from);
    const V power = numeric::HWY_NAMESPACE::ExpOfNonpositive(d, distance);
    distances = hn::Add(distances, distance);
    sums = hn::Add(sums, power);
    hn::StoreU(power, d, probabilities + i);
  }
  float sum = hn::GetLane(hn::SumOfLanes(d, sums));
  float distance_sum = hn::GetLane(hn::SumOfLanes(d, distances));
  for (; i < count; ++i) {
    probabilities[i] = numeric::ExpOfNonpositive(logits[i] - largest);
    distance_sum += logits[i] - largest;
    sum += probabilities[i];
  }
  if (!std::isfinite(distance_sum)) {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    std::fill_n(probabilities, count, kNan);
    return kNan;
  }
  const float scale = 1 / sum;
  for (i = 0; i + kLanes <= count; i += kLanes) {
    hn::StoreU(hn::Mul(hn::LoadU(d, probabilities + i), hn::Set(d, scale)), d, probabilities + i);
  }
  for (; i < count; ++i) probabilities[i] *= scale;
  return largest + std::log(sum);
}

// Writes a + b, or a if there is no b. What is not a number gets the smallest score.
void SetScores(const float* a, const float* b, int64_t count, float* scores) {
  for (int64_t i = 0; i < count; ++i) {
    const float score = b == nullptr ? a[i] : a[i] + b[i];
    scores[i] = score > kSmallest ? score : kSmallest;
  }
}

void ChooseRow(const ExpertChoice& choice, int64_t row, float* scores,
               const ChosenExperts& chosen) {
  const int64_t count = choice.experts, per_token = choice.experts_per_token;
  const float* logits = choice.logits + row * count;
  float* probabilities = chosen.probabilities + row * count;
  int32_t* experts = chosen.experts + row * per_token;
  float* weights = chosen.weights + row * per_token;
  int32_t* slots = chosen.slots + row * per_token;
  const float log_total = Softmax(logits, count, probabilities);
  chosen.log_totals[row] = log_total;
  chosen.entropies[row] = log_total - Dot(probabilities, logits, count);
  SetScores(probabilities, choice.bias, count, scores);
  float total = kWeightEpsilon;
  for (int64_t j = 0; j < per_token; ++j) {
    if (j == 1 && choice.noise != nullptr) {
      SetScores(logits, choice.noise + row * count, count, scores);
      scores[experts[0]] = kTaken;
    }
    experts[j] = IndexOfLargest(scores, count);
    scores[experts[j]] = kTaken;
    weights[j] = probabilities[experts[j]];
    total += weights[j];
    slots[j] = 0;
  }
  if (per_token == 1) return;
  for (int64_t j = 0; j < per_token; ++j) weights[j] /= total;
  if (choice.uniform == nullptr) return;
  const float* uniform = choice.uniform + row * (per_token - 1);
  for (int64_t j = 1; j < per_token; ++j) {
    if (weights[j] <= choice.threshold * uniform[j - 1]) slots[j] = -1;
  }
}

void Choose(const ExpertChoice& choice, int64_t begin, int64_t end, const ChosenExperts& chosen) {
  const int64_t per_token = choice.experts_per_token;
  std::vector<float> scores(choice.experts);
  for (int64_t row = begin; row < end; ++row) {
    if (choice.mask[row]) {
      ChooseRow(choice, row, scores.data(), chosen);
      continue;
    }
    std::fill_n(chosen.probabilities + row * choice.experts, choice.experts, 0.0f);
    chosen.log_totals[row] = 0;
    chosen.entropies[row] = 0;
    std::fill_n(chosen.experts + row * per_token, per_token, -1);
    std::fill_n(chosen.weights + row * per_token, per_token, 0.0f);
    std::fill_n(chosen.slots + row * per_token, per_token, -1);
  }
}

// Adds the derivatives by the probabilities of a token's choices, which its weights depend on.
void AddOfWeights(const ChoiceGradient& gradient, int64_t row, float* of_probabilities) {
  const int64_t per_token = gradient.experts_per_token;
  const int32_t* experts = gradient.experts + row * per_token;
  const float* of_weights = gradient.weights_gradient + row * per_token;
  if (per_token == 1) {
    of_probabilities[experts[0]] += of_weights[0];
    return;
  }
  const float* probabilities = gradient.probabilities + row * gradient.num_experts;
  float total = kWeightEpsilon, product = 0;
  for (int64_t j = 0; j < per_token; ++j) {
    total += probabilities[experts[j]];
    product += probabilities[experts[j]] * of_weights[j];
  }
  for (int64_t j = 0; j < per_token; ++j) {
    of_probabilities[experts[j]] += (of_weights[j] - product / total) / total;
  }
}

void ChoicesGradient(const ChoiceGradient& gradient, int64_t begin, int64_t end,
                     float* logits_gradient) {
  const D d;
  const int64_t count = gradient.num_experts;
  std::vector<float> of_probabilities(count);
  for (int64_t row = begin; row < end; ++row) {
    float* of_logits = logits_gradient + row * count;
    if (gradient.experts[row * gradient.experts_per_token] < 0) {
      std::fill_n(of_logits, count, 0.0f);
      continue;
    }
    std::copy_n(gradient.probabilities_gradient, count, of_probabilities.data());
    AddOfWeights(gradient, row, of_probabilities.data());
    const float* probabilities = gradient.probabilities + row * count;
    const float mean = Dot(probabilities, of_probabilities.data(), count);
    const float shift = 2 * gradient.squares_gradient * gradient.log_totals[row] - mean;
    int64_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      const V slope = hn::Add(hn::LoadU(d, of_probabilities.data() + i), hn::Set(d, shift));
      hn::StoreU(hn::Mul(hn::LoadU(d, probabilities + i), slope), d, of_logits + i);
    }
    for (; i < count; ++i) of_logits[i] = probabilities[i] * (of_probabilities[i] + shift);
  }
}

}  // namespace frazo::shard::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::shard {

void ChooseExperts(const ExpertChoice& choice, int64_t begin, int64_t end,
                   const ChosenExperts& chosen) {
  static const auto choose = FRAZO_VECTOR_FUNCTION(Choose);
  choose(choice, begin, end, chosen);
}

void ChooseExpertsGradient(const ChoiceGradient& gradient, int64_t begin, int64_t end,
                           float* logits_gradient) {
  static const auto compute = FRAZO_VECTOR_FUNCTION(ChoicesGradient);
  compute(gradient, begin, end, logits_gradient);
}

}  // namespace frazo::shard

#endif  // HWY_ONCE
