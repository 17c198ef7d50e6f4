#ifndef FRAZO_CORE_KERNELS_LSTM_RECURRENCE_H_
#define FRAZO_CORE_KERNELS_LSTM_RECURRENCE_H_

#include <cstdint>

namespace frazo::lstm {

// Long short-term memory over a batch of sequences, as proto/lstm.proto defines it.
//
// Gates: candidate g, input i, forget f and output o, in this order; [4 units] for a token.
// Cell, output: the state, c [units] and m [size]. Without projection size equals units.
// Place: an index into [batch, time]. It has a token if the mask is set there; otherwise the state
// stays as it is.
// Before: the state before a place; it is zero at a start.

inline constexpr int64_t kGates = 4;

struct Shape {
  int64_t batch;
  int64_t time;
  int64_t units;
  int64_t size;
};

struct Settings {
  // 0 means no layer norm.
  float layer_norm_epsilon = 0;
  // 0 means no limit.
  float cell_clip = 0;
  bool output_tanh = true;
  // Whether steps run from the last place to the first.
  bool reverse = false;
};

// The weights of the layer norm, [4 units] each; null without layer norm.
struct NormWeights {
  const float* scale = nullptr;
  const float* bias = nullptr;
};

// The properties of each place. All but the mask may be null.
struct Places {
  const bool* mask;              // [batch, time]
  const bool* starts = nullptr;  // [batch, time]
  const float* cell_zoneout =
      nullptr;  // [batch, time, units], the share of the old value that is kept
  const float* output_zoneout = nullptr;  // [batch, time, size]
};

// Values that the forward pass keeps for the backward pass.
template <typename Float>
struct Trace {
  Float* gates;  // [batch, time, 4 units] before the nonlinearity, or before scale and bias
  Float* inverse_deviations;  // [batch, time, 4] of the layer norm
  Float* cells_before;        // [batch, time, units]
  Float* outputs_before;      // [batch, time, size]
};

// Tells whether any row has a token at this time.
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
