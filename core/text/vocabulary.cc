#include "core/text/vocabulary.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "core/status/status_macros.h"
#include "core/text/text_file.h"
#include "core/text/words.h"

namespace frazo::text {
namespace {

struct Entry {
  std::string_view token;
  int64_t id;
};

absl::Status LineError(std::string_view name, size_t line, std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("'", name, "':", line + 1, ": ", what));
}

constexpr std::string_view kIfCounts =
    "; if the numbers are counts, write the tokens alone, as by cut -f1";

// Refuses tokens with blanks, which no word has.
absl::Status CheckNoBlanks(const std::vector<Entry>& entries, std::string_view name) {
  for (size_t line = 0; line < entries.size(); ++line) {
    const std::string_view token = entries[line].token;
    const auto blank = std::find_if(token.rbegin(), token.rend(), IsBlank);
    if (blank == token.rend()) continue;
    const std::string_view last = token.substr(blank.base() - token.begin());
    double number;
    const bool has_number = absl::SimpleAtod(last, &number);
    return LineError(
        name, line,
        absl::StrCat("'", absl::CEscape(token), "' has a blank, as no word has; ",
                     has_number ? absl::StrCat("if ", last,
                                               " is a count or a score, write the tokens alone, as "
                                               "by cut ",
                                               *blank == '\t' ? "-f1" : "-d' ' -f1")
                                : std::string("write one word a line")));
  }
  return absl::OkStatus();
}

// Splits `token TAB id` at its last TAB; nullopt if the line has another form.
std::optional<Entry> ParseNumbered(std::string_view line) {
  const size_t tab = line.rfind('\t');
  int32_t id;
  if (tab == std::string_view::npos || tab == 0 || !absl::SimpleAtoi(line.substr(tab + 1), &id)) {
    return std::nullopt;
  }
  // SimpleAtoi accepts blanks and signs, which are part of a token and not of an id.
  for (const char digit : line.substr(tab + 1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
  }
  return Entry{line.substr(0, tab), id};
}

// Returns the lines as entries with their ids, or with the numbers of the lines if they have no
// ids.
std::vector<Entry> ToEntries(const std::vector<std::string_view>& lines) {
  std::vector<Entry> entries;
  entries.reserve(lines.size());
  for (const std::string_view line : lines) {
    const std::optional<Entry> entry = ParseNumbered(line);
    if (!entry.has_value()) break;
    entries.push_back(*entry);
  }
  if (entries.size() == lines.size()) return entries;
  entries.clear();
  for (const std::string_view line : lines) {
    entries.push_back({line, static_cast<int64_t>(entries.size())});
  }
  return entries;
}

// Returns the line of each id.
absl::StatusOr<std::vector<size_t>> LinesById(const std::vector<Entry>& entries,
                                              std::string_view name) {
  const size_t missing = entries.size();
  std::vector<size_t> lines(entries.size(), missing);
  std::vector<size_t> beyond;
  for (size_t line = 0; line < entries.size(); ++line) {
    const int64_t id = entries[line].id;
    if (id >= entries.size()) {
      beyond.push_back(line);
      continue;
    }
    if (lines[id] != missing) {
      return LineError(name, line,
                       absl::StrCat("id ", id, " is that of line ", lines[id] + 1,
                                    " already; number the tokens from 0, each once", kIfCounts));
    }
    lines[id] = line;
  }
  // No id occurs twice, so if one is missing, another one is not below the count.
  if (!beyond.empty()) {
    const auto gap = std::find(lines.begin(), lines.end(), missing);
    return LineError(name, beyond[0],
                     absl::StrCat("id ", entries[beyond[0]].id, " leaves a gap: no line has id ",
                                  gap - lines.begin(), "; number the ", entries.size(),
                                  " tokens from 0 to ", entries.size() - 1, kIfCounts));
  }
  return lines;
}

}  // namespace

absl::StatusOr<Vocabulary> Vocabulary::Load(const std::string& path, Texts texts) {
  FRAZO_ASSIGN_OR_RETURN(const std::string content, ReadTextFile(path));
  return Parse(content, texts, path);
}

absl::StatusOr<Vocabulary> Vocabulary::Parse(std::string_view content, Texts texts,
                                             std::string_view name) {
  if (content.size() > std::numeric_limits<int32_t>::max()) {
    return absl::InvalidArgumentError(absl::StrCat("'", name, "' has ", content.size(),
                                                   " bytes; a vocabulary has less than 2 GiB"));
  }
  FRAZO_ASSIGN_OR_RETURN(const std::vector<std::string_view> lines, SplitLines(content, name));
  if (lines.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", name, "' is empty; a vocabulary has one token a line"));
  }
  for (size_t line = 0; line < lines.size(); ++line) {
    if (lines[line].empty()) {
      return LineError(name, line, "the line is empty; a vocabulary has one token a line");
    }
  }
  const std::vector<Entry> entries = ToEntries(lines);
  if (texts == Texts::kWords) FRAZO_RETURN_IF_ERROR(CheckNoBlanks(entries, name));
  FRAZO_ASSIGN_OR_RETURN(const std::vector<size_t> lines_by_id, LinesById(entries, name));
  Vocabulary vocabulary;
  for (const size_t line : lines_by_id) {
    const int32_t present = vocabulary.index_.Add(entries[line].token);
    if (present != TokenIndex::kNone) {
      const auto [first, second] = std::minmax(line, lines_by_id[present]);
      return LineError(name, second,
                       absl::StrCat("token '", entries[line].token, "' is that of line ", first + 1,
                                    " already; remove one of them"));
    }
  }
  FRAZO_RETURN_IF_ERROR(vocabulary.FindSpecialTokens(name));
  return vocabulary;
}

absl::Status Vocabulary::FindSpecialTokens(std::string_view name) {
  const int32_t lower[] = {Find("<unk>"), Find("<s>"), Find("</s>")};
  const int32_t upper[] = {Find("<UNK>"), Find("<S>"), Find("</S>")};
  const auto present = [](int32_t id) { return id != kNone; };
  const auto* first_lower = std::find_if(std::begin(lower), std::end(lower), present);
  const auto* first_upper = std::find_if(std::begin(upper), std::end(upper), present);
  if (first_lower != std::end(lower) && first_upper != std::end(upper)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", name, "' has special tokens of two kinds, '", token(*first_lower),
                     "' and '", token(*first_upper),
                     "'; name them all in lower or all in upper "
                     "case"));
  }
  const auto& kind = first_upper != std::end(upper) ? upper : lower;
  unk_id_ = kind[0];
  sos_id_ = kind[1];
  eos_id_ = kind[2];
  return absl::OkStatus();
}

void Vocabulary::AddTo(numeric::Fingerprint* fingerprint) const {
  fingerprint->Add(size());
  for (int32_t id = 0; id < size(); ++id) fingerprint->Add(token(id));
}

}  // namespace frazo::text
