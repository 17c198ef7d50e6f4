// Checks that RecordReader reads what RecordWriter writes, and that it accepts no damaged file.

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/compression.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/records/testing/record_files.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::records {
namespace {

using ::testing::HasSubstr;
using ::testing::Lt;

std::string Noise(size_t size) {
  std::string bytes(size, '\0');
  uint32_t state = size;
  for (char& byte : bytes) {
    state = state * 1664525u + 1013904223u;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

struct Content {
  std::string name;
  std::vector<size_t> record_bytes;
};

std::vector<std::string> RecordsOf(const Content& content) {
  std::vector<std::string> records;
  for (const size_t size : content.record_bytes) records.push_back(Noise(size));
  return records;
}

constexpr bytes::CompressionKind kEveryCompression[] = {
    bytes::CompressionKind::kNone, bytes::CompressionKind::kGzip, bytes::CompressionKind::kZlib,
    bytes::CompressionKind::kZstd};

std::string ContentName(
    const ::testing::TestParamInfo<std::tuple<bytes::CompressionKind, Content>>& info) {
  return absl::StrCat(bytes::CompressionName(std::get<0>(info.param)), "_",
                      std::get<1>(info.param).name);
}

class RoundTripTest : public ::testing::TestWithParam<std::tuple<bytes::CompressionKind, Content>> {
};

TEST_P(RoundTripTest, TheRecordsComeBack) {
  const auto& [compression, content] = GetParam();
  const std::vector<std::string> records = RecordsOf(content);
  bytes::ScratchFolder scratch;
  ASSERT_THAT(WriteRecords(scratch.Path("a"), records, compression), IsOk());

  const ReadRecordsResult read = ReadRecords(scratch.Path("a"), compression);
  EXPECT_THAT(read.status, IsOk());
  EXPECT_TRUE(read.records == records);  // Too long to print.
}

TEST_P(RoundTripTest, TheRecordsComeBackInBatches) {
  const auto& [compression, content] = GetParam();
  const std::vector<std::string> records = RecordsOf(content);
  bytes::ScratchFolder scratch;
  ASSERT_THAT(WriteRecords(scratch.Path("a"), records, compression), IsOk());

  RecordReader::Options options;
  options.compression = compression;
  auto reader = RecordReader::Open(scratch.Path("a"), options);
  ASSERT_THAT(reader, IsOk());
  std::vector<RecordBatch> batches;  // All are kept, so that each must stay as it was.
  for (RecordBatch batch; reader->NextBatch(3, &batch);) batches.push_back(std::move(batch));
  EXPECT_THAT(reader->status(), IsOk());
  std::vector<std::string> read;
  for (const RecordBatch& batch : batches) {
    for (size_t i = 0; i < batch.extents.size(); ++i) read.emplace_back(batch.record(i));
  }
  EXPECT_TRUE(read == records);
  EXPECT_EQ(batches.size(), (records.size() + 2) / 3);
}

INSTANTIATE_TEST_SUITE_P(
    Matrix, RoundTripTest,
    ::testing::Combine(::testing::ValuesIn(kEveryCompression),
                       ::testing::Values(Content{"nothing", {}}, Content{"one_empty", {0}},
                                         Content{"one_byte", {1}},
                                         Content{"small", {3, 0, 1, 1000, 0, 7, 12, 4096}},
                                         // The reader's buffer has 2^18 bytes, framing takes 16.
                                         Content{"buffer_less_framing", {262144 - 16, 5}},
                                         Content{"buffer_and_one", {262144 - 15, 5}},
                                         Content{"header_across_buffer_end", {262144 - 22, 5}},
                                         Content{"large", {1, 3000000, 2, 500000, 262144, 0}},
                                         Content{"thousands", std::vector<size_t>(5000, 200)})),
    ContentName);

class DamageTest : public ::testing::TestWithParam<bytes::CompressionKind> {
 protected:
  const std::vector<std::string> records_ = {"a record", "", "the third record, which is longer"};
};

// A cut between two records of a plain file cannot be seen: the format has no end mark.
TEST_P(DamageTest, EveryTruncationIsAnErrorThatNamesTheFile) {
  bytes::ScratchFolder scratch;
  ASSERT_THAT(WriteRecords(scratch.Path("a"), records_, GetParam()), IsOk());
  const std::string whole = scratch.Read("a");
  const std::vector<size_t> boundaries = {8 + 16, 8 + 16 + 16};
  for (size_t length = 1; length < whole.size(); ++length) {
    const std::string path = scratch.Write("cut", whole.substr(0, length));
    const ReadRecordsResult read = ReadRecords(path, GetParam());
    if (GetParam() == bytes::CompressionKind::kNone &&
        (length == boundaries[0] || length == boundaries[1])) {
      EXPECT_THAT(read.status, IsOk());
      EXPECT_EQ(read.records.size(), length == boundaries[0] ? 1 : 2);
      continue;
    }
    EXPECT_THAT(read.status, StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path))) << length;
    ASSERT_THAT(read.records.size(), Lt(records_.size() + 1));
    for (size_t i = 0; i < read.records.size(); ++i) EXPECT_EQ(read.records[i], records_[i]);
  }
}

// In an uncompressed file every bit counts. A compressed file has bits that don't affect the
// records, such as gzip's time stamp. For these the records must be right, or there must be an
// error.
TEST_P(DamageTest, NoFlippedBitChangesARecordUnnoticed) {
  bytes::ScratchFolder scratch;
  ASSERT_THAT(WriteRecords(scratch.Path("a"), records_, GetParam()), IsOk());
  const std::string whole = scratch.Read("a");
  int unnoticed = 0;
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] ^= 1 << (bit % 8);
    const std::string path = scratch.Write("flipped", flipped);
    const ReadRecordsResult read = ReadRecords(path, GetParam());
    if (read.status.ok()) {
      ++unnoticed;
      EXPECT_EQ(read.records, records_) << "bit " << bit;
    } else {
      EXPECT_THAT(read.status.message(), HasSubstr(path));
      ASSERT_THAT(read.records.size(), Lt(records_.size() + 1));
      for (size_t i = 0; i < read.records.size(); ++i) EXPECT_EQ(read.records[i], records_[i]);
    }
  }
  if (GetParam() == bytes::CompressionKind::kNone) {
    EXPECT_EQ(unnoticed, 0);
  } else {
    EXPECT_THAT(unnoticed, Lt(whole.size()));  // Each has 8 bits.
  }
}

TEST_P(DamageTest, EveryOtherCompressionIsRefusedWithTheRightOne) {
  bytes::ScratchFolder scratch;
  ASSERT_THAT(WriteRecords(scratch.Path("a"), records_, GetParam()), IsOk());
  for (const bytes::CompressionKind wrong : kEveryCompression) {
    if (wrong == GetParam()) continue;
    const ReadRecordsResult read = ReadRecords(scratch.Path("a"), wrong);
    EXPECT_THAT(read.status, StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr(absl::StrCat("set the compression to ",
                                                             bytes::CompressionName(GetParam())))));
    EXPECT_TRUE(read.records.empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Compressions, DamageTest, ::testing::ValuesIn(kEveryCompression),
                         [](const auto& info) {
                           return std::string(bytes::CompressionName(info.param));
                         });

}  // namespace
}  // namespace frazo::records
