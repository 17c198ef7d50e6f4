#ifndef FRAZO_CORE_DECODE_TARGET_SCORING_H_
#define FRAZO_CORE_DECODE_TARGET_SCORING_H_

#include <memory>

#include "core/decode/single_path_search.h"

namespace frazo::decode {

// Runs the scoring of the message TargetScoring: every token is forced.
class TargetScoring final : public SinglePathSearch {
 public:
  // CheckSearch() must have accepted the arguments.
  TargetScoring(const frazo::Search& config, const SearchInputs& inputs)
      : SinglePathSearch(config, inputs) {}

  std::unique_ptr<Search> Clone() const override { return std::make_unique<TargetScoring>(*this); }

 private:
  FinishReason EndOf(const Extension& extension) const override;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_TARGET_SCORING_H_
