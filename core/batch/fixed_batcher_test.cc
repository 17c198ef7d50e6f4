#include "core/batch/fixed_batcher.h"

#include <string>
#include <vector>

#include "core/batch/testing/example_maker.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::batch {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

const process::ExampleSchema kSchema = {{Variable("ids", process::ValueType::kInt32),
                                         Fixed("image", process::ValueType::kFloat32, {2, 1}),
                                         Fixed("text", process::ValueType::kBytes, {}),
                                         Variable("tags", process::ValueType::kBytes)}};

process::Example Full(ExampleMaker* maker, int32_t number) {
  return maker->Make({maker->Int32s(std::vector<int32_t>(number, number)),
                      maker->Floats({0.5f * number, 1}), maker->Bytes({"text"}),
                      maker->Bytes(std::vector<std::string_view>(number % 3, "tag"))});
}

TEST(FixedBatcherTest, PadsEachFeatureToItsLongest) {
  ExampleMaker maker;
  auto batcher =
      MakeBatcher("fixed { batch_size: 3 } padding_values { key: 'ids' value: -1 }", kSchema);
  for (const int32_t number : {1, 3}) {
    batcher->Add(Full(&maker, number), Id(number));
    EXPECT_FALSE(batcher->HasBatch());
  }
  batcher->Add(maker.Make({maker.Int32s({}), maker.Floats({7, 8}), maker.Bytes({"a\tb"}),
                           maker.Bytes({"x", "yz"})}),
               Id(9));
  const std::vector<Batch> batches = TakeAll(batcher.get());
  ASSERT_THAT(batches, SizeIs(1));
  const Batch& batch = batches[0];
  EXPECT_EQ(batch.examples, 3);
  EXPECT_THAT(Shape(batch, "ids"), ElementsAre(3, 3));
  EXPECT_THAT(Elements<int32_t>(batch, "ids"), ElementsAre(1, -1, -1, 3, 3, 3, -1, -1, -1));
  EXPECT_THAT(Elements<int32_t>(batch, "ids_length"), ElementsAre(1, 3, 0));
  EXPECT_THAT(Shape(batch, "image"), ElementsAre(3, 2, 1));
  EXPECT_THAT(Elements<float>(batch, "image"), ElementsAre(0.5, 1, 1.5, 1, 7, 8));
  EXPECT_THAT(Shape(batch, "text"), ElementsAre(3));
  EXPECT_THAT(Strings(batch, "text"), ElementsAre("text", "text", "a\tb"));
  EXPECT_THAT(Shape(batch, "tags"), ElementsAre(3, 2));
  EXPECT_THAT(Strings(batch, "tags"), ElementsAre("tag", "", "", "", "x", "yz"));
  EXPECT_THAT(Elements<int32_t>(batch, "tags_length"), ElementsAre(1, 0, 2));
  // ids has 4 real values of 9, tags 3 of 6.
  ASSERT_THAT(batch.padding, SizeIs(2));
  EXPECT_EQ(batch.padding[0].real_values, 4);
  EXPECT_EQ(batch.padding[0].padding_values, 5);
  EXPECT_EQ(batch.tensors[batch.padding[1].tensor].name, "tags");
  EXPECT_EQ(batch.padding[1].padding_values, 3);
}

TEST(FixedBatcherTest, TheRemainderComesOutSmallerOrIsDroppedAndCounted) {
  for (const bool drop : {false, true}) {
    ExampleMaker maker;
    auto batcher = MakeBatcher(
        std::string("fixed { batch_size: 2 drop_remainder: ") + (drop ? "true }" : "false }"),
        kSchema);
    EXPECT_EQ(batcher->tensors()[0].shape[0], drop ? 2 : -1);
    for (int32_t number = 0; number < 3; ++number) {
      batcher->Add(Full(&maker, number), Id(number));
      EXPECT_THAT(TakeAll(batcher.get()), SizeIs(number == 1 ? 1 : 0));
    }
    batcher->Finish();
    const std::vector<Batch> rest = TakeAll(batcher.get());
    ASSERT_THAT(rest, SizeIs(drop ? 0 : 1));
    for (const Batch& batch : rest) EXPECT_EQ(batch.examples, 1);
    EXPECT_EQ(batcher->counters().dropped_at_end, drop ? 1 : 0);
    batcher->Finish();
    EXPECT_THAT(TakeAll(batcher.get()), IsEmpty());
    EXPECT_EQ(batcher->counters().dropped_at_end, drop ? 1 : 0);
  }
}

TEST(FixedBatcherTest, ABatchOutlivesItsBatcher) {
  ExampleMaker maker;
  auto batcher = MakeBatcher("fixed { batch_size: 1 }", kSchema);
  batcher->Add(Full(&maker, 2), Id(0));
  const std::vector<Batch> batches = TakeAll(batcher.get());
  batcher.reset();
  const std::shared_ptr<char> adopted = batches[0].Find("ids")->memory;
  EXPECT_EQ(*reinterpret_cast<const int32_t*>(adopted.get()), 2);
}

TEST(FixedBatcherTest, WrongConfigurationsNameTheirPlace) {
  EXPECT_THAT(BatcherError("", kSchema),
              StatusIs(kInvalid, "kind: not set; expected one of fixed, buckets, packing"));
  EXPECT_THAT(BatcherError("fixed { batch_size: 0 }", kSchema),
              StatusIs(kInvalid, "fixed.batch_size: 0; expected at least 1"));
  const std::string fixed = "fixed { batch_size: 1 } padding_values ";
  EXPECT_THAT(BatcherError(fixed + "{ key: 'idz' value: 1 }", kSchema),
              StatusIs(kInvalid,
                       "padding_values['idz']: there is no feature 'idz'; did you mean "
                       "'ids'? There are: ids, image, text, tags"));
  EXPECT_THAT(BatcherError(fixed + "{ key: 'image' value: 1 }", kSchema),
              StatusIs(kInvalid,
                       "padding_values['image']: feature 'image' is FLOAT32[2, 1]; only "
                       "numbers of any length are padded"));
  EXPECT_THAT(BatcherError(fixed + "{ key: 'ids' value: 0.5 }", kSchema),
              StatusIs(kInvalid, "padding_values['ids']: 0.5 is not a value of type INT32"));
  EXPECT_THAT(BatcherError(fixed + "{ key: 'ids' value: 2147483648 }", kSchema),
              StatusIs(kInvalid, HasSubstr("is not a value of type INT32")));
  EXPECT_THAT(
      BatcherError("fixed { batch_size: 1 }", {{Variable("a", process::ValueType::kInt32),
                                                Variable("a_length", process::ValueType::kInt32)}}),
      StatusIs(kInvalid, HasSubstr("the lengths of feature 'a' are to be 'a_length'")));
}

TEST(FixedBatcherTest, StatesOfOtherConfigurationsAreRefused) {
  ExampleMaker maker;
  auto batcher = MakeBatcher("fixed { batch_size: 4 }", kSchema);
  for (int32_t number = 0; number < 3; ++number) batcher->Add(Full(&maker, number), Id(number));
  BatcherState state;
  std::vector<sources::RecordId> held;
  batcher->Save(&state, &held);
  const std::vector<process::Example> examples = {Full(&maker, 0), Full(&maker, 1),
                                                  Full(&maker, 2)};
  EXPECT_THAT(MakeBatcher("fixed { batch_size: 2 }", kSchema)->Restore(state, held, examples),
              StatusIs(kInvalid, "batcher state: it holds 3 records; fixed.batch_size is 2"));
  EXPECT_THAT(
      MakeBatcher("fixed { batch_size: 4 }", kSchema)->Restore(state, held, {}),
      StatusIs(kInvalid, "batcher state: it holds 3 records; 3 ids and 0 examples came with it"));
  state.add_due(1);
  EXPECT_THAT(MakeBatcher("fixed { batch_size: 4 }", kSchema)->Restore(state, held, examples),
              StatusIs(kInvalid, "batcher state: 1 can't be due among 1"));
}

}  // namespace
}  // namespace frazo::batch
