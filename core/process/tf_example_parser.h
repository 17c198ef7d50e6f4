#ifndef FRAZO_CORE_PROCESS_TF_EXAMPLE_PARSER_H_
#define FRAZO_CORE_PROCESS_TF_EXAMPLE_PARSER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/process/example.h"
#include "core/process/feature_default.h"
#include "core/process/field_parser.h"
#include "core/process/field_table.h"
#include "core/process/record_fields.h"
#include "core/process/tf_example_features.h"
#include "frazo/proto/processor.pb.h"

namespace frazo::process {

// Reads the features of a schema from serialized tf.Examples; see ScanTfExample().
class TfExampleParser : public FieldParser {
 public:
  // Adds a field for each feature to `table`. Errors: kInvalidArgument, as in RecordProcessor.
  static absl::StatusOr<std::unique_ptr<FieldParser>> Create(const ExampleParser& config,
                                                             FieldTable* table);

  absl::Status Parse(std::string_view record, RecordFields* fields) const override;

 private:
  // A range of integers, including both ends.
  struct Range {
    int64_t min;
    int64_t max;
  };

  // The checks of a feature after the scan.
  struct Expected {
    TfExampleFeature feature;
    // nullopt: the feature may not be missing.
    std::optional<FeatureDefault> fallback;
    // nullopt: any value is allowed.
    std::optional<Range> range;
  };

  TfExampleParser(std::vector<TfExampleFeature> features, std::vector<Expected> expected);

  static absl::StatusOr<Expected> MakeExpected(const std::string& path,
                                               const ExampleParser::Feature& config,
                                               FieldTable* table);
  static absl::StatusOr<std::optional<Range>> MakeRange(const std::string& path,
                                                        const ExampleParser::Feature& config,
                                                        ValueType type);
  static absl::Status Complete(const Expected& expected, RecordFields* fields);
  template <typename T>
  static absl::Status CheckRange(const Expected& expected, const RecordFields& fields);

  TfExampleFeatures features_;
  // In the order of the configuration.
  std::vector<Expected> expected_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TF_EXAMPLE_PARSER_H_
