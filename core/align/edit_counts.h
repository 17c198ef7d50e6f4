#ifndef FRAZO_CORE_ALIGN_EDIT_COUNTS_H_
#define FRAZO_CORE_ALIGN_EDIT_COUNTS_H_

#include <cstdint>

namespace frazo::align {

// What an alignment does at one of its steps.
enum class Edit : uint8_t {
  // A unit of both sequences, equal.
  kMatch = 0,
  // A unit of both, different.
  kSubstitution = 1,
  // A unit of the reference that the hypothesis lacks.
  kDeletion = 2,
  // A unit of the hypothesis that the reference lacks.
  kInsertion = 3,
};

// How many of each an alignment has.
struct EditCounts {
  int64_t matches = 0;
  int64_t substitutions = 0;
  int64_t deletions = 0;
  int64_t insertions = 0;

  int64_t errors() const { return substitutions + deletions + insertions; }
};

inline bool operator==(const EditCounts& left, const EditCounts& right) {
  return left.matches == right.matches && left.substitutions == right.substitutions &&
         left.deletions == right.deletions && left.insertions == right.insertions;
}

}  // namespace frazo::align

#endif  // FRAZO_CORE_ALIGN_EDIT_COUNTS_H_
