#ifndef FRAZO_CORE_DECODE_SINGLE_PATH_SEARCH_H_
#define FRAZO_CORE_DECODE_SINGLE_PATH_SEARCH_H_

#include <cstdint>

#include "core/decode/search.h"

namespace frazo::decode {

// A search in which each row continues with one token: the best one that ScoreRow() leaves.
class SinglePathSearch : public Search {
 protected:
  SinglePathSearch(const frazo::Search& config, const SearchInputs& inputs)
      : Search(config, inputs, /*lanes=*/SearchWidth(config), /*candidates=*/1) {}

  void Select(const StepScores& scores) final;

 private:
  // Returns why the hypothesis ends, or kNone if it goes on.
  virtual FinishReason EndOf(const Extension& extension) const;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_SINGLE_PATH_SEARCH_H_
