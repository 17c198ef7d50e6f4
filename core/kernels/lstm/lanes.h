#ifndef FRAZO_CORE_KERNELS_LSTM_LANES_H_
#define FRAZO_CORE_KERNELS_LSTM_LANES_H_

#include <cstdint>
#include <cstring>

// Arithmetic on sixteen floats at once. The compiler makes of it what the function that it is
// inlined into may use: one AVX-512 instruction, or several of a lesser processor.

#define FRAZO_LANES_INLINE inline __attribute__((always_inline))

namespace frazo::lstm {

inline constexpr int64_t kLanes = 16;

using Lanes = float __attribute__((vector_size(kLanes * sizeof(float))));
using IntLanes = int32_t __attribute__((vector_size(kLanes * sizeof(int32_t))));

FRAZO_LANES_INLINE Lanes Fill(float value) { return value - Lanes{}; }

// The first `count` of sixteen values, count <= kLanes; zeros behind them.
FRAZO_LANES_INLINE Lanes Load(const float* values, int64_t count) {
  Lanes lanes = {};
  if (count == kLanes) {
    std::memcpy(&lanes, values, sizeof(lanes));
  } else {
    std::memcpy(&lanes, values, count * sizeof(float));
  }
  return lanes;
}

// Writes the first `count`.
FRAZO_LANES_INLINE void Store(const Lanes& lanes, float* values, int64_t count) {
  if (count == kLanes) {
    std::memcpy(values, &lanes, sizeof(lanes));
  } else {
    std::memcpy(values, &lanes, count * sizeof(float));
  }
}

FRAZO_LANES_INLINE float Sum(const Lanes& lanes) {
  float sum = 0;
  for (int64_t i = 0; i < kLanes; ++i) sum += lanes[i];
  return sum;
}

FRAZO_LANES_INLINE Lanes Clip(const Lanes& x, float low, float high) {
  const Lanes above = x < Fill(low) ? Fill(low) : x;
  return above > Fill(high) ? Fill(high) : above;
}

// e^x = scale * (1 + rest), where scale is a power of two and |rest| < .42.
struct Exponential {
  Lanes scale;
  Lanes rest;
};

// x in [-87, 88].
FRAZO_LANES_INLINE Exponential ExponentialParts(const Lanes& x) {
  // Adding it leaves a whole number in the last bits of the mantissa: 1.5 * 2^23.
  constexpr float kRound = 12582912.0f;
  // log(2) in two parts: the first has few enough bits for exact products with whole numbers.
  constexpr float kLog2High = 0.693359375f;
  constexpr float kLog2Low = -2.12194440e-4f;
  const Lanes shifted = x * 1.44269504f + kRound;
  const Lanes whole = shifted - kRound;
  const Lanes r = (x - whole * kLog2High) - whole * kLog2Low;
  // e^r - 1 by its series; at |r| <= log(2) / 2 what is left out is 5e-9.
  Lanes rest = r * (1.0f / 5040) + 1.0f / 720;
  rest = rest * r + 1.0f / 120;
  rest = rest * r + 1.0f / 24;
  rest = rest * r + 1.0f / 6;
  rest = rest * r + 0.5f;
  rest = rest * r * r + r;
  const IntLanes exponent = __builtin_convertvector(whole, IntLanes) + 127;
  return {(Lanes)(exponent << 23), rest};
}

// 1 / (1 + e^-x).
FRAZO_LANES_INLINE Lanes Sigmoid(const Lanes& x) {
  const Exponential e = ExponentialParts(-Clip(x, -87, 87));
  return 1.0f / (1.0f + (e.scale + e.scale * e.rest));
}

// With a relative error of some 1e-7 near zero, too: (e^2x - 1) / (e^2x + 1).
FRAZO_LANES_INLINE Lanes Tanh(const Lanes& x) {
  const Exponential e = ExponentialParts(2.0f * Clip(x, -20, 20));
  const Lanes less_one = e.scale * e.rest + (e.scale - 1.0f);
  return less_one / (less_one + 2.0f);
}

}  // namespace frazo::lstm

#endif  // FRAZO_CORE_KERNELS_LSTM_LANES_H_
