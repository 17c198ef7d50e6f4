#ifndef FRAZO_CORE_PROCESS_TESTING_ALLOCATION_COUNTER_H_
#define FRAZO_CORE_PROCESS_TESTING_ALLOCATION_COUNTER_H_

#include <cstdint>

namespace frazo::process {

// Returns how often this program has called operator new. This library replaces operator new by one
// that counts.
int64_t AllocationCount();

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TESTING_ALLOCATION_COUNTER_H_
