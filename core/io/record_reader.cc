#include "core/io/record_reader.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/io/compressed_stream.h"
#include "core/io/compression_guess.h"
#include "core/io/crc32c.h"
#include "core/io/file_reader.h"
#include "core/io/record_format.h"
#include "core/status/status_macros.h"

namespace frazo {
namespace {

// Few enough bytes to be in the processor's cache still when the CRC comes to them, and enough that
// a system call and the record cut at the end of the buffer cost nothing.
constexpr size_t kBufferBytes = 256 << 10;

constexpr std::string_view kDamageRemedy = "; fetch the file again or write it anew";

}  // namespace

absl::StatusOr<RecordReader> RecordReader::Open(std::string path, const Options& options,
                                                RecordPosition start) {
  if (options.max_record_bytes < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("max_record_bytes is ", options.max_record_bytes, " but must be at least 1"));
  }
  FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file, FileReader::Open(std::move(path)));
  FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> source,
                         Decompress(options.compression, std::move(file)));
  FRAZO_RETURN_IF_ERROR(source->Skip(start.byte));
  return RecordReader(std::move(source), options, start);
}

absl::StatusOr<RecordReader> RecordReader::Open(std::string path, const Options& options) {
  return Open(std::move(path), options, RecordPosition());
}

absl::StatusOr<RecordReader> RecordReader::Open(std::string path) {
  return Open(std::move(path), Options());
}

bool RecordReader::Next(std::string_view* record) {
  keep_ = cursor_;
  RecordBatch::Extent extent;
  if (!Advance(&extent)) return false;
  *record = {buffer_.get() + keep_ + extent.begin, static_cast<size_t>(extent.end - extent.begin)};
  return true;
}

bool RecordReader::NextBatch(int64_t max_records, RecordBatch* batch) {
  keep_ = cursor_;
  batch->extents.clear();
  for (RecordBatch::Extent extent; batch->extents.size() < max_records && Advance(&extent);) {
    batch->extents.push_back(extent);
  }
  if (batch->extents.empty()) return false;
  batch->bytes = std::shared_ptr<const char>(buffer_, buffer_.get() + keep_);
  batch->byte_count = cursor_ - keep_;
  buffer_is_shared_ = true;
  return true;
}

bool RecordReader::Advance(RecordBatch::Extent* extent) {
  if (!Require(kRecordHeaderBytes)) {
    if (!status_.ok() || cursor_ == limit_) return false;
    return FailCutShort(absl::StrCat(kRecordHeaderBytes, " header bytes"));
  }
  const char* header = buffer_.get() + cursor_;
  const uint32_t length_crc = LoadLittleEndian<uint32_t>(header + kRecordLengthBytes);
  const uint32_t computed_length_crc = MaskCrc32c(Crc32c({header, kRecordLengthBytes}));
  if (length_crc != computed_length_crc) {
    return FailChecksum("length", length_crc, computed_length_crc);
  }
  const uint64_t length = LoadLittleEndian<uint64_t>(header);
  if (length > options_.max_record_bytes) return FailTooLong(length);

  const size_t framed_bytes = kRecordHeaderBytes + length + kRecordFooterBytes;
  if (!Require(framed_bytes)) {
    return status_.ok() && FailCutShort(absl::StrCat(framed_bytes, " bytes"));
  }
  const char* data = buffer_.get() + cursor_ + kRecordHeaderBytes;
  const uint32_t data_crc = LoadLittleEndian<uint32_t>(data + length);
  const uint32_t computed_data_crc = MaskCrc32c(Crc32c({data, length}));
  if (data_crc != computed_data_crc) return FailChecksum("data", data_crc, computed_data_crc);

  extent->begin = cursor_ - keep_ + kRecordHeaderBytes;
  extent->end = extent->begin + length;
  cursor_ += framed_bytes;
  ++position_.record;
  position_.byte += framed_bytes;
  return true;
}

bool RecordReader::Require(size_t count) {
  while (limit_ - cursor_ < count) {
    if (!status_.ok()) return false;
    MakeSpace();
    absl::StatusOr<size_t> got =
        source_->Read(absl::MakeSpan(buffer_.get() + limit_, capacity_ - limit_));
    if (!got.ok()) return Fail(std::move(got).status());
    if (*got == 0) return false;
    limit_ += *got;
  }
  return status_.ok();
}

void RecordReader::MakeSpace() {
  const size_t kept = limit_ - keep_;
  // Grows as bytes arrive, not by what a record's length promises: a wrong one must not take
  // memory.
  size_t capacity = kBufferBytes;
  while (kept > capacity / 2) capacity *= 2;
  if (buffer_is_shared_ || capacity > capacity_) {
    std::shared_ptr<char[]> larger(new char[capacity]);
    if (kept > 0) std::memcpy(larger.get(), buffer_.get() + keep_, kept);
    buffer_ = std::move(larger);
    capacity_ = capacity;
    buffer_is_shared_ = false;
  } else {
    std::memmove(buffer_.get(), buffer_.get() + keep_, kept);
  }
  cursor_ -= keep_;
  limit_ = kept;
  keep_ = 0;
}

bool RecordReader::FailCutShort(std::string_view expected) {
  return Fail(
      absl::DataLossError(absl::StrCat(Place(), " is cut short: the file has ", limit_ - cursor_,
                                       " of its ", expected, kDamageRemedy)));
}

bool RecordReader::FailChecksum(std::string_view what, uint32_t stored, uint32_t computed) {
  return Fail(absl::DataLossError(
      absl::StrFormat("%s is damaged: the checksum of its %s is %#010x where %#010x is stored%s",
                      Place(), what, computed, stored, kDamageRemedy)));
}

bool RecordReader::FailTooLong(uint64_t length) {
  return Fail(absl::InvalidArgumentError(
      absl::StrCat(Place(), " is ", length, " bytes long, over the limit of ",
                   options_.max_record_bytes, "; raise max_record_bytes to read it")));
}

bool RecordReader::Fail(absl::Status status) {
  status_ = position_.record > 0
                ? std::move(status)
                : ExplainFirstRecordFailure(status, path(), source_->head(), options_.compression);
  return false;
}

std::string RecordReader::Place() const {
  return absl::StrCat("'", path(), "': record ", position_.record, " at byte ", position_.byte,
                      options_.compression == CompressionKind::kNone ? "" : " after decompression");
}

}  // namespace frazo
