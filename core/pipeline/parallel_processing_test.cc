#include "core/pipeline/parallel_processing.h"

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/pipeline/testing/memory_stream.h"
#include "core/process/record_processor.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

std::unique_ptr<process::RecordProcessor> WholeRecords() {
  Processor config;
  config.mutable_raw();
  absl::StatusOr<std::unique_ptr<process::RecordProcessor>> processor =
      process::RecordProcessor::Create(config);
  if (!processor.ok()) ADD_FAILURE() << processor.status();
  return *std::move(processor);
}

std::vector<std::string> Numbers(int count) {
  std::vector<std::string> records;
  for (int i = 0; i < count; ++i) records.push_back(absl::StrCat("record ", i));
  return records;
}

class ParallelProcessingTest : public testing::TestWithParam<int> {
 protected:
  const std::unique_ptr<process::RecordProcessor> processor_ = WholeRecords();
};

TEST_P(ParallelProcessingTest, GivesAllRecordsInTheStreamsOrder) {
  const std::vector<std::string> records = Numbers(20000);
  MemoryStream stream(records);
  ParallelProcessing processing(&stream, processor_.get(), GetParam());
  std::vector<std::string> given;
  for (const ParallelProcessing::Result* result; processing.Next(&result);) {
    for (size_t i = 0; i < result->outcomes.size(); ++i) {
      given.emplace_back(result->outcomes.example(i)[0].As<std::string_view>()[0]);
    }
  }
  EXPECT_THAT(processing.status(), IsOk());
  EXPECT_THAT(given, ElementsAreArray(records));
}

TEST_P(ParallelProcessingTest, GivesTheRecordsBeforeAFailureFirst) {
  MemoryStream stream(Numbers(1000));
  stream.end_status = absl::DataLossError("the disk is gone");
  ParallelProcessing processing(&stream, processor_.get(), GetParam());
  int64_t records = 0;
  for (const ParallelProcessing::Result* result; processing.Next(&result);) {
    records += result->outcomes.size();
  }
  EXPECT_EQ(records, 1000);
  EXPECT_THAT(processing.status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("the disk is gone")));
}

TEST_P(ParallelProcessingTest, FillsItsPlacesAndReadsNoFurther) {
  MemoryStream stream(Numbers(100000));
  // Two chunks for each thread, and the one that the consumer would have.
  const int places = 2 * GetParam() + 1;
  int chunks = 0;  // Only ever touched by the thread whose turn it is.
  std::promise<void> full;
  stream.before_chunk = [&] {
    if (++chunks == places) full.set_value();
  };
  {
    ParallelProcessing processing(&stream, processor_.get(), GetParam());
    full.get_future().wait();
    // One chunk too many could show late, but there must never be one.
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_EQ(chunks, places);
}

TEST_P(ParallelProcessingTest, AStopWakesTheConsumer) {
  MemoryStream stream(Numbers(10));
  std::promise<void> reading, stopped;
  // Before the consumer is woken there is no result that it could get.
  stream.before_chunk = [&, first = true]() mutable {
    if (!std::exchange(first, false)) return;
    reading.set_value();
    stopped.get_future().wait();
  };
  ParallelProcessing processing(&stream, processor_.get(), GetParam());
  reading.get_future().wait();
  std::thread stopper([&] { processing.Stop(); });
  const ParallelProcessing::Result* result;
  EXPECT_FALSE(processing.Next(&result));
  stopper.join();
  stopped.set_value();
}

INSTANTIATE_TEST_SUITE_P(Threads, ParallelProcessingTest, testing::Values(1, 2, 8, 32));

}  // namespace
}  // namespace frazo::pipeline
