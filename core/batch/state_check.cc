#include "core/batch/state_check.h"

#include "absl/strings/str_cat.h"

namespace frazo::batch {

absl::Status CheckState(const BatcherState& state, size_t ids, size_t examples) {
  int64_t held = 0;
  for (const int32_t count : state.held()) {
    if (count < 0)
      return absl::InvalidArgumentError("batcher state: a number of records is negative");
    held += count;
  }
  if (held != ids || ids != examples) {
    return absl::InvalidArgumentError(absl::StrCat("batcher state: it holds ", held, " records; ",
                                                   ids, " ids and ", examples,
                                                   " examples came with it"));
  }
  int32_t previous = -1;
  for (const int32_t due : state.due()) {
    if (due <= previous || due >= state.held_size() || state.held(due) == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("batcher state: ", due, " can't be due among ", state.held_size()));
    }
    previous = due;
  }
  return absl::OkStatus();
}

absl::Status CheckGroups(const BatcherState& state, int64_t groups, const char* noun) {
  if (state.held_size() == groups) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("batcher state: it has ", state.held_size(), " ",
                                                 noun, "; the configuration has ", groups));
}

absl::Status RecordChanged(const sources::RecordId& id) {
  return absl::DataLossError(
      absl::StrCat("record ", id.position.record, " of file ", id.file, " of source ", id.source,
                   " is not what it was when the batcher's state was saved; start anew, or bring "
                   "back the file"));
}

}  // namespace frazo::batch
