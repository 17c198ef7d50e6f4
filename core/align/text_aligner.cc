#include "core/align/text_aligner.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/status/status_macros.h"

namespace frazo::align {
namespace {

// TokenIndex takes no more than 4 GiB, of which what it has of pairs before is the smaller part.
constexpr size_t kMaxPairBytes = size_t{1} << 31;

// With more units the index no longer fits into a core's cache and begins anew.
constexpr int32_t kMaxIndexSize = 1 << 15;

// A thread takes so many pairs at once, and fewer pairs are not worth a thread.
constexpr size_t kPairsPerTurn = 256;

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
  if (threads < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("threads is ", threads, " but must be at least 1"));
  }
  std::vector<EditCounts> counts(pairs.size());
  const size_t turns = (pairs.size() + kPairsPerTurn - 1) / kPairsPerTurn;
  std::vector<absl::Status> statuses(turns);
  std::atomic<size_t> taken{0};
  const auto work = [&] {
    TextAligner aligner(unit);
    const auto count_turn = [&](size_t turn) {
      const size_t end = std::min(pairs.size(), (turn + 1) * kPairsPerTurn);
      for (size_t i = turn * kPairsPerTurn; i < end; ++i) {
        FRAZO_ASSIGN_OR_RETURN(counts[i], aligner.Count(pairs[i].reference, pairs[i].hypothesis));
      }
      return absl::OkStatus();
    };
    for (size_t turn = taken++; turn < turns; turn = taken++) statuses[turn] = count_turn(turn);
  };
  std::vector<std::thread> others;
  const size_t wanted = std::min<size_t>(threads, turns);
  for (size_t i = 1; i < wanted; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  for (const absl::Status& status : statuses) FRAZO_RETURN_IF_ERROR(status);
  return counts;
}

}  // namespace frazo::align
