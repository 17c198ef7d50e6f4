#ifndef FRAZO_CORE_DECODE_TOKEN_RULES_H_
#define FRAZO_CORE_DECODE_TOKEN_RULES_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "core/decode/search_inputs.h"
#include "core/decode/token_filter.h"
#include "core/decode/trellis.h"
#include "frazo/proto/search.pb.h"

namespace frazo::decode {

// Decides which tokens may follow each row: it knows the forced, banned and required tokens and the
// limit of repetitions. Prepare() is called for each row before every step, from any thread; then
// the row's other methods may be called.
class TokenRules {
 public:
  static constexpr int32_t kNotForced = -1;

  // `rows`: the maximal number of rows of a step.
  TokenRules(const frazo::Search& config, const SearchInputs& inputs, int64_t rows);

  // Returns the token that must follow, or kNotForced.
  int32_t Forced(int64_t sentence, int64_t step) const;
  int64_t forced_length(int64_t sentence) const { return forced_lengths_[sentence]; }

  // Prepares a row of step `step` from the trellis.
  void Prepare(const Trellis& trellis, int64_t step, int64_t row);

  // Returns the filter of the row. It excludes eos_id if the row may not end.
  TokenFilter Filter(int64_t row) const;
  // Tells whether the row has every required token.
  bool MayEnd(int64_t row) const { return may_end_[row] != 0; }
  // Returns the row's tokens without blanks. Call it only if there is a blank.
  absl::Span<const int32_t> Labels(int64_t row) const;

 private:
  bool HasRequired(absl::Span<const int32_t> labels) const;
  void BanRepetitions(int64_t row);
  void Ban(int64_t row, int32_t token) {
    banned_after_[row * stride_ + banned_counts_[row]++] = token;
  }

  int32_t eos_id_;
  // -1 if there is no blank.
  int32_t eoc_id_;
  int64_t no_repeat_ngram_;
  bool needs_labels_;
  std::vector<int32_t> required_;
  // One bit per token; empty if no token is banned.
  std::vector<uint64_t> banned_;
  int64_t longest_forced_;
  // [sentence, longest_forced]
  std::vector<int32_t> forced_;
  // [sentence]
  std::vector<int32_t> forced_lengths_;

  // Number of elements per row in the vectors below: the longest path and eos_id.
  int64_t stride_;
  // [row, stride] and the number of labels of each row.
  std::vector<int32_t> labels_;
  std::vector<int32_t> label_counts_;
  std::vector<int32_t> banned_after_;
  std::vector<int32_t> banned_counts_;
  // Bytes and not bits, because threads write them at the same time.
  std::vector<char> may_end_;
};

}  // namespace frazo::decode

#endif  // FRAZO_CORE_DECODE_TOKEN_RULES_H_
