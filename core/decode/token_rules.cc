#include "core/decode/token_rules.h"

#include <algorithm>

namespace frazo::decode {

TokenRules::TokenRules(const frazo::Search& config, const SearchInputs& inputs, int64_t rows)
    : eos_id_(config.eos_id()),
      eoc_id_(config.beam().has_transducer() ? config.beam().transducer().eoc_id() : -1),
      no_repeat_ngram_(config.no_repeat_ngram()),
      needs_labels_(no_repeat_ngram_ > 0 || config.required_tokens_size() > 0 ||
                    config.beam().has_transducer()),
      required_(config.required_tokens().begin(), config.required_tokens().end()),
      longest_forced_(inputs.longest_forced()),
      forced_(inputs.forced.begin(), inputs.forced.end()),
      forced_lengths_(inputs.forced_lengths.begin(), inputs.forced_lengths.end()),
      stride_(needs_labels_ ? config.max_length() + 1 : 0),
      labels_(rows * stride_),
      label_counts_(rows),
      banned_after_(rows * stride_),
      banned_counts_(rows),
      may_end_(rows, 1) {
  forced_lengths_.resize(inputs.sentences);
  if (config.banned_tokens().empty()) return;
  banned_.resize((inputs.vocabulary + 63) / 64);
  for (const int32_t token : config.banned_tokens()) {
    banned_[token / 64] |= uint64_t{1} << (token % 64);
  }
}

int32_t TokenRules::Forced(int64_t sentence, int64_t step) const {
  if (step >= forced_lengths_[sentence]) return kNotForced;
  return forced_[sentence * longest_forced_ + step];
}

void TokenRules::Prepare(const Trellis& trellis, int64_t step, int64_t row) {
  if (!needs_labels_) return;
  int32_t* const labels = labels_.data() + row * stride_;
  trellis.CopyPath(step, row, labels);
  label_counts_[row] = std::remove(labels, labels + step, eoc_id_) - labels;
  banned_counts_[row] = 0;
  may_end_[row] = HasRequired(Labels(row));
  if (!MayEnd(row)) Ban(row, eos_id_);
  if (no_repeat_ngram_ > 0) BanRepetitions(row);
}

TokenFilter TokenRules::Filter(int64_t row) const {
  return TokenFilter(
      banned_, absl::MakeConstSpan(banned_after_).subspan(row * stride_, banned_counts_[row]));
}

absl::Span<const int32_t> TokenRules::Labels(int64_t row) const {
  return absl::MakeConstSpan(labels_).subspan(row * stride_, label_counts_[row]);
}

bool TokenRules::HasRequired(absl::Span<const int32_t> labels) const {
  return std::all_of(required_.begin(), required_.end(), [labels](int32_t token) {
    return std::find(labels.begin(), labels.end(), token) != labels.end();
  });
}

// Bans the tokens that followed earlier occurrences of the last n - 1 labels, because they would
// repeat an n-gram.
void TokenRules::BanRepetitions(int64_t row) {
  const absl::Span<const int32_t> labels = Labels(row);
  const int64_t context = no_repeat_ngram_ - 1;
  const int64_t size = labels.size();
  if (size <= context) return;
  const auto recent = labels.end() - context;
  for (int64_t begin = 0; begin + context < size; ++begin) {
    if (std::equal(recent, labels.end(), labels.begin() + begin)) Ban(row, labels[begin + context]);
  }
}

}  // namespace frazo::decode
