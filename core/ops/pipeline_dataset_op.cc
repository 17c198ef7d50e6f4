#include "core/ops/source_dataset_shape.h"
#include "tensorflow/core/framework/op.h"

namespace frazo::ops {
namespace {

REGISTER_OP("Frazo>PipelineDataset")
    .Input("config: string")
    .Input("search_folders: string")
    .Output("handle: variant")
    .Attr("output_types: list(type) >= 1")
    .Attr("output_shapes: list(shape) >= 1")
    // Files are read anew by each evaluation: not a constant to fold.
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

config: [] a serialized frazo.Pipeline.
search_folders: [n] where relative paths are looked for, after the current folder.
output_types: of the batch's tensors; must be those of the configuration.
output_shapes: likewise; a size that differs from batch to batch is unknown.
handle: [] the dataset.
)doc");

}  // namespace
}  // namespace frazo::ops
