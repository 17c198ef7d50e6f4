#ifndef FRAZO_CORE_PIPELINE_DIVIDE_PIPELINE_H_
#define FRAZO_CORE_PIPELINE_DIVIDE_PIPELINE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/pipeline/pipeline_plan.h"

namespace frazo::pipeline {

// The states in which `replicas` replicas of a pipeline, number 0 first, go on with what replicas
// of another number left: see sources::DivideStates(). `states` are what Pipeline::SaveState()
// gave, of all replicas, number 0 first. Records whose batches were not full yet come once more and
// are held by no replica. The totals go to replica 0, so that their sum over all replicas stays;
// the bytes of the records that come once more are counted twice. For the same number of replicas:
// `states` as they are, which go on exactly.
//
// The configuration's own `replica` and `replicas` mean nothing. Errors: as for
// sources::DivideStates() and Pipeline::Restore().
absl::StatusOr<std::vector<std::string>> DividePipelineStates(const PipelinePlan& plan,
                                                              absl::Span<const std::string> states,
                                                              int32_t replicas);

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_DIVIDE_PIPELINE_H_
