#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "core/ops/testing/graph_session.h"
#include "core/ops/testing/tensors.h"

namespace frazo::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(GeometryKernelsTest, NeighborsOfACentreAndOfPadding) {
  constexpr char kNode[] = R"(op: "Frazo>GatherNeighbors"
      attr { key: "radius" value { f: 1.5 } } attr { key: "count" value { i: 2 } }
      attr { key: "sampling" value { s: "closest" } })";
  const auto gathered =
      RunOp(kNode, {MakeTensor<float>({1, 3, 4}, {0, 0, 1, 5, 9, 9, 9, 6, 1, 0, 1, 7}),
                    MakeTensor<int>({1}, {3}), MakeTensor<float>({1, 2, 3}, {0, 0, 0, 0, 0, 0}),
                    MakeTensor<int>({1}, {1}), MakeTensor<int64_t>({}, {1})});
  ASSERT_TRUE(gathered.ok()) << gathered.status();
  // (0, 0, 1) is 1 from the centre, (1, 0, 1) is sqrt(2). The second centre is not real.
  EXPECT_THAT(Values<float>((*gathered)[0]),
              ElementsAre(0, 0, 1, 5, 1, 0, 1, 7, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(Values<int>((*gathered)[1]), ElementsAre(2, 0));
}

TEST(GeometryKernelsTest, ALengthBeyondThePlacesNamesItsRow) {
  constexpr char kNode[] = R"(op: "Frazo>FarthestPoints" attr { key: "count" value { i: 2 } }
      attr { key: "z_min" value { f: 0 } } attr { key: "z_max" value { f: 1 } })";
  const auto chosen = RunOp(kNode, {MakeTensor<float>({2, 1, 3}, std::vector<float>(6)),
                                    MakeTensor<int>({2}, {1, 2}), MakeTensor<int64_t>({}, {1})});
  EXPECT_EQ(chosen.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(chosen.status().message(), HasSubstr("the length of row 1 is 2; expected 0 .. 1"));
}

}  // namespace
}  // namespace frazo::ops
