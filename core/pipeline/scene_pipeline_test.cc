// Pipelines of scans: what a batch holds, and where the files of objects are looked up.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/pipeline/testing/text_pipeline.h"
#include "core/process/testing/scene_record.h"
#include "core/records/testing/encode_records.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// The file of an object that lies so far ahead.
std::string Objects(float x) {
  const std::vector<float> points = {x, 0, 0, x, 0.5f, 0, x, 0, 0.5f, x, 0, 0.2f, x, 0.2f, 0};
  return records::EncodeRecords({process::Serialize(process::MakeObjectRecord(
      {x, 0, 0, 4, 2, 1.5f, 0}, points, std::vector<float>(5, 0.5f), 1))});
}

class ScenePipelineTest : public testing::Test {
 protected:
  ScenePipelineTest() {
    std::vector<std::string> records;
    for (int i = 0; i < 5; ++i) {
      process::SceneRecord record = process::MakeSceneRecord(std::vector<float>(3 * (i + 1), 1),
                                                             std::vector<float>(i + 1, 0));
      if (i == 1) process::SetObjects({{"Van", {9, 9, 0, 1, 1, 1, 0}}}, &record);
      records.push_back(process::Serialize(record));
    }
    scratch_.Write("scenes", records::EncodeRecords(records));
    scratch_.Write("objects-0", Objects(30));
  }

  // Two epochs of scenes with pasted objects.
  frazo::Pipeline Config(std::string_view objects) const {
    return ParseConfig(
        scratch_,
        absl::StrCat(
            "source { files { files { patterns: 'FOLDER/scenes' } epochs: 2 } } processor { ",
            process::SceneParser(),
            "steps { prepare_scene { class_names: ['Background', 'Car', 'Van'] model_classes: "
            "'Car' point_features: 'pointcloud/reflectance' truth: true centers { count: 4 } "
            "neighbors { count: 3 radius: 2 } steps { paste_objects { database: '",
            objects,
            "' } } steps { random_rotation {} } } } } batcher { fixed { batch_size: 5 } }"));
  }

  const bytes::ScratchFolder scratch_;
};

TEST_F(ScenePipelineTest, ABatchIsPaddedToTheMostPointsAndBoxes) {
  const auto pipeline = MakePipeline(Config("FOLDER/objects-*"));
  batch::Batch batch;
  ASSERT_TRUE(pipeline->Next(&batch));
  EXPECT_THAT(batch.Find("points")->shape, ElementsAre(5, 10, 4));
  EXPECT_THAT(batch.Find("boxes")->shape, ElementsAre(5, 2, 7));
  EXPECT_THAT(batch.Find("neighbors")->shape, ElementsAre(5, 4, 3, 4));
  EXPECT_THAT(batch.Find("scene_id")->shape, ElementsAre(5));
  const int32_t* const points = batch.Find("points_length")->data<int32_t>();
  EXPECT_THAT(std::vector<int32_t>(points, points + 5), ElementsAre(6, 7, 8, 9, 10));
  const int32_t* const boxes = batch.Find("boxes_length")->data<int32_t>();
  EXPECT_THAT(std::vector<int32_t>(boxes, boxes + 5), ElementsAre(1, 2, 1, 1, 1));
}

TEST_F(ScenePipelineTest, RelativePatternsOfObjectsAreLookedUpInTheFolders) {
  const auto plan = PipelinePlan::Create(Config("objects-*"), {"/nowhere", scratch_.Path("")});
  ASSERT_THAT(plan, IsOk());
  EXPECT_THAT(ReadBatches(**Pipeline::Create(*plan)), SizeIs(2));
  EXPECT_THAT(PipelinePlan::Create(Config("objects-*"), {"/nowhere"}).status(),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("processor.steps[0].prepare_scene.steps[0].paste_objects."
                                 "database: no file matches 'objects-*'")));
}

TEST_F(ScenePipelineTest, AStateTakesFilesThatHaveMovedButNotOthers) {
  const auto pipeline = MakePipeline(Config("FOLDER/objects-*"));
  ReadBatches(*pipeline, 1);
  const std::string state = pipeline->SaveState();
  const std::vector<std::string> rest = ReadBatches(*pipeline);
  std::filesystem::rename(scratch_.Path("objects-0"), scratch_.Path("moved"));
  const auto moved = MakePipeline(Config("FOLDER/moved"));
  EXPECT_THAT(moved->Restore(state), IsOk());
  EXPECT_EQ(ReadBatches(*moved), rest);
  scratch_.Write("other", Objects(20));
  EXPECT_THAT(MakePipeline(Config("FOLDER/other"))->Restore(state),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("another vocabulary or object database")));
}

}  // namespace
}  // namespace frazo::pipeline
