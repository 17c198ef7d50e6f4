#include "core/process/record_processor.h"

#include <string>
#include <vector>

#include "core/bytes/testing/scratch_folder.h"
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
using ::testing::StartsWith;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
using Outcome = ProcessedChunk::Outcome;

absl::Status Error(const std::string& config) { return MakeProcessor(config).status(); }

// <unk> 0, <s> 1, </s> 2, one 3, two 4, three 5.
std::string WordTokenizer(const bytes::ScratchFolder& scratch) {
  const std::string path = scratch.Write("words", "<unk>\n<s>\n</s>\none\ntwo\nthree\n");
  return "tokenizer { word { vocabulary: '" + path + "' } }";
}

const char kColumns[] = "tab_separated { columns: ['source', 'target'] } ";

TEST(RecordProcessorTest, SplitsColumns) {
  const Processing read("tab_separated { columns: ['a', '', 'c'] }",
                        {"1\t2\t3", "\t\t", "x\ty\tz"});
  EXPECT_THAT(read.values(0, "a").As<std::string_view>(), ElementsAre("1"));
  EXPECT_THAT(read.values(0, "c").As<std::string_view>(), ElementsAre("3"));
  EXPECT_THAT(read.values(1, "a").As<std::string_view>(), ElementsAre(""));
  EXPECT_THAT(read.values(1, "c").As<std::string_view>(), ElementsAre(""));
  EXPECT_THAT(read.values(2, "c").As<std::string_view>(), ElementsAre("z"));
  EXPECT_EQ(read.processor().schema().features.size(), 2);
}

TEST(RecordProcessorTest, AWrongNumberOfColumnsIsABadRecord) {
  const std::string config = "tab_separated { columns: ['a', '', 'c'] }";
  EXPECT_THAT(ProcessOne(config, "1\t2"),
              StatusIs(kInvalid, "2 columns; expected 3, separated by tabs: a, '', c"));
  EXPECT_THAT(ProcessOne(config, "1\t2\t3\t4"), StatusIs(kInvalid, StartsWith("4 columns;")));
  EXPECT_THAT(ProcessOne(config, ""), StatusIs(kInvalid, StartsWith("1 columns;")));
}

TEST(RecordProcessorTest, ARawRecordIsOneField) {
  const Processing read("raw {}", {"a\tb", ""});
  EXPECT_THAT(read.values(0, "record").As<std::string_view>(), ElementsAre("a\tb"));
  EXPECT_THAT(read.values(1, "record").As<std::string_view>(), ElementsAre(""));
  EXPECT_EQ(read.processor().schema().features[0].TypeText(), "BYTES[]");
}

TEST(RecordProcessorTest, TheSourceOfARecordIsAFeature) {
  const auto processor = MakeProcessor("raw {} steps { source_id { output: 'language' } }");
  ASSERT_TRUE(processor.ok()) << processor.status();
  const size_t feature = *(*processor)->schema().Find("language");
  EXPECT_EQ((*processor)->schema().features[feature].TypeText(), "INT32[]");
  std::vector<sources::SourceRecord> records(3);
  for (size_t i = 0; i < records.size(); ++i) records[i] = {"x", {}};
  records[1].id.source = 7;
  ProcessedChunk chunk;
  (*processor)->Process(records, &chunk);
  EXPECT_THAT(chunk.example(0)[feature].As<int32_t>(), ElementsAre(0));
  EXPECT_THAT(chunk.example(1)[feature].As<int32_t>(), ElementsAre(7));
  EXPECT_THAT(chunk.example(2)[feature].As<int32_t>(), ElementsAre(0));
}

TEST(RecordProcessorTest, TheSourceNeedsAnewName) {
  EXPECT_THAT(Error("raw {} steps { source_id { output: 'record' } }"),
              StatusIs(kInvalid, HasSubstr("steps[0].source_id.output: there is a field")));
}

TEST(RecordProcessorTest, StepsWorkOneAfterTheOther) {
  bytes::ScratchFolder scratch;
  const std::string config = std::string(kColumns) + "steps { tokenize { field: 'source' " +
                             WordTokenizer(scratch) +
                             " } }"
                             "steps { copy { field: 'source' output: 'whole' } }"
                             "steps { truncate { field: 'source' length: 2 } }"
                             "steps { append_eos { field: 'source' } }"
                             "steps { prepend_sos { field: 'source' } }"
                             "steps { append_eos { field: 'whole' eos_id: 9 } }"
                             "steps { drop { field: 'target' } }";
  const Processing read(config, {"one two three\tx", "two\tx", "\tx", "what one\tx"});
  EXPECT_THAT(read.values(0, "source").As<int32_t>(), ElementsAre(1, 3, 4, 2));
  EXPECT_THAT(read.values(0, "whole").As<int32_t>(), ElementsAre(3, 4, 5, 9));
  EXPECT_THAT(read.values(1, "source").As<int32_t>(), ElementsAre(1, 4, 2));
  EXPECT_THAT(read.values(2, "source").As<int32_t>(), ElementsAre(1, 2));
  EXPECT_THAT(read.values(2, "whole").As<int32_t>(), ElementsAre(9));
  EXPECT_THAT(read.values(3, "source").As<int32_t>(), ElementsAre(1, 0, 3, 2));
  const ExampleSchema& schema = read.processor().schema();
  ASSERT_EQ(schema.features.size(), 2);  // source, whole: target is dropped
  EXPECT_EQ(schema.features[0].TypeText(), "INT32[any]");
  ASSERT_TRUE(schema.features[1].token_ids.has_value());
  EXPECT_EQ(schema.features[1].token_ids->vocab_size, 6);
  EXPECT_EQ(schema.features[1].token_ids->eos, 2);
  EXPECT_NE(read.processor().vocabulary_fingerprint(), 0u);
}

TEST(RecordProcessorTest, AFeatureTellsHowATextBecomesItsIds) {
  bytes::ScratchFolder scratch;
  const std::string config = std::string(kColumns) + "steps { tokenize { field: 'source' " +
                             WordTokenizer(scratch) +
                             " } }"
                             "steps { filter_by_length { field: 'source' max_length: 50 } }"
                             "steps { append_eos { field: 'source' } }"
                             "steps { copy { field: 'source' output: 'cut' } }"
                             "steps { prepend_sos { field: 'source' sos_id: 5 } }"
                             "steps { filter_by_length { field: 'source' max_length: 60 } }"
                             "steps { append_eos { field: 'cut' } }"
                             "steps { truncate { field: 'cut' length: 2 } }";
  const std::unique_ptr<RecordProcessor> processor = *MakeProcessor(config);
  const std::vector<FeatureSpec>& features = processor->schema().features;
  ASSERT_EQ(features.size(), 3);  // source, target, cut
  ASSERT_NE(features[0].text, nullptr);
  const TextEncoding& source = *features[0].text;
  EXPECT_TRUE(source.tokenizer.has_word());
  EXPECT_EQ(source.tokenizer.sos_id(), 5);
  EXPECT_TRUE(source.append_eos);
  EXPECT_TRUE(source.prepend_sos);
  EXPECT_EQ(source.max_length, 52);  // 50 ids of the text, and two more
  EXPECT_EQ(source.other_step, "");
  EXPECT_EQ(features[1].text, nullptr);
  ASSERT_NE(features[2].text, nullptr);
  EXPECT_EQ(features[2].text->max_length, 51);
  EXPECT_EQ(features[2].text->other_step, "steps[6].append_eos");  // the second one at that end
}

TEST(RecordProcessorTest, AFeatureTellsWhereItsIdsAreCutOff) {
  bytes::ScratchFolder scratch;
  const std::string tokenizer = WordTokenizer(scratch);
  const auto tokenize = [&tokenizer](const std::string& field) {
    return "steps { tokenize { field: '" + field + "' " + tokenizer + " } }";
  };
  const std::string config = std::string(kColumns) + tokenize("source") + tokenize("target") +
                             "steps { prepend_sos { field: 'source' } }"
                             "steps { truncate { field: 'source' length: 6 } }"
                             "steps { append_eos { field: 'source' } }"
                             "steps { truncate { field: 'target' length: 6 } }"
                             "steps { append_eos { field: 'target' } }"
                             "steps { truncate { field: 'target' length: 4 } }";
  const std::unique_ptr<RecordProcessor> processor = *MakeProcessor(config);
  const std::vector<FeatureSpec>& features = processor->schema().features;
  EXPECT_EQ(features[0].text->max_length, 7);  // sos, five ids of the text, eos
  EXPECT_EQ(features[0].text->other_step, "");
  // A text cannot say that its eos is cut off.
  EXPECT_EQ(features[1].text->max_length, 7);
  EXPECT_EQ(features[1].text->other_step, "steps[7].truncate");
}

TEST(RecordProcessorTest, TokenizeKeepsTheTextWhereItHasAnOutput) {
  bytes::ScratchFolder scratch;
  const Processing read(std::string(kColumns) +
                            "steps { tokenize { field: 'source' output: 'ids' " +
                            WordTokenizer(scratch) + " } }",
                        {"one\tx", "two \xff\tx"});
  EXPECT_THAT(read.values(0, "source").As<std::string_view>(), ElementsAre("one"));
  EXPECT_THAT(read.values(0, "ids").As<int32_t>(), ElementsAre(3));
  EXPECT_EQ(read.processor().schema().features[2].name, "ids");
  ASSERT_EQ(read.chunk().invalid_texts().size(), 1);
  EXPECT_EQ(read.chunk().invalid_texts()[0].record, 1);
  EXPECT_EQ(read.chunk().invalid_texts()[0].sequences, 1);
}

TEST(RecordProcessorTest, FiltersSayWhichRecordsTheyLeftOut) {
  const std::string config = std::string(kColumns) +
                             "steps { parse_numbers { field: 'source' } }"
                             "steps { parse_numbers { field: 'target' } }"
                             "steps { filter_by_length { field: 'source' min_length: 1 } }"
                             "steps { filter_by_length { field: 'target' max_length: 2 } }";
  const Processing read(config, {"1\t1 2", "\t1 2 3", "1\t1 2 3", "1\t"});
  EXPECT_EQ(read.chunk().outcome(0), Outcome::kExample);
  EXPECT_EQ(read.chunk().outcome(1), Outcome::kFiltered);
  EXPECT_EQ(read.chunk().outcome(2), Outcome::kFiltered);
  EXPECT_EQ(read.chunk().outcome(3), Outcome::kExample);
  EXPECT_THAT(read.processor().filters(), ElementsAre("steps[2].filter_by_length 'source'",
                                                      "steps[3].filter_by_length 'target'"));
  ASSERT_EQ(read.chunk().filtered_records().size(), 2);
  EXPECT_EQ(read.chunk().filtered_records()[0].record, 1);
  EXPECT_EQ(read.chunk().filtered_records()[0].filter, 0);
  EXPECT_EQ(read.chunk().filtered_records()[1].record, 2);
  EXPECT_EQ(read.chunk().filtered_records()[1].filter, 1);
}

TEST(RecordProcessorTest, ParsesNumbersOfEveryType) {
  const std::string config =
      "tab_separated { columns: ['a', 'b', 'c'] }"
      "steps { parse_numbers { field: 'a' } }"
      "steps { parse_numbers { field: 'b' type: INT32 shape { sizes: 2 } } }"
      "steps { parse_numbers { field: 'c' type: FLOAT32 } }";
  const Processing read(config,
                        {"9223372036854775807,-1 ,, 3\t-2147483648 7\t1e3 -0.5", "\t1 2\t "});
  EXPECT_THAT(read.values(0, "a").As<int64_t>(), ElementsAre(9223372036854775807, -1, 3));
  EXPECT_THAT(read.values(0, "b").As<int32_t>(), ElementsAre(-2147483648, 7));
  EXPECT_THAT(read.values(0, "c").As<float>(), ElementsAre(1000, -0.5));
  EXPECT_THAT(read.values(1, "a").As<int64_t>(), IsEmpty());
  EXPECT_THAT(read.values(1, "c").As<float>(), IsEmpty());
  EXPECT_THAT(ProcessOne(config, "9223372036854775808\t1 2\t"),
              StatusIs(kInvalid, "field 'a': '9223372036854775808' is not of type INT64"));
  EXPECT_THAT(ProcessOne(config, "1\t1 2147483648\t"),
              StatusIs(kInvalid, "field 'b': '2147483648' is not of type INT32"));
  EXPECT_THAT(ProcessOne(config, "1\t1 2 3\t"),
              StatusIs(kInvalid, "field 'b' has 3 numbers; expected 2 for INT32[2]"));
  EXPECT_THAT(ProcessOne(config, "1\t1 2\t1.5.2"),
              StatusIs(kInvalid, "field 'c': '1.5.2' is not of type FLOAT32"));
  EXPECT_THAT(
      ProcessOne(config, std::string(50, 'y') + "\t1 2\t"),
      StatusIs(kInvalid, "field 'a': '" + std::string(40, 'y') + "...' is not of type INT64"));
}

TEST(RecordProcessorTest, StepsCountFramesOfAFieldOfFrames) {
  const std::string config = std::string(kColumns) +
                             "steps { parse_numbers { field: 'source' shape { sizes: [-1, 2] } } }"
                             "steps { filter_by_length { field: 'source' max_length: 3 } }"
                             "steps { truncate { field: 'source' length: 2 } }";
  const Processing read(config, {"1 2 3 4 5 6\tx", "1 2\tx", "1 2 3 4 5 6 7 8\tx", "1 2 3\tx"});
  EXPECT_THAT(read.values(0, "source").As<int64_t>(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(read.values(1, "source").As<int64_t>(), ElementsAre(1, 2));
  EXPECT_EQ(read.chunk().outcome(2), Outcome::kFiltered);
  EXPECT_THAT(read.Status(3), StatusIs(kInvalid,
                                       "field 'source' has 3 numbers; expected a multiple of 2 for "
                                       "INT64[any, 2]"));
}

TEST(RecordProcessorTest, DefaultsTakeStepsLikeValuesThatWereRead) {
  const Processing read(R"pb(tf_example {
                               features {
                                 name: "x"
                                 type: INT64
                                 default_values: [ 1, 2, 3 ]
                               }
                               features { name: "y" type: UINT8 }
                             }
                             steps { truncate { field: "x" length: 2 } }
                             steps { append_eos { field: "x" eos_id: 7 } }
                             steps { copy { field: "y" output: "z" } }
                             steps { truncate { field: "z" length: 1 } })pb",
                        {"", TfExample({FeatureEntry("y", BytesList({"ab"}))}), ""});
  for (const size_t record : {0, 1, 2}) {
    EXPECT_THAT(read.values(record, "x").As<int64_t>(), ElementsAre(1, 2, 7));
  }
  EXPECT_THAT(read.values(1, "y").As<uint8_t>(), ElementsAre('a', 'b'));
  EXPECT_THAT(read.values(1, "z").As<uint8_t>(), ElementsAre('a'));
}

TEST(RecordProcessorTest, AChunkCanBeFilledAgainByAnyProcessor) {
  const auto columns = *MakeProcessor(kColumns);
  const auto numbers = *MakeProcessor("raw {} steps { parse_numbers { field: 'record' } }");
  ProcessedChunk chunk;
  const std::vector<sources::SourceRecord> pairs = {{"a\tb", {}}, {"bad", {}}, {"c\td", {}}};
  const std::vector<sources::SourceRecord> counts = {{"1 2", {}}};
  for (int repeat = 0; repeat < 3; ++repeat) {
    columns->Process(pairs, &chunk);
    ASSERT_EQ(chunk.size(), 3);
    EXPECT_THAT(chunk.example(2)[1].As<std::string_view>(), ElementsAre("d"));
    EXPECT_EQ(chunk.bad_records().size(), 1);
    numbers->Process(counts, &chunk);
    ASSERT_EQ(chunk.size(), 1);
    EXPECT_THAT(chunk.example(0)[0].As<int64_t>(), ElementsAre(1, 2));
    EXPECT_THAT(chunk.bad_records(), IsEmpty());
  }
}

TEST(RecordProcessorTest, WrongFieldsNameThePlaceAndTheNearNames) {
  EXPECT_THAT(Error(std::string(kColumns) + "steps { drop { field: 'sorce' } }"),
              StatusIs(kInvalid,
                       "steps[0].drop.field: there is no field 'sorce'; did you mean "
                       "'source'? There are: source, target"));
  EXPECT_THAT(Error(std::string(kColumns) + "steps { copy { field: 'source' output: 'target' } }"),
              StatusIs(kInvalid, HasSubstr("steps[0].copy.output: there is a field 'target'")));
  EXPECT_THAT(Error("tab_separated { columns: ['a', 'a'] }"),
              StatusIs(kInvalid, HasSubstr("tab_separated.columns[1]: there is a field 'a'")));
  EXPECT_THAT(Error("tab_separated { columns: '' }"),
              StatusIs(kInvalid, "tab_separated.columns: name at least one column"));
  EXPECT_THAT(Error("raw { name: '' }"),
              StatusIs(kInvalid, "raw.name: the name of a field is empty"));
}

TEST(RecordProcessorTest, WrongTypesNameThePlaceAndTheType) {
  bytes::ScratchFolder scratch;
  EXPECT_THAT(Error("tf_example { features { name: 'x' type: BYTES } } steps { tokenize { field: "
                    "'x' " +
                    WordTokenizer(scratch) + " } }"),
              StatusIs(kInvalid,
                       "steps[0].tokenize.field: field 'x' is BYTES[any]; expected BYTES "
                       "of one value; give the feature `shape {}`"));
  EXPECT_THAT(Error("raw {} steps { truncate { field: 'record' length: 3 } }"),
              StatusIs(kInvalid,
                       "steps[0].truncate.field: field 'record' is BYTES[]; expected a "
                       "field of any length"));
  EXPECT_THAT(Error("tf_example { features { name: 'x' type: FLOAT32 } } steps { append_eos { "
                    "field: 'x' eos_id: 1 } }"),
              StatusIs(kInvalid,
                       "steps[0].append_eos.field: field 'x' is FLOAT32[any]; expected "
                       "ids, INT32 or INT64"));
  EXPECT_THAT(Error("tf_example { features { name: 'x' type: INT64 shape { sizes: [-1, 2] } } } "
                    "steps { append_eos { field: 'x' eos_id: 1 } }"),
              StatusIs(kInvalid,
                       "steps[0].append_eos.field: field 'x' is INT64[any, 2]; expected ids in one "
                       "dimension"));
  EXPECT_THAT(Error("tf_example { features { name: 'x' type: INT64 } } steps { prepend_sos { "
                    "field: 'x' } }"),
              StatusIs(kInvalid,
                       "steps[0].prepend_sos.sos_id: not set, and no tokenizer made field "
                       "'x', which would know it; set it"));
  EXPECT_THAT(Error("raw {} steps { parse_numbers { field: 'record' type: UINT8 } }"),
              StatusIs(kInvalid,
                       "steps[0].parse_numbers.type: UINT8; expected INT64, INT32 or "
                       "FLOAT32"));
}

TEST(RecordProcessorTest, WhatIsNotSetOrOutOfRangeNamesItsPlace) {
  const std::string numbers = "tf_example { features { name: 'x' type: INT64 } } ";
  EXPECT_THAT(
      Error(""),
      StatusIs(kInvalid, "parser: not set; expected one of tf_example, tab_separated, raw"));
  EXPECT_THAT(Error("raw {} steps {}"), StatusIs(kInvalid, StartsWith("steps[0]: not set;")));
  EXPECT_THAT(Error("raw {} steps { drop { field: 'record' } }"),
              StatusIs(kInvalid, "steps: every field is dropped; keep at least one"));
  EXPECT_THAT(
      Error(numbers + "steps { truncate { field: 'x' } }"),
      StatusIs(kInvalid,
               "steps[0].truncate.length: expected the number of values to keep, at least 0"));
  EXPECT_THAT(
      Error(numbers + "steps { filter_by_length { field: 'x' min_length: 3 max_length: 2 } }"),
      StatusIs(kInvalid,
               "steps[0].filter_by_length.min_length: 3; expected 0 to max_length, which "
               "is 2"));
  EXPECT_THAT(
      Error("raw {} steps { tokenize { field: 'record' tokenizer { word { vocabulary: "
            "'/nowhere/words' } } } }"),
      StatusIs(absl::StatusCode::kNotFound,
               AllOf(StartsWith("steps[0].tokenize.tokenizer: "), HasSubstr("/nowhere/words"))));
}

}  // namespace
}  // namespace frazo::process
