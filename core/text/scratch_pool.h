#ifndef FRAZO_CORE_TEXT_SCRATCH_POOL_H_
#define FRAZO_CORE_TEXT_SCRATCH_POOL_H_

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace frazo::text {

// Working memory for const calls that run at the same time: each takes one Scratch and gives it
// back, so that there are as many as there ever were calls at once, and none is made anew. The one
// given back last is taken first: its memory is the likeliest to be in the processor's cache.
// Thread-safe.
template <typename Scratch>
class ScratchPool {
 public:
  // One Scratch, for as long as this lives.
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
