#ifndef FRAZO_CORE_RECORDS_TESTING_ENCODE_RECORDS_H_
#define FRAZO_CORE_RECORDS_TESTING_ENCODE_RECORDS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/compressed_stream.h"
#include "core/bytes/crc32c.h"
#include "core/bytes/testing/string_sink.h"
#include "core/records/record_format.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::records {

// For tests: returns the bytes of a TFRecord file without writing it to disk.
inline std::string EncodeRecords(
    const std::vector<std::string>& records,
    bytes::CompressionKind compression = bytes::CompressionKind::kNone) {
  std::string framed;
  for (const std::string& record : records) {
    char length[kRecordLengthBytes];
    StoreLittleEndian<uint64_t>(record.size(), length);
    const std::string_view length_bytes(length, sizeof(length));
    char crcs[2 * kRecordCrcBytes];
    StoreLittleEndian(bytes::MaskCrc32c(bytes::Crc32c(length_bytes)), crcs);
    StoreLittleEndian(bytes::MaskCrc32c(bytes::Crc32c(record)), crcs + kRecordCrcBytes);
    absl::StrAppend(&framed, length_bytes, std::string_view(crcs, kRecordCrcBytes), record,
                    std::string_view(crcs + kRecordCrcBytes, kRecordCrcBytes));
  }
  std::string bytes;
  auto sink = bytes::Compress(compression, std::make_unique<bytes::StringSink>(&bytes));
  EXPECT_THAT(sink, IsOk());
  EXPECT_THAT((*sink)->Append(framed), IsOk());
  EXPECT_THAT((*sink)->Close(), IsOk());
  return bytes;
}

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_TESTING_ENCODE_RECORDS_H_
