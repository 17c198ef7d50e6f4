#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "core/bytes/compression.h"
#include "core/ops/source_dataset.h"
#include "core/ops/source_dataset_shape.h"
#include "core/records/record_reader.h"
#include "tensorflow/core/framework/dataset.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/partial_tensor_shape.h"
#include "tensorflow/core/framework/tensor.h"

namespace frazo::ops {
namespace {

REGISTER_OP("Frazo>RecordDataset")
    .Input("files: string")
    .Input("compression: string")
    .Output("handle: variant")
    // Each evaluation reads files, so it must not be folded into a constant.
    .SetDoNotOptimize()
    .SetShapeFn(InferSourceDatasetShape<1, 0>)
    .Doc(R"doc(
A dataset of the records of TFRecord files, one file after the other.

Each element is one scalar string, the bytes of a record. Both CRCs of every record are checked. The
iterator's checkpoint holds a place (file, record, byte), and a restored iterator goes on with the very
next record; in a compressed file it decompresses up to there first.

Errors name the file, the record and its byte: NotFound, PermissionDenied, DataLoss (the file is damaged or
was cut short), InvalidArgument (an empty list, an unknown compression, the wrong one for a file, a record
over 1 GiB). An iterator that is asked on after an error goes on with the next file.

files: [n] paths, n >= 1.
compression: [] of all files: "none", "gzip", "zlib" or "zstd".
handle: [] the dataset; its elements are string [].
)doc");

class RecordDataset final : public SourceDataset<RecordDataset> {
 public:
  class Iterator;

  RecordDataset(OpKernelContext* context, std::vector<tstring> files,
                bytes::CompressionKind compression)
      : SourceDataset(context, "RecordDataset", {tensorflow::DT_STRING}, {PartialTensorShape({})}),
        files_(std::move(files)),
        compression_(compression) {}

 protected:
  absl::Status AsGraphDefInternal(SerializationContext*, DatasetGraphDefBuilder* builder,
                                  Node** output) const override {
    Node* files = nullptr;
    TF_RETURN_IF_ERROR(builder->AddVector(files_, &files));
    Node* compression = nullptr;
    TF_RETURN_IF_ERROR(
        builder->AddScalar(tstring(bytes::CompressionName(compression_)), &compression));
    return builder->AddDataset(this, {files, compression}, output);
  }

 private:
  const std::vector<tstring> files_;
  const bytes::CompressionKind compression_;
};

// The saved state: the index of the file, and the position of the next record in it.
constexpr std::string_view kFileKey = "file";
constexpr std::string_view kRecordKey = "record";
constexpr std::string_view kByteKey = "byte";

class RecordDataset::Iterator final : public DatasetIterator<RecordDataset> {
 public:
  explicit Iterator(const Params& params) : DatasetIterator<RecordDataset>(params) {}

  absl::Status GetNextInternal(IteratorContext* context, std::vector<Tensor>* out_tensors,
                               bool* end_of_sequence) override {
    absl::MutexLock lock(&mutex_);
    *end_of_sequence = false;
    for (; file_ < dataset()->files_.size(); ++file_) {
      const absl::Status opened = reader_.has_value() ? absl::OkStatus() : OpenFile({});
      std::string_view record;
      if (opened.ok() && reader_->Next(&record)) {
        Tensor& tensor = out_tensors->emplace_back(context->allocator({}), tensorflow::DT_STRING,
                                                   tensorflow::TensorShape({}));
        tensor.scalar<tstring>()().assign(record.data(), record.size());
        return absl::OkStatus();
      }
      const absl::Status ended = opened.ok() ? reader_->status() : opened;
      reader_.reset();
      if (!ended.ok()) {
        ++file_;
        return ended;
      }
    }
    *end_of_sequence = true;
    return absl::OkStatus();
  }

 protected:
  absl::Status SaveInternal(SerializationContext*, IteratorStateWriter* writer) override {
    absl::MutexLock lock(&mutex_);
    const records::RecordPosition position =
        reader_.has_value() ? reader_->position() : records::RecordPosition();
    TF_RETURN_IF_ERROR(writer->WriteScalar(prefix(), kFileKey, file_));
    TF_RETURN_IF_ERROR(writer->WriteScalar(prefix(), kRecordKey, position.record));
    return writer->WriteScalar(prefix(), kByteKey, position.byte);
  }

  absl::Status RestoreInternal(IteratorContext*, IteratorStateReader* reader) override {
    absl::MutexLock lock(&mutex_);
    records::RecordPosition position;
    TF_RETURN_IF_ERROR(reader->ReadScalar(prefix(), kFileKey, &file_));
    TF_RETURN_IF_ERROR(reader->ReadScalar(prefix(), kRecordKey, &position.record));
    TF_RETURN_IF_ERROR(reader->ReadScalar(prefix(), kByteKey, &position.byte));
    const int64_t file_count = dataset()->files_.size();
    if (file_ < 0 || file_ > file_count || position.byte < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("the saved iterator is at file ", file_, " but the dataset has ", file_count,
                       " files; restore it into a dataset of the files that it was saved with"));
    }
    reader_.reset();
    return file_ < file_count ? OpenFile(position) : absl::OkStatus();
  }

 private:
  absl::Status OpenFile(records::RecordPosition start) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    records::RecordReader::Options options;
    options.compression = dataset()->compression_;
    absl::StatusOr<records::RecordReader> reader =
        records::RecordReader::Open(dataset()->files_[file_], options, start);
    if (!reader.ok()) return std::move(reader).status();
    reader_ = *std::move(reader);
    return absl::OkStatus();
  }

  absl::Mutex mutex_;
  // The index of the file with the next record; the number of files at the end.
  int64_t file_ ABSL_GUARDED_BY(mutex_) = 0;
  // The reader of that file; nullopt before its first record.
  std::optional<records::RecordReader> reader_ ABSL_GUARDED_BY(mutex_);
};

class RecordDatasetOp final : public DatasetOpKernel {
 public:
  using DatasetOpKernel::DatasetOpKernel;

 protected:
  void MakeDataset(OpKernelContext* context, DatasetBase** output) override {
    std::vector<tstring> files;
    OP_REQUIRES_OK(context, tensorflow::data::ParseVectorArgument(context, "files", &files));
    OP_REQUIRES(context, !files.empty(),
                absl::InvalidArgumentError("files is empty; name at least one TFRecord file"));
    tstring name;
    OP_REQUIRES_OK(context, tensorflow::data::ParseScalarArgument(context, "compression", &name));
    const absl::StatusOr<bytes::CompressionKind> compression = bytes::ParseCompression(name);
    OP_REQUIRES_OK(context, compression.status());
    *output = new RecordDataset(context, std::move(files), *compression);
  }
};

REGISTER_KERNEL_BUILDER(Name("Frazo>RecordDataset").Device(tensorflow::DEVICE_CPU),
                        RecordDatasetOp);

}  // namespace

}  // namespace frazo::ops
