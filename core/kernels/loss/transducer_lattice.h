#ifndef FRAZO_CORE_KERNELS_LOSS_TRANSDUCER_LATTICE_H_
#define FRAZO_CORE_KERNELS_LOSS_TRANSDUCER_LATTICE_H_

#include <cstdint>

#include "core/kernels/loss/smoothed_cross_entropy.h"

namespace frazo::loss {

// The loss of the RNN transducer (Graves 2012, sections 2.4 and 2.5) for one utterance.
//
// Node: a frame t and a number u of tokens that are out already. The softmax of the node's logits
// says what comes next: label u leads to node (t, u + 1), the blank to node (t + 1, u). An
// alignment goes from (0, 0) to the blank of (frames - 1, tokens). The probability of the text is
// the sum over all alignments. All sums are of logarithms, so that none underflows.
//
// Arrays of nodes are [all_frames, row_nodes]. A row has the nodes of a frame.
struct TransducerLattice {
  // [all_frames, row_nodes, classes].
  const float* logits;
  int64_t classes;
  // A class.
  int32_t blank;
  // [tokens], each a class but not the blank.
  const int32_t* labels;
  int64_t tokens;
  // >= tokens + 1.
  int64_t row_nodes;
  int64_t frames;
  // >= frames.
  int64_t all_frames;

  // Returns minus the natural logarithm of the text's probability. It is infinite if there are
  // tokens but no frames, or if each alignment has a logit of minus infinity; NaN if a logit of a
  // node is NaN or plus infinity. Without frames and tokens it is 0. It reads the logits once, and
  // allocates memory for one row.
  //
  // totals, alphas: the totals of the logits, and the logarithm of the probability that an
  // alignment is at the node (equation 16), for Gradient. Nodes outside of frames and tokens are 0.
  double Loss(RowTotal* totals, double* alphas) const;

  // Computes the derivative of slope * loss by the logits (equation 20, by the inputs of the
  // softmax), from what Loss gave. It is 0 outside of frames and tokens, and everywhere if the
  // loss is infinite; NaN at all nodes if the loss is NaN. The result, [all_frames, row_nodes,
  // classes], may overwrite the logits. It allocates memory for one row.
  void Gradient(float slope, const RowTotal* totals, const double* alphas, float* gradient) const;

  int64_t row_size() const { return row_nodes * classes; }
};

}  // namespace frazo::loss

#endif  // FRAZO_CORE_KERNELS_LOSS_TRANSDUCER_LATTICE_H_
