#include "core/ops/testing/graph_session.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/text_format.h"
#include "tensorflow/core/framework/node_def.pb.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/public/session_options.h"

namespace frazo::ops {

using ::google::protobuf::TextFormat;
using ::tensorflow::Tensor;

absl::StatusOr<GraphSession> GraphSession::Create(const std::string& nodes) {
  tensorflow::GraphDef graph;
  if (!TextFormat::ParseFromString(nodes, &graph)) {
    return absl::InvalidArgumentError("not a textproto of GraphDef");
  }
  return Create(graph);
}

absl::StatusOr<GraphSession> GraphSession::Create(const tensorflow::GraphDef& graph) {
  tensorflow::SessionOptions options;
  options.config.set_intra_op_parallelism_threads(2);
  options.config.set_inter_op_parallelism_threads(2);
  std::unique_ptr<tensorflow::Session> session(tensorflow::NewSession(options));
  if (session == nullptr) return absl::InternalError("TensorFlow has no session");
  const absl::Status status = session->Create(graph);
  if (!status.ok()) return status;
  return GraphSession(std::move(session));
}

absl::StatusOr<std::vector<Tensor>> GraphSession::Run(const Feeds& feeds,
                                                      const std::vector<std::string>& fetches,
                                                      const std::vector<std::string>& targets) {
  std::vector<Tensor> outputs;
  const absl::Status status = session_->Run(feeds, fetches, targets, &outputs);
  if (!status.ok()) return status;
  return outputs;
}

absl::StatusOr<std::vector<Tensor>> RunOp(const std::string& node,
                                          const std::vector<Tensor>& inputs) {
  tensorflow::GraphDef graph;
  tensorflow::NodeDef* const tested = graph.add_node();
  if (!TextFormat::ParseFromString(node, tested)) {
    return absl::InvalidArgumentError("not a textproto of NodeDef");
  }
  tested->set_name("tested");
  GraphSession::Feeds feeds;
  for (const Tensor& input : inputs) {
    const std::string name = absl::StrCat("input", feeds.size());
    tested->add_input(name);
    tensorflow::NodeDef* const placeholder = graph.add_node();
    placeholder->set_name(name);
    placeholder->set_op("Placeholder");
    (*placeholder->mutable_attr())["dtype"].set_type(input.dtype());
    feeds.emplace_back(name, input);
  }
  const tensorflow::OpDef* definition;
  const absl::Status known =
      tensorflow::OpRegistry::Global()->LookUpOpDef(tested->op(), &definition);
  if (!known.ok()) return known;
  std::vector<std::string> fetches;
  for (int i = 0; i < definition->output_arg_size(); ++i) {
    fetches.push_back(absl::StrCat("tested:", i));
  }
  absl::StatusOr<GraphSession> session = GraphSession::Create(graph);
  if (!session.ok()) return session.status();
  return session->Run(feeds, fetches, {});
}

}  // namespace frazo::ops
