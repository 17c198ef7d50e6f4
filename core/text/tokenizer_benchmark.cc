// Measures tokens per second of each kind of tokenizer, on one core:
//
//   ./bazelw run -c opt //core/text:tokenizer_benchmark
//
// A text has 25 words drawn by Zipf's law from 32,000, which resembles a corpus of sentences: few
// words make up most of it.

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "benchmark/benchmark.h"
#include "core/text/sentencepiece/testing/sentencepiece_models.h"
#include "core/text/token_index.h"
#include "core/text/tokenizer.h"

namespace frazo::text {
namespace {

constexpr size_t kWords = 32'000;
constexpr size_t kTexts = 4'000;
constexpr size_t kWordsOfText = 25;

// Makes words of one to four syllables; frequent words are shorter.
std::vector<std::string> MakeWords() {
  const std::string consonants = "bcdfghklmnprstvwz";
  const std::string vowels = "aeiou";
  std::mt19937 random(1);
  std::vector<std::string> words;
  while (words.size() < kWords) {
    std::string word;
    const size_t syllables = 1 + std::log10(1.0 + words.size()) / 1.5 + random() % 2;
    for (size_t i = 0; i < syllables; ++i) {
      word += consonants[random() % consonants.size()];
      word += vowels[random() % vowels.size()];
      if (random() % 3 == 0) word += consonants[random() % consonants.size()];
    }
    words.push_back(word + (words.size() < 500 ? "" : std::to_string(words.size() % 10)));
  }
  return words;
}

std::vector<std::string> MakeTexts(const std::vector<std::string>& words) {
  std::mt19937 random(2);
  std::vector<std::string> texts;
  for (size_t i = 0; i < kTexts; ++i) {
    std::string text;
    for (size_t j = 0; j < kWordsOfText; ++j) {
      // Uniform in the logarithm of the rank, so that the frequency is proportional to its inverse.
      const double rank = std::pow(words.size(), random() / 4294967296.0);
      text += (text.empty() ? "" : " ") + words[static_cast<size_t>(rank) - 1];
    }
    texts.push_back(text);
  }
  return texts;
}

std::string WriteFile(const std::string& name, const std::string& content) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path();
  const std::string path = (folder / ("frazo_tokenizer_benchmark_" + name)).string();
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

std::string WordVocabulary(const std::vector<std::string>& words) {
  std::string content = "<unk>\n<s>\n</s>\n";
  TokenIndex index;
  for (const std::string& word : words) {
    if (index.Add(word) == TokenIndex::kNone) content += word + "\n";
  }
  return WriteFile("words", content);
}

// Makes merges that join every prefix of a word with its next letter, so that pieces are as long as
// words.
void SetBpe(const std::vector<std::string>& words, frazo::Tokenizer* config) {
  TokenIndex merges;
  TokenIndex pieces;
  for (const std::string& word : words) {
    for (size_t end = 0; end < word.size(); ++end) {
      const bool is_last = end + 1 == word.size();
      const std::string right = word.substr(end, 1) + (is_last ? "</w>" : "");
      pieces.Add(word.substr(end, 1) + (is_last ? "" : "@@"));
      // The rarer half of the words is left in several pieces.
      if (end == 0 || (is_last && merges.size() > 20'000)) continue;
      merges.Add(word.substr(0, end) + " " + right);
      pieces.Add(word.substr(0, end + 1) + (is_last ? "" : "@@"));
    }
  }
  std::string merges_file;
  for (int32_t i = 0; i < merges.size(); ++i) merges_file.append(merges.token(i)).append("\n");
  std::string pieces_file = "<unk>\n<s>\n</s>\n";
  for (int32_t i = 0; i < pieces.size(); ++i) pieces_file.append(pieces.token(i)).append("\n");
  config->mutable_bpe()->set_merges(WriteFile("merges", merges_file));
  config->mutable_bpe()->set_vocabulary(WriteFile("pieces", pieces_file));
}

std::string SentencePieceModelOf(const std::vector<std::string>& words,
                                 SentencePieceModel::ModelType type) {
  TokenIndex index;
  std::vector<std::pair<std::string, float>> pieces;
  const auto add = [&](const std::string& piece) {
    if (index.Add(piece) == TokenIndex::kNone) {
      pieces.emplace_back(piece, type == SentencePieceModel::BPE
                                     ? -static_cast<float>(pieces.size())
                                     : -2.0f - 1.5f * std::log(1.0f + pieces.size()));
    }
  };
  for (const std::string& word : words) {
    for (size_t end = 0; end <= word.size(); ++end) {
      if (end < word.size()) add(word.substr(end, 1));
      if (pieces.size() < kWords) add("\u2581" + word.substr(0, end));
    }
  }
  return WriteFile(type == SentencePieceModel::BPE ? "bpe.model" : "unigram.model",
                   SmallModel(type, pieces).SerializeAsString());
}

void Run(benchmark::State& state, const frazo::Tokenizer& config, bool with_offsets) {
  const auto tokenizer = Tokenizer::Create(config);
  if (!tokenizer.ok()) {
    state.SkipWithError(std::string(tokenizer.status().message()).c_str());
    return;
  }
  const std::vector<std::string> texts = MakeTexts(MakeWords());
  std::vector<int32_t> ids;
  std::vector<TokenSpan> spans;
  int64_t tokens = 0;
  int64_t words = 0;
  int64_t bytes = 0;
  for (auto _ : state) {
    for (const std::string& text : texts) {
      ids.clear();
      spans.clear();
      if (with_offsets) {
        (*tokenizer)->EncodeWithOffsets(text, &ids, &spans);
      } else {
        (*tokenizer)->Encode(text, &ids);
      }
      benchmark::DoNotOptimize(ids.data());
      tokens += ids.size();
      words += kWordsOfText;
      bytes += text.size();
    }
  }
  state.SetBytesProcessed(bytes);
  state.counters["tokens/s"] = benchmark::Counter(tokens, benchmark::Counter::kIsRate);
  state.counters["words/s"] = benchmark::Counter(words, benchmark::Counter::kIsRate);
}

void RegisterAll() {
  const std::vector<std::string> words = MakeWords();
  std::vector<std::pair<std::string, frazo::Tokenizer>> configs(5);
  configs[0].first = "grapheme";
  configs[0].second.mutable_grapheme();
  configs[1].first = "word";
  configs[1].second.mutable_word()->set_vocabulary(WordVocabulary(words));
  configs[2].first = "bpe";
  SetBpe(words, &configs[2].second);
  configs[3].first = "sentencepiece-unigram";
  configs[3].second.mutable_sentencepiece()->set_model(
      SentencePieceModelOf(words, SentencePieceModel::UNIGRAM));
  configs[4].first = "sentencepiece-bpe";
  configs[4].second.mutable_sentencepiece()->set_model(
      SentencePieceModelOf(words, SentencePieceModel::BPE));
  for (const auto& [name, config] : configs) {
    for (const bool with_offsets : {false, true}) {
      benchmark::RegisterBenchmark((name + (with_offsets ? "/offsets" : "")).c_str(),
                                   [config = config, with_offsets](benchmark::State& state) {
                                     Run(state, config, with_offsets);
                                   })
          ->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace
}  // namespace frazo::text

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  frazo::text::RegisterAll();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
