#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/decode/search.h"
#include "core/ops/search_handle.h"
#include "core/ops/testing/graph_session.h"
#include "core/ops/testing/tensors.h"
#include "frazo/proto/search.pb.h"
#include "google/protobuf/text_format.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/variant.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::tstring;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Token 0 ends a sentence.
frazo::Search GreedyConfig() {
  frazo::Search config;
  EXPECT_TRUE(
      google::protobuf::TextFormat::ParseFromString("eos_id: 0 max_length: 4 greedy {}", &config));
  return config;
}

decode::SearchInputs OneSentence() {
  decode::SearchInputs inputs;
  inputs.sentences = 1;
  inputs.vocabulary = 3;
  return inputs;
}

// Begins a greedy search for one sentence over so many tokens.
absl::StatusOr<std::vector<Tensor>> Begin(int vocabulary = 3) {
  const Tensor no_numbers = MakeTensor<int>({0}, {});
  return RunOp(
      R"(op: "Frazo>SearchBegin")",
      {MakeTensor<tstring>({}, {GreedyConfig().SerializeAsString()}), MakeTensor<int>({}, {1}),
       MakeTensor<int>({}, {vocabulary}), MakeTensor<int>({}, {0}), no_numbers,
       MakeTensor<int>({0, 0}, {}), no_numbers, MakeTensor<int64_t>({0}, {})});
}

absl::StatusOr<std::vector<Tensor>> Step(const Tensor& search, const std::vector<float>& scores) {
  return RunOp(R"(op: "Frazo>SearchStep")",
               {search, MakeTensor<float>({1, static_cast<int64_t>(scores.size())}, scores),
                MakeTensor<float>({0, 0}, {}), MakeTensor<bool>({0}, {})});
}

TEST(SearchKernelsTest, GreedySearchTakesTheBestTokenUntilTheEnd) {
  const auto begun = Begin();
  ASSERT_TRUE(begun.ok()) << begun.status();
  const auto first = Step((*begun)[0], {-9, 1, 2});
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_THAT(Values<int>((*first)[1]), ElementsAre(2));
  const auto second = Step((*first)[0], {9, 0, 0});
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ((*second)[1].NumElements(), 0);
  const auto results = RunOp(R"(op: "Frazo>SearchResults")", {(*second)[0]});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_THAT(Values<int>((*results)[0]), ElementsAre(2, 0));
  EXPECT_THAT(Values<int>((*results)[2]), ElementsAre(2));
  // The end token ended the hypothesis.
  EXPECT_THAT(Values<int>((*results)[5]), ElementsAre(1));
}

TEST(SearchKernelsTest, AStepLeavesTheSearchBeforeItAsItWas) {
  const auto begun = Begin();
  ASSERT_TRUE(begun.ok()) << begun.status();
  for (int i = 0; i < 2; ++i) {
    const auto stepped = Step((*begun)[0], {-9, 1, 2});
    ASSERT_TRUE(stepped.ok()) << stepped.status();
    EXPECT_THAT(Values<int>((*stepped)[1]), ElementsAre(2));
  }
}

// A search that ends with its first step. It counts its copies.
class CountingSearch final : public decode::Search {
 public:
  CountingSearch() : Search(GreedyConfig(), OneSentence(), 1, 1) {}

  std::unique_ptr<decode::Search> Clone() const override {
    ++copies;
    return std::make_unique<CountingSearch>(*this);
  }

  static inline int copies = 0;

 private:
  void Select(const decode::StepScores&) override {}
};

REGISTER_OP("SearchKernelsTest>Begin").Output("search: variant").SetIsStateful();

class BeginOp final : public OpKernel {
 public:
  using OpKernel::OpKernel;

  void Compute(OpKernelContext* context) override {
    Tensor* tensor = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, {}, &tensor));
    tensor->scalar<tensorflow::Variant>()() = SearchHandle{std::make_shared<CountingSearch>()};
  }
};

REGISTER_KERNEL_BUILDER(Name("SearchKernelsTest>Begin").Device(tensorflow::DEVICE_CPU), BeginOp);

TEST(SearchKernelsTest, AStepCopiesASearchOnlyIfAnotherTensorHasIt) {
  auto session = GraphSession::Create(R"pb(
    node { name: "begin" op: "SearchKernelsTest>Begin" }
    node {
      name: "scores"
      op: "Placeholder"
      attr {
        key: "dtype"
        value { type: DT_FLOAT }
      }
    }
    node {
      name: "attention"
      op: "Placeholder"
      attr {
        key: "dtype"
        value { type: DT_FLOAT }
      }
    }
    node {
      name: "last"
      op: "Placeholder"
      attr {
        key: "dtype"
        value { type: DT_BOOL }
      }
    }
    node {
      name: "step"
      op: "Frazo>SearchStep"
      input: "begin"
      input: "scores"
      input: "attention"
      input: "last"
    }
  )pb");
  ASSERT_TRUE(session.ok()) << session.status();
  const GraphSession::Feeds feeds = {{"scores", MakeTensor<float>({1, 3}, {-9, 1, 2})},
                                     {"attention", MakeTensor<float>({0, 0}, {})},
                                     {"last", MakeTensor<bool>({0}, {})}};
  CountingSearch::copies = 0;
  const auto alone = session->Run(feeds, {"step:1"}, {});
  ASSERT_TRUE(alone.ok()) << alone.status();
  EXPECT_EQ(CountingSearch::copies, 0);
  const auto both = session->Run(feeds, {"begin:0", "step:1"}, {});
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(CountingSearch::copies, 1);
}

TEST(SearchKernelsTest, WhatIsWrongIsNamed) {
  EXPECT_THAT(Begin(0).status().message(), HasSubstr("vocabulary: 0; expected at least 1"));
  const auto begun = Begin();
  ASSERT_TRUE(begun.ok()) << begun.status();
  EXPECT_THAT(Step((*begun)[0], {1, 2}).status().message(),
              HasSubstr("scores: shape [1,2]; expected [1,3]"));
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(Step((*begun)[0], {nan, nan, nan}).status().message(),
              HasSubstr("sentence 0, hypothesis 0, step 0"));
}

}  // namespace
}  // namespace frazo::ops
