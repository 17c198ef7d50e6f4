#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/detection/anchors/anchor_assignment.h"
#include "core/detection/anchors/anchor_boxes.h"
#include "core/detection/anchors/box_residual.h"
#include "core/detection/scene/center_choice.h"
#include "core/detection/scene/class_names.h"
#include "core/detection/scene/neighbor_choice.h"
#include "core/detection/scene/scene.h"
#include "core/numeric/random.h"
#include "core/process/step_registry.h"
#include "core/process/steps/scene_reader.h"
#include "core/process/steps/scene_writer.h"
#include "core/status/status_macros.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::process {
namespace {

using detection::AnchorBoxes;
using detection::Scene;
using geometry::Point;

// More numbers of one scene than these are a mistake in the configuration.
constexpr int64_t kMostNumbers = int64_t{1} << 31;

// What training learns from.
struct Targets {
  AnchorBoxes anchors;
  detection::AssignmentThresholds thresholds;
};

class PrepareSceneStep : public FieldStep {
 public:
  PrepareSceneStep(const PrepareScene& config, SceneReader reader, SceneWriter writer,
                   std::optional<Targets> targets, int32_t random_step)
      : config_(config),
        reader_(std::move(reader)),
        writer_(std::move(writer)),
        targets_(std::move(targets)),
        random_step_(random_step) {}

  absl::Status Apply(RecordFields* fields) const override {
    numeric::Random random = fields->random(random_step_);
    const uint64_t center_seed = random.Next();
    const uint64_t neighbor_seed = random.Next();
    Scene scene;
    FRAZO_ASSIGN_OR_RETURN(const int64_t left_out, reader_.Read(*fields, &scene));
    writer_.WriteSceneId(reader_.scene_id(*fields), fields);
    FRAZO_ASSIGN_OR_RETURN(const std::vector<Point> centers,
                           detection::ChooseCenters(scene, config_.centers(), center_seed));
    writer_.WriteCenters(centers, fields);
    if (config_.truth()) writer_.WriteTruth(scene, left_out, fields);
    if (targets_.has_value()) WriteTargets(centers, scene, fields);
    FRAZO_ASSIGN_OR_RETURN(const detection::SceneNeighbors neighbors,
                           detection::ChooseNeighbors(scene, centers, config_.neighbors(),
                                                      config_.centers().count(), neighbor_seed));
    writer_.WriteNeighbors(neighbors, fields);
    return absl::OkStatus();
  }

 private:
  void WriteTargets(absl::Span<const Point> centers, const Scene& scene,
                    RecordFields* fields) const {
    const AnchorBoxes& anchors = targets_->anchors;
    detection::AnchorAssignment assignment =
        AssignAnchors(centers, anchors, scene.objects, targets_->thresholds);
    std::vector<float> residuals(7 * config_.centers().count() * anchors.size());
    for (size_t i = 0; i < assignment.objects.size(); ++i) {
      const int32_t object = assignment.objects[i];
      if (object == detection::AnchorAssignment::kNoObject) continue;
      const geometry::Box anchor = anchors.At(centers[i / anchors.size()], i % anchors.size());
      const detection::BoxResidual residual =
          detection::EncodeResidual(anchor, scene.objects[object].box);
      std::copy(residual.begin(), residual.end(), residuals.begin() + 7 * i);
    }
    // Places without a centre teach nothing.
    assignment.labels.resize(config_.centers().count() * anchors.size(), detection::kIgnoredAnchor);
    writer_.WriteTargets(assignment.labels, residuals, fields);
  }

  const PrepareScene config_;
  const SceneReader reader_;
  const SceneWriter writer_;
  const std::optional<Targets> targets_;
  const int32_t random_step_;
};

absl::Status CheckNumber(const StepBuilder& builder, std::string_view field, double number,
                         double least, double most) {
  // False for NaN.
  if (number >= least && number <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(builder.config_path(field), ": ", number,
                                                 "; expected a number from ", least, " to ", most));
}

absl::Status CheckChoices(const StepBuilder& builder, const PrepareScene& config) {
  const PrepareScene::CenterChoice& centers = config.centers();
  FRAZO_RETURN_IF_ERROR(CheckNumber(builder, "centers.count", centers.count(), 1, 1e6));
  FRAZO_RETURN_IF_ERROR(
      CheckNumber(builder, "centers.reference_height", centers.reference_height(), -1e6, 1e6));
  if (centers.has_min_z() && centers.has_max_z() && !(centers.min_z() <= centers.max_z())) {
    return absl::InvalidArgumentError(absl::StrCat(builder.config_path("centers"),
                                                   ": no point is between min_z: ", centers.min_z(),
                                                   " and max_z: ", centers.max_z()));
  }
  FRAZO_RETURN_IF_ERROR(
      CheckNumber(builder, "neighbors.count", config.neighbors().count(), 1, 1e6));
  return CheckNumber(builder, "neighbors.radius", config.neighbors().radius(), 1e-6, 1e6);
}

absl::Status CheckSize(const StepBuilder& builder, std::string_view field, int64_t numbers) {
  if (numbers <= kMostNumbers) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(builder.config_path(field), ": ", numbers,
                                                 " numbers for each scene; at most ", kMostNumbers,
                                                 " are possible"));
}

absl::StatusOr<std::optional<Targets>> MakeTargets(const PrepareScene& config,
                                                   const SceneReader& reader,
                                                   const StepBuilder& builder) {
  if (!config.has_targets()) return std::nullopt;
  const PrepareScene::AnchorTargets& targets = config.targets();
  if (!reader.has_objects()) {
    return absl::InvalidArgumentError(
        absl::StrCat(builder.config_path("targets"),
                     ": targets need objects, but there is no field 'object/label'"));
  }
  FRAZO_RETURN_IF_ERROR(
      CheckNumber(builder, "targets.foreground_iou", targets.foreground_iou(), 1e-6, 1));
  FRAZO_RETURN_IF_ERROR(
      CheckNumber(builder, "targets.background_iou", targets.background_iou(), 0, 1));
  FRAZO_ASSIGN_OR_RETURN(
      AnchorBoxes anchors,
      AnchorBoxes::Create(builder.config_path("targets.anchors"), targets.anchors()));
  return Targets{std::move(anchors), {targets.foreground_iou(), targets.background_iou()}};
}

// Makes a detector's features from a scan.
absl::StatusOr<std::unique_ptr<FieldStep>> MakePrepareScene(const PrepareScene& config,
                                                            StepBuilder* builder) {
  FRAZO_ASSIGN_OR_RETURN(detection::ClassNames classes,
                         detection::ClassNames::Create(builder->config_path(), config));
  FRAZO_RETURN_IF_ERROR(CheckChoices(*builder, config));
  FRAZO_ASSIGN_OR_RETURN(SceneReader reader,
                         SceneReader::Create(config, std::move(classes), builder));
  if (config.centers().in_image() && !reader.has_camera()) {
    return absl::InvalidArgumentError(absl::StrCat(
        builder->config_path("centers.in_image"),
        ": needs the fields 'transform/velo_to_image_plane', 'image/width' and 'image/height'"));
  }
  FRAZO_ASSIGN_OR_RETURN(std::optional<Targets> targets, MakeTargets(config, reader, *builder));
  const int64_t centers = config.centers().count();
  const int64_t anchors = targets.has_value() ? targets->anchors.size() : 0;
  FRAZO_RETURN_IF_ERROR(CheckSize(*builder, "targets", centers * anchors * 7));
  FRAZO_RETURN_IF_ERROR(CheckSize(
      *builder, "neighbors", centers * config.neighbors().count() * (3 + reader.feature_count())));
  FRAZO_ASSIGN_OR_RETURN(SceneWriter writer,
                         SceneWriter::Create(config, reader.feature_count(), anchors, builder));
  return std::make_unique<PrepareSceneStep>(config, std::move(reader), std::move(writer),
                                            std::move(targets), builder->AddRandomStep());
}

FRAZO_REGISTER_STEP(PrepareScene, MakePrepareScene);

}  // namespace
}  // namespace frazo::process
