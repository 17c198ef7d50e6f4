// What random steps draw depends on the seed, the epoch and the record alone: never on threads, on
// restarts or on the number of replicas.
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/pipeline/divide_pipeline.h"
#include "core/pipeline/testing/text_pipeline.h"
#include "core/process/record_fields.h"
#include "core/process/step_registry.h"
#include "core/records/testing/encode_records.h"
#include "core/status/status_macros.h"
#include "core/status/status_matchers.h"
#include "frazo/proto/pipeline_state.pb.h"
#include "gmock/gmock.h"
#include "google/protobuf/wrappers.pb.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::string_view kInOrder =
    "source { files { files { patterns: 'FOLDER/named-*' } epochs: 3 } }";
constexpr std::string_view kShuffled =
    "source { files { files { patterns: 'FOLDER/named-*' } epochs: 3 "
    "shuffle { buffer_records: 16 lanes: 2 } } }";
constexpr std::string_view kMixed =
    "source { mixture { at_end: STOP "
    "parts { source { files { patterns: 'FOLDER/named-*' } epochs: 3 shuffle {} } } "
    "parts { source { files { patterns: 'FOLDER/named-*' } epochs: 3 } } } }";
constexpr std::string_view kFixed = "batcher { fixed { batch_size: 5 } }";
// 24 records of an epoch are short and 9 are long, so that some of each are held into the next one.
constexpr std::string_view kBuckets =
    "batcher { buckets { length_of: 'numbers' bounds: 2 bounds: 8 limits { examples: 5 } } }";
constexpr std::string_view kSteps =
    "processor { tab_separated { columns: 'name' columns: 'numbers' } "
    "steps { parse_numbers { field: 'numbers' } } "
    "steps { custom { [type.googleapis.com/google.protobuf.StringValue] { value: 'first' } } } "
    "steps { custom { [type.googleapis.com/google.protobuf.StringValue] { value: 'second' } } } } ";

constexpr int kFiles = 3;
constexpr int kRecords = 11;

// A step of this test: makes a field of a random number.
class DrawStep : public process::FieldStep {
 public:
  DrawStep(process::FieldId field, int32_t step) : field_(field), step_(step) {}

  absl::Status Apply(process::RecordFields* fields) const override {
    fields->Begin<int32_t>(field_).push_back(
        static_cast<int32_t>(fields->random(step_).Below(1 << 30)));
    fields->End<int32_t>(field_);
    return absl::OkStatus();
  }

 private:
  const process::FieldId field_;
  const int32_t step_;
};

// `config` is the name of the field.
absl::StatusOr<std::unique_ptr<process::FieldStep>> MakeDraw(
    const google::protobuf::StringValue& config, process::StepBuilder* builder) {
  process::FeatureSpec spec;
  spec.name = config.value();
  spec.type = process::ValueType::kInt32;
  spec.shape = {};
  FRAZO_ASSIGN_OR_RETURN(const process::FieldId field,
                         builder->fields().Add(builder->config_path("value"), std::move(spec)));
  return std::make_unique<DrawStep>(field, builder->AddRandomStep());
}

FRAZO_REGISTER_STEP(google::protobuf::StringValue, MakeDraw);

// A record's name, and what the two steps drew.
using Draw = std::tuple<std::string, int32_t, int32_t>;

class RandomStepsTest : public testing::Test {
 protected:
  RandomStepsTest() {
    for (int file = 0; file < kFiles; ++file) {
      std::vector<std::string> lines;
      for (int record = 0; record < kRecords; ++record) {
        lines.push_back(absl::StrCat(file, ":", record, "\t1", record % 4 == 0 ? " 2 3 4" : ""));
      }
      scratch_.Write(absl::StrCat("named-", file), records::EncodeRecords(lines));
    }
  }

  frazo::Pipeline Config(std::string_view source, std::string_view batcher) const {
    return ParseConfig(scratch_, absl::StrCat(source, kSteps, batcher));
  }

  const bytes::ScratchFolder scratch_;
};

// Adds what up to `limit` batches give to *draws.
void ReadDraws(Pipeline& pipeline, int64_t limit, std::multiset<Draw>* draws) {
  batch::Batch batch;
  for (int64_t count = 0; count < limit && pipeline.Next(&batch); ++count) {
    const auto drawn = [&](std::string_view name, int64_t i) {
      return batch.Find(name)->data<int32_t>()[i];
    };
    const batch::BatchTensor& names = *batch.Find("name");
    for (int64_t i = 0; i < names.element_count(); ++i) {
      draws->emplace(names.string(i), drawn("first", i), drawn("second", i));
    }
  }
  EXPECT_THAT(pipeline.status(), IsOk());
}

std::multiset<Draw> AllDraws(const frazo::Pipeline& config) {
  std::multiset<Draw> draws;
  ReadDraws(*MakePipeline(config), 1'000'000, &draws);
  return draws;
}

TEST_F(RandomStepsTest, EpochsRecordsAndStepsDrawOtherNumbers) {
  std::set<int32_t> numbers;
  for (const auto& [name, first, second] : AllDraws(Config(kInOrder, kFixed))) {
    numbers.insert(first);
    numbers.insert(second);
  }
  EXPECT_THAT(numbers, SizeIs(3 * kFiles * kRecords * 2));
}

TEST_F(RandomStepsTest, TheOrderDoesNotMatterAndTheSeedDoes) {
  frazo::Pipeline in_order = Config(kInOrder, kFixed);
  frazo::Pipeline shuffled = Config(kShuffled, kBuckets);
  EXPECT_EQ(AllDraws(in_order), AllDraws(shuffled));
  in_order.set_seed(1);
  EXPECT_NE(AllDraws(in_order), AllDraws(shuffled));
  shuffled.set_seed(1);
  EXPECT_EQ(AllDraws(in_order), AllDraws(shuffled));
}

struct Case {
  std::string_view name;
  std::string_view source;
  std::string_view batcher;
};

class RandomStepsResumeTest : public RandomStepsTest, public testing::WithParamInterface<Case> {};

TEST_P(RandomStepsResumeTest, ThreadsDoNotMatter) {
  frazo::Pipeline config = Config(GetParam().source, GetParam().batcher);
  config.set_threads(1);
  const std::vector<std::string> expected = ReadBatches(*MakePipeline(config));
  config.set_threads(4);
  EXPECT_THAT(ReadBatches(*MakePipeline(config)), ElementsAreArray(expected));
}

TEST_P(RandomStepsResumeTest, ARestoredPipelineGivesTheSameExamples) {
  const frazo::Pipeline config = Config(GetParam().source, GetParam().batcher);
  const auto whole = MakePipeline(config);
  std::vector<std::string> states = {whole->SaveState()};
  std::vector<std::string> batches;
  for (batch::Batch batch; whole->Next(&batch);) {
    batches.push_back(BatchText(batch));
    states.push_back(whole->SaveState());
  }
  for (size_t done = 0; done < states.size(); ++done) {
    const auto resumed = MakePipeline(config);
    ASSERT_THAT(resumed->Restore(states[done]), IsOk()) << done;
    EXPECT_EQ(resumed->SaveState(), states[done]) << done;
    EXPECT_THAT(ReadBatches(*resumed), ElementsAreArray(batches.begin() + done, batches.end()))
        << done;
  }
}

class RandomStepsDivisionTest : public RandomStepsTest,
                                public testing::WithParamInterface<std::string_view> {};

TEST_P(RandomStepsDivisionTest, AnotherNumberOfReplicasDrawsTheSameNumbers) {
  frazo::Pipeline config = Config(GetParam(), kBuckets);
  const std::multiset<Draw> expected = AllDraws(config);
  const auto plan = *PipelinePlan::Create(config);
  std::multiset<Draw> draws;
  std::vector<std::string> states;
  config.set_replicas(2);
  for (int replica = 0; replica < 2; ++replica) {
    config.set_replica(replica);
    const auto pipeline = MakePipeline(config);
    ReadDraws(*pipeline, 4 + 5 * replica, &draws);
    states.push_back(pipeline->SaveState());
  }
  const auto divided = DividePipelineStates(*plan, states, 3);
  ASSERT_THAT(divided.status(), IsOk());
  config.set_replicas(3);
  for (int replica = 0; replica < 3; ++replica) {
    config.set_replica(replica);
    const auto pipeline = MakePipeline(config);
    ASSERT_THAT(pipeline->Restore((*divided)[replica]), IsOk());
    ReadDraws(*pipeline, 1'000'000, &draws);
  }
  EXPECT_EQ(draws, expected);
}

INSTANTIATE_TEST_SUITE_P(Cases, RandomStepsResumeTest,
                         testing::Values(Case{"InOrderFixed", kInOrder, kFixed},
                                         Case{"InOrderBuckets", kInOrder, kBuckets},
                                         Case{"ShuffledFixed", kShuffled, kFixed},
                                         Case{"ShuffledBuckets", kShuffled, kBuckets},
                                         Case{"MixedBuckets", kMixed, kBuckets}),
                         [](const auto& info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(Sources, RandomStepsDivisionTest, testing::Values(kInOrder, kShuffled));

TEST_F(RandomStepsTest, AHeldRecordKeepsItsEpoch) {
  const frazo::Pipeline config = Config(kInOrder, kBuckets);
  const auto pipeline = MakePipeline(config);
  PipelineState state;
  while (state.source().files().epoch() < 2) {
    ASSERT_THAT(ReadBatches(*pipeline, 1), SizeIs(1));
    ASSERT_TRUE(state.ParseFromString(pipeline->SaveState()));
  }
  EXPECT_EQ(state.seed(), 301);
  // After two epochs 3 of 48 short records and 3 of 18 long ones wait. The first record of the
  // third epoch is long, and the next two are short and fill a batch.
  EXPECT_THAT(state.held().epoch(), ElementsAre(1, 1, 1, 2));
}

TEST_F(RandomStepsTest, AStateWithoutEpochsIsThatOfTheFirstOne) {
  frazo::Pipeline config = Config(kInOrder, kBuckets);
  config.mutable_source()->mutable_files()->set_epochs(1);
  const auto pipeline = MakePipeline(config);
  ReadBatches(*pipeline, 1);
  PipelineState state;
  ASSERT_TRUE(state.ParseFromString(pipeline->SaveState()));
  ASSERT_GT(state.held().file_size(), 0);
  EXPECT_EQ(state.held().epoch_size(), 0);
  const std::vector<std::string> rest = ReadBatches(*pipeline);
  const auto resumed = MakePipeline(config);
  ASSERT_THAT(resumed->Restore(state.SerializeAsString()), IsOk());
  EXPECT_THAT(ReadBatches(*resumed), ElementsAreArray(rest));
}

TEST_F(RandomStepsTest, AStateOfAnotherSeedIsRefused) {
  frazo::Pipeline config = Config(kInOrder, kFixed);
  const std::string state = MakePipeline(config)->SaveState();
  config.set_seed(302);
  EXPECT_THAT(MakePipeline(config)->Restore(state),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("the state was saved with another seed: it was 301 and is 302")));
  // Without a random step and a shuffled source the seed decides nothing.
  config.mutable_processor()->mutable_steps()->DeleteSubrange(1, 2);
  const std::string other = MakePipeline(config)->SaveState();
  config.set_seed(303);
  EXPECT_THAT(MakePipeline(config)->Restore(other), IsOk());
}

}  // namespace
}  // namespace frazo::pipeline
