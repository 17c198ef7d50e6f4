#include "core/sources/record_stream.h"

#include <cmath>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/sources/testing/record_streams.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::sources {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RecordSource Shuffled(RecordSource source, int64_t buffer_records, int32_t lanes) {
  Shuffle& shuffle = *source.mutable_files()->mutable_shuffle();
  shuffle.set_buffer_records(buffer_records);
  shuffle.set_lanes(lanes);
  return source;
}

RecordSource Mixed(const std::vector<RecordSource>& sources, const std::vector<float>& weights) {
  RecordSource mixed;
  for (size_t i = 0; i < sources.size(); ++i) {
    MixtureSource::Part& part = *mixed.mutable_mixture()->add_parts();
    *part.mutable_source() = sources[i].files();
    part.set_weight(weights[i]);
  }
  return mixed;
}

RecordStream::Options WithSeed(int64_t seed) {
  RecordStream::Options options;
  options.seed = seed;
  return options;
}

TEST(RecordStreamTest, InOrderMeansByNameThenByPlace) {
  bytes::ScratchFolder scratch;
  const std::vector<std::string> all = WriteRecordFiles(scratch, "a", {2, 0, 3});
  RecordSource source = SourceOf(scratch, "a");
  source.mutable_files()->set_epochs(2);
  const auto stream = OpenStream(source);
  const StreamResult read = ReadStream(*stream, 10);
  std::vector<std::string> twice = all;
  twice.insert(twice.end(), all.begin(), all.end());
  EXPECT_EQ(read.records, twice);
  EXPECT_EQ(read.ids[3], (RecordId{0, 2, {1, 20}}));
  EXPECT_EQ(stream->Location(read.ids[3]),
            absl::StrCat("'", scratch.Path("a-002"), "': record 1 at byte 20"));
  EXPECT_EQ(stream->counters().records, 10);
  // After the end it stays ended.
  RecordChunk chunk;
  EXPECT_FALSE(stream->NextChunk(1, &chunk));
  EXPECT_THAT(chunk.records(), IsEmpty());
}

TEST(RecordStreamTest, ChunksLiveOnTheirOwn) {
  bytes::ScratchFolder scratch;
  const std::vector<std::string> all = WriteRecordFiles(scratch, "a", {3, 3});
  RecordChunk first;
  for (const RecordSource& source : {SourceOf(scratch, "a"), Shuffled(SourceOf(scratch, "a"), 4, 2),
                                     Mixed({SourceOf(scratch, "a")}, {1})}) {
    {
      const auto stream = OpenStream(source);
      ASSERT_TRUE(stream->NextChunk(2, &first));
      const RecordChunk copy = first;
      RecordChunk other;
      while (stream->NextChunk(2, &other)) {
        if (stream->counters().records > 20) break;
      }
    }
    for (const SourceRecord& record : first.records()) {
      EXPECT_THAT(all, ::testing::Contains(std::string(record.data)));
    }
  }
}

TEST(RecordStreamTest, TextLinesHaveStreamsToo) {
  bytes::ScratchFolder scratch;
  scratch.Write("a-0", "one\r\n\nthree");
  RecordSource source = SourceOf(scratch, "a");
  source.mutable_files()->mutable_files()->set_format("text");
  EXPECT_THAT(ReadStream(*OpenStream(source), 10).records, ElementsAre("one", "", "three"));
}

// The order must never change, because a run could not continue exactly from a checkpoint of an
// earlier release. It comes from a second implementation, in Python: two epochs of windows of 3.
TEST(RecordStreamTest, TheOrderIsFixedForEver) {
  bytes::ScratchFolder scratch;
  for (const char* file : {"a0", "a1", "a2", "a3"}) {
    scratch.Write(absl::StrCat("a-", file),
                  records::EncodeRecords({absl::StrCat(file, ":0"), absl::StrCat(file, ":1")}));
  }
  RecordSource source = Shuffled(SourceOf(scratch, "a"), 6, 2);
  source.mutable_files()->set_epochs(2);
  EXPECT_THAT(ReadStream(*OpenStream(source, WithSeed(1)), 7).records,
              ElementsAre("a1:0", "a2:0", "a1:1", "a3:0", "a2:1", "a0:0", "a0:1", "a3:1", "a1:0",
                          "a0:1", "a0:0", "a1:1", "a3:0", "a2:0", "a2:1", "a3:1"));
}

TEST(RecordStreamTest, SeedAndEpochDecideTheOrder) {
  bytes::ScratchFolder scratch;
  const std::vector<std::string> all = WriteRecordFiles(scratch, "a", {20, 20, 20, 20});
  RecordSource source = Shuffled(SourceOf(scratch, "a"), 16, 2);
  source.mutable_files()->set_epochs(2);
  const std::vector<std::string> order = ReadStream(*OpenStream(source, WithSeed(1)), 7).records;
  EXPECT_EQ(ReadStream(*OpenStream(source, WithSeed(1)), 3).records, order);
  EXPECT_NE(ReadStream(*OpenStream(source, WithSeed(2)), 7).records, order);
  const std::vector<std::string> first(order.begin(), order.begin() + 80);
  const std::vector<std::string> second(order.begin() + 80, order.end());
  EXPECT_NE(first, second);
  EXPECT_EQ(Sorted(first), Sorted(second));
}

// All records are in one window. Each order of them must be equally likely, over seeds and over
// epochs.
TEST(RecordStreamTest, WindowsArePermutedUniformly) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {4});
  RecordSource source = Shuffled(SourceOf(scratch, "a"), 100, 1);
  source.mutable_files()->set_epochs(40);
  std::map<std::vector<std::string>, int> counts;
  for (int64_t seed = 0; seed < 60; ++seed) {
    const std::vector<std::string> read =
        ReadStream(*OpenStream(source, WithSeed(seed)), 4).records;
    ASSERT_EQ(read.size(), 160);
    for (auto epoch = read.begin(); epoch != read.end(); epoch += 4) {
      ++counts[std::vector<std::string>(epoch, epoch + 4)];
    }
  }
  // 2,400 windows over 24 orders.
  ASSERT_EQ(counts.size(), 24);
  double chi_square = 0;
  for (const auto& [order, count] : counts) chi_square += std::pow(count - 100, 2) / 100;
  // 23 degrees of freedom: 64 is exceeded once in 100,000 times.
  EXPECT_LT(chi_square, 64);
}

// A window is half of the buffer; lanes take turns, so that it mixes files.
TEST(RecordStreamTest, WindowsMixTheFilesOfAllLanes) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {10, 10, 10, 10});
  const StreamResult read =
      ReadStream(*OpenStream(Shuffled(SourceOf(scratch, "a"), 16, 4)), 100, 8);
  std::map<int32_t, int> records_by_file;
  for (const RecordId& id : read.ids) {
    ++records_by_file[id.file];
    EXPECT_LT(id.position.record, 2);
  }
  EXPECT_THAT(records_by_file, ElementsAre(::testing::Pair(0, 2), ::testing::Pair(1, 2),
                                           ::testing::Pair(2, 2), ::testing::Pair(3, 2)));
}

TEST(RecordStreamTest, TheBufferIsBoundedByBytesToo) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {50});
  RecordSource source = Shuffled(SourceOf(scratch, "a"), 1000, 1);
  // Half of the buffer is for a window. With at least 96 bytes of bookkeeping per record, that is 5
  // records at most.
  source.mutable_files()->mutable_shuffle()->set_buffer_bytes(1000);
  const auto stream = OpenStream(source);
  RecordChunk chunk;
  while (stream->NextChunk(100, &chunk)) EXPECT_LE(chunk.records().size(), 5);
  EXPECT_EQ(stream->counters().records, 50);
}

TEST(RecordStreamTest, StatesAreSmallWithManyLanes) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", std::vector<int>(40, 30));
  const StreamResult read = ReadStream(*OpenStream(Shuffled(SourceOf(scratch, "a"), 500, 32)), 100);
  EXPECT_EQ(read.records.size(), 1200);
  for (const RecordSourceState& state : read.states) EXPECT_LT(state.ByteSizeLong(), 1024);
}

TEST(RecordStreamTest, MixturesDrawByShare) {
  bytes::ScratchFolder scratch;
  std::vector<RecordSource> sources;
  for (const char* name : {"a", "b", "c"}) {
    // Long enough that files are seldom opened anew: ThreadSanitizer maps memory for each opening.
    WriteRecordFiles(scratch, name, {100});
    sources.push_back(SourceOf(scratch, name));
  }
  const auto counts_of = [](const RecordSource& source) {
    std::vector<int> counts(3, 0);
    for (const RecordId& id : ReadStream(*OpenStream(source), 500, 7000).ids) ++counts[id.source];
    return counts;
  };
  // Four standard deviations are at most 170.
  RecordSource source = Mixed(sources, {1, 2, 4});
  const std::vector<int> plain = counts_of(source);
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(plain[i], 1000 << i, 170);
  // 1, 2^(1/2), 4^(1/2): shares 0.2265, 0.3204, 0.4531.
  source.mutable_mixture()->set_temperature(2);
  const std::vector<int> warm = counts_of(source);
  EXPECT_NEAR(warm[0], 1586, 170);
  EXPECT_NEAR(warm[1], 2243, 170);
  EXPECT_NEAR(warm[2], 3172, 170);
}

TEST(RecordStreamTest, MixturesEndAsConfigured) {
  bytes::ScratchFolder scratch;
  const std::vector<std::string> few = WriteRecordFiles(scratch, "a", {3});
  const std::vector<std::string> many = WriteRecordFiles(scratch, "b", {30});
  RecordSource source = Mixed({SourceOf(scratch, "a"), SourceOf(scratch, "b")}, {1, 1});

  source.mutable_mixture()->set_at_end(MixtureSource::DROP);
  std::vector<std::string> both = few;
  both.insert(both.end(), many.begin(), many.end());
  EXPECT_EQ(Sorted(ReadStream(*OpenStream(source), 7).records), Sorted(both));

  source.mutable_mixture()->set_at_end(MixtureSource::STOP);
  const StreamResult stopped = ReadStream(*OpenStream(source), 7);
  EXPECT_THAT(stopped.status, IsOk());
  int of_few = 0;
  for (const RecordId& id : stopped.ids) of_few += id.source == 0;
  EXPECT_EQ(of_few, 3);
  EXPECT_LT(stopped.records.size(), 33);

  source.mutable_mixture()->set_at_end(MixtureSource::REPEAT);
  EXPECT_EQ(ReadStream(*OpenStream(source), 7, 200).records.size(), 200);
}

TEST(RecordStreamTest, ReadsOfMixturesAgainNameTheirPart) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {3});
  WriteRecordFiles(scratch, "b", {3});
  const auto stream = OpenStream(Mixed({SourceOf(scratch, "a"), SourceOf(scratch, "b")}, {1, 1}));
  const StreamResult read = ReadStream(*stream, 7, 20);
  std::vector<std::string> again(20);
  ASSERT_THAT(stream->ReadAgain(read.ids,
                                [&again](size_t index, std::string_view data) {
                                  again[index] = std::string(data);
                                }),
              IsOk());
  EXPECT_EQ(again, read.records);
  const auto ignore = [](size_t, std::string_view) {};
  EXPECT_THAT(stream->ReadAgain({RecordId{2, 0, {0, 0}}}, ignore),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a record is said to be in part 2, but the mixture has 2 parts"));
  EXPECT_THAT(stream->ReadAgain({RecordId{1, 7, {0, 0}}}, ignore),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "mixture.parts[1]: a record is said to be in file 7, but the source has 1 "
                       "files"));
  EXPECT_THAT(stream->ReadAgain({RecordId{1, 0, {9, 900}}}, ignore),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr(scratch.Path("b-000"))));
}

TEST(RecordStreamTest, AnEndlessSourceWithoutRecordsIsAnError) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {0, 0});
  RecordSource source = SourceOf(scratch, "a");
  EXPECT_THAT(ReadStream(*OpenStream(source), 7).status, IsOk());
  source.mutable_files()->set_epochs(0);
  const std::string expected =
      absl::StrCat("an endless source has no record to give: the 2 files, '", scratch.Path("a-000"),
                   "' first, hold none for replica 0 of 1; check the file "
                   "patterns");
  for (const RecordSource& endless : {source, Shuffled(source, 10, 2)}) {
    EXPECT_THAT(ReadStream(*OpenStream(endless), 7).status,
                StatusIs(absl::StatusCode::kInvalidArgument, expected));
  }
}

TEST(RecordStreamTest, ConfigurationsAreChecked) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {1});
  const auto error = [&](const std::function<void(RecordSource&, RecordStream::Options&)>& change) {
    RecordSource source = Shuffled(SourceOf(scratch, "a"), 10, 2);
    RecordStream::Options options;
    change(source, options);
    return RecordStream::Create(source, options).status();
  };
  const auto is_invalid = [](const std::string& message) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(message));
  };
  EXPECT_THAT(error([](auto& source, auto&) { source.Clear(); }),
              is_invalid("set files or mixture"));
  EXPECT_THAT(error([](auto& source, auto&) { source.mutable_files()->set_epochs(-1); }),
              is_invalid("epochs is -1 but must be at least 0"));
  EXPECT_THAT(
      error([](auto& source, auto&) { source.mutable_files()->mutable_shuffle()->set_lanes(0); }),
      is_invalid("shuffle.lanes is 0 but must be at least 1"));
  EXPECT_THAT(error([](auto&, auto& options) { options.replica = 1; }),
              is_invalid("replica is 1 but must be in 0..0, since replicas is 1"));
  EXPECT_THAT(error([](auto& source, auto&) { source = Mixed({source, source}, {1, 0}); }),
              is_invalid("mixture.parts[1]: weight is 0 but must be a number greater than 0"));
  EXPECT_THAT(error([](auto& source, auto&) { source.mutable_mixture(); }),
              is_invalid("mixture.parts is empty"));
  EXPECT_THAT(error([](auto& source, auto&) {
                source = Mixed({source}, {1});
                source.mutable_mixture()->set_temperature(0);
              }),
              is_invalid("mixture.temperature is 0 but must be greater than 0"));
}

TEST(RecordStreamTest, StatesOfSomethingElseAreRefusedByName) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {4, 4});
  WriteRecordFiles(scratch, "b", {4, 4, 1});
  const RecordSource source = Shuffled(SourceOf(scratch, "a"), 10, 2);
  const RecordSourceState state = ReadStream(*OpenStream(source), 3).states[4];
  const auto restore = [&](const RecordSource& other, const RecordStream::Options& options) {
    return OpenStream(other, options)->Restore(state);
  };
  const auto is_refused = [](const std::string& difference) {
    return StatusIs(absl::StatusCode::kFailedPrecondition,
                    ::testing::AllOf(HasSubstr("the saved state does not fit the source: "),
                                     HasSubstr(difference)));
  };
  EXPECT_THAT(restore(source, {}), IsOk());
  EXPECT_THAT(restore(Shuffled(SourceOf(scratch, "b"), 10, 2), {}),
              is_refused("the number of files was 2 when it was saved and is 3 now"));
  EXPECT_THAT(restore(Shuffled(source, 11, 2), {}),
              is_refused("shuffle.buffer_records was 10 when it was saved and is 11 now"));
  EXPECT_THAT(restore(Shuffled(source, 10, 3), {}), is_refused("shuffle.lanes was 2"));
  EXPECT_THAT(restore(SourceOf(scratch, "a"), {}),
              is_refused("the order was shuffled when it was saved and is by name now"));
  EXPECT_THAT(restore(source, WithSeed(302)), is_refused("the seed was 301"));
  RecordStream::Options replica;
  replica.replicas = 2;
  EXPECT_THAT(restore(source, replica), is_refused("replicas was 1"));
  EXPECT_THAT(restore(Mixed({source}, {1}), {}),
              is_refused("it is of a single set of files, but the source is a mixture"));

  // Longer by one byte, then as long as before with another name.
  scratch.Write("a-001", scratch.Read("a-001") + "x");
  EXPECT_THAT(restore(source, {}), is_refused("the bytes of all files was"));
  WriteRecordFiles(scratch, "a", {4, 4});
  EXPECT_THAT(restore(source, {}), IsOk());
  rename(scratch.Path("a-001").c_str(), scratch.Path("a-002").c_str());
  EXPECT_THAT(restore(source, {}), is_refused("the hash of the files' names and sizes was"));
}

TEST(RecordStreamTest, DamagedAndLateStatesAreRefused) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {4, 4});
  const RecordSource source = Shuffled(SourceOf(scratch, "a"), 10, 2);
  const RecordSourceState state = ReadStream(*OpenStream(source), 3).states[4];
  RecordSourceState damaged = state;
  damaged.mutable_files()->mutable_lanes(1)->set_file(9);
  EXPECT_THAT(OpenStream(source)->Restore(damaged),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("state is damaged")));
  // More records given than the window has.
  damaged = state;
  damaged.mutable_files()->set_given(6);
  const auto stream = OpenStream(source);
  ASSERT_THAT(stream->Restore(damaged), IsOk());
  EXPECT_THAT(ReadStream(*stream, 3).status,
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("6 records of a window were given out, and it now holds")));
  EXPECT_THAT(stream->Restore(state),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "a stream can be restored only before its first record"));
}

}  // namespace
}  // namespace frazo::sources
