#include "core/bytes/read_buffer.h"

#include <cstring>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "core/bytes/buffer_pool.h"

namespace frazo::bytes {

std::shared_ptr<const char> ReadBuffer::Share() {
  is_shared_ = true;
  return std::shared_ptr<const char>(bytes_, bytes_.get() + kept_);
}

bool ReadBuffer::ReadUntil(size_t count) {
  while (limit_ - cursor_ < count) {
    if (!status_.ok()) return false;
    // Memory after limit_ is unused, even if the bytes before it are shared.
    if (capacity_ - limit_ < buffer_bytes_ / 4 + 1) MakeSpace();
    absl::StatusOr<size_t> got =
        source_->Read(absl::MakeSpan(bytes_.get() + limit_, capacity_ - limit_));
    if (!got.ok()) {
      status_ = std::move(got).status();
      return false;
    }
    if (*got == 0) return false;
    limit_ += *got;
  }
  return true;
}

void ReadBuffer::MakeSpace() {
  const size_t kept = limit_ - kept_;
  // Grows as bytes arrive and not by a record's length, because a wrong length must not take
  // memory.
  size_t capacity = buffer_bytes_;
  while (kept > capacity / 2) capacity *= 2;
  if (is_shared_ || capacity > capacity_) {
    std::shared_ptr<char[]> larger = BufferPool::OfProcess().Take(capacity);
    if (kept > 0) std::memcpy(larger.get(), bytes_.get() + kept_, kept);
    bytes_ = std::move(larger);
    capacity_ = capacity;
    is_shared_ = false;
  } else if (kept_ > 0) {
    std::memmove(bytes_.get(), bytes_.get() + kept_, kept);
  }
  cursor_ -= kept_;
  limit_ = kept;
  kept_ = 0;
}

}  // namespace frazo::bytes
