#ifndef FRAZO_CORE_PROCESS_TF_EXAMPLE_FEATURES_H_
#define FRAZO_CORE_PROCESS_TF_EXAMPLE_FEATURES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/process/example.h"
#include "core/process/record_fields.h"

namespace frazo::process {

// The lists of a tf.Example's Feature, by their field numbers in the message.
enum class TfExampleList : uint32_t { kNone = 0, kBytes = 1, kFloat = 2, kInt64 = 3 };

// Returns "bytes_list" and so on.
std::string_view TfExampleListName(TfExampleList list);

// A feature to read, and the field that gets its values.
struct TfExampleFeature {
  FeatureSpec spec;
  FieldId field;

  // The list that has values of its type.
  TfExampleList list() const;
};

// Finds features by name.
class TfExampleFeatures {
 public:
  // The names must be unique.
  explicit TfExampleFeatures(std::vector<TfExampleFeature> features);

  // Returns nullptr if there is no feature of that name.
  const TfExampleFeature* Find(std::string_view name) const;

 private:
  // Sorted by the length of the name, then by name: the length alone finds most names.
  std::vector<TfExampleFeature> features_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TF_EXAMPLE_FEATURES_H_
