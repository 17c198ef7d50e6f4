#ifndef FRAZO_CORE_OPS_SEARCH_HANDLE_H_
#define FRAZO_CORE_OPS_SEARCH_HANDLE_H_

#include <memory>
#include <string>

#include "core/decode/search.h"
#include "tensorflow/core/framework/variant_encode_decode.h"

namespace frazo::ops {

// A search as the value of a variant tensor. It passes through a graph like any other value, also
// through tf.while_loop and in exported models, and is destroyed with its last tensor. An op that
// changes a search which another tensor also refers to changes a copy.
struct SearchHandle {
  std::shared_ptr<decode::Search> search;

  // TensorFlow requires these of a value. A search can't leave its process, so it is not written to
  // files.
  std::string TypeName() const { return "frazo::SearchHandle"; }
  std::string DebugString() const { return "a search"; }
  void Encode(tensorflow::VariantTensorData*) const {}
  bool Decode(const tensorflow::VariantTensorData&) { return false; }
};

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_SEARCH_HANDLE_H_
