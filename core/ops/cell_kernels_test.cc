#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/ops/testing/graph_session.h"
#include "core/ops/testing/tensors.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::ops {
namespace {

using ::tensorflow::Tensor;
using ::tensorflow::TensorShape;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

PrepareScene Config(int centers, int neighbors) {
  PrepareScene config;
  config.mutable_centers()->set_count(centers);
  config.mutable_centers()->set_min_z(0);
  config.mutable_neighbors()->set_count(neighbors);
  config.mutable_neighbors()->set_radius(1.5);
  config.mutable_neighbors()->set_sampling(PrepareScene::NeighborChoice::CLOSEST);
  return config;
}

std::string Node(const PrepareScene& config) {
  return absl::StrCat(R"(op: "Frazo>ScanCells" attr { key: "config" value { s: ")",
                      absl::CEscape(config.SerializeAsString()), R"(" } })");
}

std::vector<Tensor> Inputs(const Tensor& points, const std::vector<int>& lengths) {
  const int64_t batch = lengths.size();
  return {points, MakeTensor<int>({batch}, lengths),
          MakeTensor<float>({batch, 12}, std::vector<float>(12 * batch)),
          MakeTensor<int>({batch, 2}, std::vector<int>(2 * batch))};
}

TEST(CellKernelsTest, CellsOfAScan) {
  // Only one point is above the ground; the second point is its neighbour, the third is not.
  const Tensor points =
      MakeTensor<float>({2, 3, 4}, {5, 1, 0.5, 0.25, 5, 2, -0.5, 0.75, 9, 9, -1, 1,  //
                                    0, 0, 0,   0,    0, 0, 0,    0,    0, 0, 0,  0});
  const auto found = RunOp(Node(Config(2, 3)), Inputs(points, {3, 0}));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_THAT(Values<float>((*found)[0]), ElementsAre(5, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_EQ((*found)[1].shape(), TensorShape({2, 2, 3, 4}));
  const std::vector<float> neighbors = Values<float>((*found)[1]);
  EXPECT_THAT(std::vector<float>(neighbors.begin(), neighbors.begin() + 12),
              ElementsAre(0, 0, 0.5, 0.25, 0, 1, -0.5, 0.75, 0, 0, 0, 0));
  EXPECT_THAT(Values<int>((*found)[2]), ElementsAre(2, 0, 0, 0));
}

TEST(CellKernelsTest, MistakesNameTheirPlace) {
  const Tensor points = MakeTensor<float>({1, 1, 3}, {1, 1, 1});
  EXPECT_THAT(RunOp(Node(Config(1, 1)), Inputs(points, {2})).status().message(),
              HasSubstr("points, row 0: the length is 2; expected 0 .. 1"));
  EXPECT_THAT(RunOp(Node(Config(0, 1)), Inputs(points, {1})).status().message(),
              HasSubstr("config: 0 centres with 1 neighbours each"));
  PrepareScene with_steps = Config(1, 1);
  with_steps.add_steps()->mutable_random_flip();
  EXPECT_THAT(RunOp(Node(with_steps), Inputs(points, {1})).status().message(),
              HasSubstr("steps and neighbor_steps are for a pipeline"));
  EXPECT_THAT(RunOp(R"(op: "Frazo>ScanCells" attr { key: "config" value { s: "\377" } })",
                    Inputs(points, {1}))
                  .status()
                  .message(),
              HasSubstr("no serialized frazo.PrepareScene"));
}

}  // namespace
}  // namespace frazo::ops
