#include "core/pipeline/progress_watch.h"

#include <cstdint>

#include "absl/status/status.h"
#include "core/status/status_matchers.h"
#include "frazo/proto/pipeline_state.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::pipeline {
namespace {

using ::testing::HasSubstr;

class Origin final : public sources::ChunkOrigin {
 public:
  explicit Origin(int64_t epoch) { state_.mutable_files()->set_epoch(epoch); }
  // A mixture of two parts, the second of which may have been dropped.
  Origin(int64_t first_epoch, int64_t second_epoch, bool dropped) {
    MixtureSourceState* mixture = state_.mutable_mixture();
    mixture->add_parts()->mutable_source()->set_epoch(first_epoch);
    mixture->add_parts()->mutable_source()->set_epoch(second_epoch);
    mixture->mutable_parts(1)->set_dropped(dropped);
  }

  RecordSourceState StateAfter(int64_t) const override { return state_; }

 private:
  RecordSourceState state_;
};

// Returns after how many of `chunks` chunks of 1000 records without an example the watch returns an
// error; 0 if never. An epoch has `chunks_per_epoch` chunks.
int64_t ChunksUntilError(ProgressWatch& watch, int64_t chunks, int64_t chunks_per_epoch,
                         int64_t examples) {
  for (int64_t chunk = 0; chunk < chunks; ++chunk) {
    if (!watch.NoteChunk(Origin(chunk / chunks_per_epoch), 1000, examples).ok()) return chunk + 1;
  }
  return 0;
}

TEST(ProgressWatchTest, ComplainsAfterAPassWithoutAnExample) {
  ProgressWatch watch;
  const int64_t chunks = ChunksUntilError(watch, 1000, 10, 0);
  EXPECT_GE(chunks, 20);
  EXPECT_LE(chunks, 100);
}

TEST(ProgressWatchTest, IsContentWhileExamplesCome) {
  ProgressWatch watch;
  for (int64_t chunk = 0; chunk < 1000; ++chunk) {
    // One example in 20,000 records, which are two epochs.
    EXPECT_THAT(watch.NoteChunk(Origin(chunk / 10), 1000, chunk / 20), IsOk());
  }
}

TEST(ProgressWatchTest, IsContentWithinALongEpoch) {
  ProgressWatch watch;
  EXPECT_EQ(ChunksUntilError(watch, 1000, 1000000, 0), 0);
}

TEST(ProgressWatchTest, WaitsForEveryPartOfAMixture) {
  ProgressWatch one_stands_still;
  ProgressWatch other_dropped;
  absl::Status with_both;
  absl::Status with_one;
  for (int64_t chunk = 0; chunk < 1000; ++chunk) {
    if (with_both.ok()) {
      with_both = one_stands_still.NoteChunk(Origin(chunk, 0, false), 1000, 0);
    }
    if (with_one.ok()) with_one = other_dropped.NoteChunk(Origin(chunk, 0, true), 1000, 0);
  }
  EXPECT_THAT(with_both, IsOk());
  EXPECT_THAT(with_one, StatusIs(absl::StatusCode::kInvalidArgument,
                                 HasSubstr("records, which are more than a pass over the files, "
                                           "became an example")));
}

}  // namespace
}  // namespace frazo::pipeline
