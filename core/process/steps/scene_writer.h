#ifndef FRAZO_CORE_PROCESS_STEPS_SCENE_WRITER_H_
#define FRAZO_CORE_PROCESS_STEPS_SCENE_WRITER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/detection/scene/scene.h"
#include "core/points/neighbor_features.h"
#include "core/points/point.h"
#include "core/process/record_fields.h"
#include "core/process/step_builder.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::process {

// Writes the fields that the message PrepareScene lists. Thread-safe.
class SceneWriter {
 public:
  // Adds the fields to the table. `anchors` counts those of a centre; they are for targets. Error:
  // kInvalidArgument if a name is taken.
  static absl::StatusOr<SceneWriter> Create(const PrepareScene& config, int64_t feature_count,
                                            int64_t anchors, StepBuilder* builder);

  void WriteSceneId(std::string_view scene_id, RecordFields* fields) const;
  // There may be fewer centres than config.centers().count().
  void WriteCenters(absl::Span<const points::Point> centers, RecordFields* fields) const;
  // Writes what fill(places) sets; returns its status.
  absl::Status WriteNeighbors(
      absl::FunctionRef<absl::Status(const points::NeighborPlaces& places)> fill,
      RecordFields* fields) const;
  // If there are targets: a label and 7 numbers for each anchor of each place for a centre.
  void WriteTargets(absl::Span<const int32_t> labels, absl::Span<const float> residuals,
                    RecordFields* fields) const;
  // If config.truth() is set. `left_out` counts points of the record.
  void WriteTruth(const detection::Scene& scene, int64_t left_out, RecordFields* fields) const;

 private:
  SceneWriter() = default;

  void WriteObjects(const detection::Scene& scene, RecordFields* fields) const;
  void WriteImageBoxes(const detection::Scene& scene, RecordFields* fields) const;

  int64_t places_ = 0;
  // The numbers of the neighbours of a place.
  int64_t place_numbers_ = 0;
  FieldId scene_id_ = 0;
  FieldId centers_ = 0;
  FieldId neighbors_ = 0;
  FieldId neighbor_counts_ = 0;
  FieldId anchor_labels_ = 0;
  FieldId anchor_residuals_ = 0;
  FieldId points_ = 0;
  FieldId left_out_points_ = 0;
  FieldId labelled_ = 0;
  FieldId boxes_ = 0;
  FieldId box_classes_ = 0;
  FieldId box_labels_ = 0;
  FieldId box_difficulties_ = 0;
  FieldId box_points_ = 0;
  FieldId box_image_ = 0;
  FieldId ignored_image_boxes_ = 0;
  FieldId velo_to_image_ = 0;
  FieldId image_size_ = 0;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEPS_SCENE_WRITER_H_
