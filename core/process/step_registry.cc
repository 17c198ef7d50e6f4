#include "core/process/step_registry.h"

#include <map>
#include <mutex>

#include "absl/strings/str_join.h"

namespace frazo::process {
namespace {

struct Steps {
  struct Entry {
    StepMaker maker;
    bool registered_twice = false;
  };

  std::mutex mutex;
  std::map<std::string, Entry, std::less<>> by_message;
};

// A static variable in a function, because registration happens before main(), in any order. Never
// destroyed, because threads may outlive main().
Steps& TheSteps() {
  static Steps* const steps = new Steps;
  return *steps;
}

}  // namespace

bool RegisterStep(std::string_view message, StepMaker maker) {
  Steps& steps = TheSteps();
  const std::lock_guard<std::mutex> lock(steps.mutex);
  const auto [entry, is_new] = steps.by_message.emplace(std::string(message), Steps::Entry{maker});
  if (!is_new) entry->second.registered_twice = true;
  return true;
}

absl::StatusOr<StepMaker> FindStep(std::string_view message) {
  Steps& steps = TheSteps();
  const std::lock_guard<std::mutex> lock(steps.mutex);
  const auto entry = steps.by_message.find(message);
  if (entry == steps.by_message.end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no step is registered for the message '", message, "'; known are ",
        absl::StrJoin(steps.by_message, ", ",
                      [](std::string* text, const auto& known) { *text += known.first; }),
        "; one of your own needs FRAZO_REGISTER_STEP in a library that is linked"));
  }
  if (entry->second.registered_twice) {
    return absl::InvalidArgumentError(
        absl::StrCat("the step of the message '", message,
                     "' was registered more than once; give each step a message of its own"));
  }
  return entry->second.maker;
}

}  // namespace frazo::process
