#ifndef FRAZO_CORE_BYTES_BUFFER_POOL_H_
#define FRAZO_CORE_BYTES_BUFFER_POOL_H_

#include <cstddef>
#include <memory>

namespace frazo::bytes {

// Memory that readers fill, kept for the next reader when the last reference to it goes: the system
// takes and clears memory a page at a time, which costs as much as checking the records in it.
// Thread-safe.
class BufferPool {
 public:
  // Keeps at most `kept_bytes` of memory that nobody uses.
  explicit BufferPool(size_t kept_bytes);

  // `bytes` (>= 1) with any content. May outlive the pool.
  std::shared_ptr<char[]> Take(size_t bytes);

  // The pool of this process, for 16 MiB.
  static BufferPool& OfProcess();

 private:
  class Shelf;

  const std::shared_ptr<Shelf> shelf_;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_BUFFER_POOL_H_
