#include "core/ops/source_dataset_shape.h"
#include "tensorflow/core/framework/op.h"

namespace frazo::ops {
namespace {

REGISTER_OP("Frazo>RecordSourceDataset")
    .Input("source: string")
    .Input("search_folders: string")
    .Output("handle: variant")
    .Attr("seed: int = 301")
    .Attr("replica: int = 0")
    .Attr("replicas: int = 1")
    .Attr("skip_damaged: bool = false")
    // Files are read anew by each evaluation: not a constant to fold.
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
skip_damaged: damaged records and files are passed over, with a warning, instead of being an error.
handle: [] the dataset; its elements are int32 [] and string [].
)doc");

}  // namespace
}  // namespace frazo::ops
