#include <memory>

#include "absl/status/statusor.h"
#include "core/process/step_registry.h"
#include "core/status/status_macros.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {
namespace {

// Does nothing to the records: the field is only removed from the features.
absl::StatusOr<std::unique_ptr<FieldStep>> MakeDrop(const Step::Drop& config,
                                                    StepBuilder* builder) {
  FRAZO_RETURN_IF_ERROR(
      builder->fields().Find(builder->config_path("field"), config.field()).status());
  builder->fields().Remove(config.field());
  return nullptr;
}

FRAZO_REGISTER_STEP(Step::Drop, MakeDrop);

}  // namespace
}  // namespace frazo::process
