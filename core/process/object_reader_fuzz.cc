// Reads arbitrary bytes as a record of an object database, and pastes the object onto a scan. A
// record is refused, or the scan stays sound.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/boxes/box_iou.h"
#include "core/detection/changes/make_scene_change.h"
#include "core/process/steps/object_reader.h"
#include "core/process/testing/scene_record.h"
#include "core/testing/fuzz_target.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo {
namespace {

using detection::ClassNames;
using detection::ObjectDatabase;
using detection::Scene;
using points::Point;

constexpr int64_t kFeatures = 1;
// Those of an object that are read, and those that are pasted.
constexpr int64_t kPointsRead = 5;
constexpr int64_t kPointsPasted = 3;

const ClassNames& Classes() {
  static const ClassNames* const classes = [] {
    PrepareScene config;
    for (const char* const name : {"Background", "Car", "Van"}) config.add_class_names(name);
    config.add_model_classes("Car");
    return std::make_unique<ClassNames>(*ClassNames::Create("scene", config)).release();
  }();
  return *classes;
}

// Two cars, and points along x.
Scene MakeScene() {
  Scene scene;
  scene.feature_count = kFeatures;
  for (float x = -8; x < 24; x += 4) {
    scene.points.push_back({x, 0, 0});
    scene.features.push_back(x);
  }
  for (const double x : {0.0, 16.0}) {
    scene.objects.emplace_back();
    scene.objects.back().box = {x, 0, 0, 4, 2, 2, 0.1};
  }
  return scene;
}

void Paste(std::shared_ptr<const ObjectDatabase> database) {
  const auto load = [&](std::string_view, const SceneStep::PasteObjects&)
      -> absl::StatusOr<std::shared_ptr<const ObjectDatabase>> { return database; };
  SceneStep step;
  step.mutable_paste_objects()->set_min_points(1);
  step.mutable_paste_objects()->set_max_points(kPointsPasted);
  const auto change =
      detection::MakeSceneChange("step", step, {Classes(), kFeatures, false, true, load});
  // The object may have too few points.
  if (!change.ok()) return;
  Scene scene = MakeScene();
  const size_t before = scene.objects.size();
  numeric::Random random({1});
  (*change)->Apply(&random, &scene);
  Require(scene.objects.size() <= before + 1, "an object is pasted once");
  Require(scene.features.size() == scene.points.size() * kFeatures, "points have features");
  Require(std::all_of(scene.points.begin(), scene.points.end(), points::IsFinite),
          "all points are finite");
  if (scene.objects.size() == before) return;
  const boxes::IouBox pasted(scene.objects.back().box);
  for (size_t i = 0; i < before; ++i) {
    Require(!pasted.Meets(boxes::IouBox(scene.objects[i].box)), "what is pasted meets no box");
  }
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  process::SceneRecord car =
      process::MakeObjectRecord({8, 1, 0, 4, 2, 1.5f, 0.5f}, {8, 1, 0, 9, 1, 0}, {0.25f, 0.75f}, 1);
  std::vector<std::string> seeds = {process::Serialize(car)};
  car["text"] = process::BytesList({"Car"});
  car["occlusion"] = process::Int64List({1});
  car["truncation"] = process::FloatList({0.5f});
  seeds.push_back(process::Serialize(car));
  seeds.push_back(process::Serialize(process::MakeObjectRecord({1, 0, 0, 6, 2, 2, 0}, {}, {}, 2)));
  return seeds;
}

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto* const reader = new frazo::process::ObjectReader(
      *frazo::process::ObjectReader::Create(frazo::Classes(), frazo::kFeatures));
  const auto database = std::make_shared<frazo::detection::ObjectDatabase>(frazo::kFeatures);
  const std::string_view record(reinterpret_cast<const char*>(data), size);
  const bool is_read = reader->Read(record, frazo::kPointsRead, database.get()).ok();
  frazo::Require(database->objects().size() == (is_read ? 1 : 0), "a record is an object, or none");
  if (!is_read) return 0;
  frazo::Require(IsProper(database->objects()[0].box), "boxes are proper");
  frazo::Require(database->points(0).size() <= frazo::kPointsRead, "few points are kept");
  frazo::Paste(database);
  return 0;
}
