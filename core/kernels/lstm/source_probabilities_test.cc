#include "core/kernels/lstm/source_probabilities.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::lstm {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;

TEST(SourceProbabilitiesTest, TheEndIsBehindTheLastSourceThatIsSeen) {
  const bool some[] = {true, false, true, false}, none[] = {false, false, false, false};
  EXPECT_EQ((SeenSources{some, 4}).End(), 3);
  EXPECT_EQ((SeenSources{none, 4}).End(), 4);
  EXPECT_EQ((SeenSources{none, 0}).End(), 0);
}

TEST(SourceProbabilitiesTest, ProbabilitiesByHand) {
  const float keys[] = {0.5f, 7, 1.5f, 9}, query = 0, weight = 2;
  const bool mask[] = {true, false, true, false};
  std::vector<float> probabilities(4, -1);
  FindProbabilities({keys, 4, &query, &weight, 1}, mask, probabilities.data());
  // 2 (tanh(1.5) - tanh(.5)) = 2 (.905148 - .462117) = .886062; 1 / (1 + e^.886062) = .291921.
  EXPECT_THAT(probabilities,
              ElementsAre(FloatNear(0.291921f, 1e-5), 0, FloatNear(0.708079f, 1e-5), 0));
}

TEST(SourceProbabilitiesTest, AQueryThatSeesNoSourceSeesAllEqually) {
  const float keys[] = {0.5f, 7}, query = 0, weight = 2;
  const bool mask[] = {false, false};
  std::vector<float> probabilities(2);
  FindProbabilities({keys, 2, &query, &weight, 1}, mask, probabilities.data());
  EXPECT_THAT(probabilities, ElementsAre(0.5f, 0.5f));
}

}  // namespace
}  // namespace frazo::lstm
