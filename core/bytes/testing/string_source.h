#ifndef FRAZO_CORE_BYTES_TESTING_STRING_SOURCE_H_
#define FRAZO_CORE_BYTES_TESTING_STRING_SOURCE_H_

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "core/bytes/byte_source.h"

namespace frazo::bytes {

// For tests: gives `bytes`, at most `step` of them per read.
class StringSource final : public ByteSource {
 public:
  explicit StringSource(std::string bytes, size_t step = std::string::npos)
      : bytes_(std::move(bytes)), step_(step) {}

  absl::StatusOr<size_t> Read(absl::Span<char> space) override {
    const size_t count = std::min({space.size(), step_, bytes_.size() - offset_});
    std::memcpy(space.data(), bytes_.data() + offset_, count);
    offset_ += count;
    return count;
  }

  const std::string& path() const override { return path_; }
  std::string_view head() const override { return std::string_view(bytes_).substr(0, 12); }

 private:
  std::string path_ = "in-memory";
  std::string bytes_;
  size_t step_;
  size_t offset_ = 0;
};

// For tests: returns all bytes that `source` gives, read in pieces of `piece` bytes.
inline absl::StatusOr<std::string> ReadAll(ByteSource& source, size_t piece = 4096) {
  std::string all;
  std::string space(piece, '\0');
  while (true) {
    absl::StatusOr<size_t> count = source.Read(absl::MakeSpan(space.data(), space.size()));
    if (!count.ok()) return count.status();
    if (*count == 0) return all;
    all.append(space, 0, *count);
  }
}

}  // namespace frazo::bytes

#endif  // FRAZO_CORE_BYTES_TESTING_STRING_SOURCE_H_
