#include "core/pipeline/progress_watch.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "frazo/proto/pipeline_state.pb.h"

namespace frazo::pipeline {
namespace {

// Most chunks have an example. This many records without one are rare, so that the state is looked
// at.
constexpr int64_t kFirstLook = 4096;

// Returns the number of passes that every part of the source has begun.
int64_t Epoch(const RecordSourceState& state) {
  if (!state.has_mixture()) return state.files().epoch();
  int64_t epoch = std::numeric_limits<int64_t>::max();
  for (const MixtureSourceState::PartState& part : state.mixture().parts()) {
    if (!part.dropped()) epoch = std::min(epoch, part.source().epoch());
  }
  return epoch;
}

}  // namespace

absl::Status ProgressWatch::NoteChunk(const sources::ChunkOrigin& origin, int64_t records,
                                      int64_t examples) {
  if (examples != examples_) {
    examples_ = examples;
    records_without_ = 0;
    next_look_ = kFirstLook;
    first_epoch_.reset();
    return absl::OkStatus();
  }
  records_without_ += records;
  if (records_without_ < std::max(next_look_, kFirstLook)) return absl::OkStatus();
  next_look_ = 2 * records_without_;
  const int64_t epoch = Epoch(origin.StateAfter(0));
  if (!first_epoch_.has_value()) first_epoch_ = epoch;
  // One epoch may have begun before the last example.
  if (epoch < *first_epoch_ + 2) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "none of the last ", records_without_,
      " records, which are more than a pass over the files, became an example, and the source has "
      "no end; see filter_by_length in the processor, the bounds in the batcher, and the "
      "counters"));
}

}  // namespace frazo::pipeline
