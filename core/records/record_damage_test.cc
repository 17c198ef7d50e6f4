// Tests reading after damage: RecordReader::SkipDamage.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/compressed_stream.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/bytes/testing/string_sink.h"
#include "core/numeric/random.h"
#include "core/records/record_reader.h"
#include "core/records/testing/encode_records.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::records {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// The records of a file that are read by skipping damage.
struct Salvage {
  std::vector<std::string> records;
  std::vector<RecordPosition> positions;
  std::vector<int64_t> skipped_bytes;
  absl::Status end;
};

Salvage SalvageFile(const std::string& path, const RecordReader::Options& options = {}) {
  auto reader = RecordReader::Open(path, options);
  EXPECT_THAT(reader, IsOk());
  Salvage salvage;
  while (true) {
    RecordPosition position = reader->position();
    for (std::string_view record; reader->Next(&record); position = reader->position()) {
      salvage.records.emplace_back(record);
      salvage.positions.push_back(position);
    }
    salvage.end = reader->status();
    const std::optional<int64_t> bytes = reader->SkipDamage();
    if (!bytes.has_value()) return salvage;
    salvage.skipped_bytes.push_back(*bytes);
  }
}

// Framing takes 16 bytes: the records stand at 0, 19, 35 and 56; the file ends at 76.
const std::vector<std::string> kFour = {"one", "", "three", "four"};

TEST(RecordDamageTest, NothingToSkipWithoutDamage) {
  bytes::ScratchFolder scratch;
  const Salvage salvage = SalvageFile(scratch.Write("a", EncodeRecords(kFour)));
  EXPECT_EQ(salvage.records, kFour);
  EXPECT_THAT(salvage.skipped_bytes, IsEmpty());
  EXPECT_THAT(salvage.end, IsOk());
}

// Whichever bit is flipped, only its record is lost.
TEST(RecordDamageTest, AFlippedBitCostsOneRecord) {
  bytes::ScratchFolder scratch;
  const std::string bytes = EncodeRecords(kFour);
  const std::vector<size_t> starts = {0, 19, 35, 56, 76};
  ASSERT_EQ(bytes.size(), 76);
  for (size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] ^= 1 << bit % 8;
    const size_t hit = std::upper_bound(starts.begin(), starts.end(), bit / 8) - starts.begin() - 1;
    std::vector<std::string> left = kFour;
    left.erase(left.begin() + hit);
    const Salvage salvage = SalvageFile(scratch.Write("a", damaged));
    ASSERT_EQ(salvage.records, left) << "bit " << bit;
    ASSERT_THAT(salvage.skipped_bytes, ElementsAre(starts[hit + 1] - starts[hit])) << "bit " << bit;
    ASSERT_THAT(salvage.end, IsOk());
  }
}

TEST(RecordDamageTest, RecordsBehindDamageHavePositionsToStartFrom) {
  bytes::ScratchFolder scratch;
  std::string bytes = EncodeRecords(kFour);
  bytes[20] ^= 1;
  const Salvage salvage = SalvageFile(scratch.Write("a", bytes));
  EXPECT_THAT(salvage.positions,
              ElementsAre(RecordPosition{0, 0}, RecordPosition{2, 35}, RecordPosition{3, 56}));
  auto reader = RecordReader::Open(scratch.Path("a"), {}, salvage.positions[1]);
  std::string_view record;
  ASSERT_TRUE(reader->Next(&record));
  EXPECT_EQ(record, "three");
}

TEST(RecordDamageTest, ManyFlippedBitsCostNoOtherRecords) {
  bytes::ScratchFolder scratch;
  numeric::Random random({TestSeed(1)});
  for (int trial = 0; trial < TestExamples(100); ++trial) {
    std::vector<std::string> records;
    std::vector<size_t> owners;
    for (int i = 0; i < 40; ++i) {
      records.push_back(absl::StrCat(i, std::string(random.Below(60), 'x')));
      owners.resize(owners.size() + records.back().size() + 16, i);
    }
    std::string bytes = EncodeRecords(records);
    ASSERT_EQ(bytes.size(), owners.size());
    std::vector<bool> is_hit(records.size(), false);
    for (int flip = 0; flip < 8; ++flip) {
      const size_t index = random.Below(bytes.size());
      // Different bits of a byte, so that no flip undoes another.
      bytes[index] ^= 1 << flip;
      is_hit[owners[index]] = true;
    }
    std::vector<std::string> left;
    for (size_t i = 0; i < records.size(); ++i) {
      if (!is_hit[i]) left.push_back(records[i]);
    }
    EXPECT_EQ(SalvageFile(scratch.Write("a", bytes)).records, left);
  }
}

TEST(RecordDamageTest, MissingAndAdditionalBytesCostTheRecordsTheyAreIn) {
  bytes::ScratchFolder scratch;
  const std::string bytes = EncodeRecords(kFour);
  // Two bytes of "three" are gone; then three bytes too many.
  EXPECT_THAT(SalvageFile(scratch.Write("a", bytes.substr(0, 48) + bytes.substr(50))).records,
              ElementsAre("one", "", "four"));
  EXPECT_THAT(
      SalvageFile(scratch.Write("a", bytes.substr(0, 48) + "abc" + bytes.substr(48))).records,
      ElementsAre("one", "", "four"));
  EXPECT_THAT(SalvageFile(scratch.Write("a", "abc" + bytes)).records,
              ElementsAre("one", "", "three", "four"));
}

// A writer that was killed and started again leaves half a record in the middle.
TEST(RecordDamageTest, ReadsOnBehindHalfARecord) {
  bytes::ScratchFolder scratch;
  const std::string bytes = EncodeRecords(kFour);
  const Salvage salvage = SalvageFile(scratch.Write("a", bytes.substr(0, 70) + bytes));
  EXPECT_THAT(salvage.records, ElementsAre("one", "", "three", "one", "", "three", "four"));
  EXPECT_THAT(salvage.skipped_bytes, ElementsAre(14));
}

TEST(RecordDamageTest, ATruncatedFileLosesItsLastRecordOnly) {
  bytes::ScratchFolder scratch;
  const std::string bytes = EncodeRecords(kFour);
  for (size_t size = 57; size < 76; ++size) {
    const Salvage salvage = SalvageFile(scratch.Write("a", bytes.substr(0, size)));
    EXPECT_THAT(salvage.records, ElementsAre("one", "", "three"));
    EXPECT_THAT(salvage.skipped_bytes, ElementsAre(size - 56));
    EXPECT_THAT(salvage.end, IsOk());
  }
}

// A record may contain records; these must not be read as its neighbours.
TEST(RecordDamageTest, RecordsInsideADamagedRecordStayThere) {
  bytes::ScratchFolder scratch;
  std::string bytes = EncodeRecords({"before", EncodeRecords(kFour) + "end", "after"});
  bytes[6 + 16 + 12 + 76] = 'E';
  EXPECT_THAT(SalvageFile(scratch.Write("a", bytes)).records, ElementsAre("before", "after"));
}

TEST(RecordDamageTest, ARecordOverTheLimitIsPassedWithoutTakingMemory) {
  bytes::ScratchFolder scratch;
  const std::vector<std::string> records = {"one", std::string(3 << 20, 'x'), "three"};
  RecordReader::Options options;
  options.max_record_bytes = 1000;
  const Salvage salvage = SalvageFile(scratch.Write("a", EncodeRecords(records)), options);
  EXPECT_THAT(salvage.records, ElementsAre("one", "three"));
  EXPECT_THAT(salvage.skipped_bytes, ElementsAre((3 << 20) + 16));
}

TEST(RecordDamageTest, SkipsInsideADecompressedStream) {
  bytes::ScratchFolder scratch;
  std::string framed = EncodeRecords(kFour);
  framed[40] ^= 1;
  std::string bytes;
  auto sink =
      bytes::Compress(bytes::CompressionKind::kGzip, std::make_unique<bytes::StringSink>(&bytes));
  ASSERT_THAT((*sink)->Append(framed), IsOk());
  ASSERT_THAT((*sink)->Close(), IsOk());
  RecordReader::Options options;
  options.compression = bytes::CompressionKind::kGzip;
  const Salvage salvage = SalvageFile(scratch.Write("a", bytes), options);
  EXPECT_THAT(salvage.records, ElementsAre("one", "", "four"));
  EXPECT_THAT(salvage.end, IsOk());
}

TEST(RecordDamageTest, ADamagedCompressedStreamIsHopeless) {
  bytes::ScratchFolder scratch;
  std::string bytes = EncodeRecords(kFour, bytes::CompressionKind::kGzip);
  bytes.resize(bytes.size() - 9);
  RecordReader::Options options;
  options.compression = bytes::CompressionKind::kGzip;
  const Salvage salvage = SalvageFile(scratch.Write("a", bytes), options);
  EXPECT_THAT(salvage.skipped_bytes, SizeIs(::testing::Le(1)));
  EXPECT_THAT(salvage.end, StatusIs(absl::StatusCode::kDataLoss, HasSubstr("ends too early")));
}

}  // namespace
}  // namespace frazo::records
