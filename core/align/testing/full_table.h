#ifndef FRAZO_CORE_ALIGN_TESTING_FULL_TABLE_H_
#define FRAZO_CORE_ALIGN_TESTING_FULL_TABLE_H_

#include <cstdint>
#include <vector>

#include "core/align/edit_counts.h"

namespace frazo::align {

// Returns the alignment that EditAligner promises, from the whole table of distances, cell by cell.
std::vector<Edit> AlignByFullTable(const std::vector<int32_t>& reference,
                                   const std::vector<int32_t>& hypothesis);

// Counts the edits one by one.
EditCounts CountsOf(const std::vector<Edit>& edits);

}  // namespace frazo::align

#endif  // FRAZO_CORE_ALIGN_TESTING_FULL_TABLE_H_
