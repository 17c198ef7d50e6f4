#include "core/batch/batcher.h"

#include "core/batch/bucket_batcher.h"
#include "core/batch/fixed_batcher.h"
#include "core/batch/packing_batcher.h"

namespace frazo::batch {

absl::StatusOr<std::unique_ptr<Batcher>> Batcher::Create(const frazo::Batcher& config,
                                                         const process::ExampleSchema& schema) {
  switch (config.kind_case()) {
    case frazo::Batcher::kFixed:
      return FixedBatcher::Create(config, schema);
    case frazo::Batcher::kBuckets:
      return BucketBatcher::Create(config, schema);
    case frazo::Batcher::kPacking:
      return PackingBatcher::Create(config, schema);
    case frazo::Batcher::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("kind: not set; expected one of fixed, buckets, packing");
}

}  // namespace frazo::batch
