#ifndef FRAZO_CORE_BATCH_PADDING_VALUE_H_
#define FRAZO_CORE_BATCH_PADDING_VALUE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/process/example.h"
#include "frazo/proto/batcher.pb.h"

namespace frazo::batch {

// The number that a feature is padded with.
class PaddingValue {
 public:
  // A zero of `size` bytes.
  explicit PaddingValue(size_t size) : size_(size) {}

  template <typename T>
  static PaddingValue Of(T value);

  // Writes the number `count` times from `target` on; returns the end.
  char* Fill(char* target, int64_t count) const;

 private:
  // The bytes of the number, and their count.
  std::array<char, 8> bytes_ = {};
  size_t size_;
};

// Returns one value for each feature of the schema: the one in `config.padding_values`, else 0.
// Error: kInvalidArgument for a name that is not a feature, for a feature that is never padded, and
// for a number that its type can't hold.
absl::StatusOr<std::vector<PaddingValue>> MakePaddingValues(const frazo::Batcher& config,
                                                            const process::ExampleSchema& schema);

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_PADDING_VALUE_H_
