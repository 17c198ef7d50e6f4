// Uses many threads and ends early, for the sanitizers.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/testing/text_pipeline.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {
namespace {

using ::testing::ElementsAreArray;

constexpr std::string_view kEndless = R"pb(
  source {
    files {
      files { patterns: "FOLDER/pairs-*" }
      shuffle { buffer_records: 500 lanes: 32 }
    }
  }
  batcher {
    buckets {
      length_of: "source"
      length_of: "target"
      bounds: 4
      bounds: 12
      limits { examples: 16 }
    }
    prefetch_batches: 2
  }
  threads: 32
  reader_threads: 32
)pb";

class PipelineStressTest : public testing::Test {
 protected:
  PipelineStressTest() { WritePairs(scratch_, 40, 100); }

  frazo::Pipeline Config() const {
    return ParseConfig(scratch_, absl::StrCat(kEndless, kTextProcessor));
  }

  const bytes::ScratchFolder scratch_;
};

TEST_F(PipelineStressTest, ManyThreadsGiveTheOrderOfOne) {
  frazo::Pipeline config = Config();
  const std::vector<std::string> many = ReadBatches(*MakePipeline(config), 300);
  config.set_threads(1);
  config.set_reader_threads(1);
  EXPECT_THAT(many, ElementsAreArray(ReadBatches(*MakePipeline(config), 300)));
}

TEST_F(PipelineStressTest, MayBeDestroyedAtAnyTime) {
  for (int round = 0; round < 40; ++round) {
    auto pipeline = MakePipeline(Config());
    pipeline->WaitForBatch(absl::ZeroDuration());
    // The pipeline ends at times from its start until all queues are full.
    std::this_thread::sleep_for(std::chrono::microseconds(100 * round * (round % 3)));
    ReadBatches(*pipeline, round % 4);
  }
}

TEST_F(PipelineStressTest, MayBeRestoredAtAnyTime) {
  auto pipeline = MakePipeline(Config());
  ReadBatches(*pipeline, 10);
  const std::string state = pipeline->SaveState();
  const std::vector<std::string> expected = ReadBatches(*pipeline, 3);
  for (int round = 0; round < 20; ++round) {
    ASSERT_THAT(pipeline->Restore(state), IsOk());
    EXPECT_THAT(ReadBatches(*pipeline, round % 4),
                ElementsAreArray(expected.begin(), expected.begin() + round % 4));
  }
}

TEST_F(PipelineStressTest, SeveralPipelinesShareAPlan) {
  const auto plan = PipelinePlan::Create(Config());
  ASSERT_THAT(plan, IsOk());
  std::vector<std::vector<std::string>> batches(4);
  std::vector<std::thread> threads;
  for (std::vector<std::string>& given : batches) {
    threads.emplace_back([&plan, &given] {
      auto pipeline = Pipeline::Create(*plan);
      ASSERT_THAT(pipeline, IsOk());
      given = ReadBatches(**pipeline, 50);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& given : batches) EXPECT_THAT(given, ElementsAreArray(batches[0]));
}

}  // namespace
}  // namespace frazo::pipeline
