#ifndef FRAZO_CORE_TEXT_SCRATCH_POOL_H_
#define FRAZO_CORE_TEXT_SCRATCH_POOL_H_

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace frazo::text {

// Working memory for const calls that run at the same time. Each call takes one Scratch and returns
// it, so that the pool makes only as many as there are calls at once. The Scratch that was returned
// last is taken first, because its memory is most likely in the processor's cache. Thread-safe.
template <typename Scratch>
class ScratchPool {
 public:
  // Holds one Scratch as long as it lives.
  class Lease {
   public:
    Lease(ScratchPool* pool, std::unique_ptr<Scratch> scratch)
        : pool_(pool), scratch_(std::move(scratch)) {}
    ~Lease() {
      const std::lock_guard<std::mutex> lock(pool_->mutex_);
      pool_->free_.push_back(std::move(scratch_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Scratch& operator*() const { return *scratch_; }
    Scratch* operator->() const { return scratch_.get(); }

   private:
    ScratchPool* pool_;
    std::unique_ptr<Scratch> scratch_;
  };

  Lease Take() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<Scratch> scratch = std::move(free_.back());
        free_.pop_back();
        return Lease(this, std::move(scratch));
      }
    }
    return Lease(this, std::make_unique<Scratch>());
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Scratch>> free_;
};

}  // namespace frazo::text

#endif  // FRAZO_CORE_TEXT_SCRATCH_POOL_H_
