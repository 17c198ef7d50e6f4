#include <cstdint>
#include <string>
#include <vector>

#include "core/batch/testing/example_maker.h"
#include "core/process/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace frazo::batch {
namespace {

TEST(ReuseTest, AddingToAWarmBatcherAllocatesOnlyForBatches) {
  const process::ExampleSchema schema = {{Variable("ids", process::ValueType::kInt32)}};
  for (const std::string config :
       {"fixed { batch_size: 8 }",
        "buckets { length_of: 'ids' bounds: [4, 8] limits { examples: 8 } }",
        "packing { streams { feature: 'ids' length: 16 } rows: 4 }"}) {
    SCOPED_TRACE(config);
    ExampleMaker maker;
    std::vector<process::Example> examples;
    for (int32_t index = 0; index < 64; ++index) {
      examples.push_back(maker.Make({maker.Int32s(std::vector<int32_t>(1 + index % 8, index))}));
    }
    auto batcher = MakeBatcher(config, schema);
    int64_t while_adding = 0;
    for (int round = 0; round < 20; ++round) {
      if (round == 10) while_adding = 0;
      for (const process::Example example : examples) {
        const int64_t before = process::AllocationCount();
        batcher->Add(example, Id(0));
        // The batch owns the list of the rows that leave.
        if (!batcher->HasBatch()) while_adding += process::AllocationCount() - before;
        TakeAll(batcher.get());
      }
    }
    EXPECT_EQ(while_adding, 0);
  }
}

}  // namespace
}  // namespace frazo::batch
