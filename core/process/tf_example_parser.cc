#include "core/process/tf_example_parser.h"

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "core/process/feature_config.h"
#include "core/process/tf_example_scan.h"
#include "core/status/status_macros.h"

namespace frazo::process {

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
    const std::string path = absl::StrCat("tf_example.features[", index, "]");
    FRAZO_ASSIGN_OR_RETURN(Expected made, MakeExpected(path, config.features(index), table));
    features.push_back(made.feature);
    expected.push_back(std::move(made));
  }
  return absl::WrapUnique(new TfExampleParser(std::move(features), std::move(expected)));
}

absl::StatusOr<TfExampleParser::Expected> TfExampleParser::MakeExpected(
    const std::string& path, const ExampleParser::Feature& config, FieldTable* table) {
  FeatureSpec spec;
  spec.name = config.name();
  if (!config.has_type()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ".type: not set; expected INT64, FLOAT32, BYTES, INT32 or UINT8"));
  }
  FRAZO_ASSIGN_OR_RETURN(spec.type, ValueTypeOf(absl::StrCat(path, ".type"), config.type()));
  if (config.has_shape()) {
    FRAZO_ASSIGN_OR_RETURN(spec.shape, ShapeOf(absl::StrCat(path, ".shape"), config.shape()));
  }
  FRAZO_ASSIGN_OR_RETURN(std::optional<FeatureDefault> fallback,
                         FeatureDefault::Create(path, config, spec));
  FRAZO_ASSIGN_OR_RETURN(const FieldId field, table->Add(absl::StrCat(path, ".name"), spec));
  FRAZO_ASSIGN_OR_RETURN(std::optional<Range> range, MakeRange(path, config, spec.type));
  return Expected{{std::move(spec), field}, std::move(fallback), range};
}

absl::StatusOr<std::optional<TfExampleParser::Range>> TfExampleParser::MakeRange(
    const std::string& path, const ExampleParser::Feature& config, ValueType type) {
  if (!config.has_min_value() && !config.has_max_value()) return std::nullopt;
  const std::string_view field = config.has_min_value() ? ".min_value" : ".max_value";
  if (type != ValueType::kInt64 && type != ValueType::kInt32) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, field, ": only for INT64 and INT32; the type is ", FeatureType_Name(config.type())));
  }
  Range range{std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()};
  if (config.has_min_value()) range.min = config.min_value();
  if (config.has_max_value()) range.max = config.max_value();
  if (range.min > range.max) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ".min_value: ", range.min, " is above max_value, ", range.max, "; no value fits"));
  }
  return range;
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
  if (!spec.Allows(fields->count(field))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "feature '", spec.name, "' has ", fields->count(field), " values; expected ",
        spec.CountText(), " for ", spec.TypeText(), ": correct its shape, or the file"));
  }
  if (!expected.range.has_value()) return absl::OkStatus();
  return spec.type == ValueType::kInt64 ? CheckRange<int64_t>(expected, *fields)
                                        : CheckRange<int32_t>(expected, *fields);
}

template <typename T>
absl::Status TfExampleParser::CheckRange(const Expected& expected, const RecordFields& fields) {
  const auto [min, max] = *expected.range;
  for (const T value : fields.values<T>(expected.feature.field)) {
    if (value >= min && value <= max) continue;
    const std::string bound =
        value < min ? absl::StrCat("at least ", min) : absl::StrCat("at most ", max);
    return absl::InvalidArgumentError(absl::StrCat("feature '", expected.feature.spec.name,
                                                   "' holds ", value, "; expected ", bound,
                                                   ": correct the file, or the bound"));
  }
  return absl::OkStatus();
}

}  // namespace frazo::process
