#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "core/ops/testing/graph_session.h"
#include "core/ops/testing/tensors.h"
#include "core/status/status_matchers.h"

namespace frazo::ops {
namespace {

using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

constexpr char kAttention[] =
    R"(op: "Frazo>CachedAttention" attr { key: "head_dim" value { i: 2 } })";

std::vector<Tensor> AttentionInputs(int entry) {
  return {MakeTensor<float>({1, 2}, {0, 0}),
          // One entry with two positions: the keys [1, 0] and [0, 1] with the values [2, 4] and [6,
          // 8].
          MakeTensor<float>({1, 2, 4}, {1, 0, 2, 4, 0, 1, 6, 8}), MakeTensor<float>({0, 0, 0}, {}),
          MakeTensor<int>({1}, {entry})};
}

TEST(DenseKernelsTest, AttentionOfAZeroQueryIsTheMeanOfTheValues) {
  const auto outputs = RunOp(kAttention, AttentionInputs(0));
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values<float>((*outputs)[0]), ElementsAre(4, 6));
  EXPECT_THAT(Values<float>((*outputs)[1]), ElementsAre(0.5, 0.5));
}

TEST(DenseKernelsTest, AttentionToAnEntryThatIsNotThereIsAnError) {
  const auto outputs = RunOp(kAttention, AttentionInputs(1));
  EXPECT_EQ(outputs.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(DenseKernelsTest, AdditiveProbabilitiesOfAnEntryThatHasOneSource) {
  const std::vector<Tensor> inputs = {
      MakeTensor<float>({1, 1}, {0}), MakeTensor<float>({1, 2, 1}, {1, 2}),
      MakeTensor<float>({1}, {1}), MakeTensor<bool>({1, 2}, {false, true}),
      MakeTensor<int>({1}, {0})};
  const auto outputs = RunOp(R"(op: "Frazo>AdditiveProbabilities")", inputs);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values<float>((*outputs)[0]), ElementsAre(0, 1));
  std::vector<Tensor> narrow = inputs;
  narrow[3] = MakeTensor<bool>({1, 1}, {true});
  EXPECT_THAT(RunOp(R"(op: "Frazo>AdditiveProbabilities")", narrow).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("mask [1,1]")));
}

constexpr char kSelfAttention[] =
    R"(op: "Frazo>SelfAttention" attr { key: "heads" value { i: 1 } }
       attr { key: "head_dim" value { i: 1 } })";

TEST(DenseKernelsTest, SelfAttentionOfZeroQueriesAndItsGradient) {
  // Two positions, each a query, a key and a value: the sums are the mean of the values 2 and 6.
  const std::vector<Tensor> inputs = {MakeTensor<float>({1, 2, 3}, {0, 1, 2, 0, 3, 6}),
                                      MakeTensor<bool>({1, 2}, {true, true}),
                                      MakeTensor<int>({0, 0}, {}), MakeTensor<float>({0, 0}, {})};
  const auto outputs = RunOp(kSelfAttention, inputs);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_THAT(Values<float>((*outputs)[0]), Pointwise(FloatNear(1e-6), {4.0f, 4.0f}));
  const float log_two = std::log(2.0f);
  EXPECT_THAT(Values<float>((*outputs)[1]), Pointwise(FloatNear(1e-6), {log_two, log_two}));
  std::vector<Tensor> of_gradient = inputs;
  of_gradient.insert(of_gradient.end(),
                     {(*outputs)[0], (*outputs)[1], MakeTensor<float>({1, 2, 1}, {1, 0})});
  const auto gradient = RunOp(
      R"(op: "Frazo>SelfAttentionGradient" attr { key: "heads" value { i: 1 } }
         attr { key: "head_dim" value { i: 1 } })",
      of_gradient);
  ASSERT_TRUE(gradient.ok()) << gradient.status();
  // By the scores of query 0 they are 1/2 (2 - 4) = -1 and 1/2 (6 - 4) = 1; by the query that is
  // -1 * 1 + 1 * 3. Its value 0 hides the keys.
  EXPECT_THAT(Values<float>((*gradient)[0]),
              Pointwise(FloatNear(1e-5), {2.0f, 0.0f, 0.5f, 0.0f, 0.0f, 0.5f}));
}

TEST(DenseKernelsTest, SelfAttentionWithAMaskOfAnotherSizeIsAnError) {
  const auto outputs =
      RunOp(kSelfAttention,
            {MakeTensor<float>({1, 1, 3}, {0, 1, 2}), MakeTensor<bool>({1, 2}, {true, true}),
             MakeTensor<int>({0, 0}, {}), MakeTensor<float>({0, 0}, {})});
  EXPECT_EQ(outputs.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(DenseKernelsTest, PackedProductOfTwoRows) {
  const auto packed = RunOp(R"(op: "Frazo>PackMatrix")", {MakeTensor<float>({2, 2}, {1, 2, 3, 4})});
  ASSERT_TRUE(packed.ok()) << packed.status();
  EXPECT_EQ((*packed)[0].shape(), tensorflow::TensorShape({1, 2, 32}));
  const auto outputs = RunOp(
      R"(op: "Frazo>PackedMatMul" attr { key: "units" value { i: 2 } })",
      {MakeTensor<float>({2, 2}, {1, 1, 2, 0}), (*packed)[0], MakeTensor<float>({2}, {10, 20})});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  // [1 1] gives [1 + 3, 2 + 4], [2 0] gives [2, 4]; plus the bias.
  EXPECT_THAT(Values<float>((*outputs)[0]), ElementsAre(14, 26, 12, 24));
}

TEST(DenseKernelsTest, PackedProductOfAnotherDepthIsAnError) {
  const auto outputs =
      RunOp(R"(op: "Frazo>PackedMatMul" attr { key: "units" value { i: 2 } })",
            {MakeTensor<float>({1, 3}, {1, 1, 1}), Tensor(tensorflow::DT_FLOAT, {1, 2, 32}),
             MakeTensor<float>({0}, {})});
  EXPECT_EQ(outputs.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(DenseKernelsTest, Int8ProductOfWholeNumbersIsExact) {
  const auto rounded =
      RunOp(R"(op: "Frazo>QuantizeMatrix")", {MakeTensor<float>({2, 2}, {127, -3, 5, 127})});
  ASSERT_TRUE(rounded.ok()) << rounded.status();
  // The largest magnitude is 127 in both columns and in the row: all scales are 1.
  EXPECT_THAT(Values<float>((*rounded)[1]), ElementsAre(1, 1));
  const auto outputs = RunOp(R"(op: "Frazo>Int8MatMul")",
                             {MakeTensor<float>({1, 2}, {127, 2}), (*rounded)[0], (*rounded)[1],
                              (*rounded)[2], MakeTensor<float>({0}, {})});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  // 127 * 127 + 2 * 5 and -3 * 127 + 2 * 127.
  EXPECT_THAT(Values<float>((*outputs)[0]), ElementsAre(16139, -127));
}

constexpr char kLayerNorm[] = R"(op: "Frazo>LayerNorm" attr { key: "epsilon" value { f: 2 } })";

TEST(DenseKernelsTest, LayerNormOfFourValuesAndItsGradient) {
  const Tensor x = MakeTensor<float>({1, 1, 4}, {1, 5, 3, 3}),
               scale = MakeTensor<float>({4}, {1, 1, 1, 2});
  const auto outputs = RunOp(kLayerNorm, {x, scale, MakeTensor<float>({4}, {0, 0, 7, 1})});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  // The mean is 3, the variance with epsilon 2 + 2 = 4.
  EXPECT_THAT(Values<float>((*outputs)[0]), ElementsAre(-1, 1, 7, 1));
  EXPECT_THAT(Values<float>((*outputs)[1]), ElementsAre(3, 0.5));
  const auto gradients =
      RunOp(R"(op: "Frazo>LayerNormGradient")",
            {x, scale, (*outputs)[1], MakeTensor<float>({1, 1, 4}, {4, 0, 0, 2})});
  ASSERT_TRUE(gradients.ok()) << gradients.status();
  // By the standardized row [-1 1 0 0] the slopes are [4 0 0 4]: mean 2, mean product -1. Half of
  // [4 - 2 - 1, 0 - 2 + 1, 0 - 2, 4 - 2].
  EXPECT_THAT(Values<float>((*gradients)[0]), ElementsAre(0.5, -0.5, -1, 1));
  EXPECT_THAT(Values<float>((*gradients)[1]), ElementsAre(-4, 0, 0, 0));
  EXPECT_THAT(Values<float>((*gradients)[2]), ElementsAre(4, 0, 0, 2));
}

TEST(DenseKernelsTest, LayerNormGradientAddsManyRowsUp) {
  // More rows than a block has, all alike: [-1, 1] with mean 0 and variance 1.
  constexpr int kRows = 150;
  std::vector<float> rows, slopes;
  for (int row = 0; row < kRows; ++row) {
    rows.insert(rows.end(), {-1, 1});
    slopes.insert(slopes.end(), {1, 3});
  }
  const Tensor x = MakeTensor<float>({kRows, 2}, rows), scale = MakeTensor<float>({2}, {1, 1});
  const auto outputs = RunOp(R"(op: "Frazo>LayerNorm" attr { key: "epsilon" value { f: 0 } })",
                             {x, scale, MakeTensor<float>({2}, {0, 0})});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  const auto gradients = RunOp(R"(op: "Frazo>LayerNormGradient")",
                               {x, scale, (*outputs)[1], MakeTensor<float>({kRows, 2}, slopes)});
  ASSERT_TRUE(gradients.ok()) << gradients.status();
  EXPECT_THAT(Values<float>((*gradients)[1]), ElementsAre(-kRows, 3 * kRows));
  EXPECT_THAT(Values<float>((*gradients)[2]), ElementsAre(kRows, 3 * kRows));
}

TEST(DenseKernelsTest, LayerNormOfAnotherSizeIsAnError) {
  const Tensor three = MakeTensor<float>({3}, {1, 1, 1});
  const Tensor two = MakeTensor<float>({2}, {1, 1}), x = MakeTensor<float>({1, 2}, {1, 2});
  EXPECT_EQ(RunOp(kLayerNorm, {x, three, three}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RunOp(kLayerNorm, {x, two, three}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(RunOp(R"(op: "Frazo>LayerNormGradient")", {x, two, x, three}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(DenseKernelsTest, SquaredNormOfAFewAndOfManyValues) {
  const auto few = RunOp(R"(op: "Frazo>SquaredNorm")", {MakeTensor<float>({1, 2}, {3, -4})});
  ASSERT_TRUE(few.ok()) << few.status();
  EXPECT_THAT(Values<float>((*few)[0]), ElementsAre(25));
  // 100,000 times 2^2, in several blocks.
  const auto many = RunOp(R"(op: "Frazo>SquaredNorm")",
                          {MakeTensor<float>({100000}, std::vector<float>(100000, -2))});
  ASSERT_TRUE(many.ok()) << many.status();
  EXPECT_THAT(Values<float>((*many)[0]), ElementsAre(400000));
  const auto none = RunOp(R"(op: "Frazo>SquaredNorm")", {MakeTensor<float>({0}, {})});
  ASSERT_TRUE(none.ok()) << none.status();
  EXPECT_THAT(Values<float>((*none)[0]), ElementsAre(0));
}

TEST(DenseKernelsTest, LossOfTwoEqualLogitsAndItsGradient) {
  const Tensor logits = MakeTensor<float>({1, 2}, {3, 3}), labels = MakeTensor<int>({1}, {0});
  const auto losses = RunOp(R"(op: "Frazo>SmoothedCrossEntropy")", {logits, labels});
  ASSERT_TRUE(losses.ok()) << losses.status();
  EXPECT_THAT(Values<float>((*losses)[0]), ElementsAre(FloatNear(std::log(2.0f), 1e-6)));
  const auto gradient = RunOp(R"(op: "Frazo>SmoothedCrossEntropyGradient")",
                              {logits, labels, (*losses)[1], MakeTensor<float>({1}, {2})});
  ASSERT_TRUE(gradient.ok()) << gradient.status();
  // (softmax - target) * slope = ([0.5 0.5] - [1 0]) * 2.
  EXPECT_THAT(Values<float>((*gradient)[0]), Pointwise(FloatNear(1e-6), {-1.0f, 1.0f}));
}

TEST(DenseKernelsTest, ALabelThatIsNotAClassIsAnError) {
  const auto losses = RunOp(R"(op: "Frazo>SmoothedCrossEntropy")",
                            {MakeTensor<float>({1, 2}, {0, 0}), MakeTensor<int>({1}, {2})});
  EXPECT_EQ(losses.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(DenseKernelsTest, CutCrossEntropyOfTwoEqualLogitsOfFour) {
  const Tensor logits = MakeTensor<float>({2, 2}, {3, 3, 3, 3});
  const Tensor labels = MakeTensor<int>({2}, {0, 2});
  const auto parts = RunOp(R"(op: "Frazo>CutCrossEntropyParts")", {logits, labels});
  ASSERT_TRUE(parts.ok()) << parts.status();
  const float log_two = std::log(2.0f);
  EXPECT_THAT(Values<float>((*parts)[0]),
              Pointwise(FloatNear(1e-6), {3.0f, log_two, 0.0f, 0.0f, 3.0f, log_two, 0.0f, 0.0f}));
  // Two more such logits: the probabilities are 1/4.
  const Tensor totals = MakeTensor<float>({2, 2}, {3, std::log(4.0f), 3, std::log(4.0f)});
  const auto gradient =
      RunOp(R"(op: "Frazo>CutCrossEntropyGradient" attr { key: "num_classes" value { i: 4 } })",
            {logits, labels, totals, MakeTensor<float>({2}, {4, 4})});
  ASSERT_TRUE(gradient.ok()) << gradient.status();
  EXPECT_THAT(Values<float>((*gradient)[0]), Pointwise(FloatNear(1e-6), {-3.0f, 1.0f, 1.0f, 1.0f}));
}

// One utterance with a frame, no token, and two equal logits.
std::vector<Tensor> TransducerInputs(int frames) {
  return {MakeTensor<float>({1, 1, 1, 2}, {3, 3}), MakeTensor<int>({1, 0}, {}),
          MakeTensor<int>({1}, {frames}), MakeTensor<int>({1}, {0})};
}

TEST(DenseKernelsTest, TransducerLossOfTwoEqualLogitsAndItsGradient) {
  std::vector<Tensor> inputs = TransducerInputs(1);
  const auto losses = RunOp(R"(op: "Frazo>TransducerLoss")", inputs);
  ASSERT_TRUE(losses.ok()) << losses.status();
  EXPECT_THAT(Values<float>((*losses)[0]), ElementsAre(FloatNear(std::log(2.0f), 1e-6)));
  inputs.insert(inputs.end(), {(*losses)[1], (*losses)[2], MakeTensor<float>({1}, {2})});
  const auto gradient = RunOp(R"(op: "Frazo>TransducerLossGradient")", inputs);
  ASSERT_TRUE(gradient.ok()) << gradient.status();
  // (softmax - target) * slope = ([0.5 0.5] - [0 1]) * 2.
  EXPECT_THAT(Values<float>((*gradient)[0]), Pointwise(FloatNear(1e-6), {1.0f, -1.0f}));
  inputs.back() = MakeTensor<float>({2}, {2, 2});
  EXPECT_THAT(
      std::string(RunOp(R"(op: "Frazo>TransducerLossGradient")", inputs).status().message()),
      HasSubstr("slopes [2]; expected those of TransducerLoss and [batch]"));
}

TEST(DenseKernelsTest, MoreFramesThanATransducerHasIsAnError) {
  const auto losses = RunOp(R"(op: "Frazo>TransducerLoss")", TransducerInputs(2));
  EXPECT_EQ(losses.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(losses.status().message()),
              HasSubstr("frames of row 0 is 2; expected 0 .. 1"));
}

TEST(DenseKernelsTest, LstmOfOneTokenAndItsGradient) {
  const Tensor none = MakeTensor<float>({0}, {}), none2 = MakeTensor<float>({0, 0}, {}),
               none3 = MakeTensor<float>({0, 0, 0}, {});
  const Tensor kernel = MakeTensor<float>({1, 4}, {0, 0, 0, 0}),
               mask = MakeTensor<bool>({1, 1}, {true}), starts = MakeTensor<bool>({0, 0}, {});
  // Candidate 0 and both gates open: the cell is tanh(0) = 0.
  const auto forward =
      RunOp(R"(op: "Frazo>LstmSequence")", {MakeTensor<float>({1, 1, 4}, {0, 100, 0, 100}), kernel,
                                            none2, none, none, none3, none3, mask, starts});
  ASSERT_TRUE(forward.ok()) << forward.status();
  EXPECT_THAT(Values<float>((*forward)[0]), ElementsAre(0));
  const auto backward =
      RunOp(R"(op: "Frazo>LstmSequenceGradient")",
            {MakeTensor<float>({1, 1, 1}, {3}), (*forward)[1], (*forward)[2], (*forward)[3], kernel,
             none2, none, none, none3, none3, mask, starts});
  ASSERT_TRUE(backward.ok()) << backward.status();
  // The slope of tanh is 1 at 0, so the gradient passes to the candidate; the gates multiply zeros.
  EXPECT_THAT(Values<float>((*backward)[0]), Pointwise(FloatNear(1e-5), {3.0f, 0.0f, 0.0f, 0.0f}));
}

TEST(DenseKernelsTest, LstmNamesTheInputThatDoesNotFit) {
  const Tensor none = MakeTensor<float>({0}, {}), none3 = MakeTensor<float>({0, 0, 0}, {});
  const auto outputs =
      RunOp(R"(op: "Frazo>LstmSequence")",
            {Tensor(tensorflow::DT_FLOAT, {1, 1, 4}), Tensor(tensorflow::DT_FLOAT, {1, 8}),
             MakeTensor<float>({0, 0}, {}), none, none, none3, none3,
             MakeTensor<bool>({1, 1}, {true}), MakeTensor<bool>({0, 0}, {})});
  EXPECT_EQ(outputs.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(outputs.status().message(), HasSubstr("kernel"));
}

TEST(DenseKernelsTest, AttentionLstmOfOneTokenAndItsGradient) {
  const Tensor none = MakeTensor<float>({0}, {}), none2 = MakeTensor<float>({0, 0}, {}),
               none3 = MakeTensor<float>({0, 0, 0}, {});
  const Tensor kernel = MakeTensor<float>({1, 4}, {0, 0, 0, 0}),
               mask = MakeTensor<bool>({1, 1}, {true}),
               query_kernel = MakeTensor<float>({1, 1}, {1}),
               keys = MakeTensor<float>({1, 2, 1}, {0, 0}), energy = MakeTensor<float>({1}, {1}),
               feedback = MakeTensor<float>({1, 2, 4}, {-2, 0, 0, 0, 2, 200, 0, 200}),
               source_mask = MakeTensor<bool>({1, 2}, {true, true});
  // Equal probabilities: the candidate is .5 * (2 - 2) = 0, and both gates are open.
  const auto forward =
      RunOp(R"(op: "Frazo>AttentionLstmSequence")",
            {MakeTensor<float>({1, 1, 4}, {0, 0, 0, 0}), kernel, none2, none, none, none3, none3,
             mask, query_kernel, keys, energy, feedback, source_mask});
  ASSERT_TRUE(forward.ok()) << forward.status();
  EXPECT_THAT(Values<float>((*forward)[0]), ElementsAre(0));
  EXPECT_THAT(Values<float>((*forward)[1]), ElementsAre(0.5f, 0.5f));
  EXPECT_THAT(Values<float>((*forward)[2]), ElementsAre(0, 100, 0, 100));
  const auto backward =
      RunOp(R"(op: "Frazo>AttentionLstmSequenceGradient")", {MakeTensor<float>({1, 1, 1}, {3}),
                                                             MakeTensor<float>({1, 1, 2}, {0, 0}),
                                                             (*forward)[2],
                                                             (*forward)[3],
                                                             (*forward)[4],
                                                             (*forward)[6],
                                                             (*forward)[1],
                                                             (*forward)[7],
                                                             kernel,
                                                             none2,
                                                             none,
                                                             none,
                                                             none3,
                                                             none3,
                                                             mask,
                                                             query_kernel,
                                                             keys,
                                                             energy,
                                                             feedback,
                                                             source_mask});
  ASSERT_TRUE(backward.ok()) << backward.status();
  // As of the LSTM. The probabilities before have the gradients -2 * 3 and 2 * 3, their energies
  // .5 * -6 and .5 * 6; the slope of tanh is 1.
  EXPECT_THAT(Values<float>((*backward)[0]), Pointwise(FloatNear(1e-5), {3.0f, 0.0f, 0.0f, 0.0f}));
  EXPECT_THAT(Values<float>((*backward)[6]), Pointwise(FloatNear(1e-5), {-3.0f, 3.0f}));
}

TEST(DenseKernelsTest, AttentionLstmNamesTheInputThatDoesNotFit) {
  const Tensor none = MakeTensor<float>({0}, {}), none3 = MakeTensor<float>({0, 0, 0}, {});
  const auto run = [&](const TensorShape& query_kernel, const TensorShape& keys,
                       const TensorShape& energy, const TensorShape& feedback,
                       const TensorShape& source_mask) {
    const auto make = [](const TensorShape& shape) { return Tensor(tensorflow::DT_FLOAT, shape); };
    return RunOp(R"(op: "Frazo>AttentionLstmSequence")",
                 {make({1, 1, 4}), make({1, 4}), make({0, 0}), none, none, none3, none3,
                  MakeTensor<bool>({1, 1}, {true}), make(query_kernel), make(keys), make(energy),
                  make(feedback), Tensor(tensorflow::DT_BOOL, source_mask)})
        .status();
  };
  const auto names = [](const char* name) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(name));
  };
  EXPECT_THAT(run({2, 3}, {1, 5, 3}, {3}, {1, 5, 4}, {1, 5}), names("query_kernel"));
  EXPECT_THAT(run({1, 3}, {1, 5, 2}, {3}, {1, 5, 4}, {1, 5}), names("keys"));
  EXPECT_THAT(run({1, 3}, {1, 5, 3}, {0}, {1, 5, 4}, {1, 5}), names("energy"));
  EXPECT_THAT(run({1, 3}, {1, 5, 3}, {3}, {1, 4, 4}, {1, 5}), names("feedback"));
  EXPECT_THAT(run({1, 3}, {1, 5, 3}, {3}, {1, 5, 4}, {1, 6}), names("source_mask"));
}

TEST(DenseKernelsTest, SparseConvolutionGradientOfOnePixel) {
  const auto outputs =
      RunOp(R"(op: "Frazo>SparseConv2DGradient"
                                attr { key: "stride" value { i: 1 } }
                                attr { key: "padding" value { s: "VALID" } })",
            {MakeTensor<float>({1, 1, 1, 1}, {3}), MakeTensor<float>({1, 1, 1, 1}, {2}),
             MakeTensor<float>({1, 1, 1, 1}, {5})});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  // y = 2 * 3: the derivatives are 2 by the input and 3 by the filter, times 5.
  EXPECT_THAT(Values<float>((*outputs)[0]), ElementsAre(10));
  EXPECT_THAT(Values<float>((*outputs)[1]), ElementsAre(15));
}

TEST(DenseKernelsTest, RectifiedProductsOfTwoCells) {
  const Tensor x = MakeTensor<float>({2, 2}, {1, 0, 2, 3}),
               kernel = MakeTensor<float>({2, 1}, {10, -1}),
               shared = MakeTensor<float>({2, 1}, {1, -30}), counts = MakeTensor<int>({2}, {1, 1});
  const auto outputs = RunOp(R"(op: "Frazo>RectifiedMatMul")", {x, kernel, shared, counts});
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  // 10 + 1, and 20 - 3 - 30, which is negative.
  EXPECT_THAT(Values<float>((*outputs)[0]), ElementsAre(11, 0));
  EXPECT_THAT(Values<float>((*outputs)[1]), ElementsAre(5.5));
  EXPECT_THAT(Values<float>((*outputs)[2]), ElementsAre(30.25));
  EXPECT_THAT(Values<float>((*outputs)[3]), ElementsAre(11, 0));
  EXPECT_THAT(Values<float>((*outputs)[4]), ElementsAre(11, 0));
  std::vector<Tensor> slopes = {x,
                                kernel,
                                counts,
                                (*outputs)[0],
                                (*outputs)[1],
                                (*outputs)[4],
                                MakeTensor<float>({2, 1}, {2, 3}),
                                MakeTensor<float>({1}, {20}),
                                MakeTensor<float>({1}, {2}),
                                MakeTensor<float>({2, 1}, {100, 0}),
                                MakeTensor<float>({2, 1}, {1000, 0})};
  const auto gradient = RunOp(R"(op: "Frazo>RectifiedMatMulGradient")", slopes);
  ASSERT_TRUE(gradient.ok()) << gradient.status();
  // 2 + 20 / 2 + 2 * 2 (11 - 5.5) / 2 + 100 + 1000 for the first row; the second one is stopped.
  EXPECT_THAT(Values<float>((*gradient)[0]), ElementsAre(11230, -1123, 0, 0));
  EXPECT_THAT(Values<float>((*gradient)[1]), ElementsAre(1123, 0));
  EXPECT_THAT(Values<float>((*gradient)[2]), ElementsAre(1123, 0));
  slopes[6] = x;
  EXPECT_THAT(RunOp(R"(op: "Frazo>RectifiedMatMulGradient")", slopes).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("y_gradient has shape [2,2]; expected [2,1]")));
}

}  // namespace
}  // namespace frazo::ops
