#include "core/records/record_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/bytes/compressed_stream.h"
#include "core/bytes/crc32c.h"
#include "core/bytes/file_reader.h"
#include "core/records/compression_guess.h"
#include "core/records/record_format.h"
#include "core/status/status_macros.h"

namespace frazo::records {
namespace {

constexpr std::string_view kDamageRemedy = "; fetch the file again or write it anew";
constexpr size_t kFramingBytes = kRecordHeaderBytes + kRecordFooterBytes;

bool IsHeader(const char* bytes) {
  return LoadLittleEndian<uint32_t>(bytes + kRecordLengthBytes) ==
         bytes::MaskCrc32c(bytes::Crc32c({bytes, kRecordLengthBytes}));
}

}  // namespace

absl::StatusOr<RecordReader> RecordReader::Open(std::string path, const Options& options,
                                                RecordPosition start) {
  FRAZO_RETURN_IF_ERROR(options.Validate());
  FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<bytes::ByteSource> file,
                         bytes::FileReader::Open(std::move(path)));
  FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<bytes::ByteSource> source,
                         bytes::Decompress(options.compression, std::move(file)));
  FRAZO_RETURN_IF_ERROR(source->Skip(start.byte));
  return RecordReader(bytes::ReadBuffer(std::move(source), options.buffer_bytes), options, start);
}

absl::StatusOr<RecordReader> RecordReader::Open(std::string path, const Options& options) {
  return Open(std::move(path), options, RecordPosition());
}

absl::StatusOr<RecordReader> RecordReader::Open(std::string path) {
  return Open(std::move(path), Options());
}

bool RecordReader::Next(std::string_view* record) {
  buffer_.Forget();
  RecordBatch::Extent extent;
  if (!Advance(&extent)) return false;
  *record = {buffer_.kept() + extent.begin, static_cast<size_t>(extent.end - extent.begin)};
  return true;
}

bool RecordReader::NextBatch(int64_t max_records, RecordBatch* batch) {
  StartBatch(batch);
  while (batch->extents.size() < max_records && AddToBatch(batch)) {
  }
  return FinishBatch(batch);
}

bool RecordReader::NextRun(int64_t max_records, RecordBatch* run) {
  StartBatch(run);
  // Reading more would move the records that are already in the run.
  while (run->extents.size() < max_records && (run->extents.empty() || NextIsInMemory()) &&
         AddToBatch(run)) {
  }
  return FinishBatch(run);
}

void RecordReader::StartBatch(RecordBatch* batch) {
  buffer_.Forget();
  batch->extents.clear();
  batch->offsets.clear();
  batch->start = position_;
}

bool RecordReader::AddToBatch(RecordBatch* batch) {
  RecordBatch::Extent extent;
  if (!Advance(&extent)) return false;
  batch->extents.push_back(extent);
  batch->offsets.push_back(extent.begin - kRecordHeaderBytes);
  return true;
}

bool RecordReader::FinishBatch(RecordBatch* batch) {
  if (batch->extents.empty()) return false;
  batch->bytes = buffer_.Share();
  batch->byte_count = buffer_.passed();
  batch->end = position_;
  return true;
}

bool RecordReader::NextIsInMemory() const {
  const std::string_view ahead = buffer_.ahead();
  return ahead.size() >= kFramingBytes &&
         LoadLittleEndian<uint64_t>(ahead.data()) <= ahead.size() - kFramingBytes;
}

bool RecordReader::Advance(RecordBatch::Extent* extent) {
  if (!status_.ok()) return false;
  if (!buffer_.Require(kRecordHeaderBytes)) {
    if (!buffer_.status().ok()) return Fail(Failure::kHopeless, buffer_.status());
    if (buffer_.ahead().empty()) return false;
    return FailCutShort(absl::StrCat(kRecordHeaderBytes, " header bytes"));
  }
  const char* header = buffer_.ahead().data();
  const uint32_t length_crc = LoadLittleEndian<uint32_t>(header + kRecordLengthBytes);
  const uint32_t computed_length_crc =
      bytes::MaskCrc32c(bytes::Crc32c({header, kRecordLengthBytes}));
  if (length_crc != computed_length_crc) {
    return FailChecksum("length", length_crc, computed_length_crc);
  }
  const uint64_t length = LoadLittleEndian<uint64_t>(header);
  if (length > options_.max_record_bytes) return FailTooLong(length);

  const size_t framed_bytes = length + kFramingBytes;
  if (!buffer_.Require(framed_bytes)) {
    if (!buffer_.status().ok()) return Fail(Failure::kHopeless, buffer_.status());
    return FailCutShort(absl::StrCat(framed_bytes, " bytes"));
  }
  const char* data = buffer_.ahead().data() + kRecordHeaderBytes;
  const uint32_t data_crc = LoadLittleEndian<uint32_t>(data + length);
  const uint32_t computed_data_crc = bytes::MaskCrc32c(bytes::Crc32c({data, length}));
  if (data_crc != computed_data_crc) return FailChecksum("data", data_crc, computed_data_crc);

  extent->begin = buffer_.passed() + kRecordHeaderBytes;
  extent->end = extent->begin + length;
  ++position_.record;
  Pass(framed_bytes);
  return true;
}

void RecordReader::Pass(size_t count) {
  buffer_.Pass(count);
  position_.byte += count;
}

void RecordReader::Discard(uint64_t count) {
  while (count > 0 && buffer_.Require(1)) {
    const size_t step = std::min<uint64_t>(count, buffer_.ahead().size());
    Pass(step);
    buffer_.Forget();
    count -= step;
  }
}

std::optional<int64_t> RecordReader::SkipDamage() {
  if (status_.ok() || failure_ == Failure::kHopeless) return std::nullopt;
  const int64_t start = position_.byte;
  buffer_.Forget();
  switch (failure_) {
    case Failure::kHopeless:
      break;
    case Failure::kTooLong:
      Discard(LoadLittleEndian<uint64_t>(buffer_.ahead().data()) + kFramingBytes);
      break;
    case Failure::kData:
      PassData();
      break;
    case Failure::kFraming:
      FindRecord();
      break;
  }
  ++position_.record;
  failure_ = Failure::kHopeless;
  status_ = buffer_.status();
  return position_.byte - start;
}

void RecordReader::PassData() {
  const size_t framed_bytes = LoadLittleEndian<uint64_t>(buffer_.ahead().data()) + kFramingBytes;
  const bool framing_is_whole = buffer_.Require(framed_bytes + kRecordHeaderBytes)
                                    ? IsHeader(buffer_.ahead().data() + framed_bytes)
                                    : buffer_.ahead().size() == framed_bytes;
  // Without a whole framing, bytes are missing or added, and the next record is not where it should
  // be.
  framing_is_whole ? Pass(framed_bytes) : FindRecord();
}

void RecordReader::FindRecord() {
  do {
    Pass(1);
    buffer_.Forget();
  } while (!IsAtRecordOrEnd());
}

bool RecordReader::IsAtRecordOrEnd() {
  if (!buffer_.Require(kRecordHeaderBytes)) {
    Pass(buffer_.ahead().size());
    return true;
  }
  const char* header = buffer_.ahead().data();
  const uint64_t length = LoadLittleEndian<uint64_t>(header);
  // The length is checked first: it is wrong almost everywhere, and cheap to check.
  if (length > options_.max_record_bytes || !IsHeader(header)) return false;
  if (!buffer_.Require(length + kFramingBytes)) return false;
  const char* data = buffer_.ahead().data() + kRecordHeaderBytes;
  return LoadLittleEndian<uint32_t>(data + length) ==
         bytes::MaskCrc32c(bytes::Crc32c({data, length}));
}

bool RecordReader::FailCutShort(std::string_view expected) {
  return Fail(Failure::kFraming, absl::DataLossError(absl::StrCat(
                                     Location(), " is cut short: the file has ",
                                     buffer_.ahead().size(), " of its ", expected, kDamageRemedy)));
}

bool RecordReader::FailChecksum(std::string_view what, uint32_t stored, uint32_t computed) {
  return Fail(what == "data" ? Failure::kData : Failure::kFraming,
              absl::DataLossError(absl::StrFormat(
                  "%s is damaged: the checksum of its %s is %#010x where %#010x is stored%s",
                  Location(), what, computed, stored, kDamageRemedy)));
}

bool RecordReader::FailTooLong(uint64_t length) {
  return Fail(Failure::kTooLong,
              absl::InvalidArgumentError(
                  absl::StrCat(Location(), " is ", length, " bytes long, over the limit of ",
                               options_.max_record_bytes, "; raise max_record_bytes to read it")));
}

bool RecordReader::Fail(Failure failure, absl::Status status) {
  failure_ = failure;
  status_ = position_.record > 0
                ? std::move(status)
                : ExplainFirstRecordFailure(status, path(), buffer_.head(), options_.compression);
  return false;
}

std::string RecordReader::Location() const {
  return absl::StrCat(
      "'", path(), "': record ", position_.record, " at byte ", position_.byte,
      options_.compression == bytes::CompressionKind::kNone ? "" : " after decompression");
}

}  // namespace frazo::records
