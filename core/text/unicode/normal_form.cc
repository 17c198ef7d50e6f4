#include "core/text/unicode/normal_form.h"

#include <algorithm>
#include <tuple>

#include "core/text/unicode/normal_form_tables.h"
#include "core/text/utf8.h"

namespace frazo::text {
namespace {

// Below it no character is changed or composed with one before it, by NFC and by NFKC.
constexpr char32_t kFirstOfNfc = 0x300;
constexpr char32_t kFirstOfNfkc = 0xa0;

// Hangul syllables are numbered by their leading consonant, vowel and final consonant.
constexpr char32_t kSyllables = 0xac00;
constexpr char32_t kLeading = 0x1100;
constexpr char32_t kVowels = 0x1161;
constexpr char32_t kFinals = 0x11a7;  // One before the first: 0 stands for none.
constexpr char32_t kLeadingCount = 19;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kFinalCount = 28;
constexpr char32_t kSyllableCount = kLeadingCount * kVowelCount * kFinalCount;

constexpr char32_t kNoComposition = 0;

bool IsInvisible(char32_t code_point) {
  return code_point == 0xad || code_point == 0x200b || code_point == 0x2060 || code_point == 0xfeff;
}

bool IsSyllable(char32_t code_point) { return code_point - kSyllables < kSyllableCount; }

uint8_t ClassOf(char32_t code_point) {
  const auto* const end = kClasses + kClassesSize;
  const auto* const found = std::lower_bound(
      kClasses, end, code_point,
      [](const CombiningClass& entry, char32_t wanted) { return entry.code_point < wanted; });
  return found != end && found->code_point == code_point ? found->number : 0;
}

// Returns the character that stands for two in a row; kNoComposition if there is none.
char32_t ComposePair(char32_t first, char32_t second) {
  if (first - kLeading < kLeadingCount && second - kVowels < kVowelCount) {
    return kSyllables + ((first - kLeading) * kVowelCount + second - kVowels) * kFinalCount;
  }
  if (IsSyllable(first) && (first - kSyllables) % kFinalCount == 0 && second > kFinals &&
      second < kFinals + kFinalCount) {
    return first + second - kFinals;
  }
  const auto* const end = kCompositions + kCompositionsSize;
  const auto* const found = std::lower_bound(kCompositions, end, std::tie(first, second),
                                             [](const Composition& entry, const auto& wanted) {
                                               return std::tie(entry.first, entry.second) < wanted;
                                             });
  const bool is_pair = found != end && found->first == first && found->second == second;
  return is_pair ? found->composed : kNoComposition;
}

}  // namespace

size_t NormalizedText::SourceOffset(size_t offset) const {
  if (offset >= text_.size()) return source_size_;
  const auto after = std::upper_bound(
      stretches_.begin(), stretches_.end(), offset,
      [](size_t wanted, const Stretch& stretch) { return wanted < stretch.text_begin; });
  const Stretch& stretch = *(after - 1);
  return stretch.source_begin + (stretch.is_copy ? offset - stretch.text_begin : 0);
}

const NormalizedText& Normalizer::Normalize(std::string_view source) {
  result_.text_.clear();
  result_.stretches_.clear();
  result_.source_size_ = source.size();
  for (size_t begin = 0; begin < source.size();) {
    bool is_copy;
    const size_t length = FindStretch(source.substr(begin), &is_copy);
    const std::string_view stretch = source.substr(begin, length);
    BeginStretch(begin, is_copy);
    if (is_copy) {
      result_.text_.append(stretch);
    } else {
      Convert(stretch);
    }
    begin += length;
  }
  return result_;
}

size_t Normalizer::FindStretch(std::string_view source, bool* is_copy) const {
  const Utf8Prefix first = DecodeUtf8(source);
  size_t length = first.length;
  *is_copy = !IsRemoved(first.code_point) && (Properties(first.code_point) & kChanges) == 0;
  // Bytes that are not UTF-8 stay, and stay alone.
  if (!first.valid) return length;
  while (length < source.size()) {
    const Utf8Prefix next = DecodeUtf8(source.substr(length));
    const bool joins = IsRemoved(next.code_point) || (Properties(next.code_point) & kJoins) != 0;
    if (!next.valid || !joins) break;
    *is_copy = false;
    length += next.length;
  }
  return length;
}

void Normalizer::Convert(std::string_view stretch) {
  for (; !stretch.empty();) {
    const Utf8Prefix prefix = DecodeUtf8(stretch);
    if (!IsRemoved(prefix.code_point)) Decompose(prefix.code_point);
    stretch.remove_prefix(prefix.length);
  }
  if (form_ != NormalForm::kNone) {
    Order();
    Compose();
  }
  for (const Character& character : characters_) {
    AppendUtf8(character.code_point, &result_.text_);
  }
  characters_.clear();
}

bool Normalizer::IsRemoved(char32_t code_point) const {
  return removes_invisible_ && IsInvisible(code_point);
}

uint8_t Normalizer::Properties(char32_t code_point) const {
  if (form_ == NormalForm::kNone) return 0;
  const bool is_nfc = form_ == NormalForm::kNfc;
  if (code_point < (is_nfc ? kFirstOfNfc : kFirstOfNfkc)) return 0;
  const uint8_t bits = kProperties[kPages[code_point / 256] * 256 + code_point % 256];
  return is_nfc ? bits & 3 : bits >> 2;
}

void Normalizer::Decompose(char32_t code_point) {
  if (form_ == NormalForm::kNone) return Append(code_point);
  if (IsSyllable(code_point)) {
    const char32_t number = code_point - kSyllables;
    Append(kLeading + number / kFinalCount / kVowelCount);
    Append(kVowels + number / kFinalCount % kVowelCount);
    if (number % kFinalCount != 0) Append(kFinals + number % kFinalCount);
    return;
  }
  const bool is_nfc = form_ == NormalForm::kNfc;
  const Decomposition* const table = is_nfc ? kCanonical : kCompatible;
  const Decomposition* const end = table + (is_nfc ? kCanonicalSize : kCompatibleSize);
  const Decomposition* const found = std::lower_bound(
      table, end, code_point,
      [](const Decomposition& entry, char32_t wanted) { return entry.code_point < wanted; });
  if (found == end || found->code_point != code_point) return Append(code_point);
  const char32_t* const pool = is_nfc ? kCanonicalPool : kCompatiblePool;
  for (int i = 0; i < found->length; ++i) Append(pool[found->begin + i]);
}

void Normalizer::Append(char32_t code_point) {
  characters_.push_back({code_point, code_point < kFirstOfNfc ? uint8_t{0} : ClassOf(code_point)});
}

void Normalizer::Order() {
  // Marks are ordered by class between characters of class 0.
  const auto is_starter = [](const Character& character) { return character.combining_class == 0; };
  for (auto begin = characters_.begin(); begin != characters_.end();) {
    const auto marks = std::find_if_not(begin, characters_.end(), is_starter);
    const auto end = std::find_if(marks, characters_.end(), is_starter);
    std::stable_sort(marks, end, [](const Character& left, const Character& right) {
      return left.combining_class < right.combining_class;
    });
    begin = end;
  }
}

void Normalizer::Compose() {
  Character* starter = nullptr;
  // The class of the last character kept after the starter; -1 if there is none.
  int last_class = -1;
  size_t kept = 0;
  for (const Character character : characters_) {
    if (starter != nullptr && last_class < int{character.combining_class}) {
      const char32_t composed = ComposePair(starter->code_point, character.code_point);
      if (composed != kNoComposition) {
        starter->code_point = composed;
        continue;
      }
    }
    characters_[kept] = character;
    last_class = character.combining_class;
    if (character.combining_class == 0) {
      starter = &characters_[kept];
      last_class = -1;
    }
    ++kept;
  }
  characters_.resize(kept);
}

void Normalizer::BeginStretch(size_t source_begin, bool is_copy) {
  std::vector<NormalizedText::Stretch>& stretches = result_.stretches_;
  // Copies after each other are one.
  if (is_copy && !stretches.empty() && stretches.back().is_copy) return;
  // A stretch that left nothing gives way.
  if (!stretches.empty() && stretches.back().text_begin == result_.text_.size()) {
    stretches.pop_back();
  }
  stretches.push_back({result_.text_.size(), source_begin, is_copy});
}

}  // namespace frazo::text
