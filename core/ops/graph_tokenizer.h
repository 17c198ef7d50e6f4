#ifndef FRAZO_CORE_OPS_GRAPH_TOKENIZER_H_
#define FRAZO_CORE_OPS_GRAPH_TOKENIZER_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/text/tokenizer.h"
#include "frazo/proto/tokenizer.pb.h"
#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {

// The tokenizer of an op's node: its message without the files, which come as a tensor when the op
// runs, for those of an exported model lie wherever it was put. Thread-safe.
class GraphTokenizer {
 public:
  // Error: kInvalidArgument if `serialized` is no frazo.Tokenizer with a kind.
  absl::Status Configure(const std::string& serialized);

  // The tokenizer of these files: string [n], in the order of the numbers of the fields that name
  // them. It is made by the first call, and again where the files are others. Errors:
  // kInvalidArgument for a wrong number of files, and those of text::Tokenizer::Create.
  absl::StatusOr<std::shared_ptr<const text::Tokenizer>> Get(const tensorflow::Tensor& files);

 private:
  Tokenizer config_;
  std::mutex mutex_;
  std::vector<std::string> files_;
  std::shared_ptr<const text::Tokenizer> tokenizer_;
};

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_GRAPH_TOKENIZER_H_
