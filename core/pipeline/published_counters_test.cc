#include "core/pipeline/published_counters.h"

#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/pipeline/testing/text_pipeline.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {
namespace {

TEST(PublishedCountersTest, NumbersAreFoundWhileTheCountersLive) {
  auto first = PublishedCounters::Create();
  const auto second = PublishedCounters::Create();
  EXPECT_GT(first->number(), 0);
  EXPECT_NE(first->number(), second->number());
  EXPECT_EQ(PublishedCounters::Find(first->number()), first);
  EXPECT_EQ(PublishedCounters::Find(second->number()), second);
  const int64_t number = first->number();
  first.reset();
  EXPECT_EQ(PublishedCounters::Find(number), nullptr);
  EXPECT_EQ(PublishedCounters::Find(0), nullptr);
  EXPECT_NE(PublishedCounters::Create()->number(), number) << "a number is not given twice";
}

class PublishingTest : public testing::Test {
 protected:
  PublishingTest() { WritePairs(scratch_, 1, 60); }

  std::unique_ptr<Pipeline> Make() const {
    return MakePipeline(ParseConfig(
        scratch_,
        absl::StrCat("source { files { files { patterns: 'FOLDER/pairs-*' } epochs: 1 } }",
                     kTextProcessor, "batcher { fixed { batch_size: 7 } }")));
  }

  const bytes::ScratchFolder scratch_;
};

TEST_F(PublishingTest, ReadsWhatWasPublishedLast) {
  const auto published = PublishedCounters::Create();
  EXPECT_EQ(published->Read().plan, nullptr);
  auto pipeline = Make();
  ReadBatches(*pipeline);
  published->Publish(*pipeline);
  EXPECT_EQ(published->Read().plan.get(), &pipeline->plan());
  EXPECT_EQ(published->Read().counters.totals.records(), 60);
  auto other = Make();
  published->Publish(*other);
  EXPECT_EQ(published->Read().counters.totals.records(), 0);
}

TEST_F(PublishingTest, AnotherThreadMayReadMeanwhile) {
  const auto published = PublishedCounters::Create();
  auto pipeline = Make();
  std::thread reader([&] {
    while (published->Read().counters.totals.records() < 60) std::this_thread::yield();
  });
  batch::Batch batch;
  bool more = true;
  while (more) {
    more = pipeline->Next(&batch);
    published->Publish(*pipeline);
  }
  reader.join();
  EXPECT_EQ(published->Read().counters.totals.records(), 60);
}

}  // namespace
}  // namespace frazo::pipeline
