#include "core/align/text_aligner.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"
#include "core/threads/row_turns.h"

namespace frazo::align {
namespace {

// TokenIndex takes no more than 4 GiB, of which what it has of pairs before is the smaller part.
constexpr size_t kMaxPairBytes = size_t{1} << 31;

// With more units the index no longer fits into a core's cache and begins anew.
constexpr int32_t kMaxIndexSize = 1 << 15;

// A thread takes so many pairs at once, and fewer pairs are not worth a thread.
constexpr int64_t kPairsPerTurn = 256;

}  // namespace

void TextAligner::NumberUnits(absl::Span<const std::string_view> units, std::vector<int32_t>* ids) {
  ids->clear();
  for (const std::string_view unit : units) {
    const int32_t known = index_.Add(unit);
    ids->push_back(known == text::TokenIndex::kNone ? index_.size() - 1 : known);
  }
}

absl::StatusOr<EditCounts> TextAligner::Align(std::string_view reference,
                                              std::string_view hypothesis,
                                              std::vector<Edit>* edits) {
  if (reference.size() + hypothesis.size() > kMaxPairBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a reference of ", reference.size(), " bytes and a hypothesis of ",
                     hypothesis.size(), " are too long to align: at most 2 GiB together"));
  }
  if (index_.size() > kMaxIndexSize) index_ = text::TokenIndex();
  SplitText(reference, unit_, &reference_units_);
  SplitText(hypothesis, unit_, &hypothesis_units_);
  NumberUnits(reference_units_, &reference_ids_);
  NumberUnits(hypothesis_units_, &hypothesis_ids_);
  return aligner_.Align(reference_ids_, hypothesis_ids_, edits);
}

absl::StatusOr<std::vector<EditCounts>> CountEdits(absl::Span<const TextPair> pairs, Unit unit,
                                                   int threads) {
  FRAZO_RETURN_IF_ERROR(threads::CheckThreads(threads));
  std::vector<EditCounts> counts(pairs.size());
  const threads::RowTurns turns = {static_cast<int64_t>(pairs.size()), kPairsPerTurn, threads};
  std::vector<absl::Status> statuses(turns.count());
  std::vector<TextAligner> aligners;
  for (int64_t i = 0; i < turns.used_threads(); ++i) aligners.emplace_back(unit);
  threads::TakeRowTurns(turns, [&](int64_t begin, int64_t end, int64_t thread) {
    const auto count_turn = [&] {
      for (int64_t i = begin; i < end; ++i) {
        FRAZO_ASSIGN_OR_RETURN(counts[i],
                               aligners[thread].Count(pairs[i].reference, pairs[i].hypothesis));
      }
      return absl::OkStatus();
    };
    statuses[begin / kPairsPerTurn] = count_turn();
  });
  for (const absl::Status& status : statuses) FRAZO_RETURN_IF_ERROR(status);
  return counts;
}

}  // namespace frazo::align
