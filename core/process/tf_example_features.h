#ifndef FRAZO_CORE_PROCESS_TF_EXAMPLE_FEATURES_H_
#define FRAZO_CORE_PROCESS_TF_EXAMPLE_FEATURES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/process/example.h"
#include "core/process/record_fields.h"

namespace frazo::process {

// The lists of a tf.Example's Feature, by their numbers in the message.
enum class TfExampleList : uint32_t { kNone = 0, kBytes = 1, kFloat = 2, kInt64 = 3 };

// "bytes_list" and so on.
std::string_view TfExampleListName(TfExampleList list);

// A feature to read, and the field that it is read into.
struct TfExampleFeature {
  FeatureSpec spec;
  FieldId field;

  // The list that values of its type stand in.
  TfExampleList list() const;
};

// Features by name.
class TfExampleFeatures {
 public:
  // The names are unique.
  explicit TfExampleFeatures(std::vector<TfExampleFeature> features);

  // nullptr if there is none of that name.
  const TfExampleFeature* Find(std::string_view name) const;

 private:
  // By the length of the name, then by name: most names are found by their length alone.
  std::vector<TfExampleFeature> features_;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TF_EXAMPLE_FEATURES_H_
