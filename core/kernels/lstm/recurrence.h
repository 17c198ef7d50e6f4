#ifndef FRAZO_CORE_KERNELS_LSTM_RECURRENCE_H_
#define FRAZO_CORE_KERNELS_LSTM_RECURRENCE_H_

#include <cstdint>

namespace frazo::lstm {

// Long short-term memory over a batch of sequences, as proto/lstm.proto defines it.
//
// Gates: candidate g, input i, forget f and output o, [4 units] of a token in that order.
// Cell, output: the state c [units] and m [size]; size is units unless there is a projection.
// Token: a place of [batch, time] where the mask is set; elsewhere the state is handed on.
// Before: of the state that a place is reached with, zero at a start.

inline constexpr int64_t kGates = 4;

struct Shape {
  int64_t batch;
  int64_t time;
  int64_t units;
  int64_t size;
};

struct Settings {
  // 0: no layer norm.
  float layer_norm_epsilon = 0;
  // 0: no limit.
  float cell_clip = 0;
  bool output_tanh = true;
  // From the last place to the first.
  bool reverse = false;
};

// The layer norm's, both [4 units]; null without.
struct NormWeights {
  const float* scale = nullptr;
  const float* bias = nullptr;
};

// What is known of each place, all but the mask null if there is nothing to know.
struct Places {
  const bool* mask;                       // [batch, time]
  const bool* starts = nullptr;           // [batch, time]
  const float* cell_zoneout = nullptr;    // [batch, time, units], share of the old value kept
  const float* output_zoneout = nullptr;  // [batch, time, size]
};

// What the forward pass leaves for the backward pass.
template <typename Float>
struct Trace {
  Float* gates;  // [batch, time, 4 units] before nonlinearity, or before scale and bias
  Float* inverse_deviations;  // [batch, time, 4] of layer norm
  Float* cells_before;        // [batch, time, units]
  Float* outputs_before;      // [batch, time, size]
};

// Whether any row has a token.
inline bool HasToken(const Shape& shape, const Places& places, int64_t time) {
  for (int64_t row = 0; row < shape.batch; ++row) {
    if (places.mask[row * shape.time + time]) return true;
  }
  return false;
}

inline bool IsStart(const Places& places, int64_t place) {
  return places.starts != nullptr && places.starts[place];
}

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_RECURRENCE_H_
