#ifndef FRAZO_CORE_KERNELS_LSTM_ATTENTION_H_
#define FRAZO_CORE_KERNELS_LSTM_ATTENTION_H_

#include <cstdint>

#include "core/kernels/lstm/source_probabilities.h"

namespace frazo::lstm {

// An LSTM that attends: its output at a token is a query to a memory by additive attention, and
// what the query finds there, the context, is a part of the input of the next token.
//
// Source: a position of the memory.
// Context: the sum of the sources' vectors, each times its probability.
// Feedback: what a source's vector alone would add to the gates of the next token. The context adds
// the sum of the feedback of the sources, each times its probability, because the gates are linear
// in it. So the recurrence needs the probabilities only, and reads the feedback of a few hundred
// sources where it would read a matrix of thousands of rows.
//
// Before the first token the state has the probabilities that a query of zeros gives. A place
// without a token hands them on.
struct Attention {
  int64_t sources;
  int64_t hidden;
  // [batch, sources, hidden].
  const float* keys;
  // [hidden]: the energy of a source is energy . tanh(key + query).
  const float* energy;
  // [batch, sources, 4 units].
  const float* feedback;
  // [batch, sources]: the sources that a row sees. If it sees none, it sees all equally.
  const bool* mask;
};

// Values that the forward pass keeps for the backward pass and for its caller.
template <typename Float>
struct AttentionTrace {
  Float* queries;               // [batch, time, hidden], zero where no token is
  Float* probabilities;         // [batch, time, sources], zero where no token is
  Float* probabilities_before;  // [batch, time, sources]
};

// Threads take this number of sources at a time. Sums over sources are made of the sums of such
// chunks, so that they do not depend on the number of threads.
inline constexpr int64_t kSourceChunk = 32;

inline int64_t ChunkCount(int64_t sources) { return (sources + kSourceChunk - 1) / kSourceChunk; }

// Returns which sources a row sees.
inline SeenSources SeenBy(const Attention& attention, int64_t row) {
  return {attention.mask + row * attention.sources, attention.sources};
}

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_ATTENTION_H_
