#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/records/record_reader.h"
#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/op_kernel.h"

namespace {

using ::tensorflow::OpKernel;
using ::tensorflow::OpKernelConstruction;
using ::tensorflow::OpKernelContext;
using ::tensorflow::Tensor;
using ::tensorflow::tstring;

REGISTER_OP("Outside>CountRecords")
    .Input("path: string")
    .Output("count: int64")
    .SetIsStateful()
    .SetShapeFn(tensorflow::shape_inference::ScalarShape)
    .Doc("Counts the records of a TFRecord file.");

class CountRecords final : public OpKernel {
 public:
  explicit CountRecords(OpKernelConstruction* construction) : OpKernel(construction) {}

  void Compute(OpKernelContext* context) override {
    const Tensor& path = context->input(0);
    OP_REQUIRES(context, path.dims() == 0, absl::InvalidArgumentError("path must be a scalar"));
    auto reader = frazo::records::RecordReader::Open(path.scalar<tstring>()());
    OP_REQUIRES_OK(context, reader.status());
    int64_t records = 0;
    for (std::string_view record; reader->Next(&record);) ++records;
    OP_REQUIRES_OK(context, reader->status());
    Tensor* count = nullptr;
    OP_REQUIRES_OK(context, context->allocate_output(0, {}, &count));
    count->scalar<int64_t>()() = records;
  }
};

REGISTER_KERNEL_BUILDER(Name("Outside>CountRecords").Device(tensorflow::DEVICE_CPU), CountRecords);

}  // namespace
