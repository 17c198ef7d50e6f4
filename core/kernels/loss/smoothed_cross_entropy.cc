#include "core/kernels/loss/smoothed_cross_entropy.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/numeric/exponential.h"

// Inlined into a function for each processor.
#define FRAZO_INLINE __attribute__((always_inline)) inline

namespace frazo::loss {
namespace {

// Partial results of a row, so that a loop over them becomes vectors.
constexpr int64_t kParts = 32;

FRAZO_INLINE float Largest(const float* values, int64_t count) {
  float parts[kParts];
  std::fill(parts, parts + kParts, -std::numeric_limits<float>::infinity());
  int64_t i = 0;
  for (; i + kParts <= count; i += kParts) {
    for (int64_t part = 0; part < kParts; ++part) {
      parts[part] = values[i + part] > parts[part] ? values[i + part] : parts[part];
    }
  }
  for (; i < count; ++i) parts[0] = std::max(parts[0], values[i]);
  return *std::max_element(parts, parts + kParts);
}

// Of the distances d = largest - logit: the sum of exp(-d), and the sum of d, which is NaN or
// infinite if a logit is.
struct DistanceSums {
  float exponentials;
  float distances;
};

FRAZO_INLINE DistanceSums AddDistances(const float* logits, int64_t count, float largest) {
  float exponentials[kParts] = {};
  float distances[kParts] = {};
  int64_t i = 0;
  for (; i + kParts <= count; i += kParts) {
    for (int64_t part = 0; part < kParts; ++part) {
      const float distance = largest - logits[i + part];
      distances[part] += distance;
      exponentials[part] += numeric::ExpOfNonpositive(-distance);
    }
  }
  DistanceSums sums = {0, 0};
  for (; i < count; ++i) {
    sums.distances += largest - logits[i];
    sums.exponentials += numeric::ExpOfNonpositive(logits[i] - largest);
  }
  for (int64_t part = 0; part < kParts; ++part) {
    sums.distances += distances[part];
    sums.exponentials += exponentials[part];
  }
  return sums;
}

FRAZO_INLINE void RowLoss(const SmoothedCrossEntropy& entropy, int64_t row, float* loss,
                          RowTotal* total) {
  const float* logits = entropy.logits + row * entropy.classes;
  const float largest = Largest(logits, entropy.classes);
  const DistanceSums sums = AddDistances(logits, entropy.classes, largest);
  *total = {largest, std::log(sums.exponentials)};
  if (std::isnan(sums.distances)) total->log_total = sums.distances;
  // The targets sum to 1, so the total comes out of the sum once.
  const float other = entropy.other_target();
  const float label = 1 - entropy.smoothing - other;
  *loss = total->log_total + label * (largest - logits[entropy.labels[row]]);
  if (other > 0) *loss += other * sums.distances;
}

FRAZO_INLINE void RowGradient(const SmoothedCrossEntropy& entropy, int64_t row, float slope,
                              const RowTotal& total, float* gradient) {
  const float* logits = entropy.logits + row * entropy.classes;
  float* of_row = gradient + row * entropy.classes;
  if (std::isnan(total.log_total)) {
    std::fill(of_row, of_row + entropy.classes, total.log_total);
    return;
  }
  const float other = entropy.other_target();
  for (int64_t i = 0; i < entropy.classes; ++i) {
    const float probability =
        numeric::ExpOfNonpositive((logits[i] - total.largest) - total.log_total);
    of_row[i] = (probability - other) * slope;
  }
  of_row[entropy.labels[row]] -= (1 - entropy.smoothing - other) * slope;
}

struct Processor {
  void (*losses)(const SmoothedCrossEntropy&, int64_t, int64_t, float*, RowTotal*);
  void (*gradient)(const SmoothedCrossEntropy&, int64_t, int64_t, const float*, const RowTotal*,
                   float*);
};

void LossesPortable(const SmoothedCrossEntropy& entropy, int64_t begin, int64_t end, float* losses,
                    RowTotal* totals) {
  for (int64_t row = begin; row < end; ++row) RowLoss(entropy, row, &losses[row], &totals[row]);
}

void GradientPortable(const SmoothedCrossEntropy& entropy, int64_t begin, int64_t end,
                      const float* slopes, const RowTotal* totals, float* gradient) {
  for (int64_t row = begin; row < end; ++row) {
    RowGradient(entropy, row, slopes[row], totals[row], gradient);
  }
}

#if defined(__x86_64__)
#define FRAZO_AVX512 __attribute__((target("avx512f")))

FRAZO_AVX512 void LossesAvx512(const SmoothedCrossEntropy& entropy, int64_t begin, int64_t end,
                               float* losses, RowTotal* totals) {
  for (int64_t row = begin; row < end; ++row) RowLoss(entropy, row, &losses[row], &totals[row]);
}

FRAZO_AVX512 void GradientAvx512(const SmoothedCrossEntropy& entropy, int64_t begin, int64_t end,
                                 const float* slopes, const RowTotal* totals, float* gradient) {
  for (int64_t row = begin; row < end; ++row) {
    RowGradient(entropy, row, slopes[row], totals[row], gradient);
  }
}

Processor ThisProcessor() {
  if (__builtin_cpu_supports("avx512f")) return {LossesAvx512, GradientAvx512};
  return {LossesPortable, GradientPortable};
}
#else
Processor ThisProcessor() { return {LossesPortable, GradientPortable}; }
#endif

const Processor& GetProcessor() {
  static const Processor processor = ThisProcessor();
  return processor;
}

}  // namespace

void SmoothedCrossEntropy::Losses(int64_t begin, int64_t end, float* losses,
                                  RowTotal* totals) const {
  GetProcessor().losses(*this, begin, end, losses, totals);
}

void SmoothedCrossEntropy::Gradient(int64_t begin, int64_t end, const float* slopes,
                                    const RowTotal* totals, float* gradient) const {
  GetProcessor().gradient(*this, begin, end, slopes, totals, gradient);
}

}  // namespace frazo::loss
