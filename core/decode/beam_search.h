#ifndef FRAZO_CORE_DECODE_BEAM_SEARCH_H_
#define FRAZO_CORE_DECODE_BEAM_SEARCH_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/types/span.h"
#include "core/decode/extension.h"
#include "core/decode/search.h"

namespace frazo::decode {

// Runs the search of the message BeamSearch.
class BeamSearch final : public Search {
 public:
  // CheckSearch() must have accepted the arguments.
  BeamSearch(const frazo::Search& config, const SearchInputs& inputs);

  std::unique_ptr<Search> Clone() const override;

 private:
  void Select(const StepScores& scores) override;
  // Finishes the hypotheses that end at this row, and adds the others to extensions_.
  void Propose(int64_t row, const StepScores& scores);
  // Tells whether a token that would end the row meets the conditions on its score.
  bool IsValidEnd(const Extension& end, float best_total) const;
  // Tells whether the row has a label, so that a blank may end it.
  bool MayEndByBlank(int64_t row) const;
  // Tells whether none of the unfinished extensions, best first, can change the sentence's results.
  bool IsDone(int64_t sentence, absl::Span<const Extension> going_on) const;
  // Returns the greatest total that one of them can still reach.
  float GreatestTotal(absl::Span<const Extension> going_on) const;

  const frazo::BeamSearch options_;
  // -1 if there is no blank.
  const int32_t eoc_id_;
  // The extensions of one sentence.
  std::vector<Extension> extensions_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_BEAM_SEARCH_H_
