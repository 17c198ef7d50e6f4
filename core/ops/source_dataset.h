#ifndef FRAZO_CORE_OPS_SOURCE_DATASET_H_
#define FRAZO_CORE_OPS_SOURCE_DATASET_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "tensorflow/core/framework/dataset.h"
#include "tensorflow/core/framework/op_kernel.h"
#include "tensorflow/core/framework/partial_tensor_shape.h"
#include "tensorflow/core/framework/tensor.h"
#include "tensorflow/core/framework/types.h"

namespace frazo::ops {

// Every kernel of a dataset uses these names.
using ::tensorflow::Node;
using ::tensorflow::OpKernelContext;
using ::tensorflow::PartialTensorShape;
using ::tensorflow::Tensor;
using ::tensorflow::tstring;
using ::tensorflow::data::DatasetBase;
using ::tensorflow::data::DatasetIterator;
using ::tensorflow::data::DatasetOpKernel;
using ::tensorflow::data::IteratorContext;
using ::tensorflow::data::IteratorStateReader;
using ::tensorflow::data::IteratorStateWriter;
using ::tensorflow::data::SerializationContext;

// A tf.data dataset that reads files. It has no input datasets; its elements depend on its own
// arguments and the files alone. `Derived` defines a class Iterator and the graph's node.
template <typename Derived>
class SourceDataset : public tensorflow::data::DatasetBase {
 public:
  std::unique_ptr<tensorflow::data::IteratorBase> MakeIteratorInternal(
      const std::string& prefix) const final {
    return std::make_unique<typename Derived::Iterator>(typename Derived::Iterator::Params{
        static_cast<const Derived*>(this), absl::StrCat(prefix, "::Frazo", name_)});
  }

  const tensorflow::DataTypeVector& output_dtypes() const final { return types_; }
  const std::vector<tensorflow::PartialTensorShape>& output_shapes() const final { return shapes_; }
  std::string DebugString() const final { return absl::StrCat("Frazo>", name_); }

  absl::Status InputDatasets(std::vector<const DatasetBase*>*) const final {
    return absl::OkStatus();
  }

  absl::Status CheckExternalState() const final { return absl::OkStatus(); }

 private:
  friend Derived;

  // `name` is the name of the op without its namespace; `types` and `shapes` are those of an
  // element's components.
  SourceDataset(tensorflow::OpKernelContext* context, const char* name,
                tensorflow::DataTypeVector types,
                std::vector<tensorflow::PartialTensorShape> shapes)
      : DatasetBase(tensorflow::data::DatasetContext(context)),
        name_(name),
        types_(std::move(types)),
        shapes_(std::move(shapes)) {}

  const char* const name_;
  const tensorflow::DataTypeVector types_;
  const std::vector<tensorflow::PartialTensorShape> shapes_;
};

}  // namespace frazo::ops

#endif  // FRAZO_CORE_OPS_SOURCE_DATASET_H_
