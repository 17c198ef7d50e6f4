#ifndef FRAZO_CORE_SOURCES_TESTING_RECORD_STREAMS_H_
#define FRAZO_CORE_SOURCES_TESTING_RECORD_STREAMS_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/bytes/compression.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/records/testing/encode_records.h"
#include "core/sources/record_stream.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::sources {

// For tests: writes the files <name>-000, <name>-001, ... with `counts` records each. The records
// have different lengths and texts. Returns all texts.
inline std::vector<std::string> WriteRecordFiles(
    const bytes::ScratchFolder& scratch, std::string_view name, const std::vector<int>& counts,
    bytes::CompressionKind compression = bytes::CompressionKind::kNone) {
  std::vector<std::string> all;
  for (size_t file = 0; file < counts.size(); ++file) {
    std::vector<std::string> records;
    for (int record = 0; record < counts[file]; ++record) {
      records.push_back(absl::StrCat(name, file, ":", record, std::string(record * 7 % 40, '.')));
    }
    scratch.Write(absl::StrCat(name, "-", absl::Dec(file, absl::kZeroPad3)),
                  records::EncodeRecords(records, compression));
    all.insert(all.end(), records.begin(), records.end());
  }
  return all;
}

// For tests: a source that reads <name>-* once, in order.
inline RecordSource SourceOf(const bytes::ScratchFolder& scratch, std::string_view name) {
  RecordSource source;
  source.mutable_files()->mutable_files()->add_patterns(scratch.Path(absl::StrCat(name, "-*")));
  source.mutable_files()->set_epochs(1);
  return source;
}

// For tests: opens a stream. If that fails, the test fails. Never null.
inline std::unique_ptr<RecordStream> OpenStream(const RecordSource& source,
                                                const RecordStream::Options& options = {}) {
  absl::StatusOr<std::unique_ptr<RecordStream>> stream = RecordStream::Create(source, options);
  if (!stream.ok()) ADD_FAILURE() << stream.status();
  return *std::move(stream);
}

// For tests: the records of a stream, and the state after each.
struct StreamResult {
  std::vector<std::string> records;
  std::vector<RecordId> ids;
  std::vector<RecordSourceState> states;
  absl::Status status;
};

// For tests: reads up to `limit` records, in chunks of up to `chunk_records`.
inline StreamResult ReadStream(RecordStream& stream, int64_t chunk_records,
                               int64_t limit = std::numeric_limits<int64_t>::max()) {
  StreamResult result;
  RecordChunk chunk;
  while (
      result.records.size() < limit &&
      stream.NextChunk(std::min<int64_t>(chunk_records, limit - result.records.size()), &chunk)) {
    EXPECT_GE(chunk.records().size(), 1);
    EXPECT_LE(chunk.records().size(), chunk_records);
    int64_t count = 0;
    for (const SourceRecord& record : chunk.records()) {
      result.records.emplace_back(record.data);
      result.ids.push_back(record.id);
      result.states.push_back(chunk.origin()->StateAfter(++count));
    }
  }
  result.status = stream.status();
  return result;
}

// For tests: returns the records after `state`.
inline std::vector<std::string> ReadAfter(const RecordSourceState& state,
                                          const RecordSource& source,
                                          const RecordStream::Options& options,
                                          int64_t chunk_records,
                                          int64_t limit = std::numeric_limits<int64_t>::max()) {
  const std::unique_ptr<RecordStream> stream = OpenStream(source, options);
  EXPECT_THAT(stream->Restore(state), IsOk());
  StreamResult rest = ReadStream(*stream, chunk_records, limit);
  EXPECT_THAT(rest.status, IsOk());
  return rest.records;
}

inline std::vector<std::string> Sorted(std::vector<std::string> texts) {
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_TESTING_RECORD_STREAMS_H_
