#ifndef FRAZO_CORE_PROCESS_FEATURE_DEFAULT_H_
#define FRAZO_CORE_PROCESS_FEATURE_DEFAULT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/process/example.h"
#include "core/process/record_fields.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// The values of a feature for examples that lack it.
class FeatureDefault {
 public:
  // `spec` is the feature that `config`, at the field path `path`, describes. nullopt: the feature
  // may not be missing. Error: kInvalidArgument if the default doesn't suit the type and the shape.
  static absl::StatusOr<std::optional<FeatureDefault>> Create(const std::string& path,
                                                              const ExampleParser::Feature& config,
                                                              const FeatureSpec& spec);

  // Sets the values of the field. They may refer to this default.
  void Write(FieldId field, RecordFields* fields) const;

 private:
  FeatureDefault() = default;

  std::variant<std::vector<int64_t>, std::vector<int32_t>, std::vector<float>, std::vector<uint8_t>,
               std::vector<std::string_view>>
      values_;
  // The string_views refer to this text; it doesn't move when the default is moved.
  std::shared_ptr<const std::string> text_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_FEATURE_DEFAULT_H_
