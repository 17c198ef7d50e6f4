#include "core/process/record_key.h"

#include "core/numeric/random.h"

namespace frazo::process {
namespace {

// Makes these random numbers differ from others of the same seed.
constexpr uint64_t kPurpose = 6;

}  // namespace

uint64_t RecordKey(int64_t seed, const sources::RecordId& id) {
  return numeric::Random({kPurpose, static_cast<uint64_t>(seed), static_cast<uint64_t>(id.source),
                          static_cast<uint64_t>(id.file), static_cast<uint64_t>(id.position.record),
                          static_cast<uint64_t>(id.epoch)})
      .Next();
}

}  // namespace frazo::process
