#ifndef FRAZO_CORE_BYTES_BUFFER_POOL_H_
#define FRAZO_CORE_BYTES_BUFFER_POOL_H_

#include <cstddef>
#include <memory>

namespace frazo::bytes {

// A pool of memory for readers. A buffer returns to the pool when its last reference goes. The
// system takes and clears fresh memory page by page, which costs as much as checking the records in
// it. Thread-safe.
class BufferPool {
 public:
  // Keeps at most `kept_bytes` of unused memory.
  explicit BufferPool(size_t kept_bytes);

  // Returns `bytes` (>= 1) bytes with any content. They may outlive the pool.
  std::shared_ptr<char[]> Take(size_t bytes);

  // Returns the process's pool, which keeps up to 16 MiB.
  static BufferPool& OfProcess();

 private:
  class Shelf;

  const std::shared_ptr<Shelf> shelf_;
};

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_BUFFER_POOL_H_
