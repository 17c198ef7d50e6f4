#include "core/sources/divide_states.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/sources/file_source_plan.h"
#include "core/sources/mixed_stream.h"
#include "core/sources/remaining_epochs.h"
#include "core/status/status_macros.h"

namespace frazo::sources {
namespace {

// Checks that each state is one of its replica. Error: as for Restore().
absl::Status CheckStates(const RecordSource& source, const RecordStream::Options& options,
                         absl::Span<const RecordSourceState> states) {
  RecordStream::Options own_options = options;
  own_options.replicas = static_cast<int32_t>(states.size());
  for (size_t replica = 0; replica < states.size(); ++replica) {
    if (states[replica].kind_case() == RecordSourceState::KIND_NOT_SET) continue;
    own_options.replica = static_cast<int32_t>(replica);
    FRAZO_ASSIGN_OR_RETURN(const std::unique_ptr<RecordStream> stream,
                           RecordStream::Create(source, own_options));
    const absl::Status status = stream->Restore(states[replica]);
    if (status.ok()) continue;
    return absl::Status(status.code(), absl::StrCat("the state of replica ", replica, " of ",
                                                    states.size(), ": ", status.message()));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<FileSourceState>> DivideFileStates(
    const FileSource& source, const RecordStream::Options& options,
    absl::Span<const FileSourceState* const> states, absl::Span<const RecordId> again,
    int32_t replicas) {
  FRAZO_ASSIGN_OR_RETURN(RemainingEpochs remaining, FindRemaining(source, options, states));
  if (!again.empty()) {
    // All epochs have ended, so the last one gives the records again.
    if (remaining.empty()) remaining[source.epochs() - 1];
    RecordStream::Options one = options;
    one.replica = 0;
    one.replicas = 1;
    FRAZO_ASSIGN_OR_RETURN(const std::shared_ptr<const FileSourcePlan> plan,
                           PlanFileSource(source, one));
    FRAZO_RETURN_IF_ERROR(
        AddAgain(again, static_cast<int64_t>(plan->file_set.files.size()), &remaining));
  }
  return ShareRemaining(source, options, remaining, replicas);
}

// Returns the state of one part of a mixture for each replica.
std::vector<const FileSourceState*> PartStates(absl::Span<const RecordSourceState> states,
                                               int part) {
  std::vector<const FileSourceState*> of_part;
  for (const RecordSourceState& state : states) {
    of_part.push_back(state.has_mixture() ? &state.mixture().parts(part).source() : nullptr);
  }
  return of_part;
}

absl::StatusOr<std::vector<RecordSourceState>> DivideMixture(
    const MixtureSource& source, const RecordStream::Options& options,
    absl::Span<const RecordSourceState> states, absl::Span<const RecordId> again,
    int32_t replicas) {
  FRAZO_ASSIGN_OR_RETURN(const std::vector<double> shares, MixedStream::Shares(source));
  std::vector<RecordSourceState> divided(replicas);
  int64_t draws = 0;
  for (const RecordSourceState& state : states) draws = std::max(draws, state.mixture().draws());
  for (RecordSourceState& state : divided) {
    state.mutable_mixture()->set_draws(draws);
    state.mutable_mixture()->set_seed(options.seed);
  }
  for (int part = 0; part < source.parts_size(); ++part) {
    std::vector<RecordId> again_of_part;
    for (const RecordId& id : again) {
      if (id.source == part) again_of_part.push_back(id);
    }
    FRAZO_ASSIGN_OR_RETURN(std::vector<FileSourceState> part_states,
                           DivideFileStates(MixedStream::PartSource(source, part),
                                            MixedStream::PartOptions(options, part),
                                            PartStates(states, part), again_of_part, replicas));
    const bool is_dropped =
        again_of_part.empty() && std::all_of(states.begin(), states.end(), [&](const auto& state) {
          return state.has_mixture() && state.mixture().parts(part).dropped();
        });
    for (int32_t replica = 0; replica < replicas; ++replica) {
      MixtureSourceState::PartState& made = *divided[replica].mutable_mixture()->add_parts();
      *made.mutable_source() = std::move(part_states[replica]);
      made.set_share(shares[part]);
      made.set_dropped(is_dropped);
    }
  }
  return divided;
}

}  // namespace

absl::StatusOr<std::vector<RecordSourceState>> DivideStates(
    const RecordSource& source, const RecordStream::Options& options,
    absl::Span<const RecordSourceState> states, absl::Span<const RecordId> again,
    int32_t replicas) {
  if (states.empty() || replicas < 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        states.size(), " states for ", replicas, " replicas; there must be at least one of each"));
  }
  FRAZO_RETURN_IF_ERROR(CheckStates(source, options, states));
  if (source.has_mixture())
    return DivideMixture(source.mixture(), options, states, again, replicas);
  std::vector<const FileSourceState*> file_states;
  for (const RecordSourceState& state : states) {
    file_states.push_back(state.has_files() ? &state.files() : nullptr);
  }
  FRAZO_ASSIGN_OR_RETURN(std::vector<FileSourceState> file_divided,
                         DivideFileStates(source.files(), options, file_states, again, replicas));
  std::vector<RecordSourceState> divided(replicas);
  for (int32_t replica = 0; replica < replicas; ++replica) {
    *divided[replica].mutable_files() = std::move(file_divided[replica]);
  }
  return divided;
}

}  // namespace frazo::sources
