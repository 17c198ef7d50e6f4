#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
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

TEST(CellKernelsTest, StepsLeavePointsOut) {
  // The first point is out of the range, the second in a zone without labels, the third not finite,
  // and the last is a centre that is not its own neighbour.
  const Tensor points = MakeTensor<float>(
      {1, 5, 5},
      {-1, 0, 1, 1, 0, 1, 0, 1, 2, 1, 0, 0, 1, std::nanf(""), 0, 2, 0, 1, 3, 0, 2.5, 0, 1, 4, 0});
  PrepareScene config = Config(2, 3);
  config.add_steps()->mutable_keep_range()->set_min_x(0);
  config.add_steps()->mutable_remove_no_label_zone()->set_feature(1);
  const auto zone = RunOp(Node(config), Inputs(points, {5}));
  ASSERT_TRUE(zone.ok()) << zone.status();
  EXPECT_THAT(Values<int>((*zone)[2]), ElementsAre(2, 2));
  config.add_neighbor_steps()->mutable_keep_range()->set_max_x(2);
  const auto found = RunOp(Node(config), Inputs(points, {5}));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(Values<float>((*found)[0]), Values<float>((*zone)[0]));
  EXPECT_THAT(Values<int>((*found)[2]), ElementsAre(1, 1));
  const std::vector<float> neighbors = Values<float>((*found)[1]);
  EXPECT_THAT(neighbors[3], 3);
  EXPECT_THAT(neighbors[15 + 3], 3);
}

TEST(CellKernelsTest, DropsWhatTheCameraDoesNotSee) {
  PrepareScene config = Config(1, 2);
  config.add_steps()->mutable_drop_outside_image();
  std::vector<Tensor> inputs = Inputs(MakeTensor<float>({1, 2, 3}, {1, 0, 1, 1, 0.5, 1}), {2});
  const auto without = RunOp(Node(config), inputs);
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_THAT(Values<int>((*without)[2]), ElementsAre(0));
  // u = 50 - 50 y / x, v = 100 - 50 z / x: the first point is at (50, 50), the second at (25, 50).
  inputs[2] = MakeTensor<float>({1, 12}, {50, -50, 0, 0, 100, 0, -50, 0, 1, 0, 0, 0});
  inputs[3] = MakeTensor<int>({1, 2}, {100, 100});
  EXPECT_THAT(Values<int>((*RunOp(Node(config), inputs))[2]), ElementsAre(2));
  inputs[3] = MakeTensor<int>({1, 2}, {40, 100});
  EXPECT_THAT(Values<int>((*RunOp(Node(config), inputs))[2]), ElementsAre(1));
}

TEST(CellKernelsTest, MistakesNameTheirPlace) {
  const Tensor points = MakeTensor<float>({1, 1, 3}, {1, 1, 1});
  EXPECT_THAT(RunOp(Node(Config(1, 1)), Inputs(points, {2})).status().message(),
              HasSubstr("points, row 0: the length is 2; expected 0 .. 1"));
  EXPECT_THAT(RunOp(Node(Config(0, 1)), Inputs(points, {1})).status().message(),
              HasSubstr("config: 0 centres with 1 neighbours each"));
  PrepareScene with_flip = Config(1, 1);
  with_flip.add_steps()->mutable_random_flip();
  EXPECT_THAT(RunOp(Node(with_flip), Inputs(points, {1})).status().message(),
              HasSubstr("config.steps[0]: random_flip draws at random"));
  PrepareScene with_ring = Config(1, 1);
  with_ring.add_neighbor_steps()->mutable_drop_ring();
  EXPECT_THAT(RunOp(Node(with_ring), Inputs(points, {1})).status().message(),
              HasSubstr("config.neighbor_steps[0]: drop_ring draws at random"));
  PrepareScene with_zone = Config(1, 1);
  with_zone.add_steps()->mutable_remove_no_label_zone()->set_feature(0);
  EXPECT_THAT(RunOp(Node(with_zone), Inputs(points, {1})).status().message(),
              HasSubstr("config.steps[0].remove_no_label_zone.feature: 0, but a point has 0"));
  EXPECT_THAT(RunOp(R"(op: "Frazo>ScanCells" attr { key: "config" value { s: "\377" } })",
                    Inputs(points, {1}))
                  .status()
                  .message(),
              HasSubstr("no serialized frazo.PrepareScene"));
}

}  // namespace
}  // namespace frazo::ops
