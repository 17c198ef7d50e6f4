#ifndef FRAZO_CORE_PROCESS_TF_EXAMPLE_SCAN_H_
#define FRAZO_CORE_PROCESS_TF_EXAMPLE_SCAN_H_

#include <string_view>

#include "absl/status/status.h"
#include "core/process/record_fields.h"
#include "core/process/tf_example_features.h"

namespace frazo::process {

// Reads those of `features` that a serialized tf.Example contains, directly from its wire format:
//
//   Example  { Features features = 1; }
//   Features { map<string, Feature> feature = 1; }
//   Feature  { oneof kind { BytesList bytes_list = 1;
//                           FloatList float_list = 2;
//                           Int64List int64_list = 3; } }
//   each list { repeated value = 1; }, numbers packed or not
//
// Bytes are not copied. If a key occurs several times, the last one counts. A feature without a
// list gets no values, like a feature that is missing. Features that the schema lacks are ignored
// without a check. Error: kInvalidArgument for damage and for a list of another kind.
absl::Status ScanTfExample(const TfExampleFeatures& features, std::string_view record,
                           RecordFields* fields);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TF_EXAMPLE_SCAN_H_
