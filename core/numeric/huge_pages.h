#ifndef FRAZO_CORE_NUMERIC_HUGE_PAGES_H_
#define FRAZO_CORE_NUMERIC_HUGE_PAGES_H_

#include <cstdint>

namespace frazo::numeric {

// Asks for huge pages in memory that is about to be written for the first time, if it is large.
// Linux then fetches 2 MiB at a time and not 4 KiB: for results of some hundred MB, which each step
// of a training allocates anew, that takes as long as a small product. Changes no value; does
// nothing where there are no such pages.
void AdviseHugePages(void* begin, int64_t bytes);

}  // namespace frazo::numeric

#endif  // FRAZO_CORE_NUMERIC_HUGE_PAGES_H_
