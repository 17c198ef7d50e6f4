#ifndef FRAZO_CORE_KERNELS_LSTM_ATTENTION_FORWARD_H_
#define FRAZO_CORE_KERNELS_LSTM_ATTENTION_FORWARD_H_

#include <cstdint>
#include <vector>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/lstm/attention.h"
#include "core/kernels/lstm/forward.h"
#include "core/kernels/lstm/recurrence.h"
#include "core/kernels/lstm/step_product.h"
#include "core/kernels/lstm/step_team.h"

namespace frazo::lstm {

struct AttentionForwardInputs {
  Attention attention;
  // [size, hidden].
  gemm::PackedMatrix query_kernel;
  // [batch, time].
  const bool* mask;
  // [batch, time, 4 units]: the gates that the recurrence reads. The feedback is added to them.
  float* gates;
  // [batch, time, size]: the outputs that the recurrence writes.
  const float* outputs;
};

// The forward pass of an LSTM that attends. It drives the pass of the LSTM, and fills the trace.
class AttentionForward {
 public:
  // `recurrence` must not be reversed, and have no starts.
  AttentionForward(const Shape& shape, const AttentionForwardInputs& inputs,
                   const AttentionTrace<float>& trace, Forward* recurrence);

  void Run(StepTeam* team);

 private:
  void AddFeedback(int64_t time, StepTeam* team);
  // Attends with the outputs of a step in which at least one row has a token.
  void Attend(int64_t time, StepTeam* team);
  // Computes the probabilities of queries, [batch, hidden], whose rows are `query_stride` floats
  // apart. Rows of probabilities are a sequence apart.
  void FindProbabilities(const float* queries, int64_t query_stride, float* probabilities,
                         StepTeam* team);
  void FinishRow(int64_t row, int64_t time);

  const Shape shape_;
  const AttentionForwardInputs inputs_;
  const AttentionTrace<float> trace_;
  Forward* const recurrence_;
  StepProduct product_;
  // [batch]: see SeenSources.
  std::vector<int64_t> ends_;
};

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_ATTENTION_FORWARD_H_
