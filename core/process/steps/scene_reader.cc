#include "core/process/steps/scene_reader.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "core/detection/scene/kitti_difficulty.h"
#include "core/status/status_macros.h"

namespace frazo::process {
namespace {

using detection::Camera;
using detection::ImageBox;
using detection::Scene;
using detection::SceneObject;

bool AllFinite(absl::Span<const float> values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

// What is further away is a mistake; steps that move the world reach no infinity from here. The
// numbers of a camera have the same limit.
constexpr double kMost = 1e9;

// False for NaN.
bool IsInReach(double number) { return std::abs(number) <= kMost; }
bool IsInReach(double x, double y, double z) {
  return IsInReach(x) && IsInReach(y) && IsInReach(z);
}

// Finds a field by its name; nullptr if there is none.
const FieldTable::Field* FindField(const FieldTable& table, std::string_view name) {
  for (const FieldTable::Field& field : table.fields()) {
    if (field.spec.name == name) return &field;
  }
  return nullptr;
}

// A number that fits, whatever the record says.
int32_t Clamped(int64_t number) {
  return static_cast<int32_t>(std::clamp<int64_t>(number, INT32_MIN, INT32_MAX));
}

absl::Status CheckCount(const char* name, int64_t count, int64_t expected, std::string_view why) {
  if (count == expected) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("field '", name, "' has ", count, " values; expected ", expected, ", ", why));
}

}  // namespace

const SceneReader::Expected SceneReader::kExpected[kSlots] = {
    {"image/source_id", ValueType::kBytes, 1},
    {"pointcloud/xyz", ValueType::kFloat32, 3},
    {"object/labelled", ValueType::kInt64, 1},
    {"object/label", ValueType::kBytes, 1},
    {"object/velo/bbox/xyz", ValueType::kFloat32, 3},
    {"object/velo/bbox/dim_xyz", ValueType::kFloat32, 3},
    {"object/velo/bbox/phi", ValueType::kFloat32, 1},
    {"object/has_3d_info", ValueType::kInt64, 1},
    {"object/occlusion", ValueType::kInt64, 1},
    {"object/truncation", ValueType::kFloat32, 1},
    {"object/difficulty", ValueType::kInt64, 1},
    {"object/image/bbox/xmin", ValueType::kFloat32, 1},
    {"object/image/bbox/ymin", ValueType::kFloat32, 1},
    {"object/image/bbox/xmax", ValueType::kFloat32, 1},
    {"object/image/bbox/ymax", ValueType::kFloat32, 1},
    {"transform/velo_to_image_plane", ValueType::kFloat32, 12},
    {"image/width", ValueType::kInt64, 1},
    {"image/height", ValueType::kInt64, 1},
};

absl::StatusOr<SceneReader> SceneReader::Create(const PrepareScene& config,
                                                detection::ClassNames classes,
                                                StepBuilder* builder) {
  SceneReader reader(std::move(classes));
  FieldTable& table = builder->fields();
  FRAZO_RETURN_IF_ERROR(reader.FindFields(*builder, &table));
  for (const Slot needed : {kSceneId, kPoints}) {
    // Its error names what there is.
    FRAZO_RETURN_IF_ERROR(
        table.FindToRead(builder->config_path(), kExpected[needed].name).status());
  }
  FRAZO_RETURN_IF_ERROR(
      CheckSingleBytes(builder->config_path(), FindField(table, kExpected[kSceneId].name)->spec));
  FRAZO_RETURN_IF_ERROR(reader.CheckTogether(*builder, kLabel, kHeading));
  FRAZO_RETURN_IF_ERROR(reader.CheckTogether(*builder, kXMin, kYMax));
  FRAZO_RETURN_IF_ERROR(reader.CheckTogether(*builder, kWidth, kHeight));
  FRAZO_RETURN_IF_ERROR(reader.FindPointFeatures(config, *builder, &table));
  for (const Expected& expected : kExpected) {
    if (FindField(table, expected.name) != nullptr) table.Remove(expected.name);
  }
  for (const PointFeature& feature : reader.point_features_) table.Remove(feature.name);
  return reader;
}

absl::Status SceneReader::FindFields(const StepBuilder& builder, FieldTable* table) {
  for (size_t slot = 0; slot < kSlots; ++slot) {
    const Expected& expected = kExpected[slot];
    const FieldTable::Field* const field = FindField(*table, expected.name);
    if (field == nullptr) continue;
    const FeatureSpec& spec = field->spec;
    // Counts are checked for each record, so that a field of any length will do.
    const bool fits = spec.is_variable() ? expected.size % spec.inner_count() == 0
                                         : spec.value_count() == expected.size;
    if (spec.type != expected.type || !fits) {
      return absl::InvalidArgumentError(
          absl::StrCat(builder.config_path(), ": field '", expected.name, "' is ", spec.TypeText(),
                       "; expected ", ValueTypeName(expected.type), " with ", expected.size,
                       " values of each element; the comment of PrepareScene lists the fields"));
    }
    ids_[slot] = field->id;
  }
  return absl::OkStatus();
}

absl::Status SceneReader::FindPointFeatures(const PrepareScene& config, const StepBuilder& builder,
                                            FieldTable* table) {
  const std::string path = builder.config_path("point_features");
  for (const std::string& name : config.point_features()) {
    FRAZO_ASSIGN_OR_RETURN(const FieldTable::Field* const field, table->FindToRead(path, name));
    if (field->spec.type != ValueType::kFloat32 || !field->spec.is_variable()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": field '", name, "' is ", field->spec.TypeText(),
                       "; expected FLOAT32[any] or FLOAT32[any, n], a row for each point"));
    }
    for (const PointFeature& other : point_features_) {
      if (other.name == name) {
        return absl::InvalidArgumentError(absl::StrCat(path, ": '", name, "' comes twice"));
      }
    }
    if (name == kExpected[kPoints].name) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": '", name, "' holds the places; every point has them"));
    }
    point_features_.push_back({field->id, name, field->spec.inner_count()});
    feature_count_ += point_features_.back().size;
  }
  return absl::OkStatus();
}

absl::Status SceneReader::CheckTogether(const StepBuilder& builder, Slot first, Slot last) const {
  std::vector<std::string> present;
  std::vector<std::string> missing;
  for (size_t slot = first; slot <= last; ++slot) {
    (ids_[slot] == kMissing ? missing : present).push_back(kExpected[slot].name);
  }
  if (present.empty() || missing.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(builder.config_path(), ": there are the fields ", absl::StrJoin(present, ", "),
                   " but not ", absl::StrJoin(missing, ", "), "; add or drop them together"));
}

absl::StatusOr<int64_t> SceneReader::Read(const RecordFields& fields, Scene* scene) const {
  FRAZO_ASSIGN_OR_RETURN(const int64_t left_out, ReadPoints(fields, scene));
  FRAZO_RETURN_IF_ERROR(ReadObjects(fields, scene));
  FRAZO_RETURN_IF_ERROR(ReadCamera(fields, &scene->camera));
  return left_out;
}

absl::StatusOr<int64_t> SceneReader::ReadPoints(const RecordFields& fields, Scene* scene) const {
  const absl::Span<const float> xyz = fields.values<float>(ids_[kPoints]);
  const int64_t count = xyz.size() / 3;
  FRAZO_RETURN_IF_ERROR(
      CheckCount(kExpected[kPoints].name, xyz.size(), 3 * count, "three of each point"));
  scene->feature_count = feature_count_;
  scene->points.resize(count);
  for (int64_t i = 0; i < count; ++i) {
    scene->points[i] = {xyz[3 * i], xyz[3 * i + 1], xyz[3 * i + 2]};
  }
  scene->features.resize(count * feature_count_);
  int64_t column = 0;
  for (const PointFeature& feature : point_features_) {
    const absl::Span<const float> values = fields.values<float>(feature.id);
    FRAZO_RETURN_IF_ERROR(CheckCount(feature.name.c_str(), values.size(), count * feature.size,
                                     absl::StrCat("those of ", count, " points")));
    for (int64_t i = 0; i < count; ++i) {
      std::copy_n(values.begin() + i * feature.size, feature.size,
                  scene->features.begin() + i * feature_count_ + column);
    }
    column += feature.size;
  }
  scene->KeepPoints([&](size_t i) {
    return IsFinite(scene->points[i]) && AllFinite({scene->features.data() + i * feature_count_,
                                                    static_cast<size_t>(feature_count_)});
  });
  return count - static_cast<int64_t>(scene->points.size());
}

absl::StatusOr<bool> SceneReader::ReadLabelled(const RecordFields& fields) const {
  if (!Has(kLabelled)) return true;
  const absl::Span<const int64_t> values = fields.values<int64_t>(ids_[kLabelled]);
  FRAZO_RETURN_IF_ERROR(
      CheckCount(kExpected[kLabelled].name, values.size(), 1, "whether the scene has labels"));
  const int64_t objects = fields.count(ids_[kLabel]);
  if (values.front() == 0 && objects > 0) {
    return absl::InvalidArgumentError(absl::StrCat("field '", kExpected[kLabelled].name,
                                                   "' is 0, but there are ", objects,
                                                   " objects; expected 1"));
  }
  return values.front() != 0;
}

absl::Status SceneReader::ReadObjects(const RecordFields& fields, Scene* scene) const {
  if (!has_objects()) {
    scene->is_labelled = false;
    return absl::OkStatus();
  }
  FRAZO_ASSIGN_OR_RETURN(scene->is_labelled, ReadLabelled(fields));
  const int64_t count = fields.count(ids_[kLabel]);
  for (size_t slot = kCenter; slot <= kYMax; ++slot) {
    if (ids_[slot] == kMissing) continue;
    FRAZO_RETURN_IF_ERROR(CheckCount(kExpected[slot].name, fields.count(ids_[slot]),
                                     count * kExpected[slot].size,
                                     absl::StrCat("those of the ", count, " objects")));
  }
  for (int64_t i = 0; i < count; ++i) FRAZO_RETURN_IF_ERROR(ReadObject(fields, i, scene));
  return absl::OkStatus();
}

absl::Status SceneReader::ReadObject(const RecordFields& fields, size_t index, Scene* scene) const {
  const auto integer = [&](Slot slot, int64_t missing) {
    return Clamped(Has(slot) ? fields.values<int64_t>(ids_[slot])[index] : missing);
  };
  const ImageBox image_box = ReadImageBox(fields, index);
  const std::string_view name = fields.values<std::string_view>(ids_[kLabel])[index];
  if (!IsFinite(image_box)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "object ", index, " ('", name, "') has an image box with a number that is not finite"));
  }
  if (integer(kHas3dInfo, 1) == 0) {
    scene->ignored_image_boxes.push_back(image_box);
    return absl::OkStatus();
  }
  const std::optional<int32_t> label = classes_.Label(name);
  if (!label.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "object ", index, " is a '", name,
        "', which is not one of class_names: ", absl::StrJoin(classes_.names(), ", ")));
  }
  const float* const center = fields.values<float>(ids_[kCenter]).data() + 3 * index;
  const float* const size = fields.values<float>(ids_[kSize]).data() + 3 * index;
  SceneObject object;
  object.box = {center[0],
                center[1],
                center[2],
                size[0],
                size[1],
                size[2],
                fields.values<float>(ids_[kHeading])[index]};
  const boxes::Box& box = object.box;
  if (!IsProper(box) || !IsInReach(box.x, box.y, box.z)) {
    return absl::InvalidArgumentError(
        absl::StrCat("object ", index, " ('", name, "') has a box at (", box.x, ", ", box.y, ", ",
                     box.z, ") of the size ", box.length, " x ", box.width, " x ", box.height,
                     " and the heading ", box.heading, "; expected finite numbers up to ", kMost,
                     ", and sizes above "
                     "0; an object without a box has 0 in object/has_3d_info"));
  }
  object.label = *label;
  object.model_class = classes_.ModelClass(*label);
  object.occlusion = integer(kOcclusion, 0);
  if (Has(kTruncation)) object.truncation = fields.values<float>(ids_[kTruncation])[index];
  object.image_box = image_box;
  object.difficulty =
      integer(kDifficulty, detection::KittiDifficultyOf(image_box.y_max - image_box.y_min,
                                                        object.occlusion, object.truncation));
  scene->objects.push_back(object);
  return absl::OkStatus();
}

ImageBox SceneReader::ReadImageBox(const RecordFields& fields, size_t index) const {
  if (!Has(kXMin)) return {};
  const auto number = [&](Slot slot) { return fields.values<float>(ids_[slot])[index]; };
  return {number(kXMin), number(kYMin), number(kXMax), number(kYMax)};
}

absl::Status SceneReader::ReadCamera(const RecordFields& fields, Camera* camera) const {
  for (size_t slot = kCamera; slot < kSlots; ++slot) {
    if (ids_[slot] == kMissing) continue;
    FRAZO_RETURN_IF_ERROR(CheckCount(kExpected[slot].name, fields.count(ids_[slot]),
                                     kExpected[slot].size, "those of the camera"));
  }
  if (Has(kCamera)) {
    const absl::Span<const float> matrix = fields.values<float>(ids_[kCamera]);
    if (!std::all_of(matrix.begin(), matrix.end(),
                     [](double number) { return IsInReach(number); })) {
      return absl::InvalidArgumentError(absl::StrCat("field '", kExpected[kCamera].name,
                                                     "' has a number that is not finite or above ",
                                                     kMost, ": ", absl::StrJoin(matrix, ", ")));
    }
    std::copy(matrix.begin(), matrix.end(), camera->velo_to_image.begin());
  }
  if (!Has(kWidth)) return absl::OkStatus();
  const int64_t width = fields.values<int64_t>(ids_[kWidth]).front();
  const int64_t height = fields.values<int64_t>(ids_[kHeight]).front();
  if (Clamped(width) != width || Clamped(height) != height || width < 0 || height < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the image has ", width, " x ", height, " pixels; expected numbers from 0 to ", INT32_MAX));
  }
  camera->width = width;
  camera->height = height;
  return absl::OkStatus();
}

}  // namespace frazo::process
