#include "core/kernels/lstm/attention_backward.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/kernels/gemm/packed_product.h"
#include "core/kernels/lstm/additive_energies.h"
#include "core/kernels/lstm/weighted_rows.h"

namespace frazo::lstm {

AttentionBackward::AttentionBackward(const Shape& shape, const AttentionBackwardInputs& inputs,
                                     const AttentionBackwardResults& results, Backward* recurrence)
    : shape_(shape),
      inputs_(inputs),
      results_(results),
      recurrence_(recurrence),
      chunks_(ChunkCount(inputs.attention.sources)),
      ends_(shape.batch),
      states_(shape.batch * inputs.attention.sources),
      slopes_(shape.batch * inputs.attention.sources),
      query_sums_(shape.batch * chunks_ * inputs.attention.hidden),
      energy_sums_(shape.batch * chunks_ * inputs.attention.hidden) {
  for (int64_t row = 0; row < shape.batch; ++row) ends_[row] = SeenBy(inputs.attention, row).End();
}

void AttentionBackward::Run(StepTeam* team) {
  const Attention& attention = inputs_.attention;
  std::fill_n(results_.keys, shape_.batch * attention.sources * attention.hidden, 0.0f);
  for (int64_t time = shape_.time - 1; time >= 0; --time) {
    const bool has_token = HasToken(shape_, {inputs_.mask}, time);
    if (has_token) {
      StepAttention(time, team);
    } else {
      for (int64_t row = 0; row < shape_.batch; ++row) {
        std::fill_n(results_.queries + (row * shape_.time + time) * attention.hidden,
                    attention.hidden, 0.0f);
      }
    }
    recurrence_->Step(time, team);
    if (has_token) StepFeedback(time, team);
  }
  if (shape_.time > 0) BeginAttention(team);
  recurrence_->Finish();
  SumEnergy();
}

void AttentionBackward::StepAttention(int64_t time, StepTeam* team) {
  const int64_t hidden = inputs_.attention.hidden, sources = inputs_.attention.sources;
  team->Run(shape_.batch, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const int64_t place = row * shape_.time + time;
      if (!inputs_.mask[place]) continue;
      FindSlopes(row, inputs_.trace.probabilities + place * sources,
                 inputs_.probabilities_gradient + place * sources);
    }
  });
  team->Run(shape_.batch * chunks_, 1, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      const int64_t row = index / chunks_, place = row * shape_.time + time;
      if (!inputs_.mask[place]) continue;
      StepChunk(row, index % chunks_, inputs_.trace.queries + place * hidden);
    }
  });
  for (int64_t row = 0; row < shape_.batch; ++row) {
    const int64_t place = row * shape_.time + time;
    float* query = results_.queries + place * hidden;
    std::fill_n(query, hidden, 0.0f);
    for (int64_t chunk = 0; inputs_.mask[place] && chunk < chunks_; ++chunk) {
      const float* sums = &query_sums_[(row * chunks_ + chunk) * hidden];
      for (int64_t i = 0; i < hidden; ++i) query[i] += sums[i];
    }
  }
  float* outputs = recurrence_->output_gradients();
  product_.Multiply(results_.queries + time * hidden, shape_.batch, shape_.time * hidden,
                    inputs_.query_kernel, {outputs, shape_.size, outputs, shape_.size}, team);
}

void AttentionBackward::BeginAttention(StepTeam* team) {
  const int64_t stride = shape_.time * inputs_.attention.sources;
  // The first query is zero whatever the weights are, so its gradient is of no use.
  const std::vector<float> zeros(inputs_.attention.hidden);
  team->Run(shape_.batch, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      FindSlopes(row, inputs_.trace.probabilities_before + row * stride, nullptr);
      for (int64_t chunk = 0; chunk < chunks_; ++chunk) StepChunk(row, chunk, zeros.data());
    }
  });
}

void AttentionBackward::FindSlopes(int64_t row, const float* probabilities, const float* more) {
  const int64_t first = row * inputs_.attention.sources;
  // The probabilities of a row that sees no source do not depend on its energies.
  const bool* mask = inputs_.attention.mask + first;
  float mean = 0;
  for (int64_t source = 0; source < ends_[row]; ++source) {
    float& slope = slopes_[first + source];
    slope = states_[first + source] + (more == nullptr ? 0 : more[source]);
    mean += probabilities[source] * slope;
  }
  for (int64_t source = 0; source < ends_[row]; ++source) {
    float& slope = slopes_[first + source];
    slope = mask[source] ? probabilities[source] * (slope - mean) : 0;
  }
}

void AttentionBackward::StepChunk(int64_t row, int64_t chunk, const float* query) {
  const Attention& attention = inputs_.attention;
  const int64_t hidden = attention.hidden, first = chunk * kSourceChunk;
  const int64_t count = std::min(kSourceChunk, ends_[row] - first);
  const int64_t source = row * attention.sources + first;
  float* query_sums = &query_sums_[(row * chunks_ + chunk) * hidden];
  std::fill_n(query_sums, hidden, 0.0f);
  if (count <= 0) return;
  ComputeEnergyGradients({attention.keys + source * hidden, count, query, attention.energy, hidden},
                         &slopes_[source],
                         {results_.keys + source * hidden, query_sums,
                          &energy_sums_[(row * chunks_ + chunk) * hidden]});
}

void AttentionBackward::StepFeedback(int64_t time, StepTeam* team) {
  const int64_t sources = inputs_.attention.sources, width = kGates * shape_.units;
  team->Run(shape_.batch * chunks_, 1, [&](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; ++index) {
      const int64_t row = index / chunks_, first = index % chunks_ * kSourceChunk;
      const int64_t count = std::min(kSourceChunk, ends_[row] - first);
      const int64_t place = row * shape_.time + time;
      if (!inputs_.mask[place] || count <= 0) continue;
      const int64_t source = row * sources + first;
      MultiplyRows({inputs_.attention.feedback + source * width, count, width, width},
                   inputs_.gates_gradient + place * width, &states_[source]);
    }
  });
}

void AttentionBackward::SumEnergy() {
  const int64_t hidden = inputs_.attention.hidden;
  std::fill_n(results_.energy, hidden, 0.0f);
  for (int64_t part = 0; part < shape_.batch * chunks_; ++part) {
    for (int64_t i = 0; i < hidden; ++i) results_.energy[i] += energy_sums_[part * hidden + i];
  }
}

}  // namespace frazo::lstm
