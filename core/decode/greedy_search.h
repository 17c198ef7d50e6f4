#ifndef FRAZO_CORE_DECODE_GREEDY_SEARCH_H_
#define FRAZO_CORE_DECODE_GREEDY_SEARCH_H_

#include <memory>

#include "core/decode/single_path_search.h"

namespace frazo::decode {

// Runs the search of the message GreedySearch.
class GreedySearch final : public SinglePathSearch {
 public:
  // CheckSearch() must have accepted the arguments.
  GreedySearch(const frazo::Search& config, const SearchInputs& inputs)
      : SinglePathSearch(config, inputs) {}

  std::unique_ptr<Search> Clone() const override { return std::make_unique<GreedySearch>(*this); }
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_GREEDY_SEARCH_H_
