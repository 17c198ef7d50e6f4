#include "core/ops/source_dataset_shape.h"
#include "tensorflow/core/framework/op.h"

namespace frazo::ops {
namespace {

REGISTER_OP("Frazo>RecordDataset")
    .Input("files: string")
    .Input("compression: string")
    .Output("handle: variant")
    // Files are read anew by each evaluation: not a constant to fold.
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

}  // namespace
}  // namespace frazo::ops
