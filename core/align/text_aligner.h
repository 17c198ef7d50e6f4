#ifndef FRAZO_CORE_ALIGN_TEXT_ALIGNER_H_
#define FRAZO_CORE_ALIGN_TEXT_ALIGNER_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/align/edit_aligner.h"
#include "core/align/edit_counts.h"
#include "core/align/text_units.h"
#include "core/text/token_index.h"

namespace frazo::align {

// Aligns pairs of texts by words or characters, as EditAligner does. Its memory serves the next
// pair. Not thread-safe.
class TextAligner {
 public:
  explicit TextAligner(Unit unit) : unit_(unit) {}

  // Error: kInvalidArgument for a pair of more than 2 GiB.
  absl::StatusOr<EditCounts> Count(std::string_view reference, std::string_view hypothesis) {
    return Align(reference, hypothesis, nullptr);
  }

  // Also replaces `edits`, unless it is null, by the alignment's steps.
  absl::StatusOr<EditCounts> Align(std::string_view reference, std::string_view hypothesis,
                                   std::vector<Edit>* edits);

  // The units of the last pair. They point into its texts or to constants.
  absl::Span<const std::string_view> reference_units() const { return reference_units_; }
  absl::Span<const std::string_view> hypothesis_units() const { return hypothesis_units_; }

 private:
  // Replaces `ids` by a number for each unit; equal units have equal numbers.
  void NumberUnits(absl::Span<const std::string_view> units, std::vector<int32_t>* ids);

  Unit unit_;
  EditAligner aligner_;
  // The units of this pair and of pairs before.
  text::TokenIndex index_;
  std::vector<std::string_view> reference_units_;
  std::vector<std::string_view> hypothesis_units_;
  std::vector<int32_t> reference_ids_;
  std::vector<int32_t> hypothesis_ids_;
};

// One of the pairs of CountEdits().
struct TextPair {
  std::string_view reference;
  std::string_view hypothesis;
};

// Returns the counts of each pair, in their order. `threads` counts the calling one; the result
// does not depend on it. Error: kInvalidArgument unless threads >= 1, and for a pair of more than 2
// GiB.
absl::StatusOr<std::vector<EditCounts>> CountEdits(absl::Span<const TextPair> pairs, Unit unit,
                                                   int threads);

}  // namespace frazo::align

#endif  // FRAZO_CORE_ALIGN_TEXT_ALIGNER_H_
