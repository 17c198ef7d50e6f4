#include "core/decode/sampling_search.h"

#include <cmath>
#include <numeric>

#include "core/numeric/random.h"

namespace frazo::decode {

SamplingSearch::SamplingSearch(const frazo::Search& config, const SearchInputs& inputs)
    : SinglePathSearch(config, inputs),
      seed_(config.sampling().seed()),
      sentence_seeds_(inputs.seeds.begin(), inputs.seeds.end()),
      samplers_(rows(), TokenSampler(config.sampling(), inputs.vocabulary)) {
  if (!sentence_seeds_.empty()) return;
  sentence_seeds_.resize(inputs.sentences);
  std::iota(sentence_seeds_.begin(), sentence_seeds_.end(), 0);
}

void SamplingSearch::ScoreRow(int64_t row, absl::Span<const float> scores) {
  ScanRow(row, scores);
  // Plus infinity is an error, which is reported later.
  if (IsForced(row) || Best(row).empty() || std::isinf(Best(row)[0].score)) return;
  const Row& live_row = live()[row];
  numeric::Random random({seed_, static_cast<uint64_t>(sentence_seeds_[live_row.sentence]),
                          static_cast<uint64_t>(live_row.lane), static_cast<uint64_t>(step())});
  const int32_t token =
      samplers_[row].Draw(scores, rules_.Filter(row), Best(row)[0].score, random.Fraction());
  SetChoice(row, {scores[token], token});
}

}  // namespace frazo::decode
