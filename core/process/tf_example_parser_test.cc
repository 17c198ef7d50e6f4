#include <string>

#include "core/process/testing/processing.h"
#include "core/process/testing/wire_writer.h"
#include "core/status/status_matchers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::process {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

// A processor that reads one feature `x`, described by `more`.
std::string One(const std::string& more) {
  return "tf_example { features { name: 'x' " + more + " } }";
}

std::string Holding(const std::string& feature) { return TfExample({FeatureEntry("x", feature)}); }

TEST(TfExampleParserTest, ReadsEveryTypePackedAndNot) {
  const std::string config = R"pb(tf_example {
                                    features { name: "a" type: INT64 }
                                    features { name: "b" type: FLOAT32 }
                                    features { name: "c" type: BYTES }
                                    features { name: "d" type: INT32 }
                                    features { name: "e" type: UINT8 }
                                  })pb";
  const std::string packed = TfExample(
      {FeatureEntry("a", Int64List({1, -1, int64_t{1} << 62})),
       FeatureEntry("b", FloatList({0.5f, -2})), FeatureEntry("c", BytesList({"one", "", "three"})),
       FeatureEntry("d", Int64List({7, -2147483648})), FeatureEntry("e", BytesList({"\xff\x01"}))});
  const std::string unpacked =
      TfExample({FeatureEntry("e", BytesList({"\xff\x01"})),
                 FeatureEntry("d", UnpackedInt64List({7, -2147483648})),
                 FeatureEntry("c", BytesList({"one", "", "three"})),
                 FeatureEntry("b", UnpackedFloatList({0.5f, -2})),
                 FeatureEntry("a", UnpackedInt64List({1, -1, int64_t{1} << 62}))});
  const Processing read(config, {packed, unpacked});
  for (const size_t record : {0, 1}) {
    EXPECT_THAT(read.values(record, "a").As<int64_t>(), ElementsAre(1, -1, int64_t{1} << 62));
    EXPECT_THAT(read.values(record, "b").As<float>(), ElementsAre(0.5f, -2));
    EXPECT_THAT(read.values(record, "c").As<std::string_view>(), ElementsAre("one", "", "three"));
    EXPECT_THAT(read.values(record, "d").As<int32_t>(), ElementsAre(7, -2147483648));
    EXPECT_THAT(read.values(record, "e").As<uint8_t>(), ElementsAre(255, 1));
  }
}

TEST(TfExampleParserTest, TakesPackedAndUnpackedPartsOfOneList) {
  const std::string list = BytesMember(1, Varint(1) + Varint(2)) + VarintMember(1, 3);
  const Processing read(One("type: INT64"), {Holding(BytesMember(3, list) + Int64List({4}))});
  EXPECT_THAT(read.values(0, "x").As<int64_t>(), ElementsAre(1, 2, 3, 4));
}

TEST(TfExampleParserTest, TheLastOfEqualKeysCounts) {
  const std::string record =
      TfExample({FeatureEntry("x", Int64List({1, 2, 3})), FeatureEntry("y", Int64List({9})),
                 FeatureEntry("x", Int64List({4}))});
  EXPECT_THAT(Processing(One("type: INT64"), {record}).values(0, "x").As<int64_t>(),
              ElementsAre(4));
}

TEST(TfExampleParserTest, AListOfAnotherKindTakesThePlaceOfTheOneBefore) {
  const std::string feature = Int64List({1, 2}) + FloatList({3}) + Int64List({4});
  EXPECT_THAT(Processing(One("type: INT64"), {Holding(feature)}).values(0, "x").As<int64_t>(),
              ElementsAre(4));
}

TEST(TfExampleParserTest, AKeyMayStandBehindItsValueAndAValueInParts) {
  const std::string entry = BytesMember(
      1, BytesMember(2, Int64List({1})) + BytesMember(1, "x") + BytesMember(2, Int64List({2})));
  EXPECT_THAT(Processing(One("type: INT64"), {TfExample({entry})}).values(0, "x").As<int64_t>(),
              ElementsAre(1, 2));
}

TEST(TfExampleParserTest, PassesOverWhatTheSchemaLacks) {
  const std::string record = VarintMember(7, 1) +
                             TfExample({FeatureEntry("y", "no feature at all"), VarintMember(9, 5),
                                        FeatureEntry("x", Int64List({1}))}) +
                             BytesMember(8, "more");
  EXPECT_THAT(Processing(One("type: INT64"), {record}).values(0, "x").As<int64_t>(),
              ElementsAre(1));
}

TEST(TfExampleParserTest, FillsInDefaults) {
  const std::string config = R"pb(tf_example {
                                    features { name: "empty" type: INT64 }
                                    features {
                                      name: "some"
                                      type: FLOAT32
                                      default_values: [ 0.5, 2 ]
                                    }
                                    features {
                                      name: "repeated"
                                      type: INT32
                                      shape { sizes: [ 2, 2 ] }
                                      default_values: -1
                                    }
                                    features {
                                      name: "all"
                                      type: UINT8
                                      shape { sizes: 2 }
                                      default_values: [ 0, 255 ]
                                    }
                                    features {
                                      name: "text"
                                      type: BYTES
                                      shape {}
                                      default_bytes: "none"
                                    }
                                  })pb";
  // A feature without a list counts as missing.
  const Processing read(config, {"", TfExample({FeatureEntry("text", "")})});
  for (const size_t record : {0, 1}) {
    EXPECT_THAT(read.values(record, "empty").As<int64_t>(), IsEmpty());
    EXPECT_THAT(read.values(record, "some").As<float>(), ElementsAre(0.5, 2));
    EXPECT_THAT(read.values(record, "repeated").As<int32_t>(), ElementsAre(-1, -1, -1, -1));
    EXPECT_THAT(read.values(record, "all").As<uint8_t>(), ElementsAre(0, 255));
    EXPECT_THAT(read.values(record, "text").As<std::string_view>(), ElementsAre("none"));
  }
}

TEST(TfExampleParserTest, BadRecordsNameTheFeatureAndWhatWasExpected) {
  EXPECT_THAT(ProcessOne(One("type: INT64 shape {}"), ""),
              StatusIs(kInvalid,
                       "feature 'x' is missing; expected INT64[]: give it a default if it may be"));
  EXPECT_THAT(
      ProcessOne(One("type: INT64 shape { sizes: [2, 2] }"), Holding(Int64List({1}))),
      StatusIs(kInvalid,
               "feature 'x' has 1 values; expected 4 for INT64[2, 2]: correct its shape, or the "
               "file"));
  EXPECT_THAT(ProcessOne(One("type: INT64"), Holding(FloatList({1}))),
              StatusIs(kInvalid, "feature 'x' holds float_list; INT64 is read from int64_list"));
  for (const std::string& list : {Int64List({2147483648}), UnpackedInt64List({2147483648})}) {
    EXPECT_THAT(ProcessOne(One("type: INT32"), Holding(list)),
                StatusIs(kInvalid, "feature 'x': 2147483648 does not fit INT32; read it as INT64"));
  }
  EXPECT_THAT(ProcessOne(One("type: UINT8"), Holding(BytesList({"a", "b"}))),
              StatusIs(kInvalid, "feature 'x' holds several bytes values; UINT8 is read from one"));
}

TEST(TfExampleParserTest, ValuesOutOfRangeAreBadRecords) {
  for (const std::string type : {"INT64", "INT32"}) {
    const std::string config = One("type: " + type + " min_value: -1 max_value: 4");
    EXPECT_THAT(ProcessOne(config, Holding(Int64List({-1, 4}))), IsOk());
    EXPECT_THAT(ProcessOne(config, ""), IsOk());
    EXPECT_THAT(ProcessOne(config, Holding(Int64List({0, -2}))),
                StatusIs(kInvalid,
                         "feature 'x' holds -2; expected at least -1: correct the file, or the "
                         "bound"));
    EXPECT_THAT(ProcessOne(config, Holding(Int64List({5}))),
                StatusIs(kInvalid, HasSubstr("feature 'x' holds 5; expected at most 4")));
    EXPECT_THAT(ProcessOne(One("type: " + type + " min_value: 0"), Holding(Int64List({-1}))),
                StatusIs(kInvalid, HasSubstr("holds -1; expected at least 0")));
  }
}

TEST(TfExampleParserTest, AFeatureMayBeFramesOfAFixedSize) {
  // Two frames of three values, and none.
  const std::string config = One("type: FLOAT32 shape { sizes: [-1, 3] }");
  const Processing read(config, {Holding(FloatList({1, 2, 3, 4, 5, 6})), Holding(FloatList({}))});
  EXPECT_EQ(read.processor().schema().features[0].TypeText(), "FLOAT32[any, 3]");
  EXPECT_THAT(read.values(0, "x").As<float>(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(read.values(1, "x").As<float>(), ElementsAre());
  EXPECT_THAT(ProcessOne(config, Holding(FloatList({1, 2, 3, 4}))),
              StatusIs(kInvalid,
                       "feature 'x' has 4 values; expected a multiple of 3 for FLOAT32[any, 3]: "
                       "correct its shape, or the file"));
  EXPECT_THAT(ProcessOne(One("type: UINT8 shape { sizes: [-1, 2] }"), Holding(BytesList({"abc"}))),
              StatusIs(kInvalid, HasSubstr("has 3 values; expected a multiple of 2 for UINT8")));
}

TEST(TfExampleParserTest, ADefaultOfFramesIsWhole) {
  const std::string config = "type: INT64 shape { sizes: [-1, 2] } default_values: ";
  const Processing read(One(config + "[1, 2, 3, 4]"), {""});
  EXPECT_THAT(read.values(0, "x").As<int64_t>(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(MakeProcessor(One(config + "[1, 2, 3]")).status(),
              StatusIs(kInvalid,
                       "tf_example.features[0].default_values: 3 values; expected a multiple of 2 "
                       "for INT64[any, 2]"));
}

TEST(TfExampleParserTest, DamageNamesTheByte) {
  EXPECT_THAT(
      ProcessOne(One("type: INT64"), "hello"),
      StatusIs(kInvalid,
               HasSubstr("the record is not a tf.Example, or is damaged: expected a field of "
                         "it at byte")));
  // 0a 0d | 0a 0b | 0a 01 x | 12 06 | 1a 04 | 0a 02 80 80: the packed varint never ends.
  const std::string endless = Holding(BytesMember(3, BytesMember(1, "\x80\x80")));
  ASSERT_EQ(endless.size(), 15);
  EXPECT_THAT(ProcessOne(One("type: INT64"), endless),
              StatusIs(kInvalid,
                       "feature 'x' is damaged: expected a value of its int64_list at "
                       "byte 15 of the record's 15"));
  EXPECT_THAT(ProcessOne(One("type: FLOAT32"), Holding(BytesMember(2, BytesMember(1, "abc")))),
              StatusIs(kInvalid, HasSubstr("feature 'x' is damaged: expected a value of its "
                                           "float_list")));
  const std::string eleven(10, '\x81');
  EXPECT_THAT(
      ProcessOne(One("type: INT64"), Holding(BytesMember(3, BytesMember(1, eleven + "\x01")))),
      StatusIs(kInvalid, HasSubstr("feature 'x' is damaged")));
}

TEST(TfExampleParserTest, ABadRecordLeavesTheNextOnesAlone) {
  const Processing read(One("type: INT64"), {Holding(Int64List({1, 2})),
                                             Holding(BytesMember(3, VarintMember(1, 9) + "\x80")),
                                             Holding(Int64List({3}))});
  EXPECT_THAT(read.values(0, "x").As<int64_t>(), ElementsAre(1, 2));
  EXPECT_EQ(read.chunk().outcome(1), ProcessedChunk::Outcome::kBad);
  EXPECT_THAT(read.values(2, "x").As<int64_t>(), ElementsAre(3));
}

TEST(TfExampleParserTest, AWrongConfigurationNamesItsPlace) {
  const auto error = [](const std::string& text) { return MakeProcessor(text).status(); };
  EXPECT_THAT(error("tf_example {}"),
              StatusIs(kInvalid, "tf_example.features: name at least one feature to read"));
  EXPECT_THAT(error("tf_example { features { name: 'x' } }"),
              StatusIs(kInvalid,
                       "tf_example.features[0].type: not set; expected INT64, FLOAT32, "
                       "BYTES, INT32 or UINT8"));
  EXPECT_THAT(error("tf_example { features { type: INT64 } }"),
              StatusIs(kInvalid, "tf_example.features[0].name: the name of a field is empty"));
  EXPECT_THAT(error("tf_example { features { name: 'x' type: INT64 } "
                    "features { name: 'x' type: BYTES } }"),
              StatusIs(kInvalid,
                       "tf_example.features[1].name: there is a field 'x' already; choose "
                       "another name, or drop that field first"));
  EXPECT_THAT(error(One("type: INT64 shape { sizes: [3, 0] }")),
              StatusIs(kInvalid,
                       "tf_example.features[0].shape.sizes: 0; expected at least 1, and "
                       "at most 2^40 values in all"));
  EXPECT_THAT(error(One("type: INT64 shape { sizes: [3, -1] }")),
              StatusIs(kInvalid,
                       "tf_example.features[0].shape.sizes[1]: -1; only the first dimension may be "
                       "of any length; give this one a size"));
  EXPECT_THAT(error(One("type: INT64 shape { sizes: [-1, -2] }")),
              StatusIs(kInvalid, HasSubstr("shape.sizes: -2; expected at least 1")));
  EXPECT_THAT(error(One("type: INT64 shape { sizes: [3] } default_values: [1, 2]")),
              StatusIs(kInvalid,
                       "tf_example.features[0].default_values: 2 numbers; expected 1 or 3 "
                       "for INT64[3]"));
  EXPECT_THAT(error(One("type: INT32 default_values: 0.5")),
              StatusIs(kInvalid,
                       "tf_example.features[0].default_values: 0.5 is not a value of type INT32"));
  EXPECT_THAT(error(One("type: UINT8 default_values: 256")),
              StatusIs(kInvalid,
                       "tf_example.features[0].default_values: 256 is not a value of type UINT8"));
  EXPECT_THAT(error(One("type: INT64 default_bytes: 'a'")),
              StatusIs(kInvalid,
                       "tf_example.features[0].default_bytes: only for BYTES; numbers "
                       "have default_values"));
  EXPECT_THAT(error(One("type: BYTES default_values: 1")),
              StatusIs(kInvalid,
                       "tf_example.features[0].default_values: a feature of type BYTES "
                       "has default_bytes instead"));
  EXPECT_THAT(error(One("type: FLOAT32 max_value: 1")),
              StatusIs(kInvalid,
                       "tf_example.features[0].max_value: only for INT64 and INT32; the type is "
                       "FLOAT32"));
  EXPECT_THAT(error(One("type: INT64 min_value: 2 max_value: 1")),
              StatusIs(kInvalid,
                       "tf_example.features[0].min_value: 2 is above max_value, 1; no value fits"));
}

}  // namespace
}  // namespace frazo::process
