#include "core/records/record_file_formats.h"

#include <memory>
#include <string>
#include <utility>

#include "core/bytes/testing/scratch_folder.h"
#include "core/records/record_batch.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::records {
namespace {

using ::testing::HasSubstr;

// A minimal format of one's own: the numbers below the start, downwards.
class Countdown final : public RecordFile {
 public:
  explicit Countdown(RecordPosition start) : position_(start) {}

  bool Next(std::string_view* record) override {
    if (position_.record == 3) return false;
    text_ = std::to_string(3 - position_.record++);
    position_.byte += 10;
    *record = text_;
    return true;
  }
  RecordPosition position() const override { return position_; }
  const absl::Status& status() const override { return status_; }

 private:
  RecordPosition position_;
  std::string text_;
  absl::Status status_;
};

absl::StatusOr<std::unique_ptr<RecordFile>> OpenCountdown(std::string, const RecordFile::Options&,
                                                          RecordPosition start) {
  return std::make_unique<Countdown>(start);
}

FRAZO_REGISTER_RECORD_FORMAT("countdown", OpenCountdown);
FRAZO_REGISTER_RECORD_FORMAT("twice", OpenCountdown);
FRAZO_REGISTER_RECORD_FORMAT("twice", OpenCountdown);

TEST(RecordFileFormatsTest, FindsItsOwnFormats) {
  bytes::ScratchFolder scratch;
  const std::string path = scratch.Write("a", "line\n");
  auto text = (*FindRecordFormat("text"))(path, {}, {});
  std::string_view record;
  ASSERT_TRUE((*text)->Next(&record));
  EXPECT_EQ(record, "line");
  auto tfrecord = (*FindRecordFormat("tfrecord"))(path, {}, {});
  EXPECT_FALSE((*tfrecord)->Next(&record));
  EXPECT_THAT((*tfrecord)->status(), StatusIs(absl::StatusCode::kDataLoss, HasSubstr(path)));
}

TEST(RecordFileFormatsTest, RunsOfAFormatThatOnlyKnowsNext) {
  auto file = *(*FindRecordFormat("countdown"))("", {}, {/*record=*/1, /*byte=*/10});
  RecordBatch run;
  ASSERT_TRUE(file->NextRun(100, &run));
  ASSERT_EQ(run.extents.size(), 2);
  EXPECT_EQ(run.record(0), "2");
  EXPECT_EQ(run.record(1), "1");
  EXPECT_EQ(run.position(0), (RecordPosition{1, 10}));
  EXPECT_EQ(run.position(1), (RecordPosition{2, 20}));
  EXPECT_EQ(run.end, (RecordPosition{3, 30}));
  EXPECT_FALSE(file->NextRun(100, &run));
  EXPECT_EQ(file->SkipDamage(), std::nullopt);
}

TEST(RecordFileFormatsTest, AnUnknownNameIsAnErrorThatListsTheKnownOnes) {
  EXPECT_THAT(FindRecordFormat("tfrecords"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "unknown record format 'tfrecords'; known are countdown, text, tfrecord, "
                       "twice; one of your own needs FRAZO_REGISTER_RECORD_FORMAT in a library "
                       "that is linked"));
}

TEST(RecordFileFormatsTest, ANameRegisteredTwiceIsAnErrorWhenItIsUsed) {
  EXPECT_THAT(FindRecordFormat("twice"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the record format 'twice' was registered more than once; give each format "
                       "a name of its own"));
}

TEST(RecordFileFormatsTest, OptionsAreChecked) {
  RecordFile::Options options;
  options.buffer_bytes = 0;
  EXPECT_THAT(
      (*FindRecordFormat("text"))("x", options, {}),
      StatusIs(absl::StatusCode::kInvalidArgument, "buffer_bytes is 0 but must be at least 1"));
}

}  // namespace
}  // namespace frazo::records
