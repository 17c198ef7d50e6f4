// Checks properties that every batcher has, whatever the lengths.
#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "core/batch/batcher.h"
#include "core/batch/padding_report.h"
#include "core/batch/testing/example_maker.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::batch {
namespace {

// Two sequences whose values show the example and the position: example * 100 + position + 1.
const process::ExampleSchema kSchema = {{Variable("source", process::ValueType::kInt32),
                                         Variable("target", process::ValueType::kInt32)}};
constexpr int64_t kLongest = 24;

std::vector<int32_t> Sequence(int64_t example, int64_t length) {
  std::vector<int32_t> values(length);
  for (int64_t position = 0; position < length; ++position) {
    values[position] = static_cast<int32_t>(example * 100 + position + 1);
  }
  return values;
}

std::vector<process::Example> RandomExamples(int64_t count, uint64_t seed, ExampleMaker* maker) {
  std::mt19937_64 random(seed);
  std::vector<process::Example> examples;
  for (int64_t index = 0; index < count; ++index) {
    // Some sequences are empty, and some are too long for every configuration here.
    const int64_t source = random() % kLongest;
    const int64_t target = random() % 4 == 0 ? random() % kLongest : source;
    examples.push_back(maker->Make(
        {maker->Int32s(Sequence(index, source)), maker->Int32s(Sequence(index, target))}));
  }
  return examples;
}

// Each configuration is a way to batch; together they use most of the options.
std::vector<std::string> Configs() {
  std::vector<std::string> configs;
  for (const char* const drop : {"false", "true"}) {
    const std::string remainder = std::string(" drop_remainder: ") + drop;
    for (const char* const size : {"1", "3", "7"}) {
      configs.push_back("fixed { batch_size: " + std::string(size) + remainder + " }");
    }
    for (const char* const more :
         {"tokens: 40", "limits { examples: [5, 3, 2] }", "limits { examples: 1 }",
          "tokens: 60 flush_every_examples: 7", "tokens: 60 pad_to_bound: true"}) {
      configs.push_back("buckets { length_of: ['source', 'target'] bounds: [5, 10, 20] " +
                        std::string(more) + remainder + " }");
    }
    for (const char* const more : {"rows: 1", "rows: 3", "rows: 3 open_rows: 3",
                                   "rows: 2 open_rows: 9 fit: BEST_FIT", "rows: 3 fit: BEST_FIT"}) {
      configs.push_back(
          "packing { streams { feature: 'source' length: 20 } streams { feature: 'target' length: "
          "22 } " +
          std::string(more) + remainder + " }");
    }
  }
  return configs;
}

bool IsPacking(const std::string& config) { return config.find("packing") == 0; }

// Returns the batch as text, with every byte of its numbers.
std::string Print(const Batch& batch) {
  std::string text;
  for (const BatchTensor& tensor : batch.tensors) {
    text += tensor.name + std::string(tensor.memory.get(), tensor.byte_size);
    for (const int64_t size : tensor.shape) text += ":" + std::to_string(size);
  }
  return text + "#" + std::to_string(batch.bucket);
}

// Gives the batcher examples [begin, end) and appends the batches that it makes.
void BatchFrom(Batcher* batcher, const std::vector<process::Example>& examples, size_t begin,
               std::vector<Batch>* batches) {
  const auto take = [&] {
    for (Batch& batch : TakeAll(batcher)) batches->push_back(std::move(batch));
  };
  take();
  for (size_t index = begin; index < examples.size(); ++index) {
    batcher->Add(examples[index], Id(index));
    take();
  }
  batcher->Finish();
  take();
}

// Returns the sequences of one feature in a batch by their example, and checks that each is whole.
std::map<int64_t, int64_t> Unpack(const Batch& batch, const std::string& name, bool is_packed) {
  std::map<int64_t, int64_t> lengths;
  const std::vector<int32_t> values = Elements<int32_t>(batch, name);
  const int64_t width = Shape(batch, name)[1];
  // Packed rows have segment ids and positions; others have lengths.
  const std::vector<int32_t> segments =
      Elements<int32_t>(batch, name + (is_packed ? "_segment_ids" : "_length"));
  const std::vector<int32_t> positions =
      is_packed ? Elements<int32_t>(batch, name + "_segment_pos") : std::vector<int32_t>();
  for (size_t index = 0; index < values.size(); ++index) {
    const int64_t column = index % width;
    int64_t position = column;
    bool is_padding;
    if (is_packed) {
      is_padding = segments[index] == 0;
      position = positions[index];
    } else {
      is_padding = column >= segments[index / width];
    }
    if (is_padding) {
      EXPECT_EQ(values[index], 0);
      continue;
    }
    const int64_t example = (values[index] - 1) / 100;
    EXPECT_EQ(values[index], example * 100 + position + 1);
    EXPECT_EQ(position, lengths[example]++);
  }
  return lengths;
}

// The parameter counts the draws of examples.
class BatcherPropertyTest : public testing::TestWithParam<int> {
 protected:
  // `own` keeps the tests' seeds apart.
  uint64_t Seed(uint64_t own) const { return TestSeed(own + 1000 * GetParam()); }
};

TEST_P(BatcherPropertyTest, EveryExampleComesOutOnceAndWholeOrIsCounted) {
  ExampleMaker maker;
  const std::vector<process::Example> examples = RandomExamples(300, Seed(1), &maker);
  for (const std::string& config : Configs()) {
    SCOPED_TRACE(config);
    auto batcher = MakeBatcher(config, kSchema);
    std::vector<Batch> batches;
    BatchFrom(batcher.get(), examples, 0, &batches);
    std::map<int64_t, int64_t> source;
    std::map<int64_t, int64_t> target;
    int64_t batched = 0;
    for (const Batch& batch : batches) {
      for (const auto& [example, length] : Unpack(batch, "source", IsPacking(config))) {
        ASSERT_TRUE(source.emplace(example, length).second) << "twice";
      }
      for (const auto& [example, length] : Unpack(batch, "target", IsPacking(config))) {
        ASSERT_TRUE(target.emplace(example, length).second) << "twice";
      }
      batched += batch.examples;
    }
    for (const auto& [example, length] : source) ASSERT_EQ(length, examples[example][0].count);
    for (const auto& [example, length] : target) ASSERT_EQ(length, examples[example][1].count);
    const BatcherCounters& counters = batcher->counters();
    EXPECT_EQ(counters.examples, 300);
    EXPECT_EQ(batched + counters.too_long + counters.empty + counters.dropped_at_end, 300);
    int64_t too_long = 0;
    const bool has_bound = config.find("fixed") != 0;
    const int64_t target_bound = IsPacking(config) ? 22 : 20;
    for (const process::Example example : examples) {
      too_long += has_bound && (example[0].count > 20 || example[1].count > target_bound);
    }
    EXPECT_EQ(counters.too_long, too_long);
    // Without dropping, every example that fits must have been in a batch.
    if (config.find("drop_remainder: false") != std::string::npos) {
      EXPECT_EQ(counters.dropped_at_end, 0);
    }
  }
}

TEST_P(BatcherPropertyTest, BucketsKeepTheirLimits) {
  ExampleMaker maker;
  const std::vector<process::Example> examples = RandomExamples(400, Seed(2), &maker);
  const int64_t bounds[] = {5, 10, 20};
  auto batcher = MakeBatcher(
      "buckets { length_of: ['source', 'target'] bounds: [5, 10, 20] tokens: 40 }", kSchema);
  std::vector<Batch> batches;
  BatchFrom(batcher.get(), examples, 0, &batches);
  for (const Batch& batch : batches) {
    const int64_t bound = bounds[batch.bucket];
    for (const char* const name : {"source", "target"}) {
      EXPECT_LE(Shape(batch, name)[0] * Shape(batch, name)[1], 40);
      EXPECT_LE(Shape(batch, name)[1], bound);
      EXPECT_LE(batch.examples, 40 / bound);
    }
    // The longest feature of some example does not fit into a smaller bucket.
    if (batch.bucket > 0) {
      EXPECT_GT(std::max(Shape(batch, "source")[1], Shape(batch, "target")[1]),
                bounds[batch.bucket - 1]);
    }
  }
}

TEST_P(BatcherPropertyTest, TheSameExamplesGiveTheSameBatches) {
  ExampleMaker maker;
  const std::vector<process::Example> examples = RandomExamples(200, Seed(3), &maker);
  for (const std::string& config : Configs()) {
    std::vector<Batch> first;
    std::vector<Batch> second;
    BatchFrom(MakeBatcher(config, kSchema).get(), examples, 0, &first);
    BatchFrom(MakeBatcher(config, kSchema).get(), examples, 0, &second);
    ASSERT_EQ(first.size(), second.size());
    for (size_t index = 0; index < first.size(); ++index) {
      ASSERT_EQ(Print(first[index]), Print(second[index])) << config;
    }
  }
}

// The state of a run after a batch or an example.
struct Snapshot {
  // The numbers of examples added and of batches taken.
  size_t examples;
  size_t batches;
  std::string state;
  std::vector<sources::RecordId> held;
};

std::vector<Snapshot> RunWithSnapshots(Batcher* batcher,
                                       const std::vector<process::Example>& examples,
                                       std::vector<Batch>* batches) {
  std::vector<Snapshot> snapshots;
  const auto save = [&](size_t added) {
    BatcherState state;
    Snapshot snapshot{added, batches->size(), "", {}};
    batcher->Save(&state, &snapshot.held);
    snapshot.state = state.SerializeAsString();
    snapshots.push_back(std::move(snapshot));
  };
  const auto take = [&](size_t added) {
    save(added);
    while (batcher->HasBatch()) {
      batches->push_back(*batcher->Take());
      save(added);
    }
  };
  for (size_t index = 0; index < examples.size(); ++index) {
    batcher->Add(examples[index], Id(index));
    take(index + 1);
  }
  batcher->Finish();
  take(examples.size());
  return snapshots;
}

TEST_P(BatcherPropertyTest, ResumingAnywhereGivesTheSameRemainder) {
  ExampleMaker maker;
  const std::vector<process::Example> examples = RandomExamples(90, Seed(4), &maker);
  for (const std::string& config : Configs()) {
    SCOPED_TRACE(config);
    auto whole = MakeBatcher(config, kSchema);
    std::vector<Batch> batches;
    for (const Snapshot& snapshot : RunWithSnapshots(whole.get(), examples, &batches)) {
      BatcherState state;
      ASSERT_TRUE(state.ParseFromString(snapshot.state));
      std::vector<process::Example> held;
      for (const sources::RecordId& id : snapshot.held)
        held.push_back(examples[id.position.record]);
      auto restored = MakeBatcher(config, kSchema);
      ASSERT_THAT(restored->Restore(state, snapshot.held, held), IsOk());
      // A restored batcher must save the state that it was restored from.
      BatcherState again;
      std::vector<sources::RecordId> held_again;
      restored->Save(&again, &held_again);
      ASSERT_EQ(again.SerializeAsString(), snapshot.state);
      ASSERT_EQ(held_again, snapshot.held);
      std::vector<Batch> rest;
      BatchFrom(restored.get(), examples, snapshot.examples, &rest);
      ASSERT_EQ(rest.size() + snapshot.batches, batches.size());
      for (size_t index = 0; index < rest.size(); ++index) {
        ASSERT_EQ(Print(rest[index]), Print(batches[snapshot.batches + index]));
      }
      EXPECT_EQ(restored->counters().dropped_at_end, whole->counters().dropped_at_end);
      EXPECT_EQ(restored->counters().too_long, whole->counters().too_long);
    }
  }
}

// Returns the values of `narrow`, each replaced by `inner` values: value * 10, value * 10 + 1, ...;
// padding, which is 0, stays 0.
std::vector<int32_t> Widen(absl::Span<const int32_t> narrow, int64_t inner) {
  std::vector<int32_t> wide;
  for (const int32_t value : narrow) {
    for (int64_t index = 0; index < inner; ++index) {
      wide.push_back(value == 0 ? 0 : value * 10 + static_cast<int32_t>(index));
    }
  }
  return wide;
}

// Expects that `wide` is `narrow` with 3 values for each of source and [2, 2] for each of target.
// `declared` are the tensors that the batcher of `wide` announces.
void ExpectWidened(const Batch& narrow, const Batch& wide,
                   const std::vector<BatchTensorSpec>& declared) {
  const std::map<std::string, std::vector<int64_t>> inner_sizes = {{"source", {3}},
                                                                   {"target", {2, 2}}};
  ASSERT_EQ(wide.tensors.size(), narrow.tensors.size());
  for (size_t tensor = 0; tensor < wide.tensors.size(); ++tensor) {
    const std::string& name = narrow.tensors[tensor].name;
    std::vector<int64_t> shape = narrow.tensors[tensor].shape;
    std::vector<int32_t> values = Elements<int32_t>(narrow, name);
    if (const auto inner = inner_sizes.find(name); inner != inner_sizes.end()) {
      shape.insert(shape.end(), inner->second.begin(), inner->second.end());
      values = Widen(values, name == "source" ? 3 : 4);
    }
    ASSERT_EQ(Shape(wide, name), shape);
    ASSERT_EQ(Elements<int32_t>(wide, name), values);
    ASSERT_EQ(declared[tensor].shape.size(), shape.size());
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      if (declared[tensor].shape[axis] < 0) continue;
      EXPECT_EQ(declared[tensor].shape[axis], shape[axis]);
    }
  }
  for (size_t count = 0; count < wide.padding.size(); ++count) {
    const int64_t inner = count == 0 ? 3 : 4;  // source, target
    EXPECT_EQ(wide.padding[count].real_values, narrow.padding[count].real_values * inner);
    EXPECT_EQ(wide.padding[count].padding_values, narrow.padding[count].padding_values * inner);
  }
}

// Features of the shapes [any, 3] and [any, 2, 2] are batched like sequences of their frames'
// numbers.
TEST(BatcherPropertyTest, FramesAreBatchedLikeSingleValues) {
  const process::ExampleSchema wide_schema = {
      {Variable("source", process::ValueType::kInt32, {3}),
       Variable("target", process::ValueType::kInt32, {2, 2})}};
  ExampleMaker maker;
  const std::vector<process::Example> narrow = RandomExamples(200, 6, &maker);
  std::vector<process::Example> wide;
  for (const process::Example example : narrow) {
    wide.push_back(maker.Make({maker.Int32s(Widen(example[0].As<int32_t>(), 3)),
                               maker.Int32s(Widen(example[1].As<int32_t>(), 4))}));
  }
  for (const std::string& config : Configs()) {
    SCOPED_TRACE(config);
    const auto batcher = MakeBatcher(config, kSchema);
    const auto wide_batcher = MakeBatcher(config, wide_schema);
    std::vector<Batch> expected;
    std::vector<Batch> batches;
    BatchFrom(batcher.get(), narrow, 0, &expected);
    BatchFrom(wide_batcher.get(), wide, 0, &batches);
    ASSERT_EQ(batches.size(), expected.size());
    for (size_t index = 0; index < batches.size(); ++index) {
      ExpectWidened(expected[index], batches[index], wide_batcher->tensors());
    }
    EXPECT_EQ(wide_batcher->counters().too_long, batcher->counters().too_long);
  }
}

double PaddingOf(const std::string& config, const std::vector<process::Example>& examples) {
  auto batcher = MakeBatcher(config, kSchema);
  std::vector<Batch> batches;
  BatchFrom(batcher.get(), examples, 0, &batches);
  PaddingReport report(batcher->buckets());
  for (const Batch& batch : batches) report.Add(batch);
  return report.padding_fraction();
}

TEST_P(BatcherPropertyTest, BucketsPadLessThanAnyOrderAndPackingLessThanBuckets) {
  ExampleMaker maker;
  const std::vector<process::Example> examples = RandomExamples(3000, Seed(5), &maker);
  const double naive = PaddingOf("fixed { batch_size: 8 }", examples);
  const double buckets = PaddingOf(
      "buckets { length_of: ['source', 'target'] bounds: [4, 8, 12, 16, 20] limits { examples: 8 } "
      "}",
      examples);
  const std::string streams =
      "packing { streams { feature: 'source' length: 64 } streams { feature: 'target' length: 64 } "
      "rows: 8 ";
  const double first_fit = PaddingOf(streams + "}", examples);
  const double best_fit = PaddingOf(streams + "fit: BEST_FIT }", examples);
  EXPECT_GT(naive, 0.4);  // lengths are about uniform: half of a row of the longest is padding
  EXPECT_LT(buckets, 0.6 * naive);
  EXPECT_LT(first_fit, 0.6 * buckets);
  EXPECT_LT(best_fit, 0.6 * buckets);
}

INSTANTIATE_TEST_SUITE_P(Draws, BatcherPropertyTest, testing::Range<int>(0, TestExamples(1)));

}  // namespace
}  // namespace frazo::batch
