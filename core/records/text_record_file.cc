#include "core/records/text_record_file.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "core/bytes/compressed_stream.h"
#include "core/bytes/file_reader.h"
#include "core/bytes/text_head.h"
#include "core/records/compression_guess.h"
#include "core/status/status_macros.h"

namespace frazo::records {

absl::StatusOr<std::unique_ptr<RecordFile>> TextRecordFile::Open(std::string path,
                                                                 const Options& options,
                                                                 RecordPosition start) {
  FRAZO_RETURN_IF_ERROR(options.Validate());
  FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<bytes::ByteSource> file,
                         bytes::FileReader::Open(std::move(path)));
  FRAZO_ASSIGN_OR_RETURN(std::unique_ptr<bytes::ByteSource> source,
                         bytes::Decompress(options.compression, std::move(file)));
  FRAZO_RETURN_IF_ERROR(source->Skip(start.byte));
  return std::unique_ptr<RecordFile>(new TextRecordFile(
      bytes::ReadBuffer(std::move(source), options.buffer_bytes), options, start));
}

bool TextRecordFile::Next(std::string_view* record) {
  if (is_at_start_) CheckStart();
  buffer_.Forget();
  RecordBatch::Extent extent;
  if (!Advance(/*may_read=*/true, &extent)) return false;
  *record = {buffer_.kept() + extent.begin, static_cast<size_t>(extent.end - extent.begin)};
  return true;
}

bool TextRecordFile::NextRun(int64_t max_records, RecordBatch* run) {
  if (is_at_start_) CheckStart();
  buffer_.Forget();
  run->extents.clear();
  run->offsets.clear();
  run->start = position_;
  while (run->extents.size() < max_records) {
    RecordBatch::Extent extent;
    // Reading more would move the lines that are already in the run.
    if (!Advance(/*may_read=*/run->extents.empty(), &extent)) break;
    run->extents.push_back(extent);
    run->offsets.push_back(extent.begin);
  }
  if (run->extents.empty()) return false;
  run->bytes = buffer_.Share();
  run->byte_count = buffer_.passed();
  run->end = position_;
  return true;
}

void TextRecordFile::CheckStart() {
  is_at_start_ = false;
  // Enough to know UTF-16. A failure to read shows again when the first line is read.
  buffer_.Require(4);
  const std::optional<bytes::CompressionKind> guess = GuessCompression(buffer_.head());
  // Text may begin like zlib, whose signature is short.
  const bool is_compressed =
      guess == bytes::CompressionKind::kGzip || guess == bytes::CompressionKind::kZstd;
  if (is_compressed && options_.compression == bytes::CompressionKind::kNone) {
    status_ = ExplainFirstRecordFailure(absl::OkStatus(), buffer_.path(), buffer_.head(),
                                        options_.compression);
  } else {
    status_ = bytes::CheckNotUtf16(buffer_.ahead(), buffer_.path());
  }
  if (status_.ok() && absl::StartsWith(buffer_.ahead(), bytes::kByteOrderMark)) {
    Pass(bytes::kByteOrderMark.size());
  }
}

bool TextRecordFile::Advance(bool may_read, RecordBatch::Extent* extent) {
  if (!status_.ok()) return false;
  const std::optional<size_t> line_bytes = FindLine(may_read);
  if (!line_bytes.has_value()) return false;
  std::string_view line = buffer_.ahead().substr(0, *line_bytes);
  if (!line.empty() && line.back() == '\n') {
    line.remove_suffix(1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  }
  if (line.size() > options_.max_record_bytes) return FailTooLong();
  extent->begin = buffer_.passed();
  extent->end = extent->begin + line.size();
  ++position_.record;
  Pass(*line_bytes);
  return true;
}

std::optional<size_t> TextRecordFile::FindLine(bool may_read) {
  // The longest allowed line, including its CRLF.
  const int64_t limit = options_.max_record_bytes + 2;
  size_t searched = 0;
  while (true) {
    const std::string_view ahead = buffer_.ahead();
    const size_t end = ahead.find('\n', searched);
    if (end != std::string_view::npos) return end + 1;
    searched = ahead.size();
    if (static_cast<int64_t>(searched) >= limit) {
      FailTooLong();
      return std::nullopt;
    }
    if (!may_read) return std::nullopt;
    if (buffer_.Require(searched + 1)) continue;
    status_ = buffer_.status();
    if (!status_.ok() || searched == 0) return std::nullopt;
    return searched;
  }
}

bool TextRecordFile::FailTooLong() {
  is_too_long_ = true;
  status_ = absl::InvalidArgumentError(absl::StrCat(
      "'", buffer_.path(), "': line ", position_.record + 1, " at byte ", position_.byte,
      " is longer than ", options_.max_record_bytes, " bytes; raise max_record_bytes to read it"));
  return false;
}

std::optional<int64_t> TextRecordFile::SkipDamage() {
  if (!is_too_long_) return std::nullopt;
  is_too_long_ = false;
  const int64_t start = position_.byte;
  bool found = false;
  while (!found && buffer_.Require(1)) {
    const size_t end = buffer_.ahead().find('\n');
    found = end != std::string_view::npos;
    Pass(found ? end + 1 : buffer_.ahead().size());
    buffer_.Forget();
  }
  ++position_.record;
  status_ = buffer_.status();
  return position_.byte - start;
}

void TextRecordFile::Pass(size_t count) {
  buffer_.Pass(count);
  position_.byte += count;
}

}  // namespace frazo::records
