#include "core/boxes/box_iou.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/numeric/random.h"
#include "core/testing/test_variation.h"
#include "gtest/gtest.h"

namespace frazo::boxes {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double Iou3d(const Box& a, const Box& b) { return IouBox(a).Iou(IouBox(b), IouView::k3d); }

double BirdsEyeIou(const Box& a, const Box& b) {
  return IouBox(a).Iou(IouBox(b), IouView::kBirdsEye);
}

class RandomBoxes {
 public:
  explicit RandomBoxes(uint64_t seed) : random_({TestSeed(seed)}) {}

  double Between(double low, double high) { return low + (high - low) * random_.Fraction(); }

  Box Next() {
    return {Between(-3, 3),  Between(-3, 3),  Between(-1, 1), Between(0.1, 5),
            Between(0.1, 5), Between(0.1, 3), Between(-7, 7)};
  }

 private:
  numeric::Random random_;
};

TEST(BoxIouTest, EqualBoxesHaveOne) {
  RandomBoxes boxes(1);
  for (int64_t i = 0; i < TestExamples(1000); ++i) {
    Box box = boxes.Next();
    EXPECT_NEAR(Iou3d(box, box), 1, 1e-12);
    EXPECT_NEAR(BirdsEyeIou(box, box), 1, 1e-12);
    // The other way round it is the same box.
    Box turned = box;
    turned.heading += kPi;
    EXPECT_NEAR(Iou3d(box, turned), 1, 1e-12);
  }
}

TEST(BoxIouTest, CubesHalfASideApartHaveAThird) {
  const Box cube{0, 0, 0, 1, 1, 1, 0};
  EXPECT_DOUBLE_EQ(Iou3d(cube, {0.5, 0, 0, 1, 1, 1, 0}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(Iou3d(cube, {0, 0.5, 0, 1, 1, 1, 0}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(Iou3d(cube, {0, 0, 0.5, 1, 1, 1, 0}), 1.0 / 3);
  // One eighth of each.
  EXPECT_DOUBLE_EQ(Iou3d(cube, {0.5, 0.5, -0.5, 1, 1, 1, 0}), 1.0 / 15);
}

TEST(BoxIouTest, ASquareAndItselfTurnedBy45Degrees) {
  // The octagon's share: (2 sqrt(2) - 2) / (4 - 2 sqrt(2)).
  EXPECT_DOUBLE_EQ(Iou3d({0, 0, 0, 1, 1, 1, 0}, {0, 0, 0, 1, 1, 1, kPi / 4}), std::sqrt(0.5));
}

TEST(BoxIouTest, BoxesThatTouchHaveZero) {
  const Box cube{0, 0, 0, 1, 1, 1, 0};
  EXPECT_EQ(Iou3d(cube, {1, 0, 0, 1, 1, 1, 0}), 0);
  EXPECT_EQ(Iou3d(cube, {0, -1, 0, 1, 1, 1, 0}), 0);
  EXPECT_EQ(Iou3d(cube, {0, 0, 1, 1, 1, 1, 0}), 0);
  EXPECT_EQ(Iou3d(cube, {1, 1, 1, 1, 1, 1, 0}), 0);
  EXPECT_EQ(BirdsEyeIou(cube, {1, 0, 0, 1, 1, 1, 0}), 0);
}

TEST(BoxIouTest, FromAboveHeightsDoNotCount) {
  const Box low{0, 0, 0, 2, 1, 1, 0};
  const Box high{0.5, 0, 30, 2, 1, 7, 0};
  EXPECT_EQ(Iou3d(low, high), 0);
  EXPECT_DOUBLE_EQ(BirdsEyeIou(low, high), 1.5 / 2.5);
}

TEST(BoxIouTest, ABoxWithinAnother) {
  EXPECT_DOUBLE_EQ(Iou3d({5, 5, 5, 4, 4, 4, 1}, {5, 5.5, 5, 2, 1, 1, 2}), 2.0 / 64);
}

TEST(BoxIouTest, ABoxThatIsNotProperHasZeroWithAll) {
  const Box good{0, 0, 0, 2, 2, 2, 0};
  double Box::* const numbers[] = {&Box::x,     &Box::y,      &Box::z,      &Box::length,
                                   &Box::width, &Box::height, &Box::heading};
  const auto expect_zero = [&](const Box& bad) {
    for (const Box& other : {good, bad}) {
      EXPECT_EQ(Iou3d(bad, other), 0);
      EXPECT_EQ(Iou3d(other, bad), 0);
      EXPECT_EQ(BirdsEyeIou(bad, other), 0);
      EXPECT_EQ(BirdsEyeIou(other, bad), 0);
    }
  };
  for (double Box::* const number : numbers) {
    for (const double value : {kNan, kInfinity, -kInfinity}) {
      Box bad = good;
      bad.*number = value;
      expect_zero(bad);
    }
  }
  for (double Box::* const size : {&Box::length, &Box::width, &Box::height}) {
    for (const double value : {0.0, -2.0, 1e-10, 1e10}) {
      Box bad = good;
      bad.*size = value;
      expect_zero(bad);
    }
  }
}

TEST(BoxIouTest, ExtremeBoxesHaveANumberFromZeroToOne) {
  const double far = std::numeric_limits<double>::max();
  const Box boxes[] = {
      {far, -far, far, 1e9, 1e9, 1e9, far},
      {-far, far, -far, 1e9, 1e9, 1e9, 1},
      {0, 0, 0, 1e9, 1e-9, 1e-9, 1e-9},
      {0, 0, 0, 1e-9, 1e9, 1e9, 0},
      {0, 0, 0, 1e-9, 1e-9, 1e-9, 0.5},
      {0, 0, 0, 1e9, 1e9, 1e9, -0.1},
      {0, 0, far, 1, 1, 1, 0},
  };
  for (const Box& a : boxes) {
    for (const Box& b : boxes) {
      for (const double iou : {Iou3d(a, b), BirdsEyeIou(a, b)}) {
        EXPECT_GE(iou, 0);
        EXPECT_LE(iou, 1);
      }
    }
    EXPECT_NEAR(Iou3d(a, a), 1, 1e-6);
  }
}

TEST(BoxIouTest, OrderAndMovesOfTheWorldChangeNothing) {
  RandomBoxes boxes(2);
  int64_t overlaps = 0;
  for (int64_t i = 0; i < TestExamples(20000); ++i) {
    const Box a = boxes.Next();
    const Box b = boxes.Next();
    const double turn = boxes.Between(-4, 4);
    const double by_x = boxes.Between(-80, 80);
    const double by_y = boxes.Between(-80, 80);
    const double by_z = boxes.Between(-80, 80);
    const auto moved = [&](Box box) {
      const double x = box.x;
      box.x = x * std::cos(turn) - box.y * std::sin(turn) + by_x;
      box.y = x * std::sin(turn) + box.y * std::cos(turn) + by_y;
      box.z += by_z;
      box.heading += turn;
      return box;
    };
    const double iou = Iou3d(a, b);
    ASSERT_NEAR(iou, Iou3d(b, a), 1e-12);
    ASSERT_NEAR(iou, Iou3d(moved(a), moved(b)), 1e-10);
    ASSERT_NEAR(BirdsEyeIou(a, b), BirdsEyeIou(moved(a), moved(b)), 1e-10);
    ASSERT_GE(iou, 0);
    ASSERT_LE(iou, 1);
    // The volume in common is the area in common by the height in common.
    const double top = std::min(a.z + a.height / 2, b.z + b.height / 2);
    const double bottom = std::max(a.z - a.height / 2, b.z - b.height / 2);
    const double areas = a.length * a.width + b.length * b.width;
    const double flat = BirdsEyeIou(a, b);
    const double common = flat * areas / (1 + flat) * std::max(top - bottom, 0.0);
    const double volumes = a.length * a.width * a.height + b.length * b.width * b.height;
    ASSERT_NEAR(iou, common / (volumes - common), 1e-10);
    overlaps += iou > 0;
  }
  EXPECT_GT(overlaps, TestExamples(20000) / 10);
}

}  // namespace
}  // namespace frazo::boxes
