#ifndef FRAZO_CORE_OPS_SEARCH_HANDLE_H_
#define FRAZO_CORE_OPS_SEARCH_HANDLE_H_

#include <memory>
#include <string>

#include "core/decode/search.h"
#include "tensorflow/core/framework/variant_encode_decode.h"

namespace frazo::ops {

// A search as the value of a variant tensor, so that it goes through a graph like any other value:
// through tf.while_loop, in exported models, and gone with its last tensor. Who would change a
// search that another tensor refers to, too, changes a copy.
struct SearchHandle {
  std::shared_ptr<decode::Search> search;

  // What TensorFlow asks of such values. It lives in its process: it is not written to files.
  std::string TypeName() const { return "frazo::SearchHandle"; }
  std::string DebugString() const { return "a search"; }
  void Encode(tensorflow::VariantTensorData*) const {}
  bool Decode(const tensorflow::VariantTensorData&) { return false; }
};

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_SEARCH_HANDLE_H_
