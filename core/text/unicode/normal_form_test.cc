// python/frazo/normalize_text_test.py compares every character with Python's unicodedata.
#include "core/text/unicode/normal_form.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace frazo::text {
namespace {

std::string Nfc(std::string_view text) {
  return Normalizer(NormalForm::kNfc, false).Normalize(text).text();
}

std::string Nfkc(std::string_view text) {
  return Normalizer(NormalForm::kNfkc, false).Normalize(text).text();
}

// The offset in the source for each offset of the text.
std::vector<size_t> Offsets(const NormalizedText& normalized) {
  std::vector<size_t> offsets;
  for (size_t i = 0; i <= normalized.text().size(); ++i) {
    offsets.push_back(normalized.SourceOffset(i));
  }
  return offsets;
}

TEST(NormalFormTest, ComposesAndOrdersMarks) {
  EXPECT_EQ(Nfc("plain"), "plain");
  EXPECT_EQ(Nfc("A\u030angstro\u0308m"), "\u00c5ngstr\u00f6m");
  // U+0323 below comes before U+0307 above; both compose with the s.
  EXPECT_EQ(Nfc("s\u0307\u0323"), "\u1e69");
  // The second U+0308 has no place, so it stays.
  EXPECT_EQ(Nfc("u\u0308\u0308"), "\u00fc\u0308");
  EXPECT_EQ(Nfc("\u0308"), "\u0308");
  // U+2126 is another name of U+03A9; U+0958 is excluded from composition.
  EXPECT_EQ(Nfc("\u2126 \u0958"), "\u03a9 \u0915\u093c");
}

TEST(NormalFormTest, HangulIsComposed) {
  EXPECT_EQ(Nfc("\u1112\u1161\u11ab\u1100\u1173\u11af"), "\ud55c\uae00");
  EXPECT_EQ(Nfc("\ud558\u11ab"), "\ud55c");
}

TEST(NormalFormTest, CompatibleFormsAreOneInNfkcAlone) {
  const std::string_view text = "\ufb01n\u00a0\uff21\u00bd\uff76\uff9e";
  EXPECT_EQ(Nfc(text), text);
  EXPECT_EQ(Nfkc(text), "fin A1\u20442\u30ac");
}

TEST(NormalFormTest, InvisibleCharactersAreLeftOutIfWanted) {
  const std::string_view text = "\ufeffDaten\u00adbank\u200b a\u2060\u0308";
  EXPECT_EQ(Nfkc("Daten\u00adbank"), "Daten\u00adbank");
  EXPECT_EQ(Normalizer(NormalForm::kNfc, true).Normalize(text).text(), "Datenbank \u00e4");
  EXPECT_EQ(Normalizer(NormalForm::kNone, true).Normalize(text).text(), "Datenbank a\u0308");
}

TEST(NormalFormTest, BytesThatAreNotUtf8Stay) {
  EXPECT_EQ(Nfc("a\xff\u0308o\u0308\xe1\x80"), "a\xff\u0308\u00f6\xe1\x80");
}

TEST(NormalFormTest, OffsetsAreThoseOfTheCharactersInTheSource) {
  Normalizer normalizer(NormalForm::kNfkc, true);
  // Bytes of the source: a at 0, o at 1 with U+0308 at 2, b at 4, U+00AD at 5, c at 7; 8 in all.
  EXPECT_EQ(normalizer.Normalize("ao\u0308b\u00adc").text(), "a\u00f6bc");
  EXPECT_EQ(Offsets(normalizer.Normalize("ao\u0308b\u00adc")),
            (std::vector<size_t>{0, 1, 1, 4, 7, 8}));
  // Both bytes of "fi" come from the three of U+FB01.
  EXPECT_EQ(Offsets(normalizer.Normalize("\ufb01x")), (std::vector<size_t>{0, 0, 3, 4}));
  EXPECT_EQ(Offsets(normalizer.Normalize("")), (std::vector<size_t>{0}));
  EXPECT_EQ(Offsets(normalizer.Normalize("\u00ad")), (std::vector<size_t>{2}));
}

}  // namespace
}  // namespace frazo::text
