#include "core/process/tf_example_parser.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "core/process/feature_config.h"
#include "core/process/tf_example_scan.h"
#include "core/status/status_macros.h"

namespace frazo {

TfExampleParser::TfExampleParser(std::vector<TfExampleFeature> features,
                                 std::vector<Expected> expected)
    : features_(std::move(features)), expected_(std::move(expected)) {}

absl::StatusOr<std::unique_ptr<FieldParser>> TfExampleParser::Create(const ExampleParser& config,
                                                                     FieldTable* table) {
  if (config.features().empty()) {
    return absl::InvalidArgumentError("tf_example.features: name at least one feature to read");
  }
  std::vector<TfExampleFeature> features;
  std::vector<Expected> expected;
  for (int index = 0; index < config.features_size(); ++index) {
    const std::string place = absl::StrCat("tf_example.features[", index, "]");
    FRAZO_ASSIGN_OR_RETURN(Expected made, MakeExpected(place, config.features(index), table));
    features.push_back(made.feature);
    expected.push_back(std::move(made));
  }
  return absl::WrapUnique(new TfExampleParser(std::move(features), std::move(expected)));
}

absl::StatusOr<TfExampleParser::Expected> TfExampleParser::MakeExpected(
    const std::string& place, const ExampleParser::Feature& config, FieldTable* table) {
  FeatureSpec spec;
  spec.name = config.name();
  if (!config.has_type()) {
    return absl::InvalidArgumentError(
        absl::StrCat(place, ".type: not set; expected INT64, FLOAT32, BYTES, INT32 or UINT8"));
  }
  FRAZO_ASSIGN_OR_RETURN(spec.type, ValueTypeOf(absl::StrCat(place, ".type"), config.type()));
  if (config.has_shape()) {
    FRAZO_ASSIGN_OR_RETURN(spec.shape, ShapeOf(absl::StrCat(place, ".shape"), config.shape()));
  }
  FRAZO_ASSIGN_OR_RETURN(std::optional<FeatureDefault> fallback,
                         FeatureDefault::Create(place, config, spec));
  FRAZO_ASSIGN_OR_RETURN(const FieldId field, table->Add(absl::StrCat(place, ".name"), spec));
  return Expected{{std::move(spec), field}, std::move(fallback)};
}

absl::Status TfExampleParser::Parse(std::string_view record, RecordFields* fields) const {
  FRAZO_RETURN_IF_ERROR(ScanTfExample(features_, record, fields));
  for (const Expected& expected : expected_) {
    FRAZO_RETURN_IF_ERROR(Complete(expected, fields));
  }
  return absl::OkStatus();
}

absl::Status TfExampleParser::Complete(const Expected& expected, RecordFields* fields) {
  const FeatureSpec& spec = expected.feature.spec;
  const FieldId field = expected.feature.field;
  if (!fields->has_values(field)) {
    if (!expected.fallback.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("feature '", spec.name,
                                                     "' is missing; expected ", spec.TypeText(),
                                                     ": give it a default if it may be"));
    }
    expected.fallback->Write(field, fields);
    return absl::OkStatus();
  }
  if (spec.is_variable() || fields->count(field) == spec.value_count()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("feature '", spec.name, "' has ",
                                                 fields->count(field), " values; expected ",
                                                 spec.value_count(), " for ", spec.TypeText()));
}

}  // namespace frazo
