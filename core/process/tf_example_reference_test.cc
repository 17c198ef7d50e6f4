#include "core/process/testing/tf_example_reference.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/process/testing/processing.h"
#include "core/process/testing/random_tf_example.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::process {
namespace {

using ::testing::ElementsAreArray;

TEST(TfExampleReferenceTest, ReadsWhateverProtobufReads) {
  const char config[] = R"pb(tf_example {
                               features { name: "a" type: INT64 }
                               features { name: "b" type: FLOAT32 }
                               features { name: "c" type: BYTES }
                               features { name: "d" type: INT32 }
                               features { name: "e" type: UINT8 }
                             })pb";
  RandomTfExample examples(TestSeed(1));
  TfExampleReference reference;
  std::vector<std::string> records;
  for (int index = 0; index < TestExamples(3000); ++index) records.push_back(examples.Make());
  const Processing read(config, records);
  for (size_t index = 0; index < records.size(); ++index) {
    auto wanted = *reference.Parse(records[index]);
    ASSERT_THAT(read.values(index, "a").As<int64_t>(), ElementsAreArray(wanted["a"].int64s));
    ASSERT_THAT(read.values(index, "b").As<float>(), ElementsAreArray(wanted["b"].floats));
    ASSERT_THAT(read.values(index, "c").As<std::string_view>(),
                ElementsAreArray(wanted["c"].bytes));
    ASSERT_THAT(read.values(index, "d").As<int32_t>(), ElementsAreArray(wanted["d"].int64s));
    const FeatureValues bytes = read.values(index, "e");
    const std::string_view text(static_cast<const char*>(bytes.data), bytes.count);
    ASSERT_EQ(text, wanted["e"].bytes.empty() ? "" : wanted["e"].bytes[0]);
  }
}

}  // namespace
}  // namespace frazo::process
