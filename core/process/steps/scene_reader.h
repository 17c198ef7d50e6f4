#ifndef FRAZO_CORE_PROCESS_STEPS_SCENE_READER_H_
#define FRAZO_CORE_PROCESS_STEPS_SCENE_READER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/detection/scene/class_names.h"
#include "core/detection/scene/scene.h"
#include "core/process/field_table.h"
#include "core/process/record_fields.h"
#include "core/process/step_builder.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::process {

// Gathers the fields of a record into a scene, as the message PrepareScene names them. Thread-safe.
class SceneReader {
 public:
  // Takes the fields out of the table. Error: kInvalidArgument for a field that is needed and
  // missing, and for one of another type.
  static absl::StatusOr<SceneReader> Create(const PrepareScene& config,
                                            detection::ClassNames classes, StepBuilder* builder);

  // Features of a point.
  int64_t feature_count() const { return feature_count_; }
  bool has_objects() const { return Has(kLabel); }
  // Whether there is what Camera::Sees() needs.
  bool has_camera() const { return Has(kCamera) && Has(kWidth); }

  // The name of the record's scene.
  std::string_view scene_id(const RecordFields& fields) const {
    return fields.single_bytes(ids_[kSceneId]);
  }

  // Reads a scene. A point with a number that is not finite, or further away than 1e9 metres, is
  // left out; returns how many are.
  // Error: kInvalidArgument, which names the field, and the object.
  absl::StatusOr<int64_t> Read(const RecordFields& fields, detection::Scene* scene) const;

 private:
  // The fields that the step knows.
  enum Slot : size_t {
    kSceneId,
    kPoints,
    kLabelled,
    kLabel,
    kCenter,
    kSize,
    kHeading,
    kHas3dInfo,
    kOcclusion,
    kTruncation,
    kDifficulty,
    kXMin,
    kYMin,
    kXMax,
    kYMax,
    kCamera,
    kWidth,
    kHeight,
    kSlots,
  };
  // What a field must be.
  struct Expected {
    const char* name;
    ValueType type;
    // Values of an element: a point, an object, or the record.
    int64_t size;
  };
  // A field with features of the points.
  struct PointFeature {
    FieldId id;
    std::string name;
    // Values of a point.
    int64_t size;
  };

  static constexpr FieldId kMissing = -1;
  static const Expected kExpected[kSlots];

  explicit SceneReader(detection::ClassNames classes) : classes_(std::move(classes)) {
    ids_.fill(kMissing);
  }

  bool Has(Slot slot) const { return ids_[slot] != kMissing; }

  absl::Status FindFields(const StepBuilder& builder, FieldTable* table);
  absl::Status FindPointFeatures(const PrepareScene& config, const StepBuilder& builder,
                                 FieldTable* table);
  // Error: unless there are all fields from `first` to `last`, or none of them.
  absl::Status CheckTogether(const StepBuilder& builder, Slot first, Slot last) const;

  absl::StatusOr<int64_t> ReadPoints(const RecordFields& fields, detection::Scene* scene) const;
  absl::StatusOr<bool> ReadLabelled(const RecordFields& fields) const;
  absl::Status ReadObjects(const RecordFields& fields, detection::Scene* scene) const;
  absl::Status ReadObject(const RecordFields& fields, size_t index, detection::Scene* scene) const;
  detection::ImageBox ReadImageBox(const RecordFields& fields, size_t index) const;
  absl::Status ReadCamera(const RecordFields& fields, detection::Camera* camera) const;

  detection::ClassNames classes_;
  std::array<FieldId, kSlots> ids_;
  std::vector<PointFeature> point_features_;
  int64_t feature_count_ = 0;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_STEPS_SCENE_READER_H_
