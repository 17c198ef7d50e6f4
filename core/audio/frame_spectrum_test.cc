#include "core/audio/frame_spectrum.h"

#include <cmath>
#include <complex>
#include <vector>

#include "core/audio/frame_lanes.h"
#include "core/numeric/random.h"
#include "gtest/gtest.h"

namespace frazo::audio {
namespace {

// The definition.
double Power(const std::vector<double>& frame, int64_t k) {
  std::complex<double> sum = 0;
  for (size_t n = 0; n < frame.size(); ++n) {
    sum += frame[n] * std::polar(1.0, -2 * M_PI * k * n / frame.size());
  }
  return std::norm(sum);
}

TEST(FrameSpectrumTest, AgreesWithTheDefinitionForEverySize) {
  for (const int64_t size : {1, 2, 3, 4, 5, 7, 8, 12, 13, 31, 64, 97, 400, 512}) {
    SCOPED_TRACE(size);
    const FrameSpectrum spectrum(size);
    FrameSpectrum::Memory memory(spectrum);
    numeric::Random random({17, static_cast<uint64_t>(size)});
    std::vector<std::vector<double>> frames(kFrameLanes, std::vector<double>(size));
    for (int64_t n = 0; n < size; ++n) {
      for (int64_t lane = 0; lane < kFrameLanes; ++lane) {
        frames[lane][n] = random.Fraction() - 0.5;
        memory.frames()[n * kFrameLanes + lane] = frames[lane][n];
      }
    }
    spectrum.ComputePowers(&memory);
    ASSERT_EQ(spectrum.num_frequencies(), size / 2 + 1);
    for (int64_t k = 0; k < spectrum.num_frequencies(); ++k) {
      for (int64_t lane = 0; lane < kFrameLanes; ++lane) {
        EXPECT_NEAR(memory.powers()[k * kFrameLanes + lane], Power(frames[lane], k), 1e-5 * size);
      }
    }
  }
}

// A longer transform than the library would compute in one piece.
TEST(FrameSpectrumTest, AToneIsOneFrequency) {
  constexpr int64_t kSize = 1 << 17;
  const FrameSpectrum spectrum(kSize);
  FrameSpectrum::Memory memory(spectrum);
  for (int64_t n = 0; n < kSize; ++n) {
    for (int64_t lane = 0; lane < kFrameLanes; ++lane) {
      memory.frames()[n * kFrameLanes + lane] = std::cos(2 * M_PI * (1000 + lane) * n / kSize);
    }
  }
  spectrum.ComputePowers(&memory);
  for (int64_t lane = 0; lane < kFrameLanes; ++lane) {
    const float whole = 0.25f * kSize * kSize;
    EXPECT_NEAR(memory.powers()[(1000 + lane) * kFrameLanes + lane] / whole, 1, 1e-3);
    EXPECT_NEAR(memory.powers()[(1001 + lane) * kFrameLanes + lane] / whole, 0, 1e-3);
  }
}

}  // namespace
}  // namespace frazo::audio
