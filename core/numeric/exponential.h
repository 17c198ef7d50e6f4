#ifndef FRAZO_CORE_NUMERIC_EXPONENTIAL_H_
#define FRAZO_CORE_NUMERIC_EXPONENTIAL_H_

#include <cstdint>
#include <cstring>

namespace frazo::numeric {

// The polynomial for 2^x on [-0.5, 0.5], lowest power first. It is minimax in relative error:
// 7.5e-8, or 2.3e-7 with the rounding of floats.
inline constexpr float kExp2Polynomial[] = {1.0000001192092896f,   0.6931469440460205f,
                                            0.24022120237350464f,  0.05550713092088699f,
                                            0.009675540961325169f, 0.001327647129073739f};
inline constexpr float kLog2E = 1.4426950408889634f;
// 2^x is computed as 2^kMinExponent for smaller x. That is too small to change a sum that contains
// 1.
inline constexpr float kMinExponent = -126;
// Adding this to a float below 2^22 and subtracting it again rounds the float to a whole number.
inline constexpr float kRounder = 12582912.0f;

// Returns e^x for x <= 0, with a relative error of 2.4e-7; at least 2^-126. Inlined, so that a loop
// over it becomes a loop over the vectors of the processor that the caller is compiled for.
__attribute__((always_inline)) inline float ExpOfNonpositive(float x) {
  const float wide = x * kLog2E;
  const float exponent = wide > kMinExponent ? wide : kMinExponent;
  const float whole = (exponent + kRounder) - kRounder;
  const float part = exponent - whole;
  float power = kExp2Polynomial[5];
  power = power * part + kExp2Polynomial[4];
  power = power * part + kExp2Polynomial[3];
  power = power * part + kExp2Polynomial[2];
  power = power * part + kExp2Polynomial[1];
  power = power * part + kExp2Polynomial[0];
  const int32_t bits = (static_cast<int32_t>(whole) + 127) << 23;
  float scale;
  std::memcpy(&scale, &bits, sizeof(scale));
  return power * scale;
}

}  // namespace frazo::numeric

#endif  // FRAZO_CORE_NUMERIC_EXPONENTIAL_H_
