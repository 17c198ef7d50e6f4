#include "core/numeric/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace frazo::numeric {
namespace {

constexpr uintptr_t kHugePage = uintptr_t{1} << 21;
// Smaller memory is often reused, and has its pages then.
constexpr int64_t kSmallest = int64_t{1} << 24;

}  // namespace

void AdviseHugePages(void* begin, int64_t bytes) {
  if (bytes < kSmallest) return;
  // Only pages that lie within.
  const uintptr_t address = reinterpret_cast<uintptr_t>(begin);
  const uintptr_t first = (address + kHugePage - 1) & ~(kHugePage - 1);
  const uintptr_t last = (address + bytes) & ~(kHugePage - 1);
#ifdef MADV_HUGEPAGE
  // A kernel without them refuses, and the pages stay small.
  (void)madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#endif
}

}  // namespace frazo::numeric
