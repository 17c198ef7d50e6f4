#include "core/bytes/buffer_pool.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

namespace frazo::bytes {
namespace {

// Keeps nothing, so that AddressSanitizer detects uses of memory that was returned.
#ifdef FRAZO_KEEP_NO_BUFFERS
constexpr size_t kKeptByProcess = 0;
#else
constexpr size_t kKeptByProcess = size_t{16} << 20;
#endif

}  // namespace

// The unused buffers.
class BufferPool::Shelf {
 public:
  explicit Shelf(size_t kept_bytes) : kept_bytes_(kept_bytes) {}

  // Returns nullptr if there is no buffer of that size.
  std::unique_ptr<char[]> Find(size_t bytes) {
    const std::lock_guard<std::mutex> lock(mutex_);
    // Searches from the end: the buffer returned last is most likely in the processor's cache.
    const auto found =
        std::find_if(buffers_.rbegin(), buffers_.rend(),
                     [bytes](const Buffer& buffer) { return buffer.bytes == bytes; });
    if (found == buffers_.rend()) return nullptr;
    std::unique_ptr<char[]> memory = std::move(found->memory);
    buffers_.erase(std::next(found).base());
    held_bytes_ -= bytes;
    return memory;
  }

  void Keep(std::unique_ptr<char[]> memory, size_t bytes) {
    if (bytes > kept_bytes_) return;
    std::vector<Buffer> dropped;
    const std::lock_guard<std::mutex> lock(mutex_);
    auto oldest = buffers_.begin();
    // Drops the oldest buffers, whose sizes may no longer be needed.
    for (; held_bytes_ + bytes > kept_bytes_; ++oldest) {
      held_bytes_ -= oldest->bytes;
      dropped.push_back(std::move(*oldest));
    }
    buffers_.erase(buffers_.begin(), oldest);
    buffers_.push_back({std::move(memory), bytes});
    held_bytes_ += bytes;
  }

 private:
  struct Buffer {
    std::unique_ptr<char[]> memory;
    size_t bytes;
  };

  const size_t kept_bytes_;
  std::mutex mutex_;
  // Guarded by mutex_. The buffer returned first comes first.
  std::vector<Buffer> buffers_;
  size_t held_bytes_ = 0;
};

BufferPool::BufferPool(size_t kept_bytes) : shelf_(std::make_shared<Shelf>(kept_bytes)) {}

std::shared_ptr<char[]> BufferPool::Take(size_t bytes) {
  std::unique_ptr<char[]> memory = shelf_->Find(bytes);
  if (memory == nullptr) memory.reset(new char[bytes]);
  return std::shared_ptr<char[]>(memory.release(), [shelf = shelf_, bytes](char* given_back) {
    shelf->Keep(std::unique_ptr<char[]>(given_back), bytes);
  });
}

BufferPool& BufferPool::OfProcess() {
  // Never destroyed, because readers in other static objects may outlive it.
  static BufferPool& pool = *new BufferPool(kKeptByProcess);
  return pool;
}

}  // namespace frazo::bytes
