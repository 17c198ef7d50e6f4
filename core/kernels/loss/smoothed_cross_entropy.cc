#include "core/kernels/loss/smoothed_cross_entropy.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/numeric/vector_targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/kernels/loss/smoothed_cross_entropy.cc"
#include "hwy/foreach_target.h"
// This include must follow foreach_target.h:
#include "core/numeric/exponential_vectors.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace frazo::loss::HWY_NAMESPACE {

namespace hn = ::hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<float>;
using V = hn::Vec<D>;

constexpr int64_t kLanes = HWY_LANES(float);
// The number of parts of a row's sums, the same on every processor.
constexpr int64_t kParts = 32;
constexpr int64_t kVectors = kParts / kLanes;

float Largest(const float* values, int64_t count) {
  const D d;
  V parts[kVectors];
  for (V& part : parts) part = hn::Set(d, -std::numeric_limits<float>::infinity());
  int64_t i = 0;
  for (; i + kParts <= count; i += kParts) {
    // A NaN may be lost here: the sum of the distances shows it.
    for (int64_t v = 0; v < kVectors; ++v) {
      parts[v] = hn::Max(hn::LoadU(d, values + i + v * kLanes), parts[v]);
    }
  }
  float largest = -std::numeric_limits<float>::infinity();
  for (; i < count; ++i) largest = std::max(largest, values[i]);
  for (const V& part : parts) largest = std::max(largest, hn::GetLane(hn::MaxOfLanes(d, part)));
  return largest;
}

// Sums over the distances d = largest - logit. The sum of d is NaN or infinite if a logit is.
struct DistanceSums {
  float exponentials;
  float distances;
};

DistanceSums AddDistances(const float* logits, int64_t count, float largest) {
  const D d;
  const V from = hn::Set(d, largest);
  V exponentials[kVectors];
  V distances[kVectors];
  for (V& sum : exponentials) sum = hn::Zero(d);
  for (V& sum : distances) sum = hn::Zero(d);
  int64_t i = 0;
  for (; i + kParts <= count; i += kParts) {
    for (int64_t v = 0; v < kVectors; ++v) {
      const V distance = hn::Sub(from, hn::LoadU(d, logits + i + v * kLanes));
      distances[v] = hn::Add(distances[v], distance);
      exponentials[v] =
          hn::Add(exponentials[v], numeric::HWY_NAMESPACE::ExpOfNonpositive(d, hn::Neg(distance)));
    }
  }
  DistanceSums sums = {0, 0};
  for (; i < count; ++i) {
    sums.distances += largest - logits[i];
    sums.exponentials += numeric::ExpOfNonpositive(logits[i] - largest);
  }
  float parts[2][kParts];
  for (int64_t v = 0; v < kVectors; ++v) {
    hn::StoreU(exponentials[v], d, parts[0] + v * kLanes);
    hn::StoreU(distances[v], d, parts[1] + v * kLanes);
  }
  for (int64_t part = 0; part < kParts; ++part) {
    sums.distances += parts[1][part];
    sums.exponentials += parts[0][part];
  }
  return sums;
}

RowPart PartOfRow(const SmoothedCrossEntropy& entropy, int64_t row) {
  const float* logits = entropy.logits + row * entropy.classes;
  const float largest = Largest(logits, entropy.classes);
  const DistanceSums sums = AddDistances(logits, entropy.classes, largest);
  RowPart part = {largest, std::log(sums.exponentials), 0, sums.distances};
  if (std::isnan(sums.distances)) part.log_total = sums.distances;
  if (entropy.has_label(row)) part.label_distance = largest - logits[entropy.labels[row]];
  return part;
}

void RowLoss(const SmoothedCrossEntropy& entropy, int64_t row, float* loss, RowTotal* total) {
  const RowPart part = PartOfRow(entropy, row);
  *total = {part.largest, part.log_total};
  // The targets sum to 1, so log_total is added once.
  const float other = entropy.other_target();
  *loss = part.log_total + (1 - entropy.smoothing - other) * part.label_distance;
  if (other > 0) *loss += other * part.distances;
}

void RowGradient(const SmoothedCrossEntropy& entropy, int64_t row, float slope,
                 const RowTotal& total, float* gradient) {
  const D d;
  const float* logits = entropy.logits + row * entropy.classes;
  float* of_row = gradient + row * entropy.classes;
  if (std::isnan(total.log_total)) {
    std::fill(of_row, of_row + entropy.classes, total.log_total);
    return;
  }
  const float other = entropy.other_target();
  int64_t i = 0;
  for (; i + kLanes <= entropy.classes; i += kLanes) {
    const V distance = hn::Sub(hn::LoadU(d, logits + i), hn::Set(d, total.largest));
    const V probability =
        numeric::HWY_NAMESPACE::ExpOfNonpositive(d, hn::Sub(distance, hn::Set(d, total.log_total)));
    hn::StoreU(hn::Mul(hn::Sub(probability, hn::Set(d, other)), hn::Set(d, slope)), d, of_row + i);
  }
  for (; i < entropy.classes; ++i) {
    const float probability =
        numeric::ExpOfNonpositive((logits[i] - total.largest) - total.log_total);
    of_row[i] = (probability - other) * slope;
  }
  if (entropy.has_label(row)) {
    of_row[entropy.labels[row]] -= (1 - entropy.smoothing - other) * slope;
  }
}

void Losses(const SmoothedCrossEntropy& entropy, int64_t begin, int64_t end, float* losses,
            RowTotal* totals) {
  for (int64_t row = begin; row < end; ++row) RowLoss(entropy, row, &losses[row], &totals[row]);
}

void Parts(const SmoothedCrossEntropy& entropy, int64_t begin, int64_t end, RowPart* parts) {
  for (int64_t row = begin; row < end; ++row) parts[row] = PartOfRow(entropy, row);
}

void Gradient(const SmoothedCrossEntropy& entropy, int64_t begin, int64_t end, const float* slopes,
              const RowTotal* totals, float* gradient) {
  for (int64_t row = begin; row < end; ++row) {
    RowGradient(entropy, row, slopes[row], totals[row], gradient);
  }
}

}  // namespace frazo::loss::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace frazo::loss {

void SmoothedCrossEntropy::Losses(int64_t begin, int64_t end, float* losses,
                                  RowTotal* totals) const {
  static const auto compute = FRAZO_VECTOR_FUNCTION(Losses);
  compute(*this, begin, end, losses, totals);
}

void SmoothedCrossEntropy::Parts(int64_t begin, int64_t end, RowPart* parts) const {
  static const auto compute = FRAZO_VECTOR_FUNCTION(Parts);
  compute(*this, begin, end, parts);
}

void SmoothedCrossEntropy::Gradient(int64_t begin, int64_t end, const float* slopes,
                                    const RowTotal* totals, float* gradient) const {
  static const auto compute = FRAZO_VECTOR_FUNCTION(Gradient);
  compute(*this, begin, end, slopes, totals, gradient);
}

}  // namespace frazo::loss

#endif  // HWY_ONCE
