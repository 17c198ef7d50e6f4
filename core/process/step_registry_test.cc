#include "core/process/step_registry.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/process/record_fields.h"
#include "core/process/testing/processing.h"
#include "core/status/status_macros.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace frazo::process {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

// A step of this test: reverses a field of INT64, and drops records whose field is empty.
class ReverseStep : public FieldStep {
 public:
  ReverseStep(FieldId field, int32_t filter) : field_(field), filter_(filter) {}

  absl::Status Apply(RecordFields* fields) const override {
    std::vector<int64_t>& column = fields->Continue<int64_t>(field_);
    std::reverse(column.end() - fields->count(field_), column.end());
    if (fields->count(field_) == 0) fields->FilterOut(filter_);
    return absl::OkStatus();
  }

  uint64_t fingerprint() const override { return 5; }

 private:
  const FieldId field_;
  const int32_t filter_;
};

// `config` is the name of the field.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeReverse(const google::protobuf::StringValue& config,
                                                       StepBuilder* builder) {
  FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const field,
                         builder->fields().Find(builder->config_path("value"), config.value()));
  return std::make_unique<ReverseStep>(field->id, builder->AddFilter(config.value()));
}

absl::StatusOr<std::unique_ptr<FieldStep>> MakeNothing(const google::protobuf::BoolValue&,
                                                       StepBuilder*) {
  return nullptr;
}

FRAZO_REGISTER_STEP(google::protobuf::StringValue, MakeReverse);
FRAZO_REGISTER_STEP(google::protobuf::BoolValue, MakeNothing);
FRAZO_REGISTER_STEP(google::protobuf::BoolValue, MakeNothing);

std::string Custom(const std::string& any) {
  return "tab_separated { columns: 'x' } steps { parse_numbers { field: 'x' } } "
         "steps { custom { " +
         any + " } }";
}

TEST(StepRegistryTest, AStepFromOutsideWorksLikeOneOfFrazo) {
  const Processing read(Custom("[type.googleapis.com/google.protobuf.StringValue] { value: 'x' }"),
                        {"1 2 3", "", "4 5"});
  EXPECT_THAT(read.values(0, "x").As<int64_t>(), ElementsAre(3, 2, 1));
  EXPECT_EQ(read.chunk().outcome(1), ProcessedChunk::Outcome::kFiltered);
  EXPECT_THAT(read.values(2, "x").As<int64_t>(), ElementsAre(5, 4));
  EXPECT_THAT(read.processor().filters(), ElementsAre("steps[1].custom 'x'"));
  EXPECT_NE(read.processor().vocabulary_fingerprint(), 0u);
}

TEST(StepRegistryTest, AStepFromOutsideThatChangesIdsIsTold) {
  const std::string config =
      "raw { name: 'x' } steps { tokenize { field: 'x' tokenizer { grapheme {} } } } "
      "steps { custom { [type.googleapis.com/google.protobuf.StringValue] { value: 'x' } } }";
  const std::unique_ptr<RecordProcessor> processor = *MakeProcessor(config);
  ASSERT_NE(processor->schema().features[0].text, nullptr);
  EXPECT_EQ(processor->schema().features[0].text->other_step, "steps[1].custom");
}

TEST(StepRegistryTest, ErrorsNameTheStepAndTheRemedy) {
  const auto error = [](const std::string& any) { return MakeProcessor(Custom(any)).status(); };
  EXPECT_THAT(error("[type.googleapis.com/google.protobuf.StringValue] { value: 'y' }"),
              StatusIs(kInvalid, HasSubstr("steps[1].custom.value: there is no field 'y'")));
  EXPECT_THAT(
      error("[type.googleapis.com/google.protobuf.Int32Value] {}"),
      StatusIs(kInvalid, StartsWith("steps[1].custom: no step is registered for the message "
                                    "'google.protobuf.Int32Value'; known are frazo.PrepareScene, "
                                    "frazo.Step.AddNoise, ")));
  EXPECT_THAT(error("[type.googleapis.com/google.protobuf.Int32Value] {}"),
              StatusIs(kInvalid, HasSubstr("google.protobuf.StringValue; one of your own needs "
                                           "FRAZO_REGISTER_STEP in a library that is linked")));
  EXPECT_THAT(error("[type.googleapis.com/google.protobuf.BoolValue] {}"),
              StatusIs(kInvalid,
                       "steps[1].custom: the step of the message 'google.protobuf.BoolValue' was "
                       "registered more than once; give each step a message of its own"));
  EXPECT_THAT(
      error("type_url: 'type.googleapis.com/google.protobuf.StringValue' value: '\\377'"),
      StatusIs(kInvalid, "steps[1].custom: these bytes are not a google.protobuf.StringValue"));
}

}  // namespace
}  // namespace frazo::process
