#include "python/frazo/bindings/record_arrays.h"

namespace nb = nanobind;

namespace frazo::bindings {

RecordArrays ToArrays(std::unique_ptr<records::RecordBatch> batch) {
  static_assert(sizeof(records::RecordBatch::Extent) == 2 * sizeof(int64_t));
  const void* extents = batch->extents.data();
  const void* bytes = batch->bytes.get();
  const size_t byte_count = batch->byte_count;
  const size_t record_count = batch->extents.size();
  const nb::capsule owner(batch.release(), [](void* owned) noexcept {
    delete static_cast<records::RecordBatch*>(owned);
  });
  return {BatchBytes(bytes, {byte_count}, owner), BatchExtents(extents, {record_count, 2}, owner)};
}

}  // namespace frazo::bindings
