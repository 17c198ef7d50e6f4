#ifndef FRAZO_CORE_RECORDS_DAMAGE_LOG_H_
#define FRAZO_CORE_RECORDS_DAMAGE_LOG_H_

#include <cstdint>
#include <mutex>
#include <string>

#include "absl/status/status.h"

namespace frazo::records {

// Counts the damage that was skipped instead of failing. Thread-safe.
class DamageLog {
 public:
  struct Totals {
    int64_t records = 0;
    int64_t bytes = 0;
    int64_t files = 0;
    // The message of the first failure; empty if there was none.
    std::string first;
  };

  void AddRecord(const absl::Status& failure, int64_t bytes) { Add(failure, 1, bytes, 0); }
  void AddFile(const absl::Status& failure) { Add(failure, 0, 0, 1); }
  Totals totals() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return totals_;
  }

 private:
  void Add(const absl::Status& failure, int64_t records, int64_t bytes, int64_t files) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (totals_.records == 0 && totals_.files == 0) totals_.first = std::string(failure.message());
    totals_.records += records;
    totals_.bytes += bytes;
    totals_.files += files;
  }

  mutable std::mutex mutex_;
  Totals totals_;
};

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_DAMAGE_LOG_H_
