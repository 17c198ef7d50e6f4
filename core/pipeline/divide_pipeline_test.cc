#include "core/pipeline/divide_pipeline.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/numeric/random.h"
#include "core/pipeline/testing/text_pipeline.h"
#include "core/records/testing/encode_records.h"
#include "core/sources/testing/record_streams.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {
namespace {

using ::testing::HasSubstr;

// Each record is a unique name and 0 to 8 numbers.
constexpr std::string_view kNamed = R"pb(
  source {
    files {
      files { patterns: "FOLDER/named-*" }
      epochs: 2
      shuffle { buffer_records: 16 lanes: 2 }
    }
  }
  processor {
    tab_separated { columns: "name" columns: "numbers" }
    steps { parse_numbers { field: "numbers" } }
  }
  batcher {
    buckets {
      length_of: "numbers"
      bounds: 2
      bounds: 8
      limits { examples: 5 }
    }
  }
)pb";

std::vector<std::string> WriteNamed(const bytes::ScratchFolder& scratch, int files, int records) {
  std::vector<std::string> names;
  for (int file = 0; file < files; ++file) {
    std::vector<std::string> lines;
    for (int record = 0; record < records; ++record) {
      names.push_back(absl::StrCat(file, ":", record));
      lines.push_back(absl::StrCat(names.back(), "\t"));
      for (int number = 0; number < (record * 5 + file) % 9; ++number) lines.back() += "1 ";
    }
    scratch.Write(absl::StrCat("named-", file), records::EncodeRecords(lines));
  }
  return names;
}

// Adds the names in up to `limit` batches to *names.
void ReadNames(Pipeline* pipeline, int64_t limit, std::vector<std::string>* names) {
  batch::Batch batch;
  for (int64_t count = 0; count < limit && pipeline->Next(&batch); ++count) {
    const batch::BatchTensor& tensor = *batch.Find("name");
    for (int64_t i = 0; i < tensor.element_count(); ++i) names->emplace_back(tensor.string(i));
  }
  EXPECT_THAT(pipeline->status(), IsOk());
}

std::unique_ptr<Pipeline> MakeReplica(frazo::Pipeline config, int32_t replica, int32_t replicas) {
  config.set_replica(replica);
  config.set_replicas(replicas);
  return MakePipeline(config);
}

class DividePipelineTest : public ::testing::TestWithParam<int> {};

TEST_P(DividePipelineTest, EveryRecordComesOnceAnEpochOverAllReplicas) {
  numeric::Random random({static_cast<uint64_t>(GetParam())});
  bytes::ScratchFolder scratch;
  const std::vector<std::string> all =
      WriteNamed(scratch, 1 + static_cast<int>(random.Below(5)), 17);
  const frazo::Pipeline config = ParseConfig(scratch, kNamed);
  const int32_t before = 1 + static_cast<int32_t>(random.Below(4));
  const int32_t after = 1 + static_cast<int32_t>(random.Below(5));
  std::vector<std::string> names;
  std::vector<std::string> states;
  for (int32_t replica = 0; replica < before; ++replica) {
    const auto pipeline = MakeReplica(config, replica, before);
    ReadNames(pipeline.get(), static_cast<int64_t>(random.Below(9)), &names);
    states.push_back(pipeline->SaveState());
  }
  const auto plan = PipelinePlan::Create(config);
  ASSERT_THAT(plan.status(), IsOk());
  const auto divided = DividePipelineStates(**plan, states, after);
  ASSERT_THAT(divided.status(), IsOk());
  if (after == before) {
    EXPECT_EQ(*divided, states);
  }
  PipelineTotals totals;
  int64_t examples = 0;
  for (int32_t replica = 0; replica < after; ++replica) {
    const auto pipeline = MakeReplica(config, replica, after);
    ASSERT_THAT(pipeline->Restore((*divided)[replica]), IsOk());
    ReadNames(pipeline.get(), 1'000'000, &names);
    totals.set_records(totals.records() + pipeline->counters().totals.records());
    examples += pipeline->counters().batcher.examples;
  }
  std::vector<std::string> expected = all;
  expected.insert(expected.end(), all.begin(), all.end());  // two epochs
  EXPECT_EQ(sources::Sorted(names), sources::Sorted(expected));
  EXPECT_EQ(totals.records(), expected.size());
  EXPECT_EQ(examples, expected.size());
}

INSTANTIATE_TEST_SUITE_P(Cases, DividePipelineTest, ::testing::Range(0, 24));

TEST(DividePipelineErrorsTest, StatesOfAnotherConfigurationAreRefused) {
  bytes::ScratchFolder scratch;
  WriteNamed(scratch, 2, 17);
  frazo::Pipeline config = ParseConfig(scratch, kNamed);
  const std::string state = MakePipeline(config)->SaveState();
  config.mutable_batcher()->mutable_buckets()->mutable_limits()->set_examples(0, 6);
  const auto plan = PipelinePlan::Create(config);
  ASSERT_THAT(plan.status(), IsOk());
  EXPECT_THAT(DividePipelineStates(**plan, {state}, 2).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("batcher.buckets.limits.examples[0] was 5 and is 6")));
  EXPECT_THAT(DividePipelineStates(**plan, {"no state"}, 2).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "these bytes are not the saved state of a pipeline; pass what SaveState "
                       "gave"));
}

}  // namespace
}  // namespace frazo::pipeline
