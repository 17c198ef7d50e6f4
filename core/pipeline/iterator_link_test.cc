#include "core/pipeline/iterator_link.h"

#include <memory>
#include <thread>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/pipeline/testing/text_pipeline.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {
namespace {

TEST(IteratorLinkTest, NumbersAreFoundWhileTheCountersLive) {
  auto first = IteratorLink::Create();
  const auto second = IteratorLink::Create();
  EXPECT_GT(first->number(), 0);
  EXPECT_NE(first->number(), second->number());
  EXPECT_EQ(IteratorLink::Find(first->number()), first);
  EXPECT_EQ(IteratorLink::Find(second->number()), second);
  const int64_t number = first->number();
  first.reset();
  EXPECT_EQ(IteratorLink::Find(number), nullptr);
  EXPECT_EQ(IteratorLink::Find(0), nullptr);
  EXPECT_NE(IteratorLink::Create()->number(), number) << "a number is not given twice";
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
  const auto published = IteratorLink::Create();
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

TEST(IteratorLinkTest, AStateIsReadUntilTheNextAndABeginningIsTakenOnce) {
  const auto link = IteratorLink::Create();
  EXPECT_EQ(link->ReadState(), "");
  link->PublishState("first");
  link->PublishState("second");
  EXPECT_EQ(link->ReadState(), "second");
  EXPECT_EQ(link->ReadState(), "second");
  EXPECT_EQ(link->TakeBeginning(), std::nullopt);
  link->BeginNextAt("there");
  EXPECT_EQ(link->TakeBeginning(), "there");
  EXPECT_EQ(link->TakeBeginning(), std::nullopt);
}

TEST_F(PublishingTest, AnotherThreadMayReadMeanwhile) {
  const auto published = IteratorLink::Create();
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
