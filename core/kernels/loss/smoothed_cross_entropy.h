#ifndef FRAZO_CORE_KERNELS_LOSS_SMOOTHED_CROSS_ENTROPY_H_
#define FRAZO_CORE_KERNELS_LOSS_SMOOTHED_CROSS_ENTROPY_H_

#include <cstdint>

namespace frazo::loss {

// Sums over a row of logits: their softmax is exp(logit - largest - log_total).
struct RowTotal {
  float largest;
  // The logarithm of the sum of exp(logit - largest).
  float log_total;
};

// What a process knows of a row of logits if it has some of the classes only.
struct RowPart {
  // As in RowTotal, of these classes.
  float largest;
  float log_total;
  // largest - logit of the label; 0 if the label is not one of these classes.
  float label_distance;
  // The sum of largest - logit over these classes.
  float distances;
};

// Computes -sum over classes c of target[c] log softmax(logits)[c] for each row, in nats. The
// target is 1 - smoothing for the row's label and smoothing / (classes - 1) for every other class
// (Szegedy et al. 2016, section 7). The result is NaN if a logit is NaN or plus infinity.
struct SmoothedCrossEntropy {
  // [rows, classes].
  const float* logits;
  int64_t classes;
  // [rows], each 0 .. classes - 1. For Parts, and for Gradient with all_classes, a label may be
  // another number: the row's label is then none of these classes.
  const int32_t* labels;
  // In [0, 1); 0 if there is only one class.
  float smoothing;
  // The number of classes of all processes if these are some of them; 0: they are all.
  int64_t all_classes = 0;

  // Computes the losses and totals of the rows begin .. end - 1. It reads the logits once.
  void Losses(int64_t begin, int64_t end, float* losses, RowTotal* totals) const;

  // Computes what the losses of the rows begin .. end - 1 are made of. It reads the logits once.
  void Parts(int64_t begin, int64_t end, RowPart* parts) const;

  // Computes the derivative of sum(slopes * losses) by the logits of the rows begin .. end - 1,
  // from the totals that Losses gave, or with all_classes from those of all classes. The result,
  // [rows, classes], may overwrite `logits`.
  void Gradient(int64_t begin, int64_t end, const float* slopes, const RowTotal* totals,
                float* gradient) const;

  // The target of every class but the label.
  float other_target() const {
    return smoothing > 0 ? smoothing / ((all_classes > 0 ? all_classes : classes) - 1) : 0;
  }
  bool has_label(int64_t row) const { return labels[row] >= 0 && labels[row] < classes; }
};

}  // namespace frazo::loss

#endif  // FRAZO_CORE_KERNELS_LOSS_SMOOTHED_CROSS_ENTROPY_H_
