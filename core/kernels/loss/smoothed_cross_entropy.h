#ifndef FRAZO_CORE_KERNELS_LOSS_SMOOTHED_CROSS_ENTROPY_H_
#define FRAZO_CORE_KERNELS_LOSS_SMOOTHED_CROSS_ENTROPY_H_

#include <cstdint>

namespace frazo::loss {

// What a row of logits adds up to: their softmax is exp(logit - largest - log_total).
struct RowTotal {
  float largest;
  // The logarithm of the sum of exp(logit - largest).
  float log_total;
};

// -sum over classes c of target[c] log softmax(logits)[c] for each row, in nats; target is
// 1 - smoothing for the row's label and smoothing / (classes - 1) for every other class (Szegedy et
// al. 2016, section 7). NaN where a logit is NaN or plus infinity.
struct SmoothedCrossEntropy {
  // [rows, classes].
  const float* logits;
  int64_t classes;
  // [rows], each 0 .. classes - 1.
  const int32_t* labels;
  // In [0, 1); 0 if there is but one class.
  float smoothing;

  // Losses and totals of the rows begin .. end - 1, from one reading of their logits.
  void Losses(int64_t begin, int64_t end, float* losses, RowTotal* totals) const;

  // The derivative by the logits of sum(slopes * losses), of the rows begin .. end - 1, from the
  // totals that Losses gave: [rows, classes], which may be `logits` itself.
  void Gradient(int64_t begin, int64_t end, const float* slopes, const RowTotal* totals,
                float* gradient) const;

  // The target of every class but the label.
  float other_target() const { return smoothing > 0 ? smoothing / (classes - 1) : 0; }
};

}  // namespace frazo::loss

#endif  // FRAZO_CORE_KERNELS_LOSS_SMOOTHED_CROSS_ENTROPY_H_
