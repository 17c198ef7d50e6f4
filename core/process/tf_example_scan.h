#ifndef FRAZO_CORE_PROCESS_TF_EXAMPLE_SCAN_H_
#define FRAZO_CORE_PROCESS_TF_EXAMPLE_SCAN_H_

#include <string_view>

#include "absl/status/status.h"
#include "core/process/record_fields.h"
#include "core/process/tf_example_features.h"

namespace frazo::process {

// Reads those of `features` that a serialized tf.Example holds, straight from its wire format:
//
//   Example  { Features features = 1; }
//   Features { map<string, Feature> feature = 1; }
//   Feature  { oneof kind { BytesList bytes_list = 1; FloatList float_list = 2;
//                           Int64List int64_list = 3; } }
//   each list { repeated value = 1; }, numbers packed or not
//
// Bytes are not copied. Where a key stands more than once, the last one counts. A feature without
// any list gets no values, like one that is not there. What the schema lacks is passed over unseen.
// Error: kInvalidArgument, for damage and for a list of another kind.
absl::Status ScanTfExample(const TfExampleFeatures& features, std::string_view record,
                           RecordFields* fields);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TF_EXAMPLE_SCAN_H_
