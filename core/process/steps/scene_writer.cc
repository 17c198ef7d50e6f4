#include "core/process/steps/scene_writer.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/detection/scene/points_inside.h"
#include "core/status/status_macros.h"

namespace frazo::process {
namespace {

using detection::ImageBox;
using detection::Scene;
using detection::SceneObject;
using points::Point;

// A field that the step writes.
struct Output {
  const char* name;
  ValueType type;
  std::vector<int64_t> shape;
  FieldId* id;
};

template <typename T>
void Write(FieldId id, absl::Span<const T> values, RecordFields* fields) {
  std::vector<T>& column = fields->Begin<T>(id);
  column.insert(column.end(), values.begin(), values.end());
  fields->End<T>(id);
}

// Writes number(object) of each object.
template <typename Number>
void WriteEach(FieldId id, const std::vector<SceneObject>& objects, Number number,
               RecordFields* fields) {
  std::vector<int32_t>& column = fields->Begin<int32_t>(id);
  for (const SceneObject& object : objects) column.push_back(number(object));
  fields->End<int32_t>(id);
}

void Append(const ImageBox& box, std::vector<float>* column) {
  for (const double number : {box.x_min, box.y_min, box.x_max, box.y_max}) {
    column->push_back(static_cast<float>(number));
  }
}

}  // namespace

absl::StatusOr<SceneWriter> SceneWriter::Create(const PrepareScene& config, int64_t feature_count,
                                                int64_t anchors, StepBuilder* builder) {
  constexpr ValueType kFloat = ValueType::kFloat32;
  constexpr ValueType kInt = ValueType::kInt32;
  SceneWriter writer;
  const int64_t places = config.centers().count();
  const int64_t width = 3 + feature_count;
  writer.places_ = places;
  writer.place_numbers_ = config.neighbors().count() * width;
  std::vector<Output> outputs = {
      {"scene_id", ValueType::kBytes, {}, &writer.scene_id_},
      {"centers", kFloat, {places, 3}, &writer.centers_},
      {"neighbors", kFloat, {places, config.neighbors().count(), width}, &writer.neighbors_},
      {"neighbor_counts", kInt, {places}, &writer.neighbor_counts_},
  };
  if (config.has_targets()) {
    outputs.push_back({"anchor_labels", kInt, {places, anchors}, &writer.anchor_labels_});
    outputs.push_back(
        {"anchor_residuals", kFloat, {places, anchors, 7}, &writer.anchor_residuals_});
  }
  if (config.truth()) {
    outputs.insert(outputs.end(),
                   {{"points", kFloat, {kAnySize, width}, &writer.points_},
                    {"left_out_points", kInt, {}, &writer.left_out_points_},
                    {"labelled", kInt, {}, &writer.labelled_},
                    {"boxes", kFloat, {kAnySize, 7}, &writer.boxes_},
                    {"box_classes", kInt, {kAnySize}, &writer.box_classes_},
                    {"box_labels", kInt, {kAnySize}, &writer.box_labels_},
                    {"box_difficulties", kInt, {kAnySize}, &writer.box_difficulties_},
                    {"box_points", kInt, {kAnySize}, &writer.box_points_},
                    {"box_image", kFloat, {kAnySize, 4}, &writer.box_image_},
                    {"ignored_image_boxes", kFloat, {kAnySize, 4}, &writer.ignored_image_boxes_},
                    {"velo_to_image", kFloat, {12}, &writer.velo_to_image_},
                    {"image_size", kInt, {2}, &writer.image_size_}});
  }
  for (Output& output : outputs) {
    FeatureSpec spec;
    spec.name = output.name;
    spec.type = output.type;
    spec.shape = std::move(output.shape);
    FRAZO_ASSIGN_OR_RETURN(*output.id,
                           builder->fields().Add(builder->config_path(), std::move(spec)));
  }
  return writer;
}

void SceneWriter::WriteSceneId(std::string_view scene_id, RecordFields* fields) const {
  Write<std::string_view>(scene_id_, {scene_id}, fields);
}

void SceneWriter::WriteCenters(absl::Span<const Point> centers, RecordFields* fields) const {
  std::vector<float>& column = fields->Begin<float>(centers_);
  for (const Point& center : centers) {
    column.insert(column.end(), {center.x, center.y, center.z});
  }
  column.resize(column.size() + 3 * (places_ - centers.size()));
  fields->End<float>(centers_);
}

absl::Status SceneWriter::WriteNeighbors(
    absl::FunctionRef<absl::Status(const points::NeighborPlaces& places)> fill,
    RecordFields* fields) const {
  std::vector<float>& features = fields->Begin<float>(neighbors_);
  std::vector<int32_t>& counts = fields->Begin<int32_t>(neighbor_counts_);
  const size_t numbers = places_ * place_numbers_;
  features.resize(features.size() + numbers);
  counts.resize(counts.size() + places_);
  FRAZO_RETURN_IF_ERROR(
      fill({absl::MakeSpan(features).last(numbers), absl::MakeSpan(counts).last(places_)}));
  fields->End<float>(neighbors_);
  fields->End<int32_t>(neighbor_counts_);
  return absl::OkStatus();
}

void SceneWriter::WriteTargets(absl::Span<const int32_t> labels, absl::Span<const float> residuals,
                               RecordFields* fields) const {
  Write<int32_t>(anchor_labels_, labels, fields);
  Write<float>(anchor_residuals_, residuals, fields);
}

void SceneWriter::WriteTruth(const Scene& scene, int64_t left_out, RecordFields* fields) const {
  std::vector<float>& points = fields->Begin<float>(points_);
  points.reserve(points.size() + scene.points.size() * (3 + scene.feature_count));
  for (size_t i = 0; i < scene.points.size(); ++i) {
    const Point& point = scene.points[i];
    points.insert(points.end(), {point.x, point.y, point.z});
    const auto features = scene.features.begin() + i * scene.feature_count;
    points.insert(points.end(), features, features + scene.feature_count);
  }
  fields->End<float>(points_);
  Write<int32_t>(left_out_points_, {static_cast<int32_t>(left_out)}, fields);
  Write<int32_t>(labelled_, {scene.is_labelled ? 1 : 0}, fields);
  WriteObjects(scene, fields);
  WriteImageBoxes(scene, fields);
  std::vector<float>& matrix = fields->Begin<float>(velo_to_image_);
  matrix.insert(matrix.end(), scene.camera.velo_to_image.begin(), scene.camera.velo_to_image.end());
  fields->End<float>(velo_to_image_);
  Write<int32_t>(
      image_size_,
      {static_cast<int32_t>(scene.camera.width), static_cast<int32_t>(scene.camera.height)},
      fields);
}

void SceneWriter::WriteObjects(const Scene& scene, RecordFields* fields) const {
  std::vector<float>& boxes = fields->Begin<float>(boxes_);
  for (const SceneObject& object : scene.objects) {
    const boxes::Box& box = object.box;
    for (const double number :
         {box.x, box.y, box.z, box.length, box.width, box.height, box.heading}) {
      boxes.push_back(static_cast<float>(number));
    }
  }
  fields->End<float>(boxes_);
  const auto write = [&](FieldId id, int32_t SceneObject::* number) {
    WriteEach(id, scene.objects, [&](const SceneObject& object) { return object.*number; }, fields);
  };
  write(box_classes_, &SceneObject::model_class);
  write(box_labels_, &SceneObject::label);
  write(box_difficulties_, &SceneObject::difficulty);
  Write<int32_t>(box_points_, CountPointsInside(scene), fields);
}

void SceneWriter::WriteImageBoxes(const Scene& scene, RecordFields* fields) const {
  std::vector<float>& boxes = fields->Begin<float>(box_image_);
  for (const SceneObject& object : scene.objects) Append(object.image_box, &boxes);
  fields->End<float>(box_image_);
  std::vector<float>& ignored = fields->Begin<float>(ignored_image_boxes_);
  for (const ImageBox& box : scene.ignored_image_boxes) Append(box, &ignored);
  fields->End<float>(ignored_image_boxes_);
}

}  // namespace frazo::process
