#include "core/numeric/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace frazo::numeric {

void PreferHugePages(void* memory, int64_t bytes) {
  constexpr uintptr_t kHugePage = 2 << 20;
  if (bytes < static_cast<int64_t>(kHugePage) / 2) return;
  // The ends share their pages with neighbours, which are often such memory, too.
  const uintptr_t start = reinterpret_cast<uintptr_t>(memory);
  const uintptr_t first = start / kHugePage * kHugePage;
  const uintptr_t last = (start + bytes + kHugePage - 1) / kHugePage * kHugePage;
  // A refusal is no fault: the memory is as good as before.
  (void)madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace frazo::numeric
