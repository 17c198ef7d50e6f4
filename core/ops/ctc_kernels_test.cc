#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/ops/testing/graph_session.h"
#include "core/ops/testing/tensors.h"

namespace frazo::ops {
namespace {

using ::tensorflow::Tensor;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;

std::string Node(int width, int n_best) {
  return absl::StrCat(R"(op: "Frazo>CtcBeamSearch" attr { key: "width" value { i: )", width,
                      R"( } } attr { key: "n_best" value { i: )", n_best,
                      R"( } } attr { key: "token_gap" value { f: inf } })");
}

// Two utterances of two frames, a token and the blank.
Tensor Frames() {
  std::vector<float> values;
  for (const float p : {0.4f, 0.6f, 0.3f, 0.7f, 0.1f, 0.9f, 0.0f, 0.0f}) {
    values.push_back(std::log(p));
  }
  return MakeTensor<float>({2, 2, 2}, values);
}

TEST(CtcKernelsTest, TextsWithTheSumsOfTheirAlignments) {
  const auto found = RunOp(Node(4, 3), {Frames(), MakeTensor<int>({2}, {2, 1})});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)[0].shape(), tensorflow::TensorShape({2, 3, 1}));
  EXPECT_THAT(Values<int>((*found)[0]), ElementsAre(0, 0, 0, 0, 0, 0));
  EXPECT_THAT(Values<int>((*found)[1]), ElementsAre(1, 0, 0, 0, 1, 0));
  const float none = -std::numeric_limits<float>::infinity();
  EXPECT_THAT(Values<float>((*found)[2]),
              ElementsAre(FloatNear(-0.544727, 1e-5), FloatNear(-0.867501, 1e-5), none,
                          FloatNear(-0.105361, 1e-5), FloatNear(-2.302585, 1e-5), none));
}

std::vector<Tensor> PrefixInputs(std::vector<int> tokens, const Tensor& forward,
                                 std::vector<int> last) {
  const std::vector<float> probabilities = {0.5, 0.3, 0, 0.2, 0.4, 0.1, 0, 0.5};
  const int64_t rows = tokens.size();
  return {MakeTensor<float>({1, 2, 4}, probabilities),
          MakeTensor<int>({1}, {2}),
          MakeTensor<int>({rows}, std::vector<int>(rows)),
          MakeTensor<int>({rows}, tokens),
          forward,
          MakeTensor<int>({rows}, last)};
}

constexpr char kPrefixScores[] =
    R"(op: "Frazo>CtcPrefixScores" attr { key: "eos_id" value { i: 2 } })";

TEST(CtcKernelsTest, HypothesesGoOnTokenByToken) {
  const Tensor nothing = MakeTensor<double>({1, 2, 2}, {0, 0, 0, 0});
  const auto begun = RunOp(kPrefixScores, PrefixInputs({99}, nothing, {-2}));
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_THAT(Values<float>((*begun)[0]),
              ElementsAre(FloatNear(-0.544727, 1e-5), FloatNear(-1.139434, 1e-5),
                          FloatNear(-2.302585, 1e-5)));
  EXPECT_THAT(Values<int>((*begun)[2]), ElementsAre(-1));
  const auto next = RunOp(kPrefixScores, PrefixInputs({0}, (*begun)[1], {-1}));
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_THAT(Values<float>((*next)[0]),
              ElementsAre(-std::numeric_limits<float>::infinity(), FloatNear(-2.451005, 1e-5),
                          FloatNear(-0.090151, 1e-5)));
  EXPECT_THAT(Values<int>((*next)[2]), ElementsAre(0));
}

TEST(CtcKernelsTest, WhatIsWrongWithAHypothesisIsNamed) {
  const Tensor state = MakeTensor<double>({1, 2, 2}, {0, 0, 0, 0});
  const auto message = [&](int token, int last, const Tensor& forward) {
    const auto status = RunOp(kPrefixScores, PrefixInputs({token}, forward, {last})).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(message(3, 0, state), HasSubstr("tokens, row 0: 3; expected 0 .. 2"));
  EXPECT_THAT(message(0, 3, state), HasSubstr("last, row 0: 3; expected -2 .. 2"));
  EXPECT_THAT(
      message(0, 0, MakeTensor<double>({1, 1, 2}, {0, 0})),
      HasSubstr("shapes [1,2,4], [1], [1], [1], [1,1,2], [1]; expected [B, T, tokens + 1]"));
}

TEST(CtcKernelsTest, WhatIsWrongIsNamed) {
  const auto message = [](const std::string& node, const Tensor& frames) {
    const auto status = RunOp(node, {Frames(), frames}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(message(Node(4, 1), MakeTensor<int>({2}, {2, 3})),
              HasSubstr("utterance 1 has 3 frames; expected 0 .. 2"));
  EXPECT_THAT(message(Node(4, 5), MakeTensor<int>({2}, {2, 1})),
              HasSubstr("n_best: 5; expected 1 .. width, 4"));
  EXPECT_THAT(message(Node(4, 1), MakeTensor<int>({1}, {2})),
              HasSubstr("log_probabilities: shape [2,2,2], frames: shape [1]; expected [B, T, "));
}

}  // namespace
}  // namespace frazo::ops
