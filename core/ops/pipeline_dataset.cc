#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/batch/batch.h"
#include "core/batch/batcher.h"
#include "core/ops/batch_tensors.h"
#include "core/ops/source_dataset.h"
#include "core/ops/source_dataset_shape.h"
#include "core/ops/warning_line.h"
#include "core/pipeline/iterator_link.h"
#include "core/pipeline/pipeline.h"
#include "core/pipeline/pipeline_plan.h"
#include "frazo/proto/pipeline.pb.h"
#include "tensorflow/core/framework/attr_value.pb.h"
#include "tensorflow/core/framework/cancellation.h"
#include "tensorflow/core/framework/dataset.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/partial_tensor_shape.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/types.h"

namespace frazo::ops {
namespace {

using ::frazo::pipeline::PipelinePlan;
using ::tensorflow::DataTypeVector;
using ::tensorflow::OpKernelConstruction;

REGISTER_OP("Frazo>PipelineDataset")
    .Input("config: string")
    .Input("search_folders: string")
    .Output("handle: variant")
    .Attr("output_types: list(type) >= 1")
    .Attr("output_shapes: list(shape) >= 1")
    .Attr("link: int = 0")
    .Attr("numbered: bool = false")
    // Each evaluation reads files, so it must not be folded into a constant.
    .SetDoNotOptimize()
    .SetShapeFn(InferSourceDatasetShape<0, 1>)
    .Doc(R"doc(
A dataset of batches made from files of records, as a frazo.Pipeline message says.

Each element is one batch: its tensors in the order of their names, those of numbers without a copy. The
batches depend on the message and the files alone, never on threads. The iterator's checkpoint holds some KB
(positions in files, never records), and a restored iterator goes on with the very next batch; a state of
another configuration, vocabulary or other files is refused with FailedPrecondition, naming the difference.

Errors name the place in the configuration (InvalidArgument), or the file, the record and its byte: NotFound,
PermissionDenied, DataLoss (the file is damaged or was cut short), FailedPrecondition (it has grown),
InvalidArgument (more records than processor.max_bad_records cannot be processed).

Records and files that are skipped are told on standard error, each once, whatever
TF_CPP_MIN_LOG_LEVEL is, unless `link` gives the telling to the program.

config: [] a serialized frazo.Pipeline.
search_folders: [n] where relative paths are looked for, after the current folder.
output_types: of the batch's tensors; must be those of the configuration.
output_shapes: likewise; a size that differs from batch to batch is unknown.
link: the number of the IteratorLink of this process where iterators write their counters with each batch,
  and which may say where they begin; 0: none.
numbered: each element has one tensor more, the last one, int64 [examples]: how many records were read before
  that of the example, or -1 where the example comes from a restored state. Not for a batcher that packs.
handle: [] the dataset.
)doc");

// A cancelled step may wait for a batch this long.
constexpr absl::Duration kPatience = absl::Milliseconds(50);

// Returns the indices of a batch's tensors in the order of their names, which is tf.nest's order
// for a dict.
std::vector<size_t> NameOrder(const std::vector<batch::BatchTensorSpec>& tensors) {
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](size_t left, size_t right) { return tensors[left].name < tensors[right].name; });
  return order;
}

// numbered: with the numbers of the records as the last tensor.
DataTypeVector TypesOf(const std::vector<batch::BatchTensorSpec>& tensors, bool numbered) {
  DataTypeVector types;
  for (const size_t index : NameOrder(tensors)) {
    types.push_back(TensorFlowType(tensors[index].type));
  }
  if (numbered) types.push_back(tensorflow::DT_INT64);
  return types;
}

std::vector<PartialTensorShape> ShapesOf(const std::vector<batch::BatchTensorSpec>& tensors,
                                         bool numbered) {
  std::vector<PartialTensorShape> shapes;
  for (const size_t index : NameOrder(tensors)) shapes.push_back(TensorFlowShape(tensors[index]));
  if (numbered) shapes.push_back(PartialTensorShape({-1}));
  return shapes;
}

// The numbers of a batch's records: int64 [examples].
Tensor NumbersTensor(const batch::Batch& batch) {
  const int64_t examples = static_cast<int64_t>(batch.record_numbers.size());
  Tensor numbers(tensorflow::DT_INT64, tensorflow::TensorShape({examples}));
  std::copy(batch.record_numbers.begin(), batch.record_numbers.end(),
            numbers.flat<int64_t>().data());
  return numbers;
}

class PipelineDataset final : public SourceDataset<PipelineDataset> {
 public:
  class Iterator;

  PipelineDataset(OpKernelContext* context, std::shared_ptr<const PipelinePlan> plan,
                  tstring config, std::vector<tstring> search_folders, int64_t link, bool numbered)
      : SourceDataset(context, "PipelineDataset", TypesOf(plan->tensors(), numbered),
                      ShapesOf(plan->tensors(), numbered)),
        plan_(std::move(plan)),
        config_(std::move(config)),
        search_folders_(std::move(search_folders)),
        link_number_(link),
        numbered_(numbered),
        order_(NameOrder(plan_->tensors())) {}

 protected:
  absl::Status AsGraphDefInternal(SerializationContext*, DatasetGraphDefBuilder* builder,
                                  Node** output) const override {
    Node* config = nullptr;
    TF_RETURN_IF_ERROR(builder->AddScalar(config_, &config));
    Node* search_folders = nullptr;
    TF_RETURN_IF_ERROR(builder->AddVector(search_folders_, &search_folders));
    tensorflow::AttrValue types;
    builder->BuildAttrValue(output_dtypes(), &types);
    tensorflow::AttrValue shapes;
    builder->BuildAttrValue(output_shapes(), &shapes);
    tensorflow::AttrValue link;
    builder->BuildAttrValue(link_number_, &link);
    tensorflow::AttrValue numbered;
    builder->BuildAttrValue(numbered_, &numbered);
    return builder->AddDataset(this, {config, search_folders},
                               {{"output_types", types},
                                {"output_shapes", shapes},
                                {"link", link},
                                {"numbered", numbered}},
                               output);
  }

 private:
  const std::shared_ptr<const PipelinePlan> plan_;
  const tstring config_;
  const std::vector<tstring> search_folders_;
  const int64_t link_number_;
  const bool numbered_;
  // The index in a batch for each component of an element.
  const std::vector<size_t> order_;
};

constexpr std::string_view kStateKey = "state";

class PipelineDataset::Iterator final : public DatasetIterator<PipelineDataset> {
 public:
  explicit Iterator(const Params& params) : DatasetIterator<PipelineDataset>(params) {}

  absl::Status Initialize(IteratorContext*) override {
    absl::MutexLock lock(&mutex_);
    absl::StatusOr<std::unique_ptr<pipeline::Pipeline>> created =
        pipeline::Pipeline::Create(dataset()->plan_);
    if (!created.ok()) return std::move(created).status();
    pipeline_ = *std::move(created);
    if (dataset()->link_number_ != 0) {
      link_ = pipeline::IteratorLink::Find(dataset()->link_number_);
    }
    if (link_ != nullptr) {
      if (const std::optional<std::string> state = link_->TakeBeginning()) {
        TF_RETURN_IF_ERROR(pipeline_->Restore(*state));
      }
    }
    Tell();
    return absl::OkStatus();
  }

  absl::Status GetNextInternal(IteratorContext* context, std::vector<Tensor>* out_tensors,
                               bool* end_of_sequence) override {
    absl::MutexLock lock(&mutex_);
    while (!pipeline_->WaitForBatch(kPatience)) {
      if (context->cancellation_manager()->IsCancelled()) {
        return absl::CancelledError("the step that waited for a batch was cancelled");
      }
    }
    batch::Batch batch;
    *end_of_sequence = !pipeline_->Next(&batch);
    Tell();
    if (*end_of_sequence) return pipeline_->status();
    out_tensors->reserve(batch.tensors.size());
    for (const size_t index : dataset()->order_) {
      out_tensors->push_back(TensorFlowTensor(batch.tensors[index]));
    }
    if (dataset()->numbered_) out_tensors->push_back(NumbersTensor(batch));
    return absl::OkStatus();
  }

 protected:
  absl::Status SaveInternal(SerializationContext*, IteratorStateWriter* writer) override {
    absl::MutexLock lock(&mutex_);
    return writer->WriteScalar(prefix(), kStateKey, tstring(pipeline_->SaveState()));
  }

  absl::Status RestoreInternal(IteratorContext*, IteratorStateReader* reader) override {
    absl::MutexLock lock(&mutex_);
    tstring state;
    TF_RETURN_IF_ERROR(reader->ReadScalar(prefix(), kStateKey, &state));
    TF_RETURN_IF_ERROR(pipeline_->Restore(state));
    if (link_ != nullptr) link_->PublishState(state);
    Tell();
    return absl::OkStatus();
  }

 private:
  // Tells of each record that is skipped.
  void Tell() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (link_ != nullptr) {
      link_->Publish(*pipeline_);
      return;
    }
    const pipeline::PipelineCounters counters = pipeline_->counters();
    const std::vector<std::string>& samples = counters.bad_record_samples;
    for (; told_ < samples.size(); ++told_) {
      WarningLine(absl::StrCat("skipped a bad record: ", samples[told_]));
    }
    if (damage_told_ || counters.stream.first_damage.empty()) return;
    damage_told_ = true;
    WarningLine(
        absl::StrCat("skipped damage, for the first time here: ", counters.stream.first_damage));
  }

  absl::Mutex mutex_;
  // Initialize() sets it.
  std::unique_ptr<pipeline::Pipeline> pipeline_ ABSL_GUARDED_BY(mutex_);
  // Null: nobody is told anything.
  std::shared_ptr<pipeline::IteratorLink> link_ ABSL_GUARDED_BY(mutex_);
  // Number of samples of bad records that have been told.
  size_t told_ ABSL_GUARDED_BY(mutex_) = 0;
  bool damage_told_ ABSL_GUARDED_BY(mutex_) = false;
};

class PipelineDatasetOp final : public DatasetOpKernel {
 public:
  explicit PipelineDatasetOp(OpKernelConstruction* construction) : DatasetOpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("output_types", &types_));
    OP_REQUIRES_OK(construction, construction->GetAttr("output_shapes", &shapes_));
    OP_REQUIRES_OK(construction, construction->GetAttr("link", &link_number_));
    OP_REQUIRES_OK(construction, construction->GetAttr("numbered", &numbered_));
  }

 protected:
  void MakeDataset(OpKernelContext* context, DatasetBase** output) override {
    tstring serialized;
    OP_REQUIRES_OK(context, tensorflow::data::ParseScalarArgument(context, "config", &serialized));
    std::vector<tstring> folders;
    OP_REQUIRES_OK(context,
                   tensorflow::data::ParseVectorArgument(context, "search_folders", &folders));
    Pipeline config;
    OP_REQUIRES(context, config.ParseFromArray(serialized.data(), serialized.size()),
                absl::InvalidArgumentError("config is not a serialized frazo.Pipeline"));
    auto plan =
        PipelinePlan::Create(config, std::vector<std::string>(folders.begin(), folders.end()));
    OP_REQUIRES_OK(context, plan.status());
    OP_REQUIRES(
        context, !numbered_ || !(*plan)->config().batcher().has_packing(),
        absl::InvalidArgumentError("batcher.packing: a row holds several records, which have "
                                   "no number; use another batcher, or leave out `numbered`"));
    OP_REQUIRES_OK(context, CheckElements((*plan)->tensors()));
    *output = new PipelineDataset(context, *std::move(plan), std::move(serialized),
                                  std::move(folders), link_number_, numbered_);
  }

 private:
  // Checks that the tensors are those that the graph was built for.
  absl::Status CheckElements(const std::vector<batch::BatchTensorSpec>& tensors) const {
    const DataTypeVector types = TypesOf(tensors, numbered_);
    const std::vector<PartialTensorShape> shapes = ShapesOf(tensors, numbered_);
    if (types_.size() != types.size() || shapes_.size() != types.size()) {
      return absl::InvalidArgumentError(
          absl::StrCat("output_types has ", types_.size(), " and output_shapes ", shapes_.size(),
                       " entries; a batch of this configuration has ", types.size(), " tensors"));
    }
    const std::vector<size_t> order = NameOrder(tensors);
    for (size_t i = 0; i < types.size(); ++i) {
      if (types_[i] == types[i] && shapes_[i].IsCompatibleWith(shapes[i])) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("output ", i, " is ", tensorflow::DataTypeString(types_[i]), " ",
                       shapes_[i].DebugString(), ", but the batch's tensor '",
                       i < order.size() ? tensors[order[i]].name : "number", "' is ",
                       tensorflow::DataTypeString(types[i]), " ", shapes[i].DebugString()));
    }
    return absl::OkStatus();
  }

  DataTypeVector types_;
  std::vector<PartialTensorShape> shapes_;
  int64_t link_number_ = 0;
  bool numbered_ = false;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>PipelineDataset").Device(tensorflow::DEVICE_CPU),
                        PipelineDatasetOp);

}  // namespace

}  // namespace frazo::ops
