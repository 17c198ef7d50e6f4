// Prepares arbitrary bytes as a record of a scan, by all changes that need no files; or, if they
// don't begin like a record, as the numbers of one. A record is bad, or all that comes of it is
// finite and in range.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/process/processed_chunk.h"
#include "core/process/record_processor.h"
#include "core/process/testing/scene_record.h"
#include "core/process/testing/wire_writer.h"
#include "core/sources/record_chunk.h"
#include "core/testing/fuzz_target.h"
#include "frazo/proto/processor.pb.h"
#include "google/protobuf/text_format.h"

namespace frazo {
namespace {

using process::FeatureSpec;
using process::FeatureValues;
using process::ProcessedChunk;
using process::RecordProcessor;
using process::ValueType;

std::unique_ptr<RecordProcessor> MakePreparer() {
  const std::string text = absl::StrCat(
      process::SceneParser(),
      "steps { prepare_scene { class_names: ['Background', 'Car', 'Van', 'DontCare'] "
      "model_classes: ['Van', 'Car'] point_features: 'pointcloud/reflectance' truth: true "
      "steps { keep_range { min_x: -1e9 max_z: 1e8 } } steps { perturb_boxes {} } "
      "steps { random_flip {} } steps { random_rotation {} } steps { random_scaling {} } "
      "steps { random_translation { x_stddev: 1 } } "
      "steps { filter_objects_by_points { min_points: 0 } } "
      "centers { count: 3 max_z: 1e9 } neighbors { count: 2 radius: 2 } "
      "neighbor_steps { drop_ring {} } neighbor_steps { remove_no_label_zone { feature: 0 } } "
      "neighbor_steps { drop_outside_image {} } "
      "targets { foreground_iou: 0.5 background_iou: 0.3 anchors { x_offsets: [-1, 1] "
      "y_offsets: 0 z_offsets: 0 rotations: 0 sizes { length: 4 width: 2 height: 1.5 } } } } }");
  Processor config;
  Require(google::protobuf::TextFormat::ParseFromString(text, &config), "the text is a Processor");
  return *RecordProcessor::Create(config);
}

const RecordProcessor& Preparer() {
  static const RecordProcessor* const preparer = MakePreparer().release();
  return *preparer;
}

void RequireInRange(const ProcessedChunk& chunk, const std::string& name, int32_t least,
                    int32_t most) {
  for (const int32_t number : chunk.example(0)[*Preparer().schema().Find(name)].As<int32_t>()) {
    Require(number >= least && number <= most, "a number is in its range");
  }
}

void RequireSound(const ProcessedChunk& chunk) {
  const std::vector<FeatureSpec>& specs = Preparer().schema().features;
  for (size_t i = 0; i < specs.size(); ++i) {
    const FeatureValues& values = chunk.example(0)[i];
    Require(specs[i].Allows(values.count), "shapes are as they were promised");
    if (specs[i].type != ValueType::kFloat32) continue;
    const auto numbers = values.As<float>();
    Require(std::all_of(numbers.begin(), numbers.end(),
                        [](float number) { return std::isfinite(number); }),
            "all numbers are finite");
  }
  RequireInRange(chunk, "neighbor_counts", 0, 2);
  RequireInRange(chunk, "anchor_labels", -1, 2);
  RequireInRange(chunk, "box_classes", 0, 2);
  RequireInRange(chunk, "box_labels", 0, 3);
  const int64_t points = chunk.example(0)[*Preparer().schema().Find("points")].count / 4;
  RequireInRange(chunk, "box_points", 0, static_cast<int32_t>(points));
}

// The first byte of a tf.Example with features.
constexpr uint8_t kFirstByte = 0x0a;

// Takes numbers from the front.
std::vector<float> Take(size_t count, std::vector<float>* numbers) {
  count = std::min(count, numbers->size());
  const std::vector<float> taken(numbers->begin(), numbers->begin() + count);
  numbers->erase(numbers->begin(), numbers->begin() + count);
  return taken;
}

// Makes a record of numbers: a camera, at most 4 objects with image boxes, and points.
std::string RecordOfNumbers(std::vector<float> numbers) {
  const std::vector<float> camera = Take(12, &numbers);
  const std::string classes[] = {"Background", "Car", "Van", "Bus"};
  std::vector<process::RecordObject> objects;
  while (objects.size() < 4 && numbers.size() >= 11) {
    const std::vector<float> box = Take(7, &numbers);
    const std::vector<float> image_box = Take(4, &numbers);
    objects.push_back({classes[objects.size()], box, box[0] != 0 ? 1 : 0, image_box});
  }
  const std::vector<float> xyz = Take(numbers.size() / 4 * 3, &numbers);
  process::SceneRecord record = process::MakeSceneRecord(xyz, Take(xyz.size() / 3, &numbers));
  process::SetObjects(objects, &record);
  if (camera.size() == 12) {
    record["transform/velo_to_image_plane"] = process::FloatList(camera);
  }
  return process::Serialize(record);
}

std::string Bytes(const std::vector<float>& numbers) {
  std::string bytes(numbers.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return bytes;
}

}  // namespace

std::vector<std::string> FuzzSeeds() {
  process::SceneRecord record = process::MakeSceneRecord(
      {10, 0, 0.5f, 10, 0.5f, 0.5f, 20, 0, -1, 5, 5, 1}, {0.1f, 0.2f, 1, 0.3f});
  std::vector<std::string> seeds = {process::Serialize(record)};
  process::SetObjects({{"Van", {10, 0, 1, 2, 2, 2, 0.25f}},
                       {"Car", {20, 0, 0, 4, 2, 2, 3}},
                       {"DontCare", {-1000, -1000, -1000, -1, -1, -1, -10}, 0, {1, 2, 3, 4}}},
                      &record);
  seeds.push_back(process::Serialize(record));
  seeds.push_back(process::Serialize(process::MakeSceneRecord({}, {})));
  seeds.push_back(Bytes({50, -50, 0,    0,    50, 0,    -50,   0, 1, 0,    0,  0,  // the camera
                         10, 0,   1,    4,    2,  2,    0.25f, 0, 0, 50,   40,     // a background
                         20, 0,   0,    4,    2,  2,    3,     0, 0, 50,   25,     // a car
                         20, 5,   0,    4,    2,  2,    1,     0, 0, 9,    9,      // a van
                         0,  0,   0,    -1,   -1, -1,   -10,   1, 2, 3,    4,  // an area to ignore
                         20, 0,   0.5f, 21,   0,  0,    20,    5, 0, 1e9f, 0,  0, 9, 9,  //
                         9,  0,   1,    0.5f, 1,  0.25f}));
  return seeds;
}

}  // namespace frazo

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string record(reinterpret_cast<const char*>(data), size);
  if (size == 0 || data[0] != frazo::kFirstByte) {
    std::vector<float> numbers(size / sizeof(float));
    std::memcpy(numbers.data(), data, numbers.size() * sizeof(float));
    record = frazo::RecordOfNumbers(std::move(numbers));
  }
  const std::vector<frazo::sources::SourceRecord> records = {{record, {}}};
  frazo::process::ProcessedChunk chunk;
  frazo::Preparer().Process(records, &chunk);
  if (chunk.outcome(0) == frazo::process::ProcessedChunk::Outcome::kExample) {
    frazo::RequireSound(chunk);
  } else {
    frazo::Require(chunk.bad_records().size() == 1, "a record is an example, or bad");
  }
  return 0;
}
