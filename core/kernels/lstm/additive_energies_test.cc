#include "core/kernels/lstm/additive_energies.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::lstm {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

using Values = std::vector<float>;

TEST(AdditiveEnergiesTest, TwoSourcesByHand) {
  const Values keys = {0, 0.5f, 1, -0.5f}, query = {0.5f, 0.5f}, weights = {2, 1};
  Values energies(2);
  ComputeEnergies({keys.data(), 2, query.data(), weights.data(), 2}, energies.data());
  // 2 tanh(.5) + tanh(1) = .924234 + .761594, and 2 tanh(1.5) + tanh(0) = 2 * .905148.
  EXPECT_THAT(energies, ElementsAre(FloatNear(1.685828f, 1e-5), FloatNear(1.810296f, 1e-5)));
}

TEST(AdditiveEnergiesTest, GradientsByHandAreAdded) {
  const Values keys = {0, 0.5f, 1, -0.5f}, query = {0.5f, 0.5f}, weights = {2, 1};
  const Values slopes = {3, 0};
  Values of_keys = {1, 0, 7, 8}, of_query = {0, 1}, of_weights = {0, -1};
  ComputeEnergyGradients({keys.data(), 2, query.data(), weights.data(), 2}, slopes.data(),
                         {of_keys.data(), of_query.data(), of_weights.data()});
  // 3 * 2 (1 - .462117^2) = 4.718686 and 3 (1 - .761594^2) = 1.259923.
  EXPECT_THAT(of_keys, ElementsAre(FloatNear(5.718686f, 1e-5), FloatNear(1.259923f, 1e-5), 7, 8));
  EXPECT_THAT(of_query, ElementsAre(FloatNear(4.718686f, 1e-5), FloatNear(2.259923f, 1e-5)));
  // 3 * .462117 and 3 * .761594 - 1.
  EXPECT_THAT(of_weights, ElementsAre(FloatNear(1.386351f, 1e-5), FloatNear(1.284782f, 1e-5)));
}

TEST(AdditiveEnergiesTest, GradientsOfAnySizeAgreeWithTheDefinition) {
  for (const int64_t hidden : {1, 3, 8, 16, 19, 33}) {
    Values keys(2 * hidden), query(hidden), weights(hidden);
    for (int64_t i = 0; i < 2 * hidden; ++i) keys[i] = std::sin(3.0f * i);
    for (int64_t i = 0; i < hidden; ++i) {
      query[i] = std::cos(2.0f * i);
      weights[i] = std::sin(5.0f * i + 1);
    }
    const Values slopes = {0.5f, -2};
    Values of_keys(2 * hidden), of_query(hidden), of_weights(hidden), energies(2);
    const AdditiveSources sources = {keys.data(), 2, query.data(), weights.data(), hidden};
    ComputeEnergies(sources, energies.data());
    ComputeEnergyGradients(sources, slopes.data(),
                           {of_keys.data(), of_query.data(), of_weights.data()});
    for (int64_t source = 0; source < 2; ++source) {
      double energy = 0;
      for (int64_t i = 0; i < hidden; ++i) {
        const double value = std::tanh(static_cast<double>(keys[source * hidden + i]) + query[i]);
        energy += weights[i] * value;
        EXPECT_NEAR(of_keys[source * hidden + i], slopes[source] * weights[i] * (1 - value * value),
                    1e-5)
            << hidden;
      }
      EXPECT_NEAR(energies[source], energy, 1e-5) << hidden;
    }
    for (int64_t i = 0; i < hidden; ++i) {
      EXPECT_NEAR(of_query[i], of_keys[i] + of_keys[hidden + i], 1e-5);
      const double first = std::tanh(keys[i] + query[i]);
      const double second = std::tanh(keys[hidden + i] + query[i]);
      EXPECT_NEAR(of_weights[i], slopes[0] * first + slopes[1] * second, 1e-5);
    }
  }
}

}  // namespace
}  // namespace frazo::lstm
