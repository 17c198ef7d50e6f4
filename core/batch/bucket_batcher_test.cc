#include "core/batch/bucket_batcher.h"

#include <string>
#include <vector>

#include "core/batch/testing/example_maker.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::batch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

const process::ExampleSchema kPairs = {{Variable("source", process::ValueType::kInt32),
                                        Variable("target", process::ValueType::kInt32),
                                        Fixed("key", process::ValueType::kInt32, {})}};

// An example with these lengths; its values and its key are `key`.
process::Example Pair(ExampleMaker* maker, int64_t source, int64_t target, int32_t key) {
  return maker->Make({maker->Int32s(std::vector<int32_t>(source, key)),
                      maker->Int32s(std::vector<int32_t>(target, key)), maker->Int32s({key})});
}

std::string Buckets(const std::string& more) {
  return "buckets { length_of: ['source', 'target'] bounds: [2, 5] " + more + " }";
}

TEST(BucketBatcherTest, TheLongestFeatureDecidesAndFullBucketsComeOut) {
  ExampleMaker maker;
  auto batcher = MakeBatcher(Buckets("limits { examples: [2, 1] }"), kPairs);
  EXPECT_THAT(batcher->buckets(), ElementsAre("length <= 2", "length <= 5"));
  batcher->Add(Pair(&maker, 2, 1, 10), Id(0));
  EXPECT_FALSE(batcher->HasBatch());
  batcher->Add(Pair(&maker, 1, 3, 20), Id(1));  // 3 > 2
  std::vector<Batch> batches = TakeAll(batcher.get());
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_EQ(batches[0].bucket, 1);
  EXPECT_THAT(Elements<int32_t>(batches[0], "key"), ElementsAre(20));
  EXPECT_THAT(Shape(batches[0], "target"), ElementsAre(1, 3));
  batcher->Add(Pair(&maker, 6, 0, 30), Id(2));  // too long
  EXPECT_EQ(batcher->counters().too_long, 1);
  batcher->Add(Pair(&maker, 0, 0, 40), Id(3));
  batches = TakeAll(batcher.get());
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_EQ(batches[0].bucket, 0);
  EXPECT_THAT(Elements<int32_t>(batches[0], "source"), ElementsAre(10, 10, 0, 0));
  EXPECT_THAT(Elements<int32_t>(batches[0], "source_length"), ElementsAre(2, 0));
  EXPECT_EQ(batcher->counters().examples, 4);
}

TEST(BucketBatcherTest, TokensLimitABatchByItsBound) {
  ExampleMaker maker;
  // A batch has 7 / 2 = 3 examples of length up to 2, or 7 / 5 = 1 of length up to 5.
  auto batcher = MakeBatcher(Buckets("tokens: 7"), kPairs);
  for (int key = 0; key < 2; ++key) {
    batcher->Add(Pair(&maker, 1, 1, key), Id(key));
    EXPECT_FALSE(batcher->HasBatch());
  }
  batcher->Add(Pair(&maker, 1, 1, 2), Id(2));
  EXPECT_THAT(TakeAll(batcher.get()), SizeIs(1));
  batcher->Add(Pair(&maker, 5, 1, 3), Id(3));
  EXPECT_THAT(TakeAll(batcher.get()), SizeIs(1));
  // A bound above `tokens` still gets one example at a time.
  auto tight = MakeBatcher(Buckets("tokens: 1"), kPairs);
  tight->Add(Pair(&maker, 5, 1, 3), Id(3));
  EXPECT_THAT(TakeAll(tight.get()), SizeIs(1));
}

TEST(BucketBatcherTest, PadsToTheBoundWhereItIsTold) {
  ExampleMaker maker;
  auto batcher = MakeBatcher(
      "buckets { length_of: 'source' bounds: [2, 5] limits { examples: 1 } pad_to_bound: true }",
      kPairs);
  batcher->Add(Pair(&maker, 3, 4, 1), Id(0));
  const std::vector<Batch> batches = TakeAll(batcher.get());
  EXPECT_THAT(Elements<int32_t>(batches[0], "source"), ElementsAre(1, 1, 1, 0, 0));
  // This feature is not in length_of, so it is padded to the longest.
  EXPECT_THAT(Shape(batches[0], "target"), ElementsAre(1, 4));
  EXPECT_EQ(batches[0].padding[0].padding_values, 2);
}

TEST(BucketBatcherTest, APartFilledBucketComesOutAtTheEndOrIsDropped) {
  for (const bool drop : {false, true}) {
    ExampleMaker maker;
    auto batcher = MakeBatcher(
        Buckets(std::string("limits { examples: 9 } drop_remainder: ") + (drop ? "true" : "false")),
        kPairs);
    batcher->Add(Pair(&maker, 5, 5, 1), Id(0));
    batcher->Add(Pair(&maker, 1, 1, 2), Id(1));
    batcher->Add(Pair(&maker, 4, 4, 3), Id(2));
    batcher->Finish();
    const std::vector<Batch> batches = TakeAll(batcher.get());
    EXPECT_EQ(batcher->counters().dropped_at_end, drop ? 3 : 0);
    if (drop) {
      EXPECT_THAT(batches, IsEmpty());
      continue;
    }
    ASSERT_THAT(batches, SizeIs(2));  // smallest bound first
    EXPECT_THAT(Elements<int32_t>(batches[0], "key"), ElementsAre(2));
    EXPECT_THAT(Elements<int32_t>(batches[1], "key"), ElementsAre(1, 3));
  }
}

TEST(BucketBatcherTest, AFlushEmptiesAllBuckets) {
  ExampleMaker maker;
  auto batcher = MakeBatcher(Buckets("limits { examples: 9 } flush_every_examples: 3"), kPairs);
  for (int round = 0; round < 2; ++round) {
    batcher->Add(Pair(&maker, 5, 5, 1), Id(0));
    batcher->Add(Pair(&maker, 9, 5, 1), Id(0));  // too long: does not count
    batcher->Add(Pair(&maker, 1, 1, 2), Id(1));
    EXPECT_FALSE(batcher->HasBatch());
    batcher->Add(Pair(&maker, 4, 4, 3), Id(2));
    EXPECT_THAT(TakeAll(batcher.get()), SizeIs(2));
  }
}

TEST(BucketBatcherTest, AStateBetweenTwoBatchesOfAFlushKeepsTheSecond) {
  ExampleMaker maker;
  const std::string config = Buckets("limits { examples: 9 } flush_every_examples: 2");
  auto batcher = MakeBatcher(config, kPairs);
  const process::Example longer = Pair(&maker, 5, 5, 1);
  batcher->Add(longer, Id(7));
  batcher->Add(Pair(&maker, 1, 1, 2), Id(8));
  ASSERT_THAT(batcher->Take(), IsOk());
  BatcherState state;
  std::vector<sources::RecordId> held;
  batcher->Save(&state, &held);
  EXPECT_THAT(held, ElementsAre(Id(7)));
  auto restored = MakeBatcher(config, kPairs);
  ASSERT_THAT(restored->Restore(state, held, {longer}), IsOk());
  const std::vector<Batch> rest = TakeAll(restored.get());
  ASSERT_THAT(rest, SizeIs(1));
  EXPECT_THAT(Elements<int32_t>(rest[0], "key"), ElementsAre(1));
  EXPECT_EQ(restored->counters().examples, 2);
}

TEST(BucketBatcherTest, AnExampleThatChangedSinceIsDataLoss) {
  ExampleMaker maker;
  auto batcher = MakeBatcher(Buckets("limits { examples: 9 }"), kPairs);
  batcher->Add(Pair(&maker, 5, 5, 1), Id(7));
  BatcherState state;
  std::vector<sources::RecordId> held;
  batcher->Save(&state, &held);
  EXPECT_THAT(MakeBatcher(Buckets("limits { examples: 9 }"), kPairs)
                  ->Restore(state, held, {Pair(&maker, 1, 1, 1)}),
              StatusIs(absl::StatusCode::kDataLoss,
                       "record 7 of file 0 of source 0 is not what it was when the batcher's state "
                       "was saved; start anew, or bring back the file"));
  EXPECT_THAT(MakeBatcher("buckets { length_of: 'source' bounds: 5 tokens: 9 }", kPairs)
                  ->Restore(state, held, {Pair(&maker, 5, 5, 1)}),
              StatusIs(kInvalid, "batcher state: it has 2 buckets; the configuration has 1"));
}

TEST(BucketBatcherTest, WrongConfigurationsNameTheirPlace) {
  const std::string rest = " tokens: 9 ";
  EXPECT_THAT(BatcherError("buckets { bounds: 5" + rest + "}", kPairs),
              StatusIs(kInvalid,
                       "buckets.length_of: name at least one feature whose length decides "
                       "the bucket"));
  EXPECT_THAT(BatcherError("buckets { length_of: 'sorce' bounds: 5" + rest + "}", kPairs),
              StatusIs(kInvalid,
                       "buckets.length_of[0]: there is no feature 'sorce'; did you mean "
                       "'source'? There are: source, target, key"));
  EXPECT_THAT(
      BatcherError("buckets { length_of: ['source', 'key'] bounds: 5" + rest + "}", kPairs),
      StatusIs(kInvalid,
               "buckets.length_of[1]: feature 'key' is INT32[]; expected one of any length"));
  EXPECT_THAT(BatcherError("buckets { length_of: 'source'" + rest + "}", kPairs),
              StatusIs(kInvalid, "buckets.bounds: give the largest length of each bucket"));
  EXPECT_THAT(BatcherError("buckets { length_of: 'source' bounds: [3, 3]" + rest + "}", kPairs),
              StatusIs(kInvalid, "buckets.bounds[1]: 3; expected more than 3"));
  EXPECT_THAT(BatcherError("buckets { length_of: 'source' bounds: 5 }", kPairs),
              StatusIs(kInvalid, "buckets.size: not set; expected one of limits, tokens"));
  EXPECT_THAT(BatcherError(Buckets("limits { examples: [1, 2, 3] }"), kPairs),
              StatusIs(kInvalid,
                       "buckets.limits.examples: 3 limits; expected 1, or 2 as there are "
                       "bounds"));
  EXPECT_THAT(BatcherError(Buckets("limits { examples: [1, 0] }"), kPairs),
              StatusIs(kInvalid, "buckets.limits.examples: 0; expected at least 1"));
  EXPECT_THAT(BatcherError(Buckets("tokens: 0"), kPairs),
              StatusIs(kInvalid, "buckets.tokens: 0; expected at least 1"));
  EXPECT_THAT(BatcherError(Buckets("tokens: 1 flush_every_examples: -1"), kPairs),
              StatusIs(kInvalid, "buckets.flush_every_examples: -1; expected at least 0"));
}

}  // namespace
}  // namespace frazo::batch
