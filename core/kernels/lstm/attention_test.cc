// Compares AttentionForward with numbers computed by hand, and AttentionBackward with differences
// of AttentionForward.

#include "core/kernels/lstm/attention.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/transposed_panel.h"
#include "core/kernels/lstm/attention_backward.h"
#include "core/kernels/lstm/attention_forward.h"
#include "core/kernels/lstm/backward.h"
#include "core/kernels/lstm/forward.h"
#include "core/kernels/lstm/recurrence.h"
#include "core/kernels/lstm/step_team.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::lstm {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::FloatNear;

using Values = std::vector<float>;

// A recurrence with its inputs. Its size is its units.
struct Problem {
  Shape shape;
  int64_t sources;
  int64_t hidden;
  Values gates = {};
  Values kernel = {};
  Values query_kernel = {};
  Values keys = {};
  Values energy = {};
  Values feedback = {};
  // Strings, because std::vector<bool> has no data().
  std::string mask = std::string(shape.batch * shape.time, 1);
  std::string source_mask = std::string(shape.batch * sources, 1);

  const bool* places() const { return reinterpret_cast<const bool*>(mask.data()); }
  Attention attention() const {
    return {sources,       hidden,          keys.data(),
            energy.data(), feedback.data(), reinterpret_cast<const bool*>(source_mask.data())};
  }
};

struct Passed {
  Values output;
  Values gates;
  Values cells_before;
  Values outputs_before;
  Values queries;
  Values probabilities;
  Values probabilities_before;
};

struct Gradients {
  Values gates;
  Values queries;
  Values keys;
  Values energy;
};

gemm::PackedMatrix Pack(const gemm::MatrixToPack& matrix, Values* memory) {
  memory->resize(gemm::PackedSize(matrix.depth, matrix.columns));
  gemm::PackPanels(matrix, 0, gemm::PanelCount(matrix.columns), memory->data());
  return {memory->data(), matrix.depth, matrix.columns};
}

Passed RunForward(const Problem& problem, StepTeam* team) {
  const auto [batch, time, units, size] = problem.shape;
  const int64_t places = batch * time;
  // Not zero, so that the passes must write every value.
  Passed passed = {Values(places * size, 9),           problem.gates,
                   Values(places * units, 9),          Values(places * size, 9),
                   Values(places * problem.hidden, 9), Values(places * problem.sources, 9),
                   Values(places * problem.sources, 9)};
  Values kernel, query_kernel;
  const Trace<float> trace = {passed.gates.data(), nullptr, passed.cells_before.data(),
                              passed.outputs_before.data()};
  Forward recurrence(problem.shape, {},
                     {passed.gates.data(),
                      Pack({problem.kernel.data(), size, 4 * units, false}, &kernel),
                      {},
                      {},
                      {problem.places()}},
                     trace, passed.output.data());
  const AttentionForwardInputs inputs = {
      problem.attention(),
      Pack({problem.query_kernel.data(), size, problem.hidden, false}, &query_kernel),
      problem.places(), passed.gates.data(), passed.output.data()};
  AttentionForward(
      problem.shape, inputs,
      {passed.queries.data(), passed.probabilities.data(), passed.probabilities_before.data()},
      &recurrence)
      .Run(team);
  return passed;
}

// The gradients of the output and of the probabilities.
struct Slopes {
  Values output;
  Values probabilities;
};

Gradients RunBackward(const Problem& problem, const Passed& passed, const Slopes& slopes,
                      StepTeam* team) {
  const auto [batch, time, units, size] = problem.shape;
  Gradients gradients = {Values(batch * time * 4 * units, 9),
                         Values(batch * time * problem.hidden, 9), Values(problem.keys.size(), 9),
                         Values(problem.hidden, 9)};
  Values kernel, query_kernel;
  Backward recurrence(
      problem.shape, {},
      {slopes.output.data(),
       Pack({problem.kernel.data(), 4 * units, size, true}, &kernel),
       {},
       {},
       {problem.places()},
       {passed.gates.data(), nullptr, passed.cells_before.data(), passed.outputs_before.data()}},
      {gradients.gates.data(), nullptr, nullptr, nullptr, nullptr});
  const AttentionBackwardInputs inputs = {
      problem.attention(),
      Pack({problem.query_kernel.data(), problem.hidden, size, true}, &query_kernel),
      problem.places(),
      slopes.probabilities.data(),
      gradients.gates.data(),
      {passed.queries.data(), passed.probabilities.data(), passed.probabilities_before.data()}};
  AttentionBackward(problem.shape, inputs,
                    {gradients.queries.data(), gradients.keys.data(), gradients.energy.data()},
                    &recurrence)
      .Run(team);
  return gradients;
}

// Two tokens of one unit with x W + b = (.5, 0, 0, 0), and two sources whose vectors are 0 and 1.
// The context adds to the input gate. A query is twice the output.
Problem TwoTokens() {
  Problem problem = {{1, 2, 1, 1}, 2, 1};
  problem.gates = {0.5f, 0, 0, 0, 0.5f, 0, 0, 0};
  problem.kernel = {0, 0, 0, 0};
  problem.query_kernel = {2};
  problem.keys = {0, 1};
  problem.energy = {1};
  problem.feedback = {0, 0, 0, 0, 0, 1, 0, 0};
  return problem;
}

TEST(AttentionTest, TwoTokensByHand) {
  StepTeam team;
  const Passed passed = RunForward(TwoTokens(), &team);
  // The first query is 0: energies tanh(0) and tanh(1) = .761594, so p = .318300, .681700. Then
  // i = sigmoid(.681700) = .664118, c = .664118 tanh(.5) = .306900, m = .5 tanh(.306900) = .148807.
  // The query is .297615: energies tanh(.297615) = .289128, tanh(1.297615) = .861108, so
  // p = 1 / (1 + e^.571980) = .360780, .639220. i = sigmoid(.639220) = .654577, c = .5 * .306900 +
  // .654577 * .462117 = .455941, m = .5 tanh(.455941) = .213385. The query is .426771: energies
  // .402619 and tanh(1.426771) = .891003, so p = 1 / (1 + e^.488384) = .380274, .619726.
  EXPECT_THAT(passed.output, ElementsAre(FloatNear(0.148807f, 1e-5), FloatNear(0.213385f, 1e-5)));
  EXPECT_THAT(passed.probabilities_before,
              ElementsAre(FloatNear(0.318300f, 1e-5), FloatNear(0.681700f, 1e-5),
                          FloatNear(0.360780f, 1e-5), FloatNear(0.639220f, 1e-5)));
  EXPECT_THAT(passed.probabilities,
              ElementsAre(FloatNear(0.360780f, 1e-5), FloatNear(0.639220f, 1e-5),
                          FloatNear(0.380274f, 1e-5), FloatNear(0.619726f, 1e-5)));
  EXPECT_THAT(passed.queries, ElementsAre(FloatNear(0.297615f, 1e-5), FloatNear(0.426771f, 1e-5)));
}

TEST(AttentionTest, PaddingHandsTheProbabilitiesOn) {
  StepTeam team;
  Problem problem = {{1, 3, 1, 1}, 2, 1};
  const Problem two = TwoTokens();
  problem.gates = {0.5f, 0, 0, 0, 7, 7, 7, 7, 0.5f, 0, 0, 0};
  problem.kernel = two.kernel;
  problem.query_kernel = two.query_kernel;
  problem.keys = two.keys;
  problem.energy = two.energy;
  problem.feedback = two.feedback;
  problem.mask = std::string("\1\0\1", 3);
  const Passed passed = RunForward(problem, &team), whole = RunForward(two, &team);
  EXPECT_THAT(passed.output, ElementsAre(whole.output[0], 0, whole.output[1]));
  EXPECT_THAT(passed.probabilities, ElementsAre(whole.probabilities[0], whole.probabilities[1], 0,
                                                0, whole.probabilities[2], whole.probabilities[3]));
  EXPECT_THAT(passed.queries, ElementsAre(whole.queries[0], 0, whole.queries[1]));
}

TEST(AttentionTest, UnseenSourcesHaveNoProbability) {
  StepTeam team;
  Problem problem = TwoTokens();
  problem.source_mask = std::string("\1\0", 2);
  EXPECT_THAT(RunForward(problem, &team).probabilities, ElementsAre(1, 0, 1, 0));
  problem.source_mask = std::string("\0\1", 2);
  EXPECT_THAT(RunForward(problem, &team).probabilities, ElementsAre(0, 1, 0, 1));
  problem.source_mask = std::string(2, 0);
  EXPECT_THAT(RunForward(problem, &team).probabilities, Each(0.5f));
}

TEST(AttentionTest, GradientWhereNoTokenIsIsZero) {
  StepTeam team;
  Problem problem = TwoTokens();
  problem.mask = std::string(2, 0);
  const Gradients gradients =
      RunBackward(problem, RunForward(problem, &team), {Values(2, 1), Values(4, 1)}, &team);
  EXPECT_THAT(gradients.gates, Each(0));
  EXPECT_THAT(gradients.queries, Each(0));
  EXPECT_THAT(gradients.keys, Each(0));
  EXPECT_THAT(gradients.energy, Each(0));
}

// Has rows of different lengths, one with a gap, one without a token, and one that sees no source.
Problem LargeProblem(int64_t units, int64_t sources, int64_t hidden) {
  Problem problem = {{5, 4, units, units}, sources, hidden};
  std::mt19937 random(TestSeed(units));
  std::normal_distribution<float> normal;
  const auto draw = [&](int64_t count, float scale) {
    Values values(count);
    for (float& value : values) value = scale * normal(random);
    return values;
  };
  problem.gates = draw(5 * 4 * 4 * units, 1);
  problem.kernel = draw(units * 4 * units, 0.3f);
  problem.query_kernel = draw(units * hidden, 1);
  problem.keys = draw(5 * sources * hidden, 1);
  problem.energy = draw(hidden, 1);
  problem.feedback = draw(5 * sources * 4 * units, 1);
  for (const int place : {2, 3, 6, 12, 13, 14, 15}) problem.mask[place] = 0;
  for (int64_t source = 1; source < sources; source += 2) problem.source_mask[source] = 0;
  std::fill_n(problem.source_mask.begin() + sources, sources, 0);
  std::fill_n(problem.source_mask.begin() + 3 * sources - 1, 1, 0);
  return problem;
}

Slopes LargeSlopes(const Problem& problem) {
  Slopes slopes = {Values(5 * 4 * problem.shape.size), Values(5 * 4 * problem.sources)};
  for (int64_t i = 0; i < slopes.output.size(); ++i) slopes.output[i] = std::sin(i);
  for (int64_t i = 0; i < slopes.probabilities.size(); ++i) {
    slopes.probabilities[i] = 3 * std::cos(i);
  }
  return slopes;
}

double Product(const Values& x, const Values& y) {
  double sum = 0;
  for (int64_t i = 0; i < x.size(); ++i) sum += static_cast<double>(x[i]) * y[i];
  return sum;
}

double Value(const Problem& problem, const Slopes& slopes) {
  StepTeam team;
  const Passed passed = RunForward(problem, &team);
  return Product(passed.output, slopes.output) +
         Product(passed.probabilities, slopes.probabilities);
}

void ExpectDifferencesAgree(Problem problem, const Slopes& slopes, Values Problem::* values,
                            const Values& gradient) {
  constexpr float kReach = 1e-2f;
  const int64_t count = (problem.*values).size();
  ASSERT_EQ(gradient.size(), count);
  for (int64_t i = 0; i < count; i += 1 + count / 60) {
    const float value = (problem.*values)[i];
    (problem.*values)[i] = value + kReach;
    const double above = Value(problem, slopes);
    (problem.*values)[i] = value - kReach;
    const double below = Value(problem, slopes);
    (problem.*values)[i] = value;
    EXPECT_NEAR(gradient[i], (above - below) / (2 * kReach), 5e-3) << i;
  }
}

// Returns x^T y over `count` rows, [x_columns, y_columns].
Values Outer(const float* x, int64_t x_columns, const float* y, int64_t y_columns, int64_t count) {
  Values sums(x_columns * y_columns);
  for (int64_t row = 0; row < count; ++row) {
    for (int64_t i = 0; i < x_columns; ++i) {
      for (int64_t j = 0; j < y_columns; ++j) {
        sums[i * y_columns + j] += x[row * x_columns + i] * y[row * y_columns + j];
      }
    }
  }
  return sums;
}

TEST(AttentionTest, GradientsAgreeWithDifferences) {
  const Problem problem = LargeProblem(5, 7, 3);
  const Slopes slopes = LargeSlopes(problem);
  StepTeam team;
  const Passed passed = RunForward(problem, &team);
  const Gradients gradients = RunBackward(problem, passed, slopes, &team);
  ExpectDifferencesAgree(problem, slopes, &Problem::gates, gradients.gates);
  ExpectDifferencesAgree(problem, slopes, &Problem::keys, gradients.keys);
  ExpectDifferencesAgree(problem, slopes, &Problem::energy, gradients.energy);
  ExpectDifferencesAgree(problem, slopes, &Problem::query_kernel,
                         Outer(passed.output.data(), 5, gradients.queries.data(), 3, 20));
  ExpectDifferencesAgree(problem, slopes, &Problem::kernel,
                         Outer(passed.outputs_before.data(), 5, gradients.gates.data(), 20, 20));
  Values feedback;
  for (int64_t row = 0; row < 5; ++row) {
    const Values of_row =
        Outer(&passed.probabilities_before[row * 4 * 7], 7, &gradients.gates[row * 4 * 20], 20, 4);
    feedback.insert(feedback.end(), of_row.begin(), of_row.end());
  }
  ExpectDifferencesAgree(problem, slopes, &Problem::feedback, feedback);
}

TEST(AttentionTest, DoesNotDependOnTheNumberOfThreads) {
  const Problem problem = LargeProblem(150, 70, 33);
  const Slopes slopes = LargeSlopes(problem);
  StepTeam alone;
  const Passed passed = RunForward(problem, &alone);
  const Gradients gradients = RunBackward(problem, passed, slopes, &alone);
  StepTeam team;
  std::vector<std::thread> helpers;
  for (int i = 0; i < 3; ++i) helpers.emplace_back([&] { team.Help(); });
  for (int time = 0; time < 10; ++time) {
    const Passed again = RunForward(problem, &team);
    EXPECT_EQ(again.output, passed.output);
    EXPECT_EQ(again.probabilities, passed.probabilities);
    const Gradients same = RunBackward(problem, again, slopes, &team);
    EXPECT_EQ(same.gates, gradients.gates);
    EXPECT_EQ(same.queries, gradients.queries);
    EXPECT_EQ(same.keys, gradients.keys);
    EXPECT_EQ(same.energy, gradients.energy);
  }
  team.Finish();
  for (std::thread& helper : helpers) helper.join();
}

TEST(AttentionTest, NoSourceIsNoFeedback) {
  StepTeam team;
  Problem problem = TwoTokens();
  problem.sources = 0;
  problem.keys = problem.feedback = {};
  problem.source_mask = {};
  const Passed passed = RunForward(problem, &team);
  // c = .5 tanh(.5) = .231059, m = .5 tanh(.231059).
  EXPECT_NEAR(passed.output[0], 0.113516f, 1e-5);
  const Gradients gradients = RunBackward(problem, passed, {Values(2, 1), {}}, &team);
  EXPECT_THAT(gradients.energy, ElementsAre(0));
  EXPECT_THAT(gradients.queries, Each(0));
}

}  // namespace
}  // namespace frazo::lstm
