#include "core/kernels/lstm/attention_forward.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/kernels/gemm/packed_product.h"
#include "core/kernels/lstm/additive_energies.h"
#include "core/kernels/lstm/source_probabilities.h"
#include "core/kernels/lstm/weighted_rows.h"

namespace frazo::lstm {
namespace {

// Threads take this number of columns of the feedback at a time: four rows of them are some
// kilobytes, which the processor fetches ahead.
constexpr int64_t kColumnGrain = 512;

}  // namespace

AttentionForward::AttentionForward(const Shape& shape, const AttentionForwardInputs& inputs,
                                   const AttentionTrace<float>& trace, Forward* recurrence)
    : shape_(shape), inputs_(inputs), trace_(trace), recurrence_(recurrence), ends_(shape.batch) {
  for (int64_t row = 0; row < shape.batch; ++row) ends_[row] = SeenBy(inputs.attention, row).End();
}

void AttentionForward::Run(StepTeam* team) {
  if (shape_.time == 0) return;
  const std::vector<float> zeros(inputs_.attention.hidden);
  FindProbabilities(zeros.data(), 0, trace_.probabilities_before, team);
  for (int64_t time = 0; time < shape_.time; ++time) {
    const bool has_token = HasToken(shape_, {inputs_.mask}, time);
    if (has_token) AddFeedback(time, team);
    recurrence_->Step(time, team);
    if (has_token) Attend(time, team);
    for (int64_t row = 0; row < shape_.batch; ++row) FinishRow(row, time);
  }
}

void AttentionForward::AddFeedback(int64_t time, StepTeam* team) {
  const int64_t width = kGates * shape_.units, sources = inputs_.attention.sources;
  const int64_t pieces = (width + kColumnGrain - 1) / kColumnGrain;
  team->Run(shape_.batch * pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      const int64_t row = index / pieces, place = row * shape_.time + time;
      if (!inputs_.mask[place]) continue;
      const int64_t column = index % pieces * kColumnGrain;
      const float* feedback = inputs_.attention.feedback + row * sources * width + column;
      AddWeightedRows({feedback, ends_[row], std::min(kColumnGrain, width - column), width},
                      trace_.probabilities_before + place * sources,
                      inputs_.gates + place * width + column);
    }
  });
}

void AttentionForward::Attend(int64_t time, StepTeam* team) {
  const int64_t hidden = inputs_.attention.hidden;
  float* queries = trace_.queries + time * hidden;
  product_.Multiply(inputs_.outputs + time * shape_.size, shape_.batch, shape_.time * shape_.size,
                    inputs_.query_kernel, {queries, shape_.time * hidden}, team);
  FindProbabilities(queries, shape_.time * hidden,
                    trace_.probabilities + time * inputs_.attention.sources, team);
}

void AttentionForward::FindProbabilities(const float* queries, int64_t query_stride,
                                         float* probabilities, StepTeam* team) {
  const Attention& attention = inputs_.attention;
  const int64_t sources = attention.sources, chunks = ChunkCount(sources);
  const int64_t stride = shape_.time * sources;
  team->Run(shape_.batch * chunks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      const int64_t row = index / chunks, first = index % chunks * kSourceChunk;
      const int64_t count = std::min(kSourceChunk, ends_[row] - first);
      if (count <= 0) continue;
      const float* keys = attention.keys + (row * sources + first) * attention.hidden;
      ComputeEnergies(
          {keys, count, queries + row * query_stride, attention.energy, attention.hidden},
          probabilities + row * stride + first);
    }
  });
  team->Run(shape_.batch, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      Normalize(SeenBy(attention, row), ends_[row], probabilities + row * stride);
    }
  });
}

void AttentionForward::FinishRow(int64_t row, int64_t time) {
  const int64_t hidden = inputs_.attention.hidden, sources = inputs_.attention.sources;
  const int64_t place = row * shape_.time + time;
  const bool is_token = inputs_.mask[place];
  float* probabilities = trace_.probabilities + place * sources;
  if (!is_token) {
    std::fill_n(trace_.queries + place * hidden, hidden, 0.0f);
    std::fill_n(probabilities, sources, 0.0f);
  }
  if (time + 1 == shape_.time) return;
  float* before = trace_.probabilities_before + place * sources;
  std::copy_n(is_token ? probabilities : before, sources, before + sources);
}

}  // namespace frazo::lstm
