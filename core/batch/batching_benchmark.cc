// Measures the way from records to padded batches on one thread: parse, tokenize, bucket or pack,
// pad. Items are sentence pairs.
//
//   ./bazelw run //core/batch:batching_benchmark
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "core/batch/batcher.h"
#include "core/process/processed_chunk.h"
#include "core/process/record_processor.h"
#include "core/process/testing/wire_writer.h"
#include "google/protobuf/text_format.h"

namespace frazo::batch {
namespace {

constexpr int64_t kWords = 32000;
constexpr int64_t kPairs = 50000;
constexpr size_t kChunk = 256;

// Words of a Zipf distribution, 1% of them outside of the vocabulary, in sentences of about 25.
class Corpus {
 public:
  Corpus() : random_(1) {
    for (int64_t word = 0; word < kWords; ++word) {
      words_.push_back(MakeWord());
      ranks_.push_back((ranks_.empty() ? 0 : ranks_.back()) + 1.0 / (word + 1));
    }
  }

  std::string WriteVocabulary() const {
    const char* const folder = std::getenv("TMPDIR");
    const std::string path = std::string(folder == nullptr ? "/tmp" : folder) + "/batching_words";
    std::ofstream file(path);
    file << "<unk>\n<s>\n</s>\n";
    for (const std::string& word : words_) file << word << "\n";
    return path;
  }

  // Returns the ids of a sentence; -1 for a word that the vocabulary lacks.
  std::vector<int64_t> Sentence() {
    const int64_t length =
        std::clamp<int64_t>(std::lround(std::exp(3.07 + 0.55 * Normal())), 3, 79);
    std::vector<int64_t> ids(length);
    for (int64_t& id : ids) id = Uniform() < 0.01 ? -1 : Word();
    return ids;
  }

  std::string Text(const std::vector<int64_t>& ids) const {
    std::string text;
    for (const int64_t id : ids) {
      if (!text.empty()) text += ' ';
      text += id < 0 ? "Outlandish" : words_[id];
    }
    return text;
  }

 private:
  double Uniform() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  double Normal() {
    return std::sqrt(-2 * std::log(1 - Uniform())) * std::cos(6.283185307 * Uniform());
  }
  int64_t Word() {
    const double drawn = Uniform() * ranks_.back();
    return std::lower_bound(ranks_.begin(), ranks_.end(), drawn) - ranks_.begin();
  }
  std::string MakeWord() {
    std::string word(2 + random_() % 8, ' ');
    for (char& letter : word) letter = static_cast<char>('a' + random_() % 26);
    return word + std::to_string(words_.size());
  }

  std::mt19937_64 random_;
  std::vector<std::string> words_;
  // Running sums of 1 / rank.
  std::vector<double> ranks_;
};

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  if (!google::protobuf::TextFormat::ParseFromString(text, &message)) std::abort();
  return message;
}

const char kBuckets[] =
    "buckets { length_of: ['source', 'target'] bounds: [10, 20, 30, 40, 60, 80] tokens: 4096 }";
const char kPacking[] =
    "packing { streams { feature: 'source' length: 256 } streams { feature: 'target' length: 256 } "
    "rows: 32 }";

void Run(benchmark::State& state, const std::vector<std::string>& records,
         const std::string& processor_text, const std::string& batcher_text) {
  const auto processor = *process::RecordProcessor::Create(Parse<Processor>(processor_text));
  const auto batcher = *Batcher::Create(Parse<frazo::Batcher>(batcher_text), processor->schema());
  std::vector<sources::SourceRecord> source;
  for (const std::string& record : records) source.push_back({record, {}});
  process::ProcessedChunk chunk;
  int64_t batched = 0;
  for (auto _ : state) {
    for (size_t begin = 0; begin < source.size(); begin += kChunk) {
      processor->Process(absl::MakeConstSpan(source).subspan(begin, kChunk), &chunk);
      for (size_t record = 0; record < chunk.size(); ++record) {
        if (chunk.outcome(record) != process::ProcessedChunk::Outcome::kExample) std::abort();
        batcher->Add(chunk.example(record), source[begin + record].id);
        while (batcher->HasBatch()) batched += batcher->Take()->examples;
      }
    }
  }
  benchmark::DoNotOptimize(batched);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(records.size()));
}

void Text(benchmark::State& state, const std::string& batcher) {
  Corpus corpus;
  std::vector<std::string> records;
  for (int64_t pair = 0; pair < kPairs; ++pair) {
    records.push_back(corpus.Text(corpus.Sentence()) + "\t" + corpus.Text(corpus.Sentence()));
  }
  const std::string tokenizer =
      "tokenizer { word { vocabulary: '" + corpus.WriteVocabulary() + "' } }";
  std::string config = "tab_separated { columns: ['source', 'target'] } ";
  for (const std::string field : {"source", "target"}) {
    config += "steps { tokenize { field: '" + field + "' " + tokenizer + " } } ";
    config += "steps { append_eos { field: '" + field + "' } } ";
  }
  Run(state, records, config, batcher);
}

void TfExamples(benchmark::State& state, const std::string& batcher) {
  Corpus corpus;
  std::vector<std::string> records;
  for (int64_t pair = 0; pair < kPairs; ++pair) {
    records.push_back(process::TfExample(
        {process::FeatureEntry("source", process::Int64List(corpus.Sentence())),
         process::FeatureEntry("target", process::Int64List(corpus.Sentence()))}));
  }
  Run(state, records,
      "tf_example { features { name: 'source' type: INT32 } features { name: 'target' type: INT32 "
      "} "
      "}",
      batcher);
}

BENCHMARK_CAPTURE(Text, buckets, kBuckets)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(Text, packing, kPacking)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(TfExamples, buckets, kBuckets)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(TfExamples, packing, kPacking)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace frazo::batch
