#include "core/decode/search_results.h"

#include <algorithm>
#include <limits>

#include "absl/types/span.h"

namespace frazo::decode {
namespace {

void CopyHypothesis(const FinishedHypothesis& hypothesis, const Trellis& trellis, int64_t slot,
                    SearchResults* results) {
  results->lengths[slot] = hypothesis.step + 1;
  results->totals[slot] = hypothesis.total;
  results->normalized[slot] = hypothesis.normalized;
  results->reasons[slot] = hypothesis.reason;
  Trellis::Node node = {hypothesis.token, hypothesis.row, hypothesis.token_score};
  for (int64_t step = hypothesis.step; step >= 0; --step) {
    const int64_t position = slot * results->longest + step;
    results->tokens[position] = node.token;
    results->token_scores[position] = node.score;
    const absl::Span<const float> weights = trellis.Attention(step, node.parent);
    std::copy(weights.begin(), weights.end(),
              results->attention.begin() + position * results->source);
    if (step > 0) node = trellis.node(step - 1, node.parent);
  }
}

}  // namespace

SearchResults CollectResults(const FinishedSet& finished, int64_t sentences,
                             const Trellis& trellis) {
  SearchResults results;
  results.sentences = sentences;
  results.best = finished.best();
  results.source = trellis.source();
  for (int64_t sentence = 0; sentence < sentences; ++sentence) {
    for (const FinishedHypothesis& hypothesis : finished.OfSentence(sentence)) {
      results.longest = std::max<int64_t>(results.longest, hypothesis.step + 1);
    }
  }
  const int64_t slots = sentences * results.best;
  results.tokens.resize(slots * results.longest);
  results.token_scores.resize(slots * results.longest);
  results.lengths.resize(slots);
  results.totals.resize(slots, -std::numeric_limits<float>::infinity());
  results.normalized.resize(slots, -std::numeric_limits<float>::infinity());
  results.reasons.resize(slots, FinishReason::kNone);
  results.attention.resize(slots * results.longest * results.source);
  for (int64_t sentence = 0; sentence < sentences; ++sentence) {
    int64_t slot = sentence * results.best;
    for (const FinishedHypothesis& hypothesis : finished.OfSentence(sentence)) {
      CopyHypothesis(hypothesis, trellis, slot++, &results);
    }
  }
  return results;
}

}  // namespace frazo::decode
