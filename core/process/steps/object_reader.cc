#include "core/process/steps/object_reader.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "core/boxes/box.h"
#include "core/points/point.h"
#include "core/process/field_table.h"
#include "core/process/tf_example_parser.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

using detection::ClassNames;
using detection::SceneObject;
using points::Point;

// The places of the features in the parser's schema, and so their numbers.
enum Feature : FieldId {
  kNumPoints,
  kPoints,
  kPointFeatures,
  kBox,
  kLabel,
  kText,
  kDifficulty,
  kOcclusion,
  kTruncation,
};

// The schema of a record, in the order of Feature.
ExampleParser Schema() {
  ExampleParser schema;
  const auto add = [&](const char* name, FeatureType type) {
    ExampleParser::Feature* const feature = schema.add_features();
    feature->set_name(name);
    feature->set_type(type);
    return feature;
  };
  add("num_points", INT64)->mutable_shape();
  add("points", FLOAT32);
  add("points_feature", FLOAT32);
  add("bbox_3d", FLOAT32)->mutable_shape()->add_sizes(7);
  add("label", INT64)->mutable_shape();
  const auto add_optional = [&](const char* name, FeatureType type) {
    ExampleParser::Feature* const feature = add(name, type);
    feature->mutable_shape();
    feature->add_default_values(0);
  };
  add("text", BYTES);
  add_optional("difficulty", INT64);
  add_optional("occlusion", INT64);
  add_optional("truncation", FLOAT32);
  return schema;
}

bool AllFinite(absl::Span<const float> values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

int32_t Clamped(int64_t number) {
  return static_cast<int32_t>(std::clamp<int64_t>(number, INT32_MIN, INT32_MAX));
}

}  // namespace

absl::StatusOr<ObjectReader> ObjectReader::Create(const ClassNames& classes,
                                                  int64_t feature_count) {
  FieldTable table;
  FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<FieldParser> parser,
                         TfExampleParser::Create(Schema(), &table));
  return ObjectReader(classes, feature_count, std::move(parser), table.types());
}

ObjectReader::ObjectReader(const ClassNames& classes, int64_t feature_count,
                           std::unique_ptr<FieldParser> parser, std::vector<ValueType> types)
    : classes_(classes),
      feature_count_(feature_count),
      parser_(std::move(parser)),
      types_(std::move(types)) {}

absl::Status ObjectReader::Read(std::string_view record, int64_t max_points,
                                detection::ObjectDatabase* database) {
  fields_.Reset(types_);
  fields_.BeginRecord(0, 0);
  FRAZO_RETURN_IF_ERROR(parser_->Parse(record, &fields_));
  FRAZO_ASSIGN_OR_RETURN(const SceneObject object, ReadObject());
  const absl::Span<const float> xyz = fields_.values<float>(kPoints);
  const absl::Span<const float> features = fields_.values<float>(kPointFeatures);
  const int64_t count = Number(kNumPoints);
  // By division: a product might overflow.
  if (count < 0 || xyz.size() % 3 != 0 || static_cast<int64_t>(xyz.size() / 3) != count ||
      static_cast<int64_t>(features.size()) != count * feature_count_) {
    return absl::InvalidArgumentError(absl::StrCat(
        "num_points is ", count, ", points has ", xyz.size(), " numbers and points_feature ",
        features.size(), "; expected 3 and ", feature_count_, " for each point"));
  }
  if (!AllFinite(xyz) || !AllFinite(features)) {
    return absl::InvalidArgumentError("a point has a number that is not finite");
  }
  const int64_t kept = std::min(count, max_points);
  std::vector<Point> points(kept);
  for (int64_t i = 0; i < kept; ++i) {
    points[i] = {xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]};
  }
  database->Add(object, points, features.first(kept * feature_count_));
  return absl::OkStatus();
}

int64_t ObjectReader::Number(FieldId field) const { return fields_.values<int64_t>(field).front(); }

absl::StatusOr<SceneObject> ObjectReader::ReadObject() const {
  const absl::Span<const float> box = fields_.values<float>(kBox);
  SceneObject object;
  object.box = {box[0], box[1], box[2], box[3], box[4], box[5], box[6]};
  if (!IsProper(object.box)) {
    return absl::InvalidArgumentError(
        "bbox_3d has a number that is not finite, or a size that is not above 0");
  }
  const int64_t label = Number(kLabel);
  const int64_t labels = classes_.names().size();
  if (label < 0 || label >= labels) {
    return absl::InvalidArgumentError(absl::StrCat("label is ", label, ", but there are ", labels,
                                                   " class_names, counted from 0"));
  }
  const absl::Span<const std::string_view> text = fields_.values<std::string_view>(kText);
  if (!text.empty() && text.front() != classes_.names()[label]) {
    return absl::InvalidArgumentError(absl::StrCat("label ", label, " is '", text.front(),
                                                   "' here, but '", classes_.names()[label],
                                                   "' in class_names"));
  }
  object.label = static_cast<int32_t>(label);
  object.model_class = classes_.ModelClass(object.label);
  object.difficulty = Clamped(Number(kDifficulty));
  object.occlusion = Clamped(Number(kOcclusion));
  object.truncation = fields_.values<float>(kTruncation).front();
  return object;
}

}  // namespace frazo::process
