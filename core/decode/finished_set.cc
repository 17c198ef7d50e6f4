#include "core/decode/finished_set.h"

#include <algorithm>
#include <tuple>

namespace frazo::decode {
namespace {

bool RanksBefore(const FinishedHypothesis& left, const FinishedHypothesis& right) {
  const auto key = [](const FinishedHypothesis& hypothesis) {
    return std::make_tuple(hypothesis.reason == FinishReason::kLength, -hypothesis.normalized,
                           hypothesis.step, hypothesis.token, hypothesis.row);
  };
  return key(left) < key(right);
}

}  // namespace

FinishedSet::FinishedSet(int64_t sentences, int64_t best)
    : best_(best), sentences_(sentences), hypotheses_(sentences * best) {}

void FinishedSet::Add(int64_t sentence, const FinishedHypothesis& hypothesis) {
  Sentence& counts = sentences_[sentence];
  if (hypothesis.reason != FinishReason::kLength) {
    ++counts.ended;
    counts.best_total = std::max(counts.best_total, hypothesis.total);
  }
  FinishedHypothesis* const kept = hypotheses_.data() + sentence * best_;
  FinishedHypothesis* const position =
      std::upper_bound(kept, kept + counts.kept, hypothesis, RanksBefore);
  if (position == kept + best_) return;
  if (counts.kept < best_) ++counts.kept;
  std::copy_backward(position, kept + counts.kept - 1, kept + counts.kept);
  *position = hypothesis;
}

absl::Span<const FinishedHypothesis> FinishedSet::OfSentence(int64_t sentence) const {
  return absl::MakeConstSpan(hypotheses_).subspan(sentence * best_, sentences_[sentence].kept);
}

}  // namespace frazo::decode
