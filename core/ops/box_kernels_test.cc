#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/ops/testing/graph_session.h"
#include "core/ops/testing/tensors.h"

namespace frazo::ops {
namespace {

using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;

Tensor Boxes(const TensorShape& shape, const std::vector<float>& places) {
  std::vector<float> numbers;
  for (const float x : places) numbers.insert(numbers.end(), {x, 0, 0, 1, 1, 1, 0});
  return MakeTensor<float>(shape, numbers);
}

TEST(BoxKernelsTest, IouOfCubes) {
  const auto found =
      RunOp(R"(op: "Frazo>PairwiseIou")", {Boxes({2, 7}, {0, 3}), Boxes({3, 7}, {0, 0.5, 9})});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)[0].shape(), TensorShape({2, 3}));
  EXPECT_THAT(Values<float>((*found)[0]), ElementsAre(1, FloatNear(1 / 3.0, 1e-6), 0, 0, 0, 0));
}

TEST(BoxKernelsTest, SeenFromAboveTheHeightDoesNotCount) {
  const Tensor high = MakeTensor<float>({1, 7}, {0, 0, 50, 1, 1, 1, 0});
  for (const auto& [view, iou] : {std::pair("3D", 0.0f), std::pair("BIRDS_EYE", 1.0f)}) {
    const auto found =
        RunOp(absl::StrCat(R"(op: "Frazo>PairwiseIou" attr { key: "view" value { s: ")", view,
                           R"(" } })"),
              {Boxes({1, 7}, {0}), high});
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_THAT(Values<float>((*found)[0]), ElementsAre(iou)) << view;
  }
}

std::string Nms(const std::string& iou_thresholds) {
  return absl::StrCat(R"(op: "Frazo>OrientedNms" attr { key: "iou_thresholds" value { list { )",
                      iou_thresholds, R"( } } }
      attr { key: "score_thresholds" value { list { f: 0.2 f: 0.2 } } }
      attr { key: "max_kept" value { list { i: 3 i: 1 } } })");
}

TEST(BoxKernelsTest, KeepsTheBestOfEachClassOfEachScene) {
  // The first two boxes overlap by a third.
  const auto found =
      RunOp(Nms("f: 0.3 f: 0.5"), {Boxes({2, 3, 7}, {0, 0.5, 9, 1, 2, 3}),
                                   MakeTensor<float>({2, 3, 2}, {0.5, 0.9, 0.75, 0.25, 0.1, 0.5,  //
                                                                 0.25, 0, 0.5, 0, 0.75, 0})});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)[0].shape(), TensorShape({2, 2, 3, 7}));
  EXPECT_THAT(Values<int>((*found)[2]), ElementsAre(1, -1, -1, 0, -1, -1, 2, 1, 0, -1, -1, -1));
  EXPECT_THAT(Values<float>((*found)[1]),
              ElementsAre(0.75f, 0, 0, 0.9f, 0, 0, 0.75f, 0.5f, 0.25f, 0, 0, 0));
  EXPECT_THAT(Values<int>((*found)[3]), ElementsAre(1, 1, 3, 0));
  EXPECT_EQ(Values<float>((*found)[0])[0], 0.5f);
  EXPECT_EQ(Values<float>((*found)[0])[7], 0);
}

TEST(BoxKernelsTest, ASceneWithoutBoxesKeepsNone) {
  const auto found =
      RunOp(Nms("f: 0.3 f: 0.5"), {Boxes({1, 0, 7}, {}), MakeTensor<float>({1, 0, 2}, {})});
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(Values<int>((*found)[3]), ElementsAre(0, 0));
}

TEST(BoxKernelsTest, MistakesNameTheInput) {
  EXPECT_THAT(
      RunOp(R"(op: "Frazo>PairwiseIou")", {Boxes({1, 7}, {0}), MakeTensor<float>({2}, {0, 0})})
          .status()
          .message(),
      HasSubstr("columns: shape [2]; expected boxes, [N, 7]"));
  const std::vector<Tensor> inputs = {Boxes({1, 1, 7}, {0}), MakeTensor<float>({1, 1, 2}, {1, 1})};
  EXPECT_THAT(RunOp(Nms("f: 0.3 f: 2"), inputs).status().message(),
              HasSubstr("iou_threshold of class 1 is 2 but must be from 0 to 1"));
  EXPECT_THAT(RunOp(Nms("f: 0.3"), inputs).status().message(),
              HasSubstr("1, 2, 2 numbers; expected one for each class"));
}

}  // namespace
}  // namespace frazo::ops
