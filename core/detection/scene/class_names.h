#ifndef FRAZO_CORE_DETECTION_SCENE_CLASS_NAMES_H_
#define FRAZO_CORE_DETECTION_SCENE_CLASS_NAMES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "frazo/proto/prepare_scene.pb.h"

namespace frazo::detection {

// Label: the index of a class in the data set's list of names. Class of the model: 1 and so on for
// those that the model knows, 0 for the others.
class ClassNames {
 public:
  // Reads class_names and model_classes; `path` is the field path of the message, for errors.
  // Error: kInvalidArgument if one of the lists is empty or has a name twice, and for a model class
  // that is not among the class names.
  static absl::StatusOr<ClassNames> Create(std::string_view path, const PrepareScene& config);

  const std::vector<std::string>& names() const { return names_; }

  // nullopt if there is no such name.
  std::optional<int32_t> Label(std::string_view name) const;
  // `label` is the index of a name.
  int32_t ModelClass(int32_t label) const { return model_classes_[label]; }

 private:
  ClassNames() = default;

  std::vector<std::string> names_;
  // The class of the model by label.
  std::vector<int32_t> model_classes_;
};

}  // namespace frazo::detection

#endif  // FRAZO_CORE_DETECTION_SCENE_CLASS_NAMES_H_
