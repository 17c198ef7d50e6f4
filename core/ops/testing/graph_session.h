#ifndef FRAZO_CORE_OPS_TESTING_GRAPH_SESSION_H_
#define FRAZO_CORE_OPS_TESTING_GRAPH_SESSION_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tensorflow/core/framework/graph.pb.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/public/session.h"

namespace frazo::ops {

// Runs a TensorFlow graph on one processor with two threads.
class GraphSession {
 public:
  using Feeds = std::vector<std::pair<std::string, tensorflow::Tensor>>;

  // nodes: a GraphDef as textproto. Attributes that have a default may be left out, except for
  // types. Errors: those that the ops return for attributes and shapes.
  static absl::StatusOr<GraphSession> Create(const std::string& nodes);
  static absl::StatusOr<GraphSession> Create(const tensorflow::GraphDef& graph);

  // Runs what the fetched outputs ("node:0") and the targets ("node") need.
  absl::StatusOr<std::vector<tensorflow::Tensor>> Run(const Feeds& feeds,
                                                      const std::vector<std::string>& fetches,
                                                      const std::vector<std::string>& targets);

 private:
  explicit GraphSession(std::unique_ptr<tensorflow::Session> session)
      : session_(std::move(session)) {}

  std::unique_ptr<tensorflow::Session> session_;
};

// Runs one op and returns all its outputs.
//
// node: a NodeDef as textproto without a name and inputs:
//   op: "Frazo>PackMatrix" attr { key: "transposed" value { b: true } }
absl::StatusOr<std::vector<tensorflow::Tensor>> RunOp(
    const std::string& node, const std::vector<tensorflow::Tensor>& inputs);

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_TESTING_GRAPH_SESSION_H_
