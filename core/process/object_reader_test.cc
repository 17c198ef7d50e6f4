#include "core/process/steps/object_reader.h"

#include <string>

#include "core/process/testing/scene_record.h"
#include "core/status/status_matchers.h"
#include "frazo/proto/prepare_scene.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::process {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

ObjectReader MakeReader() {
  PrepareScene config;
  for (const char* const name : {"Background", "Car"}) config.add_class_names(name);
  config.add_model_classes("Car");
  return ObjectReader::Create(detection::ClassNames::Create("scene", config).value(), 1).value();
}

// A car with three points.
std::string Car() {
  return Serialize(MakeObjectRecord({10, 1, 2, 4, 2, 1.5f, 0.5f}, {9, 1, 2, 10, 1, 2, 11, 1, 2},
                                    {0.25f, 0.5f, 0.75f}, 1));
}

TEST(ObjectReaderTest, AddsTheObjectWithItsFirstPoints) {
  ObjectReader reader = MakeReader();
  detection::ObjectDatabase database(1);
  ASSERT_THAT(reader.Read(Car(), 2, &database), IsOk());
  ASSERT_THAT(reader.Read(Car(), 9, &database), IsOk());
  ASSERT_EQ(database.objects().size(), 2u);
  EXPECT_EQ(database.objects()[0].box.x, 10);
  EXPECT_EQ(database.objects()[0].model_class, 1);
  EXPECT_THAT(database.features(0), ElementsAre(0.25f, 0.5f));
  EXPECT_THAT(database.features(1), ElementsAre(0.25f, 0.5f, 0.75f));
}

TEST(ObjectReaderTest, ARecordThatIsNoObjectAddsNone) {
  ObjectReader reader = MakeReader();
  detection::ObjectDatabase database(1);
  const auto invalid = [](const char* message) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message));
  };
  EXPECT_THAT(reader.Read("?", 9, &database), invalid(""));
  EXPECT_THAT(
      reader.Read(Serialize(MakeObjectRecord({1, 1, 1, 0, 1, 1, 0}, {}, {}, 1)), 9, &database),
      invalid("bbox_3d has a number that is not finite, or a size that is not above 0"));
  EXPECT_TRUE(database.objects().empty());
}

}  // namespace
}  // namespace frazo::process
