#include "core/pipeline/message_difference.h"

#include <string>

#include "frazo/proto/batcher.pb.h"
#include "frazo/proto/processor.pb.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {
namespace {

template <typename Message>
std::string Difference(const std::string& was, const std::string& is) {
  Message before;
  Message after;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(was, &before)) << was;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(is, &after)) << is;
  return FirstDifference(before, after);
}

TEST(FirstDifferenceTest, IsEmptyForEqualMessages) {
  EXPECT_EQ(Difference<Batcher>("fixed { batch_size: 2 }", "fixed { batch_size: 2 }"), "");
}

TEST(FirstDifferenceTest, TakesADefaultForUnset) {
  EXPECT_EQ(Difference<Batcher>("fixed { batch_size: 2 }",
                                "fixed { batch_size: 2 drop_remainder: false }"),
            "");
}

TEST(FirstDifferenceTest, NamesTheFieldAndBothValues) {
  EXPECT_EQ(Difference<Processor>("raw {} steps { truncate { field: 'a' length: 80 } }",
                                  "raw {} steps { truncate { field: 'a' length: 100 } }"),
            "steps[0].truncate.length was 80 and is 100");
}

TEST(FirstDifferenceTest, NamesWhatWasNotThere) {
  EXPECT_EQ(Difference<Processor>("raw {}", "raw {} steps { drop { field: 'a' } }"),
            "steps[0] was not set and is { drop { field: \"a\" } }");
  EXPECT_EQ(Difference<Batcher>("buckets { bounds: 10 bounds: 20 }", "buckets { bounds: 10 }"),
            "buckets.bounds[1] was 20 and is not set");
}

TEST(FirstDifferenceTest, NamesTheFirstOfSeveral) {
  EXPECT_EQ(
      Difference<Batcher>("buckets { bounds: 10 tokens: 7 }", "buckets { bounds: 11 tokens: 8 }"),
      "buckets.bounds[0] was 10 and is 11");
}

TEST(FirstDifferenceTest, NamesTheMap) {
  EXPECT_EQ(Difference<Batcher>("padding_values { key: 'a' value: 1 }",
                                "padding_values { key: 'a' value: 2 }"),
            "padding_values[0].value was 1 and is 2");
  EXPECT_NE(Difference<Batcher>("padding_values { key: 'a' value: 1 }", ""), "");
}

}  // namespace
}  // namespace frazo::pipeline
