#ifndef FRAZO_CORE_DECODE_SAMPLING_SEARCH_H_
#define FRAZO_CORE_DECODE_SAMPLING_SEARCH_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "core/decode/single_path_search.h"
#include "core/decode/token_sampler.h"

namespace frazo::decode {

// Runs the search of the message Sampling: every row draws its own token.
class SamplingSearch final : public SinglePathSearch {
 public:
  // CheckSearch() must have accepted the arguments.
  SamplingSearch(const frazo::Search& config, const SearchInputs& inputs);

  std::unique_ptr<Search> Clone() const override { return std::make_unique<SamplingSearch>(*this); }

 private:
  void ScoreRow(int64_t row, absl::Span<const float> scores) override;

  const uint64_t seed_;
  // [sentence]
  std::vector<int64_t> sentence_seeds_;
  // [row]: one sampler each, because threads draw for several rows at once.
  std::vector<TokenSampler> samplers_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_SAMPLING_SEARCH_H_
