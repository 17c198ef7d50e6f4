// Measures prepare_scene on one thread: a scan of so many points by the training recipe of
// StarNet's car model on KITTI, and by that of its evaluation.
//
//   ./bazelw run //core/process:prepare_scene_benchmark
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "benchmark/benchmark.h"
#include "core/numeric/random.h"
#include "core/process/processed_chunk.h"
#include "core/process/record_processor.h"
#include "core/process/testing/scene_record.h"
#include "core/records/record_writer.h"
#include "core/sources/record_chunk.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"
#include "google/protobuf/text_format.h"

namespace frazo::process {
namespace {

constexpr float kGround = -1.7f;

// Adds the points of a car.
void AddCar(const std::vector<float>& box, int64_t count, numeric::Random* random,
            std::vector<float>* xyz) {
  for (int64_t i = 0; i < count; ++i) {
    const double along = box[3] * (random->Fraction() - 0.5);
    const double across = box[4] * (random->Fraction() - 0.5);
    xyz->push_back(box[0] + std::cos(box[6]) * along - std::sin(box[6]) * across);
    xyz->push_back(box[1] + std::sin(box[6]) * along + std::cos(box[6]) * across);
    xyz->push_back(box[2] + box[5] * (random->Fraction() - 0.5));
  }
}

std::vector<float> RandomCar(numeric::Random* random) {
  return {static_cast<float>(5 + 60 * random->Fraction()),
          static_cast<float>(60 * random->Fraction() - 30),
          kGround + 0.75f,
          3.9f,
          1.6f,
          1.5f,
          static_cast<float>(6 * random->Fraction())};
}

// A scan all around, dense near the sensor: mostly ground, and walls of 3 metres; and 12 cars.
std::string ScanRecord(int64_t points) {
  numeric::Random random({1});
  std::vector<float> xyz;
  std::vector<RecordObject> cars;
  for (int i = 0; i < 12; ++i) {
    cars.push_back({"Car", RandomCar(&random)});
    AddCar(cars.back().box, points / 200, &random, &xyz);
  }
  while (static_cast<int64_t>(xyz.size()) < 3 * points) {
    const double range = 80 * std::pow(random.Fraction(), 1.5);
    const double angle = 6.283 * random.Fraction();
    xyz.push_back(range * std::cos(angle));
    xyz.push_back(range * std::sin(angle));
    xyz.push_back(kGround + (random.Fraction() < 0.6 ? 0.05 : 3) * random.Fraction());
  }
  SceneRecord record = MakeSceneRecord(xyz, std::vector<float>(xyz.size() / 3, 0.5f));
  // A camera that sees 80 degrees, of KITTI's image size.
  record["image/width"] = Int64List({1242});
  record["image/height"] = Int64List({375});
  record["transform/velo_to_image_plane"] =
      FloatList({621, -740, 0, 0, 187, 0, -740, 0, 1, 0, 0, 0});
  SetObjects(cars, &record);
  return Serialize(record);
}

// Writes a database of 500 cars of 200 points.
absl::Status WriteDatabase(const std::string& path) {
  numeric::Random random({2});
  FRAZO_ASSIGN_OR_RETURN(records::RecordWriter writer,
                         records::RecordWriter::Create(path, bytes::CompressionKind::kNone));
  for (int i = 0; i < 500; ++i) {
    const std::vector<float> box = RandomCar(&random);
    std::vector<float> xyz;
    AddCar(box, 200, &random, &xyz);
    const SceneRecord record = MakeObjectRecord(box, xyz, std::vector<float>(200, 0.5f), 1);
    FRAZO_RETURN_IF_ERROR(writer.Write(Serialize(record)));
  }
  return writer.Close();
}

const char* const kOffsets = "[-1.294, -0.647, 0, 0.647, 1.294]";

// What training and evaluation have in common.
std::string Config(const std::string& more) {
  return absl::StrCat(
      SceneParser(),
      "steps { prepare_scene { class_names: ['Background', 'Car'] model_classes: 'Car' "
      "point_features: 'pointcloud/reflectance' "
      "centers { count: 768 min_z: -1.4 in_image: true } neighbors { count: 512 radius: 3.75 } "
      "targets { foreground_iou: 0.567087 background_iou: 1 anchors { x_offsets: ",
      kOffsets, " y_offsets: ", kOffsets,
      " z_offsets: -1 rotations: [0, 1.5707964, 2.3561945, 0.7853982] "
      "sizes { length: 1.6 width: 3.9 height: 1.56 } } } ",
      more, "} }");
}

void Run(const std::string& config, benchmark::State& state) {
  Processor parsed;
  google::protobuf::TextFormat::ParseFromString(config, &parsed);
  const auto processor = RecordProcessor::Create(parsed).value();
  const std::string record = ScanRecord(state.range(0));
  std::vector<sources::SourceRecord> records = {{record, {}}};
  ProcessedChunk chunk;
  for (auto _ : state) {
    // Other numbers are drawn in each epoch.
    ++records[0].id.epoch;
    processor->Process(records, &chunk);
    benchmark::DoNotOptimize(chunk.example(0)[0].data);
  }
  state.SetItemsProcessed(state.iterations());
}

void BM_Training(benchmark::State& state) {
  const std::string database =
      absl::StrCat(std::filesystem::temp_directory_path().string(), "/frazo_objects_", getpid());
  const absl::Status written = WriteDatabase(database);
  if (!written.ok()) {
    state.SkipWithError(std::string(written.message()).c_str());
    return;
  }
  Run(Config(absl::StrCat("steps { paste_objects { database: '", database,
                          "' } } steps { keep_range { min_x: 0 min_y: -40 max_y: 40 } } "
                          "steps { perturb_boxes {} } steps { random_flip {} } "
                          "steps { random_rotation {} } steps { random_scaling {} } "
                          "steps { random_translation {} } neighbor_steps { drop_ring {} } ")),
      state);
  std::filesystem::remove(database);
}
BENCHMARK(BM_Training)->Arg(20000)->Arg(100000)->Unit(benchmark::kMillisecond);

void BM_Evaluation(benchmark::State& state) {
  Run(Config("truth: true steps { keep_range { min_x: 0 min_y: -40 max_y: 40 } } "), state);
}
BENCHMARK(BM_Evaluation)->Arg(100000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace frazo::process
