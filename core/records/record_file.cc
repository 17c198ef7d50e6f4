#include "core/records/record_file.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace frazo::records {
namespace {

// Large enough that passing a run between threads costs little beside the copy.
constexpr int64_t kCopiedRunBytes = 64 << 10;

}  // namespace

absl::Status RecordFile::Options::Validate() const {
  if (max_record_bytes < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_record_bytes is ", max_record_bytes, " but must be at least 1"));
  }
  if (buffer_bytes < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("buffer_bytes is ", buffer_bytes, " but must be at least 1"));
  }
  return absl::OkStatus();
}

bool RecordFile::NextRun(int64_t max_records, RecordBatch* run) {
  auto bytes = std::make_shared<std::string>();
  run->extents.clear();
  run->offsets.clear();
  run->start = position();
  while (run->extents.size() < max_records && bytes->size() < kCopiedRunBytes) {
    const int64_t offset = position().byte - run->start.byte;
    std::string_view record;
    if (!Next(&record)) break;
    const int64_t begin = bytes->size();
    bytes->append(record);
    run->extents.push_back({begin, static_cast<int64_t>(bytes->size())});
    run->offsets.push_back(offset);
  }
  if (run->extents.empty()) return false;
  run->end = position();
  run->byte_count = bytes->size();
  run->bytes = std::shared_ptr<const char>(bytes, bytes->data());
  return true;
}

}  // namespace frazo::records
