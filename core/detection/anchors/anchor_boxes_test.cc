#include "core/detection/anchors/anchor_boxes.h"

#include <cmath>
#include <string>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using boxes::Box;
using ::testing::HasSubstr;

Anchors Parse(const std::string& text) {
  Anchors config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return config;
}

const char* const kTwoOfEach =
    "x_offsets: [-1, 1] y_offsets: [-2, 2] z_offsets: [-3, 3] rotations: [0, 1.5] "
    "sizes { length: 4 width: 2 height: 1.5 } sizes { length: 1 width: 0.5 height: 2 } ";

TEST(AnchorBoxesTest, TheOffsetAlongXChangesSlowestAndTheSizeFastest) {
  const AnchorBoxes anchors = AnchorBoxes::Create("anchors", Parse(kTwoOfEach)).value();
  ASSERT_EQ(anchors.size(), 32);
  const auto differs = [&](int64_t anchor, double Box::* number) {
    return anchors.boxes()[anchor].*number != anchors.boxes()[0].*number;
  };
  for (int64_t i = 0; i < 32; ++i) {
    EXPECT_EQ(differs(i, &Box::length), (i & 1) != 0);
    EXPECT_EQ(differs(i, &Box::height), (i & 1) != 0);
    EXPECT_EQ(differs(i, &Box::heading), (i & 2) != 0);
    EXPECT_EQ(differs(i, &Box::z), (i & 4) != 0);
    EXPECT_EQ(differs(i, &Box::y), (i & 8) != 0);
    EXPECT_EQ(differs(i, &Box::x), (i & 16) != 0);
  }
}

TEST(AnchorBoxesTest, AnchorsAreRelativeToTheCentre) {
  const AnchorBoxes anchors = AnchorBoxes::Create("anchors", Parse(kTwoOfEach)).value();
  const Box box = anchors.At({10, 20, 30}, 31);
  EXPECT_EQ(box.x, 11);
  EXPECT_EQ(box.y, 22);
  EXPECT_EQ(box.z, 33);
  EXPECT_EQ(box.length, 1);
  EXPECT_EQ(box.width, 0.5);
  EXPECT_EQ(box.height, 2);
  EXPECT_EQ(box.heading, 1.5);
  EXPECT_DOUBLE_EQ(anchors.reach(), 2 * std::sqrt(5));  // offset sqrt(5), half diagonal sqrt(5)
}

TEST(AnchorBoxesTest, MistakesNameTheirPlace) {
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  Anchors config = Parse(kTwoOfEach);
  config.clear_rotations();
  EXPECT_THAT(AnchorBoxes::Create("targets.anchors", config).status(),
              StatusIs(kInvalid, HasSubstr("targets.anchors.rotations: is empty")));
  config = Parse(kTwoOfEach);
  config.mutable_sizes(1)->set_width(0);
  EXPECT_THAT(AnchorBoxes::Create("a", config).status(),
              StatusIs(kInvalid, HasSubstr("the size 1 x 0 x 2")));
  config = Parse(kTwoOfEach);
  config.set_x_offsets(0, std::nanf(""));
  EXPECT_THAT(AnchorBoxes::Create("a", config).status(),
              StatusIs(kInvalid, HasSubstr("the offset (nan, -2, -3)")));
  config = Parse(kTwoOfEach);
  for (int i = 0; i < 10000; ++i) config.add_x_offsets(i);
  EXPECT_THAT(AnchorBoxes::Create("a", config).status(),
              StatusIs(kInvalid, HasSubstr("a: a centre has more than 100000 anchors")));
}

}  // namespace
}  // namespace frazo::detection
