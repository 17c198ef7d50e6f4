#include "core/audio/mel_bank.h"

#include <vector>

#include "core/audio/frame_lanes.h"
#include "gtest/gtest.h"

namespace frazo::audio {
namespace {

// 513 frequencies up to 8,000 Hz, as LibriSpeech's models take them.
constexpr MelBank::Shape kLibriSpeech = {80, 513, 16000, 125, 7600};

// The weights that tf.signal.linear_to_mel_weight_matrix(80, 513, 16000, 125, 7600) gives.
TEST(MelBankTest, HasTheWeightsOfTensorFlow) {
  const MelBank bank(kLibriSpeech);
  EXPECT_NEAR(bank.weight(0, 9), 0.6582866, 2e-5);
  EXPECT_NEAR(bank.weight(0, 10), 0.69554687, 2e-5);
  EXPECT_NEAR(bank.weight(40, 123), 0.56834275, 2e-5);
  EXPECT_NEAR(bank.weight(79, 470), 0.8996952, 2e-5);
  EXPECT_EQ(bank.weight(0, 7), 0);
  EXPECT_EQ(bank.weight(79, 487), 0);
  EXPECT_EQ(bank.num_empty_bands(), 0);
}

// Between the centres of the first and of the last band, a frequency's weights sum to 1.
TEST(MelBankTest, NeighboursShareAFrequency) {
  const MelBank bank(kLibriSpeech);
  for (int64_t k = 20; k <= 460; ++k) {
    float sum = 0;
    for (int64_t band = 0; band < 80; ++band) sum += bank.weight(band, k);
    EXPECT_NEAR(sum, 1, 1e-5) << k;
  }
}

TEST(MelBankTest, FrequencyZeroIsInNoBand) {
  const MelBank bank({10, 65, 8000, 0, 4000});
  for (int64_t band = 0; band < 10; ++band) EXPECT_EQ(bank.weight(band, 0), 0);
}

TEST(MelBankTest, CountsBandsThatNoFrequencyFallsInto) {
  EXPECT_GT(MelBank({80, 65, 8000, 0, 4000}).num_empty_bands(), 0);
}

TEST(MelBankTest, SumsEachFrame) {
  const MelBank bank({6, 33, 8000, 60, 4000});
  std::vector<float> spectrum(33 * kFrameLanes);
  for (size_t i = 0; i < spectrum.size(); ++i) spectrum[i] = i % 7 + i % 4;
  std::vector<float> bands(6 * kFrameLanes);
  bank.Apply(spectrum.data(), bands.data());
  for (int64_t lane = 0; lane < kFrameLanes; ++lane) {
    for (int64_t band = 0; band < 6; ++band) {
      double sum = 0;
      for (int64_t k = 0; k < 33; ++k) {
        sum += bank.weight(band, k) * spectrum[k * kFrameLanes + lane];
      }
      EXPECT_NEAR(bands[band * kFrameLanes + lane], sum, 1e-4);
    }
  }
}

}  // namespace
}  // namespace frazo::audio
