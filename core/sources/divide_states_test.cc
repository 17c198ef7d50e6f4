#include "core/sources/divide_states.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/bytes/testing/scratch_folder.h"
#include "core/numeric/random.h"
#include "core/sources/record_stream.h"
#include "core/sources/testing/record_streams.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::sources {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr int kCases = 60;

// The records of each epoch that all replicas together gave.
using Epochs = std::map<int64_t, std::vector<std::string>>;

struct Case {
  RecordSource source;
  RecordStream::Options options;
  std::vector<std::string> all;
  int64_t epochs;
};

std::vector<int> DrawCounts(numeric::Random& random) {
  std::vector<int> counts(1 + random.Below(7));
  for (int& count : counts) count = static_cast<int>(random.Below(12));
  counts[random.Below(counts.size())] += 1;
  return counts;
}

void DrawShuffle(numeric::Random& random, FileSource& files) {
  if (random.Below(4) == 0) return;
  files.mutable_shuffle()->set_buffer_records(1 + random.Below(30));
  files.mutable_shuffle()->set_lanes(1 + random.Below(5));
}

Case DrawCase(numeric::Random& random, const bytes::ScratchFolder& scratch) {
  const auto compression = static_cast<bytes::CompressionKind>(random.Below(4));
  Case drawn;
  drawn.all = Sorted(WriteRecordFiles(scratch, "a", DrawCounts(random), compression));
  drawn.source = SourceOf(scratch, "a");
  FileSource& files = *drawn.source.mutable_files();
  files.mutable_files()->set_compression(static_cast<Compression>(compression));
  drawn.epochs = 1 + static_cast<int64_t>(random.Below(3));
  files.set_epochs(drawn.epochs);
  DrawShuffle(random, files);
  drawn.options.seed = static_cast<int64_t>(random.Below(1000));
  return drawn;
}

// Lets replicas continue from `states`, each for at most `limits[replica]` records. Adds the
// records to *epochs and returns the new states.
std::vector<RecordSourceState> ReadSome(const Case& drawn,
                                        const std::vector<RecordSourceState>& states,
                                        const std::vector<int64_t>& limits, Epochs* epochs) {
  std::vector<RecordSourceState> after;
  RecordStream::Options options = drawn.options;
  options.replicas = static_cast<int32_t>(states.size());
  for (size_t replica = 0; replica < states.size(); ++replica) {
    options.replica = static_cast<int32_t>(replica);
    const auto stream = OpenStream(drawn.source, options);
    if (states[replica].has_files()) {
      EXPECT_THAT(stream->Restore(states[replica]), IsOk());
    }
    const StreamResult read = ReadStream(*stream, /*chunk_records=*/3, limits[replica]);
    EXPECT_THAT(read.status, IsOk());
    for (size_t i = 0; i < read.records.size(); ++i) {
      EXPECT_EQ(read.ids[i].epoch, read.states[i].files().epoch());
      (*epochs)[read.ids[i].epoch].push_back(read.records[i]);
    }
    after.push_back(read.states.empty() ? states[replica] : read.states.back());
  }
  return after;
}

std::vector<int64_t> DrawLimits(numeric::Random& random, size_t replicas, size_t most) {
  std::vector<int64_t> limits(replicas);
  // Some replicas have not begun, some have ended.
  for (int64_t& limit : limits) limit = static_cast<int64_t>(random.Below(most + most / 4 + 2));
  return limits;
}

class DivideStatesPropertyTest : public ::testing::TestWithParam<int> {
 protected:
  numeric::Random random_{static_cast<uint64_t>(GetParam()), uint64_t{77}};
  bytes::ScratchFolder scratch_;
};

TEST_P(DivideStatesPropertyTest, EveryRecordComesOnceAnEpochOverAllReplicas) {
  const Case drawn = DrawCase(random_, scratch_);
  Epochs epochs;
  std::vector<RecordSourceState> states(1 + random_.Below(5));
  // The number of replicas changes up to three times.
  for (uint64_t change = random_.Below(3) + 1; change > 0; --change) {
    const size_t most = drawn.all.size() * drawn.epochs / states.size();
    const std::vector<int64_t> limits = DrawLimits(random_, states.size(), most);
    states = ReadSome(drawn, states, limits, &epochs);
    const int32_t replicas = 1 + static_cast<int32_t>(random_.Below(6));
    const auto divided = DivideStates(drawn.source, drawn.options, states, {}, replicas);
    ASSERT_THAT(divided.status(), IsOk());
    ASSERT_THAT(*divided, SizeIs(replicas));
    states = *divided;
  }
  const std::vector<int64_t> to_the_end(states.size(), 1000000);
  ReadSome(drawn, states, to_the_end, &epochs);
  EXPECT_THAT(epochs, SizeIs(drawn.epochs));
  for (const auto& [epoch, records] : epochs) {
    EXPECT_EQ(Sorted(records), drawn.all) << "epoch " << epoch;
  }
}

TEST_P(DivideStatesPropertyTest, RecordsToBeGivenAgainComeOnceMore) {
  const Case drawn = DrawCase(random_, scratch_);
  std::vector<RecordSourceState> states(1 + random_.Below(4));
  Epochs epochs;
  const std::vector<int64_t> limits = DrawLimits(random_, states.size(), drawn.all.size());
  states = ReadSome(drawn, states, limits, &epochs);
  StreamResult whole = ReadStream(*OpenStream(drawn.source, drawn.options), 100);
  // Those of epochs that have begun.
  int64_t last_epoch = 0;
  for (const RecordSourceState& state : states) {
    last_epoch = std::max(last_epoch, state.files().epoch());
  }
  const auto is_later = [&](const RecordId& id) { return id.epoch > last_epoch; };
  whole.ids.erase(std::find_if(whole.ids.begin(), whole.ids.end(), is_later), whole.ids.end());
  std::vector<RecordId> again;
  Epochs expected;
  for (int64_t epoch = 0; epoch < drawn.epochs; ++epoch) expected[epoch] = drawn.all;
  // A record may be among them several times.
  for (uint64_t count = random_.Below(12); count > 0; --count) {
    const size_t chosen = random_.Below(whole.ids.size());
    again.push_back(whole.ids[chosen]);
    expected[whole.ids[chosen].epoch].push_back(whole.records[chosen]);
  }
  const int32_t replicas = 1 + static_cast<int32_t>(random_.Below(6));
  const auto divided = DivideStates(drawn.source, drawn.options, states, again, replicas);
  ASSERT_THAT(divided.status(), IsOk());
  ReadSome(drawn, *divided, std::vector<int64_t>(replicas, 1000000), &epochs);
  EXPECT_THAT(epochs, SizeIs(expected.size()));
  for (const auto& [epoch, records] : epochs) {
    EXPECT_EQ(Sorted(records), Sorted(expected[epoch])) << "epoch " << epoch;
  }
}

TEST_P(DivideStatesPropertyTest, ADividedStreamGoesOnExactlyFromEveryPoint) {
  const Case drawn = DrawCase(random_, scratch_);
  std::vector<RecordSourceState> states(1 + random_.Below(4));
  Epochs unused;
  const std::vector<int64_t> limits = DrawLimits(random_, states.size(), drawn.all.size());
  states = ReadSome(drawn, states, limits, &unused);
  RecordStream::Options options = drawn.options;
  options.replicas = 1 + static_cast<int32_t>(random_.Below(4));
  options.replica = static_cast<int32_t>(random_.Below(options.replicas));
  const auto divided = DivideStates(drawn.source, drawn.options, states, {}, options.replicas);
  ASSERT_THAT(divided.status(), IsOk());
  const auto stream = OpenStream(drawn.source, options);
  ASSERT_THAT(stream->Restore((*divided)[options.replica]), IsOk());
  const StreamResult whole = ReadStream(*stream, 4);
  for (size_t done = 1; done <= whole.records.size(); ++done) {
    const std::vector<std::string> rest(whole.records.begin() + done, whole.records.end());
    ASSERT_EQ(ReadAfter(whole.states[done - 1], drawn.source, options, 3), rest)
        << "after " << done << " records: " << absl::StrCat(whole.states[done - 1]);
  }
}

TEST_P(DivideStatesPropertyTest, EveryRecordOfAMixtureComesOnceAnEpochOverAllReplicas) {
  RecordSource source;
  std::vector<std::string> expected;
  for (const char* name : {"a", "b"}) {
    const std::vector<std::string> all = WriteRecordFiles(scratch_, name, DrawCounts(random_));
    MixtureSource::Part& part = *source.mutable_mixture()->add_parts();
    *part.mutable_source() = SourceOf(scratch_, name).files();
    part.mutable_source()->set_epochs(1 + random_.Below(2));
    for (int64_t epoch = 0; epoch < part.source().epochs(); ++epoch) {
      expected.insert(expected.end(), all.begin(), all.end());
    }
    DrawShuffle(random_, *part.mutable_source());
    part.set_weight(1 + random_.Below(4));
  }
  source.mutable_mixture()->set_at_end(MixtureSource::DROP);
  std::vector<std::string> given;
  std::vector<RecordSourceState> states(1 + random_.Below(4));
  RecordStream::Options options;
  const auto read = [&](bool to_the_end) {
    options.replicas = static_cast<int32_t>(states.size());
    for (options.replica = 0; options.replica < options.replicas; ++options.replica) {
      const auto stream = OpenStream(source, options);
      RecordSourceState& state = states[options.replica];
      if (state.has_mixture()) {
        EXPECT_THAT(stream->Restore(state), IsOk());
      }
      const int64_t limit = to_the_end ? 1000000 : static_cast<int64_t>(random_.Below(20));
      const StreamResult some = ReadStream(*stream, 3, limit);
      EXPECT_THAT(some.status, IsOk());
      given.insert(given.end(), some.records.begin(), some.records.end());
      if (!some.states.empty()) state = some.states.back();
    }
  };
  read(/*to_the_end=*/false);
  const int32_t replicas = 1 + static_cast<int32_t>(random_.Below(5));
  const auto divided = DivideStates(source, options, states, {}, replicas);
  ASSERT_THAT(divided.status(), IsOk());
  states = *divided;
  read(/*to_the_end=*/true);
  EXPECT_EQ(Sorted(given), Sorted(expected));
}

INSTANTIATE_TEST_SUITE_P(Cases, DivideStatesPropertyTest, ::testing::Range(0, kCases));

TEST(DivideStatesTest, WrongStatesAreNamed) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {4, 4});
  const RecordSource source = SourceOf(scratch, "a");
  EXPECT_THAT(DivideStates(source, {}, {}, {}, 2).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "0 states for 2 replicas; there must be at least one of each"));
  // Both states are those of replica 0 of 2.
  RecordStream::Options options;
  options.replicas = 2;
  const RecordSourceState state = ReadStream(*OpenStream(source, options), 1, 1).states.front();
  EXPECT_THAT(DivideStates(source, {}, {state, state}, {}, 3).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("the state of replica 1 of 2: the saved state does not fit the "
                                 "source: replica was 0")));
  EXPECT_THAT(DivideStates(source, {}, {RecordSourceState()}, {RecordId{0, 2, {}}}, 3).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a record is said to be in file 2, but the source has 2 files"));
  RecordId later = {0, 1, {}};
  later.epoch = 1;
  EXPECT_THAT(DivideStates(source, {}, {RecordSourceState()}, {later}, 3).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a record is said to be of epoch 1, but the source has given those of "
                       "epochs 0 to 0"));
}

TEST(DivideStatesTest, ADamagedRestIsRefused) {
  bytes::ScratchFolder scratch;
  WriteRecordFiles(scratch, "a", {4, 4});
  const RecordSource source = SourceOf(scratch, "a");
  const auto divided = DivideStates(source, {}, {RecordSourceState()}, {}, 1);
  ASSERT_THAT(divided.status(), IsOk());
  const auto restore = [&](auto damage) {
    RecordSourceState state = divided->front();
    damage(state.mutable_files());
    return OpenStream(source)->Restore(state);
  };
  EXPECT_THAT(restore([](FileSourceState*) {}), IsOk());
  const auto refused =
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("the saved state is damaged"));
  using State = FileSourceState*;
  EXPECT_THAT(restore([](State state) { state->mutable_rest(0)->set_epoch(-1); }), refused);
  EXPECT_THAT(restore([](State state) { *state->add_rest() = state->rest(0); }), refused);
  EXPECT_THAT(restore([](State state) { state->mutable_rest(0)->mutable_parts(0)->set_file(2); }),
              refused);
  EXPECT_THAT(
      restore([](State state) { state->mutable_rest(0)->mutable_parts(0)->set_modulus(0); }),
      refused);
  EXPECT_THAT(restore([](State state) { state->mutable_rest(0)->mutable_parts(0)->add_given(-1); }),
              refused);
}

}  // namespace
}  // namespace frazo::sources
