#include "core/detection/scene/class_names.h"

#include <string>

#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::detection {
namespace {

using ::testing::HasSubstr;

absl::StatusOr<ClassNames> Create(const std::string& text) {
  PrepareScene config;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &config)) << text;
  return ClassNames::Create("scene", config);
}

TEST(ClassNamesTest, LabelsAreIndicesAndClassesOfTheModelCountFromOne) {
  const ClassNames classes =
      Create("class_names: ['None', 'Car', 'Van', 'Cyclist'] model_classes: ['Cyclist', 'Car']")
          .value();
  EXPECT_EQ(classes.Label("None"), 0);
  EXPECT_EQ(classes.Label("Cyclist"), 3);
  EXPECT_EQ(classes.Label("car"), std::nullopt);
  EXPECT_EQ(classes.ModelClass(0), 0);
  EXPECT_EQ(classes.ModelClass(1), 2);
  EXPECT_EQ(classes.ModelClass(2), 0);
  EXPECT_EQ(classes.ModelClass(3), 1);
}

TEST(ClassNamesTest, MistakesNameTheirPlace) {
  constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(Create("model_classes: 'Car'").status(),
              StatusIs(kInvalid, HasSubstr("scene.class_names: is empty")));
  EXPECT_THAT(Create("class_names: 'Car'").status(),
              StatusIs(kInvalid, HasSubstr("scene.model_classes: is empty")));
  EXPECT_THAT(Create("class_names: ['Car', 'Car'] model_classes: 'Car'").status(),
              StatusIs(kInvalid, HasSubstr("scene.class_names: 'Car' comes twice")));
  EXPECT_THAT(Create("class_names: 'Car' model_classes: ['Car', 'Car']").status(),
              StatusIs(kInvalid, HasSubstr("scene.model_classes: 'Car' comes twice")));
  EXPECT_THAT(Create("class_names: ['Car', 'Van'] model_classes: 'Bus'").status(),
              StatusIs(kInvalid, HasSubstr("'Bus' is not one of class_names: Car, Van")));
}

}  // namespace
}  // namespace frazo::detection
