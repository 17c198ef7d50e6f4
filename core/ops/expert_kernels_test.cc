#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "core/ops/testing/graph_session.h"
#include "core/ops/testing/tensors.h"

namespace frazo::ops {
namespace {

using ::tensorflow::Tensor;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

constexpr char kRoute[] = R"(op: "Frazo>RouteTokens"
    attr { key: "experts_per_token" value { i: 1 } }
    attr { key: "group_size" value { i: 4 } }
    attr { key: "capacity" value { i: 1 } }
    attr { key: "padded" value { b: true } })";

// Both tokens prefer the second of two experts.
std::vector<Tensor> RouteInputs() {
  return {MakeTensor<float>({2, 2}, {0, 1, 0, 1}), MakeTensor<bool>({2}, {true, true}),
          MakeTensor<float>({0}, {}), MakeTensor<float>({0, 0}, {}), MakeTensor<float>({0, 0}, {})};
}

TEST(ExpertKernelsTest, AFullExpertTakesNoMore) {
  const auto outputs = RunOp(kRoute, RouteInputs());
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  // e / (1 + e) and ln(1 + e).
  EXPECT_THAT(Values<float>((*outputs)[0]),
              Pointwise(FloatNear(1e-6), {0.268941f, 0.731059f, 0.268941f, 0.731059f}));
  EXPECT_THAT(Values<float>((*outputs)[1]), Pointwise(FloatNear(1e-6), {1.313262f, 1.313262f}));
  EXPECT_THAT(Values<int>((*outputs)[2]), ElementsAre(1, 1));
  EXPECT_THAT(Values<int>((*outputs)[3]), ElementsAre(1, -1));
  EXPECT_THAT(Values<float>((*outputs)[4]), Pointwise(FloatNear(1e-6), {0.731059f, 0.0f}));
  EXPECT_THAT(Values<int>((*outputs)[5]), ElementsAre(-1, 0));
  EXPECT_THAT(Values<int>((*outputs)[6]), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(Values<int>((*outputs)[7]), ElementsAre(0, 2));
  // n E sum f P = 2 * 2 * 1 * .731059.
  EXPECT_NEAR((*outputs)[8].scalar<float>()(), 2.924234, 1e-5);

  const auto gradient =
      RunOp(R"(op: "Frazo>RouteTokensGradient" attr { key: "group_size" value { i: 4 } })",
            {(*outputs)[0], (*outputs)[1], MakeTensor<bool>({2}, {true, true}), (*outputs)[2],
             (*outputs)[3], MakeTensor<float>({2, 1}, {1, 1}), MakeTensor<float>({}, {0}),
             MakeTensor<float>({}, {0})});
  ASSERT_TRUE(gradient.ok()) << gradient.status();
  // p (1 - p) = .196612; the second token has no slot.
  EXPECT_THAT(Values<float>((*gradient)[0]),
              Pointwise(FloatNear(1e-6), {-0.196612f, 0.196612f, 0.0f, 0.0f}));
}

TEST(ExpertKernelsTest, RoutingNamesTheInputThatDoesNotFit) {
  std::vector<Tensor> inputs = RouteInputs();
  inputs[2] = MakeTensor<float>({3}, {0, 0, 0});
  const auto outputs = RunOp(kRoute, inputs);
  EXPECT_EQ(outputs.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(outputs.status().message(), HasSubstr("bias has shape [3]; expected [2]"));
}

TEST(ExpertKernelsTest, AGradientOfAnExpertThatIsNotThereIsAnError) {
  const Tensor of_tokens = MakeTensor<float>({1}, {0}), scalar = MakeTensor<float>({}, {0});
  const auto outputs =
      RunOp(R"(op: "Frazo>RouteTokensGradient" attr { key: "group_size" value { i: 4 } })",
            {MakeTensor<float>({1, 2}, {0.5, 0.5}), of_tokens, MakeTensor<bool>({1}, {true}),
             MakeTensor<int>({1, 1}, {2}), MakeTensor<int>({1, 1}, {0}),
             MakeTensor<float>({1, 1}, {1}), scalar, scalar});
  EXPECT_EQ(outputs.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(outputs.status().message(), HasSubstr("choice 0 of token 0 is 2"));
}

TEST(ExpertKernelsTest, TokensGoToSlotsAndBack) {
  const Tensor tokens = MakeTensor<float>({2, 1}, {3, 5}),
               owners = MakeTensor<int>({3}, {3, -1, 0});
  const auto rows =
      RunOp(R"(op: "Frazo>DispatchTokens" attr { key: "experts_per_token" value { i: 2 } })",
            {tokens, owners});
  ASSERT_TRUE(rows.ok()) << rows.status();
  EXPECT_THAT(Values<float>((*rows)[0]), ElementsAre(5, 0, 3));
  const Tensor slots = MakeTensor<int>({2, 2}, {2, -1, -1, 0}),
               weights = MakeTensor<float>({2, 2}, {0.5, 9, 9, 2});
  const auto sums = RunOp(R"(op: "Frazo>CombineTokens")", {(*rows)[0], slots, weights});
  ASSERT_TRUE(sums.ok()) << sums.status();
  EXPECT_THAT(Values<float>((*sums)[0]), ElementsAre(1.5, 10));
  const auto gradients =
      RunOp(R"(op: "Frazo>CombineTokensGradient")", {(*rows)[0], slots, weights, owners, tokens});
  ASSERT_TRUE(gradients.ok()) << gradients.status();
  // 2 * 5, none, .5 * 3; 3 * 3 and 5 * 5.
  EXPECT_THAT(Values<float>((*gradients)[0]), ElementsAre(10, 0, 1.5));
  EXPECT_THAT(Values<float>((*gradients)[1]), ElementsAre(9, 0, 0, 25));
}

TEST(ExpertKernelsTest, ASlotThatIsNotThereIsAnError) {
  const Tensor rows = MakeTensor<float>({1, 1}, {1}), weights = MakeTensor<float>({1, 1}, {1});
  for (const int slot : {1, -2}) {
    const auto sums =
        RunOp(R"(op: "Frazo>CombineTokens")", {rows, MakeTensor<int>({1, 1}, {slot}), weights});
    EXPECT_EQ(sums.status().code(), absl::StatusCode::kInvalidArgument);
  }
}

TEST(ExpertKernelsTest, GroupedProductAndItsGradient) {
  const Tensor x = MakeTensor<float>({3, 1}, {2, 3, 4}),
               matrices = MakeTensor<float>({2, 1, 2}, {1, 10, 100, 1000}),
               segments = MakeTensor<int>({2, 1, 2}, {2, 1, 0, 1});
  const auto y = RunOp(R"(op: "Frazo>GroupedMatMul")", {x, matrices, segments});
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_THAT(Values<float>((*y)[0]), ElementsAre(200, 2000, 0, 0, 4, 40));
  const auto gradient = RunOp(R"(op: "Frazo>GroupedMatMulGradient")",
                              {x, MakeTensor<float>({3, 2}, {1, 2, 3, 4, 5, 6}), segments});
  ASSERT_TRUE(gradient.ok()) << gradient.status();
  // Row 2 is of the first group and row 0 of the second.
  EXPECT_THAT(Values<float>((*gradient)[0]), ElementsAre(20, 24, 2, 4));
}

TEST(ExpertKernelsTest, SegmentsThatOverlapAreAnError) {
  const auto y = RunOp(R"(op: "Frazo>GroupedMatMul")",
                       {MakeTensor<float>({2, 1}, {1, 2}), MakeTensor<float>({2, 1, 1}, {1, 1}),
                        MakeTensor<int>({2, 1, 2}, {0, 2, 1, 1})});
  EXPECT_EQ(y.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(y.status().message(), HasSubstr("segments overlap"));
}

}  // namespace
}  // namespace frazo::ops
