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

// The tokenizer of an op's node. The node has the message without the files. The files come as a
// tensor when the op runs, because those of an exported model are in the folder that it was copied
// to. Thread-safe.
class GraphTokenizer {
 public:
  // Error: kInvalidArgument if `serialized` is not a frazo.Tokenizer with a kind.
  absl::Status Configure(const std::string& serialized);

  // Returns the tokenizer of these files: string [n], in the order of the numbers of the fields
  // that name them. The first call builds it, and a call with other files builds it again. Errors:
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
