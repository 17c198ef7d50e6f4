#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "core/ops/source_dataset.h"
#include "core/ops/source_dataset_shape.h"
#include "core/ops/warning_line.h"
#include "core/sources/record_chunk.h"
#include "core/sources/record_stream.h"
#include "frazo/proto/record_source.pb.h"
#include "frazo/proto/record_source_state.pb.h"
#include "tensorflow/core/framework/attr_value.pb.h"
#include "tensorflow/core/framework/dataset.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/partial_tensor_shape.h"
#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {
namespace {

using ::tensorflow::OpKernelConstruction;
using ::tensorflow::TensorShape;

REGISTER_OP("Frazo>RecordSourceDataset")
    .Input("source: string")
    .Input("search_folders: string")
    .Output("handle: variant")
    .Attr("seed: int = 301")
    .Attr("replica: int = 0")
    .Attr("replicas: int = 1")
    .Attr("skip_damaged: bool = false")
    // Each evaluation reads files, so it must not be folded into a constant.
    .SetDoNotOptimize()
    .SetShapeFn(InferSourceDatasetShape<0, 1>)
    .Doc(R"doc(
A dataset of the records that a frazo.RecordSource message describes, in its order: for records that a
function of TensorFlow is to process.

Each element is (source_id, record): which part of a mixture the record comes from (0 where there is no
mixture), and its bytes. Files are read ahead by threads of the iterator. The iterator's checkpoint is small
(positions in files), and a restored iterator goes on with the very next record; a state of other files or
another configuration is refused with FailedPrecondition, naming the difference.

Errors name the file, the record and its byte: NotFound, PermissionDenied, DataLoss (the file is damaged or
was cut short), FailedPrecondition (it has grown), InvalidArgument (the configuration, a record over the
limit).

source: [] a serialized frazo.RecordSource.
search_folders: [n] where relative paths are looked for, after the current folder.
seed: decides the order of shuffled and mixed sources.
replica: this consumer's number among `replicas`; each record goes to exactly one.
skip_damaged: damaged records and files are skipped, with a warning, instead of causing an error.
handle: [] the dataset; its elements are int32 [] and string [].
)doc");

// Large enough that a chunk costs little beside its records.
constexpr int64_t kChunkRecords = 256;

class RecordSourceDataset final : public SourceDataset<RecordSourceDataset> {
 public:
  class Iterator;

  RecordSourceDataset(OpKernelContext* context, RecordSource source,
                      sources::RecordStream::Options options)
      : SourceDataset(context, "RecordSourceDataset", {tensorflow::DT_INT32, tensorflow::DT_STRING},
                      {PartialTensorShape({}), PartialTensorShape({})}),
        source_(std::move(source)),
        options_(std::move(options)) {}

 protected:
  absl::Status AsGraphDefInternal(SerializationContext*, DatasetGraphDefBuilder* builder,
                                  Node** output) const override {
    Node* source = nullptr;
    TF_RETURN_IF_ERROR(builder->AddScalar(tstring(source_.SerializeAsString()), &source));
    Node* search_folders = nullptr;
    TF_RETURN_IF_ERROR(builder->AddVector(
        std::vector<tstring>(options_.search_folders.begin(), options_.search_folders.end()),
        &search_folders));
    const auto attribute = [&](const auto& value) {
      tensorflow::AttrValue attr_value;
      builder->BuildAttrValue(value, &attr_value);
      return attr_value;
    };
    return builder->AddDataset(this, {source, search_folders},
                               {{"seed", attribute(options_.seed)},
                                {"replica", attribute(options_.replica)},
                                {"replicas", attribute(options_.replicas)},
                                {"skip_damaged", attribute(options_.skip_damaged)}},
                               output);
  }

 private:
  const RecordSource source_;
  const sources::RecordStream::Options options_;
};

// Absent before the first record.
constexpr std::string_view kStateKey = "state";

class RecordSourceDataset::Iterator final : public DatasetIterator<RecordSourceDataset> {
 public:
  explicit Iterator(const Params& params) : DatasetIterator<RecordSourceDataset>(params) {}

  absl::Status Initialize(IteratorContext*) override {
    absl::MutexLock lock(&mutex_);
    return Open();
  }

  absl::Status GetNextInternal(IteratorContext* context, std::vector<Tensor>* out_tensors,
                               bool* end_of_sequence) override {
    absl::MutexLock lock(&mutex_);
    *end_of_sequence = false;
    if (given_ == chunk_.records().size()) {
      // At the end keep the last chunk: SaveInternal() still reports the position after its last
      // record.
      sources::RecordChunk next;
      if (!stream_->NextChunk(kChunkRecords, &next)) {
        LogDamage();
        *end_of_sequence = stream_->status().ok();
        return stream_->status();
      }
      chunk_ = std::move(next);
      given_ = 0;
      LogDamage();
    }
    const sources::SourceRecord& record = chunk_.records()[given_++];
    Tensor& source =
        out_tensors->emplace_back(context->allocator({}), tensorflow::DT_INT32, TensorShape({}));
    source.scalar<int32_t>()() = record.id.source;
    Tensor& data =
        out_tensors->emplace_back(context->allocator({}), tensorflow::DT_STRING, TensorShape({}));
    data.scalar<tstring>()().assign(record.data.data(), record.data.size());
    return absl::OkStatus();
  }

 protected:
  absl::Status SaveInternal(SerializationContext*, IteratorStateWriter* writer) override {
    absl::MutexLock lock(&mutex_);
    const std::string state = chunk_.origin() != nullptr
                                  ? chunk_.origin()->StateAfter(given_).SerializeAsString()
                                  : restored_state_;
    return writer->WriteScalar(prefix(), kStateKey, tstring(state));
  }

  absl::Status RestoreInternal(IteratorContext*, IteratorStateReader* reader) override {
    absl::MutexLock lock(&mutex_);
    tstring serialized;
    TF_RETURN_IF_ERROR(reader->ReadScalar(prefix(), kStateKey, &serialized));
    TF_RETURN_IF_ERROR(Open());
    if (serialized.empty()) return absl::OkStatus();
    RecordSourceState state;
    if (!state.ParseFromArray(serialized.data(), serialized.size())) {
      return absl::DataLossError("the saved state of a record source is damaged");
    }
    TF_RETURN_IF_ERROR(stream_->Restore(state));
    restored_state_ = std::string(serialized);
    return absl::OkStatus();
  }

 private:
  // Opens the stream at the beginning of the records.
  absl::Status Open() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    absl::StatusOr<std::unique_ptr<sources::RecordStream>> created =
        sources::RecordStream::Create(dataset()->source_, dataset()->options_);
    if (!created.ok()) return std::move(created).status();
    stream_ = *std::move(created);
    chunk_ = sources::RecordChunk();
    given_ = 0;
    restored_state_.clear();
    return absl::OkStatus();
  }

  // Logs the first damage that was skipped.
  void LogDamage() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (damage_logged_ || !dataset()->options_.skip_damaged) return;
    const std::string damage = stream_->counters().first_damage;
    if (damage.empty()) return;
    damage_logged_ = true;
    WarningLine(absl::StrCat("skipped damage, for the first time here: ", damage));
  }

  absl::Mutex mutex_;
  // Initialize() sets it.
  std::unique_ptr<sources::RecordStream> stream_ ABSL_GUARDED_BY(mutex_);
  // The chunk that gives records; `given_` of them have been given.
  sources::RecordChunk chunk_ ABSL_GUARDED_BY(mutex_);
  size_t given_ ABSL_GUARDED_BY(mutex_) = 0;
  // The state before the first chunk, serialized; empty at the beginning of the records.
  std::string restored_state_ ABSL_GUARDED_BY(mutex_);
  bool damage_logged_ ABSL_GUARDED_BY(mutex_) = false;
};

class RecordSourceDatasetOp final : public DatasetOpKernel {
 public:
  explicit RecordSourceDatasetOp(OpKernelConstruction* construction)
      : DatasetOpKernel(construction) {
    OP_REQUIRES_OK(construction, construction->GetAttr("seed", &options_.seed));
    OP_REQUIRES_OK(construction, construction->GetAttr("replica", &options_.replica));
    OP_REQUIRES_OK(construction, construction->GetAttr("replicas", &options_.replicas));
    OP_REQUIRES_OK(construction, construction->GetAttr("skip_damaged", &options_.skip_damaged));
  }

 protected:
  void MakeDataset(OpKernelContext* context, DatasetBase** output) override {
    tstring serialized;
    OP_REQUIRES_OK(context, tensorflow::data::ParseScalarArgument(context, "source", &serialized));
    std::vector<tstring> folders;
    OP_REQUIRES_OK(context,
                   tensorflow::data::ParseVectorArgument(context, "search_folders", &folders));
    RecordSource source;
    OP_REQUIRES(context, source.ParseFromArray(serialized.data(), serialized.size()),
                absl::InvalidArgumentError("source is not a serialized frazo.RecordSource"));
    sources::RecordStream::Options options = options_;
    options.search_folders.assign(folders.begin(), folders.end());
    *output = new RecordSourceDataset(context, std::move(source), std::move(options));
  }

 private:
  sources::RecordStream::Options options_;
};

REGISTER_KERNEL_BUILDER(Name("Frazo>RecordSourceDataset").Device(tensorflow::DEVICE_CPU),
                        RecordSourceDatasetOp);

}  // namespace

}  // namespace frazo::ops
