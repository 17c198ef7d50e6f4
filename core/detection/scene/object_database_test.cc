#include "core/detection/scene/object_database.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ObjectDatabaseTest, EachObjectHasItsPointsAndFeatures) {
  ObjectDatabase database(2);
  EXPECT_THAT(database.objects(), IsEmpty());
  SceneObject object;
  object.label = 4;
  database.Add(object, {{1, 2, 3}}, {10, 11});
  object.label = 5;
  database.Add(object, {}, {});
  object.label = 6;
  database.Add(object, {{4, 5, 6}, {7, 8, 9}}, {12, 13, 14, 15});
  EXPECT_EQ(database.feature_count(), 2);
  ASSERT_EQ(database.objects().size(), 3);
  EXPECT_EQ(database.objects()[2].label, 6);
  ASSERT_EQ(database.points(0).size(), 1);
  EXPECT_EQ(database.points(0)[0].y, 2);
  EXPECT_THAT(database.features(0), ElementsAre(10, 11));
  EXPECT_THAT(database.points(1), IsEmpty());
  EXPECT_THAT(database.features(1), IsEmpty());
  ASSERT_EQ(database.points(2).size(), 2);
  EXPECT_EQ(database.points(2)[1].z, 9);
  EXPECT_THAT(database.features(2), ElementsAre(12, 13, 14, 15));
}

}  // namespace
}  // namespace frazo::detection
