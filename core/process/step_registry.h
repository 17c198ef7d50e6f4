#ifndef FRAZO_CORE_PROCESS_STEP_REGISTRY_H_
#define FRAZO_CORE_PROCESS_STEP_REGISTRY_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/process/field_step.h"
#include "core/process/step_builder.h"

// Finds the steps of a processor by the message that configures them: the steps of the message
// Step, and your own steps. Define one in a target with alwayslink = True:
//
//   absl::StatusOr<std::unique_ptr<frazo::process::FieldStep>> MakeReverse(
//       const my_project::Reverse& config, frazo::process::StepBuilder* builder);
//   FRAZO_REGISTER_STEP(my_project::Reverse, MakeReverse);
//
// Then `custom { [type.googleapis.com/my_project.Reverse] {} }` in a Step is this step.
namespace frazo::process {

// Makes a step from its serialized configuration; null if the step does nothing to the records.
// Error: kInvalidArgument, which names the field path.
using StepMaker = absl::StatusOr<std::unique_ptr<FieldStep>> (*)(std::string_view config,
                                                                 StepBuilder* builder);

// `message`: the full name of the configuration's message. Thread-safe. If a message is registered
// twice, FindStep() returns an error. Returns true.
bool RegisterStep(std::string_view message, StepMaker maker);

// Thread-safe. Error: kInvalidArgument for an unknown message, listing the known ones, or for one
// that was registered twice.
absl::StatusOr<StepMaker> FindStep(std::string_view message);

// Parses the configuration, a Config, and calls `make`; a StepMaker.
template <typename Config,
          absl::StatusOr<std::unique_ptr<FieldStep>> (*make)(const Config&, StepBuilder*)>
absl::StatusOr<std::unique_ptr<FieldStep>> MakeParsedStep(std::string_view serialized,
                                                          StepBuilder* builder) {
  Config config;
  if (!config.ParseFromString(std::string(serialized))) {
    return absl::InvalidArgumentError(
        absl::StrCat(builder->config_path(), ": these bytes are not a ", config.GetTypeName()));
  }
  return make(config, builder);
}

}  // namespace frazo::process

// Use this at namespace scope of a .cc file.
#define FRAZO_REGISTER_STEP(Config, make) FRAZO_REGISTER_STEP_AS(__COUNTER__, Config, make)
#define FRAZO_REGISTER_STEP_AS(counter, Config, make) \
  FRAZO_REGISTER_STEP_NAMED(counter, Config, make)
#define FRAZO_REGISTER_STEP_NAMED(counter, Config, make)                                    \
  [[maybe_unused]] static const bool frazo_step_##counter = ::frazo::process::RegisterStep( \
      Config().GetTypeName(), &::frazo::process::MakeParsedStep<Config, make>)

#endif  // FRAZO_CORE_PROCESS_STEP_REGISTRY_H_
