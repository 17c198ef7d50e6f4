#include "core/pipeline/pipeline.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/pipeline/testing/text_pipeline.h"
#include "core/sources/testing/record_streams.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view kInOrder = R"pb(
  source {
    files {
      files { patterns: "FOLDER/pairs-*" }
      epochs: 1
    }
  }
)pb";
constexpr std::string_view kShuffled = R"pb(
  source {
    files {
      files { patterns: "FOLDER/pairs-*" }
      epochs: 2
      shuffle { buffer_records: 64 lanes: 3 }
    }
  }
)pb";
constexpr std::string_view kMixed = R"pb(
  source {
    mixture {
      parts {
        source {
          files { patterns: "FOLDER/pairs-000" }
          epochs: 2
          shuffle {}
        }
        weight: 3
      }
      parts {
        source {
          files { patterns: "FOLDER/pairs-00[12]" }
          epochs: 1
        }
      }
      at_end: DROP
    }
  }
)pb";
constexpr std::string_view kFixed = "batcher { fixed { batch_size: 7 } }";
constexpr std::string_view kBuckets = R"pb(
  batcher {
    buckets {
      length_of: "source"
      length_of: "target"
      bounds: 3
      bounds: 6
      bounds: 10
      tokens: 60
      flush_every_examples: 50
    }
  }
)pb";
constexpr std::string_view kPacked = R"pb(
  batcher {
    packing {
      streams { feature: "source" length: 16 }
      streams { feature: "target" length: 20 }
      rows: 4
      open_rows: 9
      fit: BEST_FIT
    }
  }
)pb";

class PipelineTest : public testing::Test {
 protected:
  PipelineTest() { WritePairs(scratch_, 3, 60); }

  frazo::Pipeline Config(std::string_view source, std::string_view batcher) const {
    return ParseConfig(scratch_, absl::StrCat(source, kTextProcessor, batcher));
  }

  // One pass over the file `texts`, whose records are numbers; one record may be bad.
  frazo::Pipeline Numbers(std::string_view steps, std::string_view batcher) const {
    return ParseConfig(
        scratch_,
        absl::StrCat(
            "source { files { files { patterns: 'FOLDER/texts' } epochs: 1 } } processor { "
            "raw { name: 'n' } steps { parse_numbers { field: 'n' type: INT32 } } ",
            steps, " max_bad_records: 1 } ", batcher));
  }

  const bytes::ScratchFolder scratch_;
};

TEST_F(PipelineTest, MakesBatchesOfFiles) {
  scratch_.Write("two", records::EncodeRecords({"a b\tc", "d\t", "\ta", "a\tb c"}));
  auto pipeline = MakePipeline(ParseConfig(
      scratch_, absl::StrCat("source { files { files { patterns: 'FOLDER/two' } epochs: 1 } }",
                             kTextProcessor, "batcher { fixed { batch_size: 2 } }")));
  EXPECT_THAT(ReadBatches(*pipeline), ElementsAre("bucket 0 examples 2\n"
                                                  "source[2,2,] 3 4 6 0 \nsource_length[2,] 2 1 \n"
                                                  "target[2,2,] 5 2 2 0 \ntarget_length[2,] 2 1 \n",
                                                  "bucket 0 examples 1\n"
                                                  "source[1,1,] 3 \nsource_length[1,] 1 \n"
                                                  "target[1,3,] 4 5 2 \ntarget_length[1,] 3 \n"));
  EXPECT_THAT(pipeline->status(), IsOk());
  const PipelineCounters counters = pipeline->counters();
  EXPECT_EQ(counters.totals.records(), 4);
  EXPECT_EQ(counters.totals.record_bytes(), 5 + 2 + 2 + 5);
  EXPECT_EQ(counters.totals.batches(), 2);
  EXPECT_THAT(counters.totals.filtered(), ElementsAre(1));
  EXPECT_EQ(counters.batcher.examples, 3);
  EXPECT_EQ(counters.stream.records, 4);
  EXPECT_EQ(pipeline->padding_report().buckets()[0].batches, 2);
}

TEST_F(PipelineTest, TellsTheNumberOfEachExamplesRecord) {
  scratch_.Write("texts", records::EncodeRecords({"1", "x", "1 2", "1 2 3", "2"}));
  auto pipeline = MakePipeline(
      Numbers("", "batcher { buckets { length_of: 'n' bounds: 1 bounds: 2 tokens: 6 } }"));
  batch::Batch batch;
  ASSERT_TRUE(pipeline->Next(&batch));
  EXPECT_THAT(batch.record_numbers, ElementsAre(0, 4)) << "of length 1";
  ASSERT_TRUE(pipeline->Next(&batch));
  EXPECT_THAT(batch.record_numbers, ElementsAre(2)) << "of length 2; number 1 is bad, 3 too long";
}

TEST_F(PipelineTest, CountsTheExamplesThatAStepCutOff) {
  scratch_.Write("texts", records::EncodeRecords({"1 2 3", "", "1 2", "1 2 3 4", "x"}));
  auto pipeline = MakePipeline(Numbers("steps { truncate { field: 'n' length: 2 } }",
                                       "batcher { fixed { batch_size: 3 } }"));
  EXPECT_THAT(ReadBatches(*pipeline), SizeIs(2));
  EXPECT_THAT(pipeline->status(), IsOk());
  // The first and the fourth.
  EXPECT_EQ(pipeline->counters().totals.truncated(), 2);
}

struct Case {
  std::string_view name;
  std::string_view source;
  std::string_view batcher;
};

class ResumeTest : public PipelineTest, public testing::WithParamInterface<Case> {};

TEST_P(ResumeTest, ThreadsDoNotMatter) {
  frazo::Pipeline config = Config(GetParam().source, GetParam().batcher);
  config.set_threads(1);
  const std::vector<std::string> expected = ReadBatches(*MakePipeline(config));
  EXPECT_GT(expected.size(), 5);
  for (const int threads : {2, 8, 32}) {
    config.set_threads(threads);
    EXPECT_THAT(ReadBatches(*MakePipeline(config)), ElementsAreArray(expected)) << threads;
  }
}

TEST_P(ResumeTest, GoesOnAfterEveryBatch) {
  frazo::Pipeline config = Config(GetParam().source, GetParam().batcher);
  config.set_threads(2);
  auto whole = MakePipeline(config);
  std::vector<std::string> states = {whole->SaveState()};
  std::vector<std::string> batches;
  for (batch::Batch batch; whole->Next(&batch);) {
    batches.push_back(BatchText(batch));
    states.push_back(whole->SaveState());
  }
  const std::string end = whole->SaveState();
  for (size_t done = 0; done < states.size(); ++done) {
    EXPECT_LT(states[done].size(), 4096);
    auto resumed = MakePipeline(config);
    ASSERT_THAT(resumed->Restore(states[done]), IsOk()) << done;
    EXPECT_EQ(resumed->SaveState(), states[done]) << done;
    EXPECT_THAT(ReadBatches(*resumed), ElementsAreArray(batches.begin() + done, batches.end()))
        << done;
    EXPECT_THAT(resumed->status(), IsOk());
    EXPECT_EQ(resumed->SaveState(), end) << done;
  }
  auto at_end = MakePipeline(config);
  ASSERT_THAT(at_end->Restore(end), IsOk());
  EXPECT_THAT(ReadBatches(*at_end), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Cases, ResumeTest,
                         testing::Values(Case{"InOrderFixed", kInOrder, kFixed},
                                         Case{"InOrderBuckets", kInOrder, kBuckets},
                                         Case{"ShuffledBuckets", kShuffled, kBuckets},
                                         Case{"ShuffledPacked", kShuffled, kPacked},
                                         Case{"MixedBuckets", kMixed, kBuckets}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(PipelineTest, RestoresAtAnyTime) {
  auto pipeline = MakePipeline(Config(kShuffled, kBuckets));
  const std::string start = pipeline->SaveState();
  const std::vector<std::string> batches = ReadBatches(*pipeline, 5);
  const std::string middle = pipeline->SaveState();
  const std::vector<std::string> rest = ReadBatches(*pipeline);
  ASSERT_THAT(pipeline->Restore(middle), IsOk());
  EXPECT_THAT(ReadBatches(*pipeline), ElementsAreArray(rest));
  ASSERT_THAT(pipeline->Restore(start), IsOk());
  EXPECT_THAT(ReadBatches(*pipeline, 5), ElementsAreArray(batches));
}

TEST_F(PipelineTest, WaitsForABatchWithATimeout) {
  auto pipeline = MakePipeline(Config(kInOrder, kFixed));
  while (!pipeline->WaitForBatch(absl::Milliseconds(1))) {
  }
  EXPECT_THAT(ReadBatches(*pipeline, 1), SizeIs(1));
  while (!ReadBatches(*pipeline, 1).empty()) {
  }
  EXPECT_TRUE(pipeline->WaitForBatch(absl::ZeroDuration())) << "the end needs no waiting";
}

TEST_F(PipelineTest, AnEmptyFileGivesNoBatch) {
  scratch_.Write("pairs-empty", "");
  auto pipeline = MakePipeline(ParseConfig(
      scratch_,
      absl::StrCat("source { files { files { patterns: 'FOLDER/pairs-empty' } epochs: 1 } }",
                   kTextProcessor, kFixed)));
  EXPECT_THAT(ReadBatches(*pipeline), IsEmpty());
  EXPECT_THAT(pipeline->status(), IsOk());
}

TEST_F(PipelineTest, AnEndlessSourceWithoutAnExampleIsAnError) {
  auto pipeline = MakePipeline(ParseConfig(
      scratch_, absl::StrCat("source { files { files { patterns: 'FOLDER/pairs-*' } } }", R"pb(
                               processor {
                                 raw {}
                                 steps { parse_numbers { field: "record" } }
                                 steps { filter_by_length { field: "record" min_length: 1000 } }
                                 max_bad_records: 1000000000
                               }
                             )pb",
                             kFixed)));
  EXPECT_THAT(ReadBatches(*pipeline), IsEmpty());
  EXPECT_THAT(pipeline->status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("became an example")));
}

class BadRecordTest : public PipelineTest {
 protected:
  BadRecordTest() {
    scratch_.Write("bad", records::EncodeRecords({"a\tb", "one column", "a\tb", "a\tb\tc", "a\tb",
                                                  "x", "a\tb", "y", "a\tb"}));
    config_ = ParseConfig(
        scratch_, absl::StrCat("source { files { files { patterns: 'FOLDER/bad' } epochs: 1 } }",
                               kTextProcessor, "batcher { fixed { batch_size: 1 } }"));
  }

  frazo::Pipeline config_;
};

TEST_F(BadRecordTest, StopsAtTheFirstOneOverTheBudget) {
  auto pipeline = MakePipeline(config_);
  EXPECT_THAT(ReadBatches(*pipeline), SizeIs(4)) << "the batches before it";
  EXPECT_THAT(
      pipeline->status(),
      StatusIs(
          absl::StatusCode::kInvalidArgument,
          AllOf(HasSubstr(absl::StrCat("'", scratch_.Path("bad"), "': record 7 at byte 140: ")),
                HasSubstr("this is bad record number 4, and processor.max_bad_records "
                          "permits 3"))));
  batch::Batch batch;
  EXPECT_FALSE(pipeline->Next(&batch)) << "and stays stopped";
}

TEST_F(BadRecordTest, CountsThoseWithinTheBudgetAndKeepsSamples) {
  config_.mutable_processor()->set_max_bad_records(4);
  auto pipeline = MakePipeline(config_);
  EXPECT_THAT(ReadBatches(*pipeline), SizeIs(5));
  EXPECT_THAT(pipeline->status(), IsOk());
  EXPECT_EQ(pipeline->counters().totals.bad_records(), 4);
  EXPECT_THAT(pipeline->counters().bad_record_samples,
              ElementsAre(HasSubstr("record 1 at byte 19: "), HasSubstr("record 3 at "),
                          HasSubstr("record 5 at "), HasSubstr("record 7 at ")));
}

TEST_F(BadRecordTest, OneThatComesAgainCountsOnceForTheBudget) {
  config_.mutable_processor()->set_max_bad_records(4);
  config_.mutable_source()->mutable_files()->set_epochs(3);
  auto pipeline = MakePipeline(config_);
  // 5 good records and 4 bad ones, three times.
  EXPECT_THAT(ReadBatches(*pipeline), SizeIs(3 * 5));
  EXPECT_THAT(pipeline->status(), IsOk());
  EXPECT_EQ(pipeline->counters().totals.bad_records(), 3 * 4);
  EXPECT_THAT(pipeline->counters().bad_record_samples, SizeIs(4));
  auto resumed = MakePipeline(config_);
  auto first = MakePipeline(config_);
  EXPECT_THAT(ReadBatches(*first, 7), SizeIs(7));
  ASSERT_THAT(resumed->Restore(first->SaveState()), IsOk());
  EXPECT_THAT(ReadBatches(*resumed), SizeIs(3 * 5 - 7));
  EXPECT_THAT(resumed->status(), IsOk());
  EXPECT_EQ(resumed->counters().totals.bad_records(), 3 * 4);
}

TEST_F(BadRecordTest, TheBudgetIsNotRenewedByARestart) {
  auto first = MakePipeline(config_);
  EXPECT_THAT(ReadBatches(*first, 4), SizeIs(4));
  auto second = MakePipeline(config_);
  ASSERT_THAT(second->Restore(first->SaveState()), IsOk());
  EXPECT_THAT(ReadBatches(*second), IsEmpty());
  EXPECT_THAT(second->status(),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("bad record number 4")));
}

TEST_F(PipelineTest, ErrorsNameThePlaceInTheConfiguration) {
  const auto error = [&](std::string_view change) {
    frazo::Pipeline config = Config(kInOrder, kFixed);
    config.MergeFrom(ParseConfig(scratch_, change));
    const auto plan = PipelinePlan::Create(config);
    if (!plan.ok()) return plan.status();
    return Pipeline::Create(*plan).status();
  };
  EXPECT_THAT(error("threads: -1"), StatusIs(absl::StatusCode::kInvalidArgument,
                                             "threads: is -1 but must be at least 0"));
  EXPECT_THAT(
      error("reader_threads: -1"),
      StatusIs(absl::StatusCode::kInvalidArgument, "reader_threads: is -1 but must be at least 0"));
  EXPECT_THAT(error("batcher { prefetch_batches: 0 }"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "batcher.prefetch_batches: is 0 but must be at least 1"));
  EXPECT_THAT(error("processor { max_bad_records: -1 }"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "processor.max_bad_records: is -1 but must be at least 0"));
  EXPECT_THAT(error("processor { steps { drop { field: 'sauce' } } }"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("processor.steps[4]")));
  EXPECT_THAT(
      error("batcher { buckets { length_of: 'sauce' bounds: 1 tokens: 1 } }"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("batcher.buckets.length_of[0]")));
  EXPECT_THAT(error("source { files { files { patterns: 'FOLDER/none-*' } } }"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("none-*")));
}

TEST_F(PipelineTest, RelativePathsAreFoundBelowTheSearchFolders) {
  frazo::Pipeline config = ParseConfig(scratch_, R"pb(
    source {
      files {
        files { patterns: "pairs-*" }
        epochs: 1
      }
    }
    processor {
      raw {}
      steps {
        tokenize {
          field: "record"
          tokenizer { word { vocabulary: "words.txt" } }
        }
      }
    }
    batcher { fixed { batch_size: 1000 } }
  )pb");
  const auto plan = PipelinePlan::Create(config, {"/nowhere", scratch_.Path("")});
  ASSERT_THAT(plan, IsOk());
  const auto pipeline = Pipeline::Create(*plan);
  ASSERT_THAT(pipeline, IsOk());
  EXPECT_THAT(ReadBatches(**pipeline), SizeIs(1));
}

class RefusalTest : public PipelineTest {
 protected:
  RefusalTest() {
    auto pipeline = MakePipeline(Config(kShuffled, kBuckets));
    ReadBatches(*pipeline, 3);
    state_ = pipeline->SaveState();
  }

  absl::Status Restore(const frazo::Pipeline& config) {
    return MakePipeline(config)->Restore(state_);
  }

  std::string state_;
};

TEST_F(RefusalTest, NamesTheDifferenceInTheProcessor) {
  frazo::Pipeline config = Config(kShuffled, kBuckets);
  config.mutable_processor()->mutable_steps(3)->mutable_filter_by_length()->set_min_length(2);
  EXPECT_THAT(Restore(config),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("the state was saved with another processor: "
                                 "processor.steps[3].filter_by_length.min_length was 1 and is 2; "
                                 "restore it into a pipeline of the configuration")));
}

TEST_F(RefusalTest, NamesTheDifferenceInTheBatcher) {
  frazo::Pipeline config = Config(kShuffled, kBuckets);
  config.mutable_batcher()->mutable_buckets()->set_bounds(2, 12);
  EXPECT_THAT(Restore(config), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        HasSubstr("batcher.buckets.bounds[2] was 10 and is 12")));
}

TEST_F(RefusalTest, NamesTheDifferenceInTheSource) {
  frazo::Pipeline config = Config(kShuffled, kBuckets);
  config.set_seed(302);
  EXPECT_THAT(Restore(config), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        AllOf(HasSubstr("301"), HasSubstr("302"))));
}

TEST_F(RefusalTest, TellsAnotherVocabularyOfTheSameName) {
  scratch_.Write("words.txt", "<unk>\n<s>\n</s>\nb\na\nc\nd\ne\n");
  EXPECT_THAT(Restore(Config(kShuffled, kBuckets)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("another vocabulary or object database: the fingerprint of the "
                                 "files that the steps read was")));
}

TEST_F(RefusalTest, TellsOtherFiles) {
  scratch_.Write("pairs-003", records::EncodeRecords({"a\tb"}));
  EXPECT_THAT(Restore(Config(kShuffled, kBuckets)),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("files")));
}

TEST_F(RefusalTest, TakesAVocabularyThatHasMoved) {
  std::filesystem::rename(scratch_.Path("words.txt"), scratch_.Path("moved.txt"));
  frazo::Pipeline config = Config(kShuffled, kBuckets);
  for (int step : {0, 1}) {
    config.mutable_processor()
        ->mutable_steps(step)
        ->mutable_tokenize()
        ->mutable_tokenizer()
        ->mutable_word()
        ->set_vocabulary(scratch_.Path("moved.txt"));
  }
  EXPECT_THAT(Restore(config), IsOk());
}

TEST_F(RefusalTest, TakesWhatDoesNotChangeTheBatches) {
  frazo::Pipeline config = Config(kShuffled, kBuckets);
  config.set_threads(7);
  config.set_reader_threads(9);
  config.mutable_batcher()->set_prefetch_batches(1);
  config.mutable_processor()->set_max_bad_records(1000);
  EXPECT_THAT(Restore(config), IsOk());
}

TEST_F(RefusalTest, RefusesOtherBytes) {
  for (const std::string& bytes : {std::string("no state"), std::string()}) {
    state_ = bytes;
    EXPECT_THAT(Restore(Config(kShuffled, kBuckets)),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("not the saved state of a pipeline")));
  }
}

TEST_F(RefusalTest, ChangesNothing) {
  auto expected = MakePipeline(Config(kInOrder, kFixed));
  ReadBatches(*expected, 2);
  auto pipeline = MakePipeline(Config(kInOrder, kFixed));
  ReadBatches(*pipeline, 2);
  EXPECT_FALSE(pipeline->Restore(state_).ok());
  EXPECT_THAT(ReadBatches(*pipeline), ElementsAreArray(ReadBatches(*expected)));
}

TEST_F(PipelineTest, AFileThatVanishesIsAnError) {
  auto pipeline = MakePipeline(Config(kInOrder, kFixed));
  std::filesystem::remove(scratch_.Path("pairs-001"));
  ReadBatches(*pipeline);
  EXPECT_THAT(pipeline->status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(scratch_.Path("pairs-001"))));
}

TEST_F(PipelineTest, ADamagedFileIsPassedOverIfSoConfigured) {
  std::string bytes = scratch_.Read("pairs-001");
  bytes[bytes.size() / 2] ^= 1;
  scratch_.Write("pairs-001", bytes);
  frazo::Pipeline config = Config(kInOrder, kFixed);
  auto strict = MakePipeline(config);
  ReadBatches(*strict);
  EXPECT_THAT(strict->status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(scratch_.Path("pairs-001"))));
  config.set_skip_damaged(true);
  auto lenient = MakePipeline(config);
  ReadBatches(*lenient);
  EXPECT_THAT(lenient->status(), IsOk());
  EXPECT_EQ(lenient->counters().stream.damaged_records, 1);
}

}  // namespace
}  // namespace frazo::pipeline
