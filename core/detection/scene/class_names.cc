#include "core/detection/scene/class_names.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace frazo::detection {

absl::StatusOr<ClassNames> ClassNames::Create(std::string_view path, const PrepareScene& config) {
  ClassNames classes;
  for (const std::string& name : config.class_names()) {
    if (classes.Label(name).has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ".class_names: '", name, "' comes twice"));
    }
    classes.names_.push_back(name);
  }
  if (classes.names_.empty() || config.model_classes().empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ".", classes.names_.empty() ? "class_names" : "model_classes",
                     ": is empty; expected at least one name"));
  }
  classes.model_classes_.resize(classes.names_.size());
  int32_t model_class = 0;
  for (const std::string& name : config.model_classes()) {
    const std::optional<int32_t> label = classes.Label(name);
    if (!label.has_value()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ".model_classes: '", name,
                       "' is not one of class_names: ", absl::StrJoin(classes.names_, ", ")));
    }
    if (classes.model_classes_[*label] != 0) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ".model_classes: '", name, "' comes twice"));
    }
    classes.model_classes_[*label] = ++model_class;
  }
  return classes;
}

std::optional<int32_t> ClassNames::Label(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  if (found == names_.end()) return std::nullopt;
  return static_cast<int32_t>(found - names_.begin());
}

}  // namespace frazo::detection
