#ifndef FRAZO_CORE_KERNELS_LSTM_ATTENTION_BACKWARD_H_
#define FRAZO_CORE_KERNELS_LSTM_ATTENTION_BACKWARD_H_

#include <cstdint>
#include <vector>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/lstm/attention.h"
#include "core/kernels/lstm/backward.h"
#include "core/kernels/lstm/recurrence.h"
#include "core/kernels/lstm/step_product.h"
#include "core/kernels/lstm/step_team.h"

namespace frazo::lstm {

struct AttentionBackwardInputs {
  Attention attention;
  // The transposed kernel of the queries: [hidden, size].
  gemm::PackedMatrix query_kernel;
  // [batch, time].
  const bool* mask;
  // [batch, time, sources]: the gradient of AttentionForward's probabilities.
  const float* probabilities_gradient;
  // [batch, time, 4 units]: the gradient of the gates, which the recurrence writes.
  const float* gates_gradient;
  AttentionTrace<const float> trace;
};

// The outputs of AttentionBackward. The gradient of the queries' kernel is outputs^T times queries.
// That of the feedback is probabilities_before^T times the gradient of the gates, in each row of
// the batch.
struct AttentionBackwardResults {
  // [batch, time, hidden], zero where no token is.
  float* queries;
  // [batch, sources, hidden].
  float* keys;
  // [hidden].
  float* energy;
};

// The backward pass of an LSTM that attends. It drives that of the LSTM. It uses the trace that
// AttentionForward wrote.
class AttentionBackward {
 public:
  AttentionBackward(const Shape& shape, const AttentionBackwardInputs& inputs,
                    const AttentionBackwardResults& results, Backward* recurrence);

  void Run(StepTeam* team);

 private:
  // Computes the gradients of what the probabilities after a step are made from.
  void StepAttention(int64_t time, StepTeam* team);
  // The same for the probabilities before the first token.
  void BeginAttention(StepTeam* team);
  // Computes slopes_ from the gradients of probabilities, states_ + more. `more` may be null.
  void FindSlopes(int64_t row, const float* probabilities, const float* more);
  // Adds the gradients of a chunk's keys, and writes those of the query to query_sums_.
  void StepChunk(int64_t row, int64_t chunk, const float* query);
  // Computes the gradients of the probabilities before a step from those of the gates.
  void StepFeedback(int64_t time, StepTeam* team);
  void SumEnergy();

  const Shape shape_;
  const AttentionBackwardInputs inputs_;
  const AttentionBackwardResults results_;
  Backward* const recurrence_;
  const int64_t chunks_;
  StepProduct product_;
  // [batch]: see SeenSources.
  std::vector<int64_t> ends_;
  // [batch, sources]: the gradients of the probabilities, as a state, and of the energies.
  std::vector<float> states_;
  std::vector<float> slopes_;
  // [batch, chunks, hidden]: the gradients of the present query and of the energy's weights.
  std::vector<float> query_sums_;
  std::vector<float> energy_sums_;
};

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_ATTENTION_BACKWARD_H_
