// Compares Forward with numbers computed by hand, and Backward with differences of Forward.

#include "core/kernels/lstm/recurrence.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "core/kernels/gemm/packed_matrix.h"
#include "core/kernels/gemm/transposed_panel.h"
#include "core/kernels/lstm/backward.h"
#include "core/kernels/lstm/forward.h"
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

const float* DataOrNull(const Values& values) { return values.empty() ? nullptr : values.data(); }

// A recurrence with its inputs. An empty vector stands for an absent input.
struct Problem {
  Shape shape;
  Settings settings = {};
  Values gates = {};
  Values kernel = {};
  Values projection = {};
  Values scale = {};
  Values bias = {};
  Values cell_zoneout = {};
  Values output_zoneout = {};
  // A string, because std::vector<bool> has no data().
  std::string mask = std::string(shape.batch * shape.time, 1);
  std::string starts = {};

  Places places() const {
    return {reinterpret_cast<const bool*>(mask.data()),
            starts.empty() ? nullptr : reinterpret_cast<const bool*>(starts.data()),
            DataOrNull(cell_zoneout), DataOrNull(output_zoneout)};
  }
  NormWeights norm() const { return {DataOrNull(scale), DataOrNull(bias)}; }
};

struct Passed {
  Values output;
  Values gates;
  Values inverse_deviations;
  Values cells_before;
  Values outputs_before;
};

gemm::PackedMatrix Pack(const Values& matrix, int64_t depth, int64_t columns, bool is_transposed,
                        Values* memory) {
  if (matrix.empty()) return {nullptr, depth, columns};
  memory->resize(gemm::PackedSize(depth, columns));
  gemm::PackPanels({matrix.data(), depth, columns, is_transposed}, 0, gemm::PanelCount(columns),
                   memory->data());
  return {memory->data(), depth, columns};
}

Passed RunForward(const Problem& problem, StepTeam* team) {
  const auto [batch, time, units, size] = problem.shape;
  const int64_t places = batch * time;
  Passed passed = {Values(places * size), Values(places * 4 * units), Values(places * 4),
                   Values(places * units), Values(places * size)};
  Values kernel, projection;
  const ForwardInputs inputs = {
      problem.gates.data(), Pack(problem.kernel, size, 4 * units, false, &kernel),
      Pack(problem.projection, units, size, false, &projection), problem.norm(), problem.places()};
  const Trace<float> trace = {passed.gates.data(), passed.inverse_deviations.data(),
                              passed.cells_before.data(), passed.outputs_before.data()};
  Forward(problem.shape, problem.settings, inputs, trace, passed.output.data()).Run(team);
  return passed;
}

struct Gradients {
  Values gates;
  Values scale;
  Values bias;
  Values hidden;
  Values projected;
};

Gradients RunBackward(const Problem& problem, const Passed& passed, const Values& output_gradient,
                      StepTeam* team) {
  const auto [batch, time, units, size] = problem.shape;
  const int64_t places = batch * time;
  // Not zero, so that Backward must write every value.
  Gradients gradients = {Values(places * 4 * units, 9), Values(4 * units, 9), Values(4 * units, 9),
                         Values(places * units, 9), Values(places * size, 9)};
  Values kernel, projection;
  const BackwardInputs inputs = {
      output_gradient.data(),
      Pack(problem.kernel, 4 * units, size, true, &kernel),
      Pack(problem.projection, size, units, true, &projection),
      problem.norm(),
      problem.places(),
      {passed.gates.data(), passed.inverse_deviations.data(), passed.cells_before.data(),
       passed.outputs_before.data()},
  };
  const BackwardResults results = {gradients.gates.data(), gradients.scale.data(),
                                   gradients.bias.data(), gradients.hidden.data(),
                                   gradients.projected.data()};
  Backward(problem.shape, problem.settings, inputs, results).Run(team);
  return gradients;
}

// The gates of two tokens of one unit: x W + b with x = 1, 2, W = (.5, .1, .2, .3) and
// b = (.1, 0, .3, -.2).
Problem TwoTokens() {
  Problem problem = {{1, 2, 1, 1}};
  problem.gates = {0.6f, 0.1f, 0.5f, 0.1f, 1.1f, 0.2f, 0.7f, 0.4f};
  problem.kernel = {0.4f, -0.3f, 0.2f, 0.1f};
  return problem;
}

TEST(RecurrenceTest, TwoTokensByHand) {
  StepTeam team;
  const Passed passed = RunForward(TwoTokens(), &team);
  // c = .524979 * tanh(.6) = .281940, m = .524979 * tanh(.281940) = .144212; then the gates are
  // 1.157685, .156737, .728842, .414421, c = .674551 * .281940 + .539104 * .820284 = .632401 and
  // m = .602148 * tanh(.632401).
  EXPECT_THAT(passed.output, ElementsAre(FloatNear(0.144212f, 1e-5), FloatNear(0.337024f, 1e-5)));
  EXPECT_THAT(passed.cells_before, ElementsAre(0, FloatNear(0.281940f, 1e-5)));
  EXPECT_THAT(passed.outputs_before, ElementsAre(0, FloatNear(0.144212f, 1e-5)));
}

TEST(RecurrenceTest, AStartForgetsAndPaddingHandsOn) {
  StepTeam team;
  Problem problem = TwoTokens();
  problem.starts = std::string("\0\1", 2);
  // f does not matter: c = sigmoid(.2) tanh(1.1) = .549834 * .800499 = .440142,
  // m = sigmoid(.4) tanh(.440142) = .598688 * .413762.
  EXPECT_THAT(RunForward(problem, &team).output,
              ElementsAre(FloatNear(0.144212f, 1e-5), FloatNear(0.247714f, 1e-5)));
  problem = TwoTokens();
  problem.mask = std::string("\0\1", 2);
  EXPECT_THAT(RunForward(problem, &team).output, ElementsAre(0, FloatNear(0.247714f, 1e-5)));
  problem.mask = std::string("\1\0", 2);
  EXPECT_THAT(RunForward(problem, &team).output, ElementsAre(FloatNear(0.144212f, 1e-5), 0));
}

TEST(RecurrenceTest, GradientWhereNoTokenIsIsZero) {
  StepTeam team;
  Problem problem = TwoTokens();
  problem.mask = std::string(2, 0);
  const Gradients gradients =
      RunBackward(problem, RunForward(problem, &team), Values(2, 1.0f), &team);
  EXPECT_THAT(gradients.gates, Each(0));
}

// A problem that uses all options at once.
Problem LargeProblem(int64_t units, int64_t size) {
  Problem problem = {{5, 6, units, size}};
  std::mt19937 random(TestSeed(units));
  std::normal_distribution<float> normal;
  const auto draw = [&](int64_t count, float scale) {
    Values values(count);
    for (float& value : values) value = scale * normal(random);
    return values;
  };
  problem.settings.layer_norm_epsilon = 1e-3f;
  problem.settings.cell_clip = 0.8f;
  problem.settings.reverse = true;
  problem.gates = draw(5 * 6 * 4 * units, 1);
  problem.kernel = draw(size * 4 * units, 0.3f);
  problem.projection = draw(units * size, 0.3f);
  problem.scale = draw(4 * units, 1);
  problem.bias = draw(4 * units, 1);
  problem.cell_zoneout = Values(5 * 6 * units, 0.3f);
  problem.output_zoneout = Values(5 * 6 * size, 0.2f);
  problem.starts = std::string(5 * 6, 0);
  problem.starts[8] = 1;
  for (const int place : {3, 9, 10, 11, 29}) problem.mask[place] = 0;
  return problem;
}

// Returns the inner product of the output and factors.
double Value(const Problem& problem, const Values& factors) {
  StepTeam team;
  const Values output = RunForward(problem, &team).output;
  double sum = 0;
  for (int64_t i = 0; i < output.size(); ++i) sum += static_cast<double>(output[i]) * factors[i];
  return sum;
}

// Compares the gradient with differences. A difference is the mean derivative over its reach, so it
// may be as far from the derivative in the middle as those at the ends are. These differ much only
// if a cell is clipped within the reach.
void ExpectDifferencesAgree(Problem problem, Values Problem::* values,
                            Values Gradients::* gradients, const Values& factors) {
  constexpr float kReach = 1e-2f;
  StepTeam team;
  const auto gradient = [&](int64_t i) {
    return (RunBackward(problem, RunForward(problem, &team), factors, &team).*gradients)[i];
  };
  const int64_t count = (problem.*values).size();
  for (int64_t i = 0; i < count; i += 1 + count / 40) {
    const float value = (problem.*values)[i];
    const float middle = gradient(i);
    (problem.*values)[i] = value + kReach;
    const double above = Value(problem, factors), end = gradient(i);
    (problem.*values)[i] = value - kReach;
    const double below = Value(problem, factors), begin = gradient(i);
    (problem.*values)[i] = value;
    const double change = std::max(std::abs(end - middle), std::abs(begin - middle));
    EXPECT_NEAR(middle, (above - below) / (2 * kReach), 2e-3 + change) << i;
  }
}

TEST(RecurrenceTest, GradientsAgreeWithDifferences) {
  const Problem problem = LargeProblem(5, 3);
  Values factors(5 * 6 * 3);
  for (int64_t i = 0; i < factors.size(); ++i) factors[i] = std::sin(i);
  ExpectDifferencesAgree(problem, &Problem::gates, &Gradients::gates, factors);
  ExpectDifferencesAgree(problem, &Problem::scale, &Gradients::scale, factors);
  ExpectDifferencesAgree(problem, &Problem::bias, &Gradients::bias, factors);
}

TEST(RecurrenceTest, DoesNotDependOnTheNumberOfThreads) {
  const Problem problem = LargeProblem(70, 40);
  const Values factors(5 * 6 * 40, 1.0f);
  StepTeam alone;
  const Passed passed = RunForward(problem, &alone);
  const Gradients gradients = RunBackward(problem, passed, factors, &alone);
  StepTeam team;
  std::vector<std::thread> helpers;
  for (int i = 0; i < 3; ++i) helpers.emplace_back([&] { team.Help(); });
  for (int time = 0; time < 10; ++time) {
    const Passed again = RunForward(problem, &team);
    EXPECT_EQ(again.output, passed.output);
    const Gradients same = RunBackward(problem, again, factors, &team);
    EXPECT_EQ(same.gates, gradients.gates);
    EXPECT_EQ(same.scale, gradients.scale);
    EXPECT_EQ(same.projected, gradients.projected);
  }
  team.Finish();
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace
}  // namespace frazo::lstm
