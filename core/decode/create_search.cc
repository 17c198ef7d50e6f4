#include "core/decode/create_search.h"

#include <new>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/decode/beam_search.h"
#include "core/decode/greedy_search.h"
#include "core/decode/sampling_search.h"
#include "core/decode/target_scoring.h"
#include "core/status/status_macros.h"

namespace frazo::decode {
namespace {

std::unique_ptr<Search> Make(const frazo::Search& config, const SearchInputs& inputs) {
  switch (config.strategy_case()) {
    case frazo::Search::kGreedy:
      return std::make_unique<GreedySearch>(config, inputs);
    case frazo::Search::kSampling:
      return std::make_unique<SamplingSearch>(config, inputs);
    case frazo::Search::kScoring:
      return std::make_unique<TargetScoring>(config, inputs);
    default:
      return std::make_unique<BeamSearch>(config, inputs);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Search>> CreateSearch(const frazo::Search& config,
                                                     const SearchInputs& inputs) {
  FRAZO_RETURN_IF_ERROR(CheckSearch(config, inputs));
  try {
    return Make(config, inputs);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no memory for a search of ", inputs.sentences,
                     " sentences; decode fewer at "
                     "once, or make max_length or the beam smaller"));
  }
}

}  // namespace frazo::decode
