#include "core/batch/packing_batcher.h"

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

const process::ExampleSchema kOne = {{Variable("ids", process::ValueType::kInt32)}};
const process::ExampleSchema kTwo = {{Variable("source", process::ValueType::kInt32),
                                      Variable("target", process::ValueType::kInt32)}};

process::Example Ids(ExampleMaker* maker, int64_t length, int32_t value) {
  return maker->Make({maker->Int32s(std::vector<int32_t>(length, value))});
}

std::string Packing(const std::string& more) {
  return "packing { streams { feature: 'ids' length: 5 } " + more + " }";
}

TEST(PackingBatcherTest, TwoStreamsShareRowsAndSegments) {
  ExampleMaker maker;
  // The lengths of the reference example; first fit puts the pairs (2, 1) and (3, 3) into row 0,
  // (1, 2) and (2, 2) into row 1.
  auto batcher = MakeBatcher(R"pb(packing {
                                    streams { feature: "source" length: 5 }
                                    streams { feature: "target" length: 5 }
                                    rows: 2
                                  }
                                  padding_values { key: "target" value: -1 })pb",
                             kTwo);
  const int64_t source[] = {2, 3, 1, 2};
  const int64_t target[] = {1, 3, 2, 2};
  for (int32_t index = 0; index < 4; ++index) {
    batcher->Add(maker.Make({maker.Int32s(std::vector<int32_t>(source[index], 10 + index)),
                             maker.Int32s(std::vector<int32_t>(target[index], 20 + index))}),
                 Id(index));
  }
  batcher->Finish();
  const std::vector<Batch> batches = TakeAll(batcher.get());
  ASSERT_THAT(batches, SizeIs(1));
  const Batch& batch = batches[0];
  EXPECT_EQ(batch.examples, 4);
  EXPECT_THAT(Shape(batch, "source"), ElementsAre(2, 5));
  EXPECT_THAT(Elements<int32_t>(batch, "source"),
              ElementsAre(10, 10, 11, 11, 11, 12, 13, 13, 0, 0));
  EXPECT_THAT(Elements<int32_t>(batch, "source_segment_ids"),
              ElementsAre(1, 1, 2, 2, 2, 1, 2, 2, 0, 0));
  EXPECT_THAT(Elements<int32_t>(batch, "source_segment_pos"),
              ElementsAre(0, 1, 0, 1, 2, 0, 0, 1, 0, 0));
  EXPECT_THAT(Elements<int32_t>(batch, "target"),
              ElementsAre(20, 21, 21, 21, -1, 22, 22, 23, 23, -1));
  EXPECT_THAT(Elements<int32_t>(batch, "target_segment_ids"),
              ElementsAre(1, 2, 2, 2, 0, 1, 1, 2, 2, 0));
  EXPECT_THAT(Elements<int32_t>(batch, "target_segment_pos"),
              ElementsAre(0, 0, 1, 2, 0, 0, 1, 0, 1, 0));
  ASSERT_THAT(batch.padding, SizeIs(2));
  EXPECT_EQ(batch.padding[0].padding_values, 2);
  EXPECT_EQ(batch.padding[1].real_values, 8);
}

TEST(PackingBatcherTest, FirstFitTakesTheOldestRowAndBestFitTheFullest) {
  // Rows of 5: 3 | 4 | and then 1 fits both.
  for (const bool best : {false, true}) {
    ExampleMaker maker;
    auto batcher = MakeBatcher(
        Packing(std::string("rows: 2 fit: ") + (best ? "BEST_FIT" : "FIRST_FIT")), kOne);
    for (const int64_t length : {3, 4, 1}) batcher->Add(Ids(&maker, length, length), Id(length));
    batcher->Finish();
    const Batch batch = *batcher->Take();
    if (best) {
      EXPECT_THAT(Elements<int32_t>(batch, "ids"), ElementsAre(3, 3, 3, 0, 0, 4, 4, 4, 4, 1));
    } else {
      EXPECT_THAT(Elements<int32_t>(batch, "ids"), ElementsAre(3, 3, 3, 1, 0, 4, 4, 4, 4, 0));
    }
  }
}

TEST(PackingBatcherTest, TheFullestRowsLeaveInTheOrderOfTheirOpening) {
  ExampleMaker maker;
  auto batcher = MakeBatcher(Packing("rows: 2 open_rows: 3"), kOne);
  // Rows of 5: 3 | 5 | 4; the next 3 fits none. The fullest two, 5 and 4, leave.
  for (const int64_t length : {3, 5, 4}) batcher->Add(Ids(&maker, length, length), Id(length));
  EXPECT_FALSE(batcher->HasBatch());
  batcher->Add(Ids(&maker, 3, 9), Id(9));
  const std::vector<Batch> batches = TakeAll(batcher.get());
  ASSERT_THAT(batches, SizeIs(1));
  EXPECT_THAT(Elements<int32_t>(batches[0], "ids"), ElementsAre(5, 5, 5, 5, 5, 4, 4, 4, 4, 0));
  batcher->Finish();
  const Batch last = *batcher->Take();
  EXPECT_THAT(Elements<int32_t>(last, "ids"), ElementsAre(3, 3, 3, 0, 0, 9, 9, 9, 0, 0));
  EXPECT_FALSE(batcher->HasBatch());
}

TEST(PackingBatcherTest, WhatDoesNotFitOrIsEmptyIsCounted) {
  ExampleMaker maker;
  auto batcher = MakeBatcher(Packing("rows: 1"), kOne);
  batcher->Add(Ids(&maker, 6, 1), Id(0));
  batcher->Add(Ids(&maker, 0, 1), Id(1));
  batcher->Finish();
  EXPECT_THAT(TakeAll(batcher.get()), IsEmpty());
  EXPECT_EQ(batcher->counters().examples, 2);
  EXPECT_EQ(batcher->counters().too_long, 1);
  EXPECT_EQ(batcher->counters().empty, 1);
}

TEST(PackingBatcherTest, AnExampleWithOneEmptyStreamKeepsItsSegment) {
  ExampleMaker maker;
  auto batcher = MakeBatcher(
      "packing { streams { feature: 'source' length: 4 } streams { feature: 'target' length: 4 } "
      "rows: 1 }",
      kTwo);
  batcher->Add(maker.Make({maker.Int32s({1}), maker.Int32s({})}), Id(0));
  batcher->Add(maker.Make({maker.Int32s({2}), maker.Int32s({3})}), Id(1));
  batcher->Finish();
  const Batch batch = *batcher->Take();
  EXPECT_THAT(Elements<int32_t>(batch, "source_segment_ids"), ElementsAre(1, 2, 0, 0));
  EXPECT_THAT(Elements<int32_t>(batch, "target_segment_ids"), ElementsAre(2, 0, 0, 0));
}

TEST(PackingBatcherTest, TheLastRowsComeOutOrAreDroppedAndCounted) {
  for (const bool drop : {false, true}) {
    ExampleMaker maker;
    auto batcher = MakeBatcher(
        Packing(std::string("rows: 2 open_rows: 9 drop_remainder: ") + (drop ? "true" : "false")),
        kOne);
    EXPECT_EQ(batcher->tensors()[0].shape[0], drop ? 2 : -1);
    for (int32_t index = 0; index < 3; ++index) batcher->Add(Ids(&maker, 5, index), Id(index));
    batcher->Finish();
    const std::vector<Batch> batches = TakeAll(batcher.get());
    ASSERT_THAT(batches, SizeIs(drop ? 1 : 2));
    EXPECT_EQ(batches[0].examples, 2);
    EXPECT_EQ(batcher->counters().dropped_at_end, drop ? 1 : 0);
  }
}

TEST(PackingBatcherTest, WrongConfigurationsNameTheirPlace) {
  EXPECT_THAT(BatcherError(Packing("rows: 0"), kOne),
              StatusIs(kInvalid, "packing.rows: 0; expected at least 1"));
  EXPECT_THAT(
      BatcherError(Packing("rows: 3 open_rows: 2"), kOne),
      StatusIs(kInvalid, "packing.open_rows: 2; expected at least packing.rows, which is 3"));
  EXPECT_THAT(BatcherError("packing { rows: 1 }", kOne),
              StatusIs(kInvalid, "packing.streams: name at least one feature to pack"));
  EXPECT_THAT(BatcherError("packing { rows: 1 streams { feature: 'idz' length: 1 } }", kOne),
              StatusIs(kInvalid,
                       "packing.streams[0].feature: there is no feature 'idz'; did you "
                       "mean 'ids'? There are: ids"));
  EXPECT_THAT(BatcherError("packing { rows: 1 streams { feature: 'ids' } }", kOne),
              StatusIs(kInvalid, "packing.streams[0].length: 0; expected at least 1"));
  EXPECT_THAT(BatcherError(Packing("rows: 1 streams { feature: 'ids' length: 1 }"), kOne),
              StatusIs(kInvalid, "packing.streams[1].feature: 'ids' is a stream already"));
  EXPECT_THAT(BatcherError(Packing("rows: 1"), {{Fixed("ids", process::ValueType::kInt32, {5})}}),
              StatusIs(kInvalid,
                       "packing.streams[0].feature: 'ids' is INT32[5]; expected numbers "
                       "of any length"));
  EXPECT_THAT(
      BatcherError(Packing("rows: 1"), {{Variable("ids", process::ValueType::kInt32),
                                         Fixed("label", process::ValueType::kInt32, {})}}),
      StatusIs(kInvalid,
               "packing.streams: feature 'label' (INT32[]) is not a stream, and rows have no "
               "space for it; pack it, or drop it with a step of the processor"));
}

}  // namespace
}  // namespace frazo::batch
