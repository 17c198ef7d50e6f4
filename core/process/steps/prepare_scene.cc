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
#include "core/detection/anchors/assigned_residuals.h"
#include "core/detection/changes/make_scene_change.h"
#include "core/detection/changes/scene_change.h"
#include "core/detection/scene/center_choice.h"
#include "core/detection/scene/check_number.h"
#include "core/detection/scene/class_names.h"
#include "core/detection/scene/neighbor_choice.h"
#include "core/detection/scene/scene.h"
#include "core/numeric/fingerprint.h"
#include "core/numeric/random.h"
#include "core/process/step_registry.h"
#include "core/process/steps/scene_database.h"
#include "core/process/steps/scene_reader.h"
#include "core/process/steps/scene_writer.h"
#include "core/status/status_macros.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::process {
namespace {

using detection::AnchorBoxes;
using detection::Scene;
using points::Point;

// More numbers of one scene than these are a mistake in the configuration.
constexpr int64_t kMostNumbers = int64_t{1} << 31;

// What training learns from.
struct Targets {
  AnchorBoxes anchors;
  detection::AssignmentThresholds thresholds;
};

// Changes in order.
using Changes = std::vector<std::unique_ptr<detection::SceneChange>>;

// The changes of a configuration.
struct SceneChanges {
  // Before the centres are chosen, and between that and the choice of the neighbours.
  Changes steps;
  Changes neighbor_steps;
  // A hash of the databases; 0 if there are none.
  uint64_t fingerprint = 0;
};

class PrepareSceneStep : public FieldStep {
 public:
  PrepareSceneStep(const PrepareScene& config, SceneReader reader, SceneWriter writer,
                   SceneChanges changes, std::optional<Targets> targets, int32_t random_step)
      : config_(config),
        reader_(std::move(reader)),
        writer_(std::move(writer)),
        changes_(std::move(changes)),
        targets_(std::move(targets)),
        random_step_(random_step) {}

  absl::Status Apply(RecordFields* fields) const override {
    // Each part draws from a seed of its own, so that one more number here changes nothing there.
    numeric::Random seeds = fields->random(random_step_);
    const uint64_t center_seed = seeds.Next();
    const uint64_t neighbor_seed = seeds.Next();
    Scene scene;
    FRAZO_ASSIGN_OR_RETURN(const int64_t left_out, reader_.Read(*fields, &scene));
    ApplyAll(changes_.steps, &seeds, &scene);
    FRAZO_ASSIGN_OR_RETURN(const std::vector<Point> centers,
                           detection::ChooseCenters(scene, config_.centers(), center_seed));
    writer_.WriteSceneId(reader_.scene_id(*fields), fields);
    writer_.WriteCenters(centers, fields);
    if (config_.truth()) writer_.WriteTruth(scene, left_out, fields);
    if (targets_.has_value()) WriteTargets(centers, scene, fields);
    ApplyAll(changes_.neighbor_steps, &seeds, &scene);
    return writer_.WriteNeighbors(
        [&](const points::NeighborPlaces& places) {
          return detection::ChooseNeighbors(
              {scene.points, scene.features, scene.feature_count, scene.feature_count}, centers,
              config_.neighbors(), neighbor_seed, places);
        },
        fields);
  }

  uint64_t fingerprint() const override { return changes_.fingerprint; }

 private:
  static void ApplyAll(const Changes& changes, numeric::Random* seeds, Scene* scene) {
    for (const auto& change : changes) {
      numeric::Random random({seeds->Next()});
      change->Apply(&random, scene);
    }
  }

  void WriteTargets(absl::Span<const Point> centers, const Scene& scene,
                    RecordFields* fields) const {
    const AnchorBoxes& anchors = targets_->anchors;
    std::vector<float> residuals(7 * config_.centers().count() * anchors.size());
    detection::AnchorAssignment assignment;
    if (scene.is_labelled) {
      assignment = AssignAnchors(centers, anchors, scene.objects, targets_->thresholds);
      detection::EncodeAssigned(centers, anchors, scene.objects, assignment,
                                absl::MakeSpan(residuals));
    }
    // Places without a centre teach nothing, nor does a scene of which nobody knows the objects.
    assignment.labels.resize(config_.centers().count() * anchors.size(), detection::kIgnoredAnchor);
    writer_.WriteTargets(assignment.labels, residuals, fields);
  }

  const PrepareScene config_;
  const SceneReader reader_;
  const SceneWriter writer_;
  const SceneChanges changes_;
  const std::optional<Targets> targets_;
  const int32_t random_step_;
};

absl::Status CheckNumber(const StepBuilder& builder, std::string_view field, double number,
                         double least, double most) {
  return detection::CheckNumber(builder.config_path(field), number, least, most);
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

// Makes the changes, and reads their databases.
absl::StatusOr<SceneChanges> MakeChanges(const PrepareScene& config,
                                         const detection::ClassNames& classes,
                                         const SceneReader& reader, const StepBuilder& builder) {
  SceneChanges changes;
  const auto load = [&](std::string_view path, const SceneStep::PasteObjects& paste)
      -> absl::StatusOr<std::shared_ptr<const detection::ObjectDatabase>> {
    FRAZO_ASSIGN_OR_RETURN(SceneDatabase database,
                           LoadSceneDatabase(path, paste, classes, reader.feature_count()));
    changes.fingerprint = numeric::CombineFingerprints(changes.fingerprint, database.fingerprint);
    return database.objects;
  };
  const detection::SceneTraits traits = {classes, reader.feature_count(), reader.has_camera(),
                                         reader.has_objects(), load};
  for (int i = 0; i < config.steps_size(); ++i) {
    const std::string path = builder.config_path(absl::StrCat("steps[", i, "]"));
    FRAZO_ASSIGN_OR_RETURN(auto change, detection::MakeSceneChange(path, config.steps(i), traits));
    changes.steps.push_back(std::move(change));
  }
  for (int i = 0; i < config.neighbor_steps_size(); ++i) {
    const std::string path = builder.config_path(absl::StrCat("neighbor_steps[", i, "]"));
    FRAZO_ASSIGN_OR_RETURN(auto change,
                           detection::MakeSceneChange(path, config.neighbor_steps(i), traits));
    if (!detection::OnlyDropsPoints(config.neighbor_steps(i))) {
      return absl::InvalidArgumentError(
          absl::StrCat(path,
                       ": the centres would not fit the changed scene; expected one of "
                       "keep_range, drop_outside_image, drop_ring, remove_no_label_zone"));
    }
    changes.neighbor_steps.push_back(std::move(change));
  }
  return changes;
}

// Makes a detector's features from a scan.
absl::StatusOr<std::unique_ptr<FieldStep>> MakePrepareScene(const PrepareScene& config,
                                                            StepBuilder* builder) {
  FRAZO_ASSIGN_OR_RETURN(const detection::ClassNames classes,
                         detection::ClassNames::Create(builder->config_path(), config));
  FRAZO_RETURN_IF_ERROR(CheckChoices(*builder, config));
  FRAZO_ASSIGN_OR_RETURN(SceneReader reader, SceneReader::Create(config, classes, builder));
  if (config.centers().in_image() && !reader.has_camera()) {
    return absl::InvalidArgumentError(absl::StrCat(
        builder->config_path("centers.in_image"),
        ": needs the fields 'transform/velo_to_image_plane', 'image/width' and 'image/height'"));
  }
  FRAZO_ASSIGN_OR_RETURN(std::optional<Targets> targets, MakeTargets(config, reader, *builder));
  FRAZO_ASSIGN_OR_RETURN(SceneChanges changes, MakeChanges(config, classes, reader, *builder));
  const int64_t centers = config.centers().count();
  const int64_t anchors = targets.has_value() ? targets->anchors.size() : 0;
  FRAZO_RETURN_IF_ERROR(CheckSize(*builder, "targets", centers * anchors * 7));
  FRAZO_RETURN_IF_ERROR(CheckSize(
      *builder, "neighbors", centers * config.neighbors().count() * (3 + reader.feature_count())));
  FRAZO_ASSIGN_OR_RETURN(SceneWriter writer,
                         SceneWriter::Create(config, reader.feature_count(), anchors, builder));
  return std::make_unique<PrepareSceneStep>(config, std::move(reader), std::move(writer),
                                            std::move(changes), std::move(targets),
                                            builder->AddRandomStep());
}

FRAZO_REGISTER_STEP(PrepareScene, MakePrepareScene);

}  // namespace
}  // namespace frazo::process
