#include "tensorflow/core/framework/common_shape_fns.h"
#include "tensorflow/core/framework/op.h"
#include "tensorflow/core/framework/shape_inference.h"

namespace frazo {
namespace {

using ::tensorflow::shape_inference::InferenceContext;
using ::tensorflow::shape_inference::ScalarShape;
using ::tensorflow::shape_inference::ShapeHandle;

absl::Status InferShape(InferenceContext* context) {
  ShapeHandle unused;
  TF_RETURN_IF_ERROR(context->WithRank(context->input(0), 0, &unused));
  TF_RETURN_IF_ERROR(context->WithRank(context->input(1), 1, &unused));
  return ScalarShape(context);
}

REGISTER_OP("Frazo>PipelineDataset")
    .Input("config: string")
    .Input("search_folders: string")
    .Output("handle: variant")
    .Attr("output_types: list(type) >= 1")
    .Attr("output_shapes: list(shape) >= 1")
    // Files are read anew by each evaluation: not a constant to fold.
    .SetDoNotOptimize()
    .SetShapeFn(InferShape)
    .Doc(R"doc(
A dataset of batches made from files of records, as a frazo.Pipeline message says.

Each element is one batch: its tensors in the order of their names, those of numbers without a copy. The
batches depend on the message and the files alone, never on threads. The iterator's checkpoint holds some KB
(positions in files, never records), and a restored iterator goes on with the very next batch; a state of
another configuration, vocabulary or other files is refused with FailedPrecondition, naming the difference.

Errors name the place in the configuration (InvalidArgument), or the file, the record and its byte: NotFound,
PermissionDenied, DataLoss (the file is damaged or was cut short), FailedPrecondition (it has grown),
InvalidArgument (more records than processor.max_bad_records cannot be processed).

config: [] a serialized frazo.Pipeline.
search_folders: [n] where relative paths are looked for, after the current folder.
output_types: of the batch's tensors; must be those of the configuration.
output_shapes: likewise; a size that differs from batch to batch is unknown.
handle: [] the dataset.
)doc");

}  // namespace
}  // namespace frazo
