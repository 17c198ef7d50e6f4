#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/decode/create_search.h"
#include "core/decode/row_workers.h"
#include "core/decode/testing/scripted_search.h"
#include "core/numeric/random.h"
#include "core/process/testing/allocation_counter.h"
#include "gtest/gtest.h"

namespace frazo::decode {
namespace {

TEST(ReuseTest, AStepAllocatesNothing) {
  constexpr int64_t kVocabulary = 2000;
  constexpr int64_t kSource = 7;
  for (const std::string strategy : {"beam { width: 8 n_best: 4 }",
                                     "beam { width: 8 transducer { eoc_id: 1 merge_paths: true } }",
                                     "greedy {}", "sampling { samples: 8 top_k: 50 top_p: 0.9 }"}) {
    SCOPED_TRACE(strategy);
    SearchInputs inputs;
    inputs.sentences = 4;
    inputs.vocabulary = kVocabulary;
    inputs.source = kSource;
    auto search =
        CreateSearch(ParseSearch("eos_id: 0 max_length: 30 no_repeat_ngram: 2 required_tokens: 5 "
                                 "coverage_penalty: 0.2 length_normalization: 1 " +
                                 strategy),
                     inputs);
    ASSERT_TRUE(search.ok()) << search.status();
    numeric::Random random({3});
    std::vector<float> scores(4 * 8 * kVocabulary);
    for (float& score : scores) score = random.Fraction();
    const std::vector<float> attention(4 * 8 * kSource, 0.1f);
    RowWorkers workers(2);
    const int64_t before = process::AllocationCount();
    while (!(*search)->done()) {
      StepScores step;
      step.scores = absl::MakeConstSpan(scores).subspan(0, (*search)->rows() * kVocabulary);
      step.attention = absl::MakeConstSpan(attention).subspan(0, (*search)->rows() * kSource);
      ASSERT_TRUE((*search)->Step(step, &workers).ok());
    }
    EXPECT_EQ(process::AllocationCount() - before, 0);
    EXPECT_EQ((*search)->step(), 30);
  }
}

}  // namespace
}  // namespace frazo::decode
