#ifndef FRAZO_CORE_SOURCES_FILE_PART_H_
#define FRAZO_CORE_SOURCES_FILE_PART_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/records/record_position.h"
#include "frazo/proto/record_source_state.pb.h"

namespace frazo::sources {

// A subset of the records of one file; see the message of the same name.
struct FilePart {
  int32_t file = 0;
  // The part begins at this record.
  records::RecordPosition start;
  // It contains the records whose number leaves `remainder` when divided by `modulus`.
  int32_t modulus = 1;
  int32_t remainder = 0;
  // It does not contain these records; ascending.
  std::vector<int64_t> given;
  // If this is not empty, the part contains only these records; ascending.
  std::vector<int64_t> only;

  // Whether all records from `start` on belong to it.
  bool is_whole() const { return modulus == 1 && given.empty() && only.empty(); }
  bool Holds(int64_t record) const {
    return record >= start.record && record % modulus == remainder &&
           !std::binary_search(given.begin(), given.end(), record) &&
           (only.empty() || std::binary_search(only.begin(), only.end(), record));
  }
  // The last record that may belong to it.
  int64_t last() const { return only.empty() ? std::numeric_limits<int64_t>::max() : only.back(); }
};

using FileParts = std::vector<FilePart>;

frazo::FilePart ToMessage(const FilePart& part);
// The part may be unsound; see IsSound().
FilePart FromMessage(const frazo::FilePart& message);

// Whether the part can be one of a set of `files` files.
bool IsSound(const FilePart& part, int64_t files);

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_FILE_PART_H_
