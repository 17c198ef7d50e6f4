// Checks properties that every stream has, whatever its files, lanes, buffer, replicas and seed.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/numeric/random.h"
#include "core/sources/record_stream.h"
#include "core/sources/testing/record_streams.h"
#include "core/status/status_matchers.h"
#include "core/testing/test_variation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::sources {
namespace {

constexpr int kCases = 24;
constexpr int kMaxStateBytes = 4096;

// A source drawn at random: a few files of few records, so that windows, lanes and epochs end in
// the middle of one another.
struct Case {
  RecordSource source;
  RecordStream::Options options;
  std::vector<std::string> all;
  int64_t epochs;
  int64_t chunk_records;
};

void DrawShuffle(numeric::Random& random, Shuffle& shuffle) {
  shuffle.set_buffer_records(1 + random.Below(30));
  if (random.Below(3) == 0) shuffle.set_buffer_bytes(1 + random.Below(3000));
  shuffle.set_lanes(1 + random.Below(6));
}

std::vector<int> DrawCounts(numeric::Random& random) {
  std::vector<int> counts(1 + random.Below(6));
  for (int& count : counts) count = random.Below(9);
  counts[random.Below(counts.size())] += 1;
  return counts;
}

Case DrawCase(numeric::Random& random, const bytes::ScratchFolder& scratch) {
  const auto compression = static_cast<bytes::CompressionKind>(random.Below(4));
  Case drawn;
  drawn.all = WriteRecordFiles(scratch, "a", DrawCounts(random), compression);
  drawn.source = SourceOf(scratch, "a");
  FileSource& files = *drawn.source.mutable_files();
  files.mutable_files()->set_compression(static_cast<Compression>(compression));
  drawn.epochs = 1 + random.Below(3);
  files.set_epochs(drawn.epochs);
  if (random.Below(4) != 0) DrawShuffle(random, *files.mutable_shuffle());
  drawn.options.seed = random.Below(1000);
  drawn.chunk_records = 1 + random.Below(10);
  return drawn;
}

class RecordStreamPropertyTest : public ::testing::TestWithParam<int> {
 protected:
  numeric::Random random_{TestSeed(GetParam())};
  bytes::ScratchFolder scratch_;
};

TEST_P(RecordStreamPropertyTest, EachReplicaGetsItsRecordsOnceAnEpoch) {
  Case drawn = DrawCase(random_, scratch_);
  drawn.options.replicas = 1 + random_.Below(5);
  std::vector<std::vector<std::string>> epochs(drawn.epochs);
  for (drawn.options.replica = 0; drawn.options.replica < drawn.options.replicas;
       ++drawn.options.replica) {
    const auto stream = OpenStream(drawn.source, drawn.options);
    const StreamResult read = ReadStream(*stream, drawn.chunk_records);
    EXPECT_THAT(read.status, IsOk());
    ASSERT_EQ(read.records.size() % drawn.epochs, 0);
    const size_t share = read.records.size() / drawn.epochs;
    for (size_t i = 0; i < read.records.size(); ++i) {
      epochs[i / share].push_back(read.records[i]);
    }
    EXPECT_EQ(stream->counters().records, read.records.size());
  }
  for (const std::vector<std::string>& epoch : epochs) EXPECT_EQ(Sorted(epoch), Sorted(drawn.all));
}

TEST_P(RecordStreamPropertyTest, TheOrderDoesNotDependOnTheChunks) {
  const Case drawn = DrawCase(random_, scratch_);
  const std::vector<std::string> by_one =
      ReadStream(*OpenStream(drawn.source, drawn.options), 1).records;
  EXPECT_EQ(ReadStream(*OpenStream(drawn.source, drawn.options), drawn.chunk_records).records,
            by_one);
  EXPECT_EQ(ReadStream(*OpenStream(drawn.source, drawn.options), 1000).records, by_one);
}

TEST_P(RecordStreamPropertyTest, GoesOnExactlyFromEveryPoint) {
  Case drawn = DrawCase(random_, scratch_);
  drawn.options.replicas = 1 + random_.Below(2);
  const StreamResult whole =
      ReadStream(*OpenStream(drawn.source, drawn.options), drawn.chunk_records);
  ASSERT_THAT(whole.status, IsOk());
  for (size_t done = 1; done <= whole.records.size(); ++done) {
    const std::vector<std::string> rest(whole.records.begin() + done, whole.records.end());
    const RecordSourceState& state = whole.states[done - 1];
    ASSERT_EQ(ReadAfter(state, drawn.source, drawn.options, 1 + random_.Below(10)), rest)
        << "after " << done << " records: " << absl::StrCat(state);
    EXPECT_LT(state.ByteSizeLong(), kMaxStateBytes);
  }
}

// States of a restored stream work like those of an original one.
TEST_P(RecordStreamPropertyTest, GoesOnFromStatesOfRestoredStreams) {
  const Case drawn = DrawCase(random_, scratch_);
  const StreamResult whole =
      ReadStream(*OpenStream(drawn.source, drawn.options), drawn.chunk_records);
  std::vector<std::string> pieces;
  const RecordSourceState* state = nullptr;
  StreamResult piece;
  while (pieces.size() < whole.records.size()) {
    const auto stream = OpenStream(drawn.source, drawn.options);
    if (state != nullptr) {
      ASSERT_THAT(stream->Restore(*state), IsOk());
    }
    StreamResult next = ReadStream(*stream, drawn.chunk_records, 1 + random_.Below(5));
    ASSERT_FALSE(next.records.empty());
    piece = std::move(next);
    state = &piece.states.back();
    pieces.insert(pieces.end(), piece.records.begin(), piece.records.end());
  }
  EXPECT_EQ(pieces, whole.records);
}

TEST_P(RecordStreamPropertyTest, ReadsRecordsAgainByTheirIds) {
  const Case drawn = DrawCase(random_, scratch_);
  const auto stream = OpenStream(drawn.source, drawn.options);
  const StreamResult whole = ReadStream(*stream, drawn.chunk_records);
  std::vector<RecordId> ids;
  std::vector<std::string> expected;
  for (int i = 0; i < 20; ++i) {
    const size_t chosen = random_.Below(whole.ids.size());
    ids.push_back(whole.ids[chosen]);
    expected.push_back(whole.records[chosen]);
  }
  std::vector<std::string> again(ids.size(), "not read");
  int uses = 0;
  ASSERT_THAT(stream->ReadAgain(ids,
                                [&](size_t index, std::string_view data) {
                                  again[index] = std::string(data);
                                  ++uses;
                                }),
              IsOk());
  EXPECT_EQ(again, expected);
  EXPECT_EQ(uses, ids.size());
}

TEST_P(RecordStreamPropertyTest, MixturesGoOnExactlyFromEveryPoint) {
  RecordSource source;
  MixtureSource& mixture = *source.mutable_mixture();
  for (const char* name : {"a", "b", "c"}) {
    WriteRecordFiles(scratch_, name, DrawCounts(random_));
    MixtureSource::Part& part = *mixture.add_parts();
    *part.mutable_source() = SourceOf(scratch_, name).files();
    part.mutable_source()->set_epochs(1 + random_.Below(2));
    if (random_.Below(2) == 0) DrawShuffle(random_, *part.mutable_source()->mutable_shuffle());
    part.set_weight(1 + random_.Below(4));
  }
  mixture.set_at_end(static_cast<MixtureSource::AtEnd>(GetParam() % 3));
  constexpr int64_t kLimit = 60;
  RecordStream::Options options;
  options.seed = random_.Below(1000);
  const int64_t chunk_records = 1 + random_.Below(10);
  const StreamResult whole = ReadStream(*OpenStream(source, options), chunk_records, kLimit);
  ASSERT_THAT(whole.status, IsOk());
  EXPECT_EQ(ReadStream(*OpenStream(source, options), 1, kLimit).records, whole.records);
  for (size_t done = 1; done <= whole.records.size(); ++done) {
    const std::vector<std::string> rest(whole.records.begin() + done, whole.records.end());
    // If the limit has cut the whole, the remainder is compared up to there.
    const int64_t limit = whole.records.size() == kLimit ? rest.size() : kLimit;
    ASSERT_EQ(ReadAfter(whole.states[done - 1], source, options, 1 + random_.Below(10), limit),
              rest)
        << "after " << done << " records: " << absl::StrCat(whole.states[done - 1]);
    EXPECT_LT(whole.states[done - 1].ByteSizeLong(), kMaxStateBytes);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, RecordStreamPropertyTest,
                         ::testing::Range<int>(0, TestExamples(kCases)));

}  // namespace
}  // namespace frazo::sources
