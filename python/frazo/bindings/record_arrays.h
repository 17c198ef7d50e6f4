#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_RECORD_ARRAYS_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_RECORD_ARRAYS_H_

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <memory>
#include <utility>

#include "core/records/record_batch.h"

namespace frazo::bindings {

// Record i is bytes [extents[i, 0], extents[i, 1]) of the bytes.
using BatchBytes =
    nanobind::ndarray<nanobind::numpy, const uint8_t, nanobind::ndim<1>, nanobind::c_contig>;
using BatchExtents =
    nanobind::ndarray<nanobind::numpy, const int64_t, nanobind::shape<-1, 2>, nanobind::c_contig>;
using RecordArrays = std::pair<BatchBytes, BatchExtents>;

// Returns views of a batch. They keep its memory alive and cannot be written to.
RecordArrays ToArrays(std::unique_ptr<records::RecordBatch> batch);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_RECORD_ARRAYS_H_
