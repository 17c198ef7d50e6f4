#ifndef FRAZO_CORE_RECORDS_TESTING_RECORD_FILES_H_
#define FRAZO_CORE_RECORDS_TESTING_RECORD_FILES_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/records/record_reader.h"
#include "core/records/record_writer.h"
#include "core/status/status_macros.h"

namespace frazo::records {

// For tests: writes a TFRecord file of `records`.
inline absl::Status WriteRecords(std::string path, const std::vector<std::string>& records,
                                 bytes::CompressionKind compression) {
  FRAZO_ASSIGN_OR_RETURN(RecordWriter writer, RecordWriter::Create(path, compression));
  for (const std::string& record : records) FRAZO_RETURN_IF_ERROR(writer.Write(record));
  return writer.Close();
}

// For tests: the remaining records of `reader`, and its status at the end.
struct ReadRecordsResult {
  std::vector<std::string> records;
  absl::Status status;
};

inline ReadRecordsResult ReadRecords(RecordReader& reader) {
  ReadRecordsResult result;
  for (std::string_view record; reader.Next(&record);) result.records.emplace_back(record);
  result.status = reader.status();
  return result;
}

inline ReadRecordsResult ReadRecords(std::string path, bytes::CompressionKind compression) {
  RecordReader::Options options;
  options.compression = compression;
  absl::StatusOr<RecordReader> reader = RecordReader::Open(std::move(path), options);
  if (!reader.ok()) return {{}, reader.status()};
  return ReadRecords(*reader);
}

}  // namespace frazo::records

#endif  // FRAZO_CORE_RECORDS_TESTING_RECORD_FILES_H_
