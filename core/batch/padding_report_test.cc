#include "core/batch/padding_report.h"

#include <string>

#include "core/batch/testing/example_maker.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::batch {
namespace {

TEST(PaddingReportTest, CountsForEachBucketAndFeature) {
  const process::ExampleSchema schema = {{Variable("source", process::ValueType::kInt32),
                                          Variable("target", process::ValueType::kInt32)}};
  auto batcher =
      MakeBatcher("buckets { length_of: 'source' bounds: [2, 4] limits { examples: 2 } }", schema);
  PaddingReport report(batcher->buckets());
  EXPECT_EQ(report.padding_fraction(), 0);
  ExampleMaker maker;
  const int64_t lengths[][2] = {{1, 3}, {2, 1}, {4, 0}, {3, 5}, {1, 1}, {1, 1}};
  for (const auto& [source, target] : lengths) {
    batcher->Add(maker.Make({maker.Int32s(std::vector<int32_t>(source)),
                             maker.Int32s(std::vector<int32_t>(target))}),
                 Id(0));
    for (const Batch& batch : TakeAll(batcher.get())) report.Add(batch);
  }
  // Batches: lengths 1, 2 and 3, 1; 4, 3 and 0, 5; 1, 1 and 1, 1.
  EXPECT_EQ(report.buckets()[0].batches, 2);
  EXPECT_EQ(report.buckets()[0].values[0].real, 5);
  EXPECT_EQ(report.buckets()[0].values[0].padding, 1);
  EXPECT_EQ(report.buckets()[1].values[1].feature, "target");
  EXPECT_EQ(report.buckets()[1].values[1].padding, 5);
  EXPECT_DOUBLE_EQ(report.padding_fraction(), 9.0 / 32);
  EXPECT_EQ(report.Text(),
            "bucket              batches     examples  feature                      values        "
            "padding      part\n"
            "length <= 2               2            4  source                            5        "
            "      1     16.7%\n"
            "                                          target                            6        "
            "      2     25.0%\n"
            "length <= 4               1            2  source                            7        "
            "      1     12.5%\n"
            "                                          target                            5        "
            "      5     50.0%\n"
            "total                     3            6                                   23        "
            "      9     28.1%\n");
}

}  // namespace
}  // namespace frazo::batch
