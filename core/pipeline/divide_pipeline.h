#ifndef FRAZO_CORE_PIPELINE_DIVIDE_PIPELINE_H_
#define FRAZO_CORE_PIPELINE_DIVIDE_PIPELINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/pipeline/pipeline_plan.h"

namespace frazo::pipeline {

// Returns the states in which `replicas` replicas of a pipeline, number 0 first, continue from the
// states of another number of replicas; see sources::DivideStates(). `states` come from
// Pipeline::SaveState() of all replicas, number 0 first.
//
// Records whose batches were not full are given again, and no replica holds them. Replica 0 gets
// the totals, so that their sum over all replicas stays the same; the bytes of records that are
// given again count twice. If the number of replicas is the same, the result is `states` itself,
// which continue exactly.
//
// The fields `replica` and `replicas` of the configuration are ignored. Errors: as for
// sources::DivideStates() and Pipeline::Restore().
absl::StatusOr<std::vector<std::string>> DividePipelineStates(const PipelinePlan& plan,
                                                              absl::Span<const std::string> states,
                                                              int32_t replicas);

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_DIVIDE_PIPELINE_H_
