#include "core/decode/beam_search.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/decode/merge_paths.h"

namespace frazo::decode {
namespace {

// Returns the number of a row's best tokens to keep: one of them may be eos_id and one a blank that
// ends the row, and the others must be able to fill the beam.
int64_t CandidatesPerRow(const frazo::BeamSearch& options) {
  return int64_t{options.width()} + (options.has_transducer() ? 2 : 1);
}

}  // namespace

BeamSearch::BeamSearch(const frazo::Search& config, const SearchInputs& inputs)
    : Search(config, inputs, /*lanes=*/1, CandidatesPerRow(config.beam())),
      options_(config.beam()),
      eoc_id_(options_.has_transducer() ? options_.transducer().eoc_id() : -1) {
  extensions_.reserve(options_.width() * (std::min(CandidatesPerRow(options_), inputs.vocabulary)));
}

std::unique_ptr<Search> BeamSearch::Clone() const { return std::make_unique<BeamSearch>(*this); }

void BeamSearch::Select(const StepScores& scores) {
  for (int64_t begin = 0; begin < rows();) {
    const int32_t sentence = live()[begin].sentence;
    extensions_.clear();
    int64_t row = begin;
    for (; row < rows() && live()[row].sentence == sentence; ++row) Propose(row, scores);
    begin = row;
    if (options_.transducer().merge_paths()) MergePaths(rules_, eoc_id_, &extensions_);
    const auto width = std::min<size_t>(options_.width(), extensions_.size());
    std::partial_sort(extensions_.begin(), extensions_.begin() + width, extensions_.end(),
                      IsBetter);
    const auto going_on = absl::MakeConstSpan(extensions_).subspan(0, width);
    if (!is_last_step() && IsDone(sentence, going_on)) continue;
    for (const Extension& extension : going_on) Extend(extension);
  }
}

void BeamSearch::Propose(int64_t row, const StepScores& scores) {
  const absl::Span<const Candidate> best = Best(row);
  if (best.empty()) return;
  const bool is_forced = IsForced(row);
  const bool ends_by_blank = !scores.is_last_chunk.empty() && scores.is_last_chunk[row];
  const float best_total = Extended(row, best[0]).total;
  bool has_eos = false;
  for (const Candidate candidate : best) {
    const Extension extension = Extended(row, candidate);
    if (candidate.token == eos_id_) {
      has_eos = true;
      if (is_forced || IsValidEnd(extension, best_total)) Finish(extension, FinishReason::kEos);
    } else if (candidate.token == eoc_id_ && ends_by_blank && !is_forced) {
      if (MayEndByBlank(row) && IsValidEnd(extension, best_total)) {
        Finish(extension, FinishReason::kEoc);
      }
    } else {
      extensions_.push_back(extension);
    }
  }
  if (has_eos || is_forced || !options_.propose_eos_always()) return;
  const Extension end = Extended(row, {scores.scores[row * vocabulary() + eos_id_], eos_id_});
  if (rules_.Filter(row).Allows(eos_id_) && IsValidEnd(end, best_total)) {
    Finish(end, FinishReason::kEos);
  }
}

bool BeamSearch::IsValidEnd(const Extension& end, float best_total) const {
  return end.total > best_total - options_.valid_eos_max_logit_delta() &&
         end.score > options_.local_eos_threshold();
}

bool BeamSearch::MayEndByBlank(int64_t row) const {
  return rules_.MayEnd(row) && (options_.transducer().allow_empty() || !rules_.Labels(row).empty());
}

bool BeamSearch::IsDone(int64_t sentence, absl::Span<const Extension> going_on) const {
  if (going_on.empty()) return true;
  const int64_t ended = finished_.ended(sentence);
  if (options_.ensure_full_beam() && ended < options_.width()) return false;
  if (options_.has_beam_gap() && ended > 0 &&
      going_on[0].total <= finished_.best_total(sentence) - options_.beam_gap()) {
    return true;
  }
  const absl::Span<const FinishedHypothesis> kept = finished_.OfSentence(sentence);
  if (!options_.early_stop() || static_cast<int64_t>(kept.size()) < finished_.best()) return false;
  // An unfinished hypothesis has step() + 1 tokens and ends with at least one more. Of equal
  // hypotheses the shorter one ranks first.
  return kept.back().normalized >=
         ranking_.Bound(GreatestTotal(going_on), step() + 2, max_length_, source_length(sentence));
}

float BeamSearch::GreatestTotal(absl::Span<const Extension> going_on) const {
  const float best = going_on[0].total;
  if (!options_.transducer().merge_paths()) return best;
  // Merged hypotheses have at most the sum of their probabilities.
  double probability = 0;
  for (const Extension& extension : going_on) {
    probability += std::exp(static_cast<double>(extension.total) - best);
  }
  return best + static_cast<float>(std::log(probability));
}

}  // namespace frazo::decode
