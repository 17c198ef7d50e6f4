#include "core/numeric/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace frazo::numeric {

void PreferHugePages(void* memory, int64_t bytes) {
  constexpr uintptr_t kHugePage = 2 << 20;
  const uintptr_t start = reinterpret_cast<uintptr_t>(memory);
  const uintptr_t first = (start + kHugePage - 1) / kHugePage * kHugePage;
  const uintptr_t last = (start + bytes) / kHugePage * kHugePage;
  if (first >= last) return;
  // A refusal is no fault: the memory is as good as before.
  (void)madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace frazo::numeric
