#include "core/batch/packing_batcher.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/batch/state_check.h"
#include "core/batch/tensor_memory.h"
#include "core/process/near_names.h"
#include "core/status/status_macros.h"

namespace frazo::batch {
namespace {

std::vector<std::string> Names(const process::ExampleSchema& schema) {
  std::vector<std::string> names;
  for (const process::FeatureSpec& spec : schema.features) names.push_back(spec.name);
  return names;
}

std::string SegmentIds(const std::string& name) { return absl::StrCat(name, "_segment_ids"); }
std::string SegmentPos(const std::string& name) { return absl::StrCat(name, "_segment_pos"); }

// Checks that every feature is packed, and that no two tensors have the same name.
absl::Status CheckAllPacked(const frazo::PackingBatcher& config,
                            const process::ExampleSchema& schema) {
  for (const process::FeatureSpec& spec : schema.features) {
    const bool is_packed =
        std::any_of(config.streams().begin(), config.streams().end(),
                    [&](const auto& stream) { return stream.feature() == spec.name; });
    if (!is_packed) {
      return absl::InvalidArgumentError(absl::StrCat(
          "packing.streams: feature '", spec.name, "' (", spec.TypeText(),
          ") is not a stream, and rows have no space for it; pack it, or drop it with a "
          "step of the processor"));
    }
    for (const std::string& name : {SegmentIds(spec.name), SegmentPos(spec.name)}) {
      if (!schema.Find(name).has_value()) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "packing.streams: '", name, "' is a feature, and is to tell the segments of '", spec.name,
          "'; drop or rename that one"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

PackingBatcher::PackingBatcher(const frazo::PackingBatcher& config,
                               const process::ExampleSchema& schema, std::vector<Stream> streams)
    : rows_per_batch_(config.rows()),
      open_rows_(config.has_open_rows() ? config.open_rows() : 2 * config.rows()),
      drop_remainder_(config.drop_remainder()),
      schema_(schema),
      streams_(std::move(streams)),
      buckets_({"all"}),
      fit_(
          [this] {
            std::vector<int64_t> lengths;
            for (const Stream& stream : streams_) lengths.push_back(stream.length);
            return lengths;
          }(),
          config.fit() == frazo::PackingBatcher::BEST_FIT ? Fit::kBest : Fit::kFirst),
      lengths_(streams_.size()) {
  const int64_t rows = drop_remainder_ ? rows_per_batch_ : -1;
  for (const Stream& stream : streams_) {
    const std::vector<int64_t> shape = {rows, stream.length};
    tensors_.push_back({stream.name, stream.type, ValuesShape(stream, rows)});
    tensors_.push_back({SegmentIds(stream.name), process::ValueType::kInt32, shape});
    tensors_.push_back({SegmentPos(stream.name), process::ValueType::kInt32, shape});
  }
}

absl::StatusOr<std::unique_ptr<Batcher>> PackingBatcher::Create(
    const frazo::Batcher& config, const process::ExampleSchema& schema) {
  const frazo::PackingBatcher& own = config.packing();
  if (own.rows() < 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("packing.rows: ", own.rows(), "; expected at least 1"));
  }
  if (own.has_open_rows() && own.open_rows() < own.rows()) {
    return absl::InvalidArgumentError(absl::StrCat("packing.open_rows: ", own.open_rows(),
                                                   "; expected at least packing.rows, which is ",
                                                   own.rows()));
  }
  FRAZO_ASSIGN_OR_RETURN(std::vector<Stream> streams, MakeStreams(config, schema));
  return absl::WrapUnique(new PackingBatcher(own, schema, std::move(streams)));
}

absl::StatusOr<std::vector<PackingBatcher::Stream>> PackingBatcher::MakeStreams(
    const frazo::Batcher& config, const process::ExampleSchema& schema) {
  FRAZO_ASSIGN_OR_RETURN(const std::vector<PaddingValue> padding,
                         MakePaddingValues(config, schema));
  const frazo::PackingBatcher& own = config.packing();
  if (own.streams().empty()) {
    return absl::InvalidArgumentError("packing.streams: name at least one feature to pack");
  }
  std::vector<Stream> streams;
  for (int index = 0; index < own.streams_size(); ++index) {
    const std::string path = absl::StrCat("packing.streams[", index, "]");
    const std::string& name = own.streams(index).feature();
    const std::optional<size_t> found = schema.Find(name);
    if (!found.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat(path, ".feature: there is no feature '", name,
                                                     "'", process::NearNames(name, Names(schema))));
    }
    const process::FeatureSpec& spec = schema.features[*found];
    if (!spec.is_variable() || spec.type == process::ValueType::kBytes) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ".feature: '", name, "' is ", spec.TypeText(), "; expected numbers of any length"));
    }
    const auto has_name = [&](const Stream& stream) { return stream.name == name; };
    if (std::any_of(streams.begin(), streams.end(), has_name)) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ".feature: '", name, "' is a stream already"));
    }
    if (own.streams(index).length() < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ".length: ", own.streams(index).length(), "; expected at least 1"));
    }
    streams.push_back({name,
                       spec.type,
                       *found,
                       own.streams(index).length(),
                       {spec.shape.begin() + 1, spec.shape.end()},
                       spec.inner_count(),
                       padding[*found]});
  }
  FRAZO_RETURN_IF_ERROR(CheckAllPacked(own, schema));
  return streams;
}

std::vector<int64_t> PackingBatcher::ValuesShape(const Stream& stream, int64_t rows) {
  std::vector<int64_t> shape = {rows, stream.length};
  shape.insert(shape.end(), stream.inner_sizes.begin(), stream.inner_sizes.end());
  return shape;
}

void PackingBatcher::Measure(process::Example example) {
  for (size_t index = 0; index < streams_.size(); ++index) {
    lengths_[index] = example[streams_[index].feature].count / streams_[index].inner_count;
  }
}

void PackingBatcher::OpenRow() {
  fit_.Open();
  if (spare_.empty()) spare_.push_back(std::make_unique<ExampleStore>(schema_));
  rows_.push_back(std::move(spare_.back()));
  spare_.pop_back();
}

void PackingBatcher::AddToRow(int64_t row, process::Example example, const sources::RecordId& id) {
  fit_.Insert(row, lengths_);
  rows_[row]->Add(example, id);
}

void PackingBatcher::Add(process::Example example, const sources::RecordId& id) {
  ++counters_.examples;
  Measure(example);
  int64_t longest = 0;
  for (size_t index = 0; index < streams_.size(); ++index) {
    longest = std::max(longest, lengths_[index]);
    if (lengths_[index] > streams_[index].length) {
      ++counters_.too_long;
      return;
    }
  }
  if (longest == 0) {
    ++counters_.empty;
    return;
  }
  int64_t row = fit_.Find(lengths_);
  if (row == RowFit::kNoRow) {
    if (fit_.size() >= open_rows_) due_ = fit_.Fullest(rows_per_batch_);
    row = fit_.size();
    OpenRow();
  }
  AddToRow(row, example, id);
}

void PackingBatcher::Finish() {
  is_finished_ = true;
  if (due_.empty()) MarkLast();
}

void PackingBatcher::MarkLast() {
  if (fit_.size() < rows_per_batch_ && drop_remainder_) {
    std::vector<int32_t> all(fit_.size());
    std::iota(all.begin(), all.end(), 0);
    fit_.Remove(all);
    for (std::unique_ptr<ExampleStore>& row : rows_) {
      counters_.dropped_at_end += row->size();
      row->Clear();
      spare_.push_back(std::move(row));
    }
    rows_.clear();
    return;
  }
  due_.resize(std::min(fit_.size(), rows_per_batch_));
  std::iota(due_.begin(), due_.end(), 0);
}

absl::StatusOr<Batch> PackingBatcher::Take() {
  Batch batch;
  for (const int32_t row : due_) batch.examples += rows_[row]->size();
  for (const Stream& stream : streams_) FRAZO_RETURN_IF_ERROR(AddStream(stream, &batch));
  fit_.Remove(due_);
  for (const int32_t row : due_) {
    rows_[row]->Clear();
    spare_.push_back(std::move(rows_[row]));
  }
  rows_.erase(std::remove(rows_.begin(), rows_.end(), nullptr), rows_.end());
  due_.clear();
  if (is_finished_) MarkLast();
  return batch;
}

absl::Status PackingBatcher::AddStream(const Stream& stream, Batch* batch) const {
  const std::vector<int64_t> shape = {static_cast<int64_t>(due_.size()), stream.length};
  FRAZO_ASSIGN_OR_RETURN(BatchTensor values,
                         AllocateNumbers(stream.name, stream.type, ValuesShape(stream, shape[0])));
  FRAZO_ASSIGN_OR_RETURN(
      BatchTensor ids, AllocateNumbers(SegmentIds(stream.name), process::ValueType::kInt32, shape));
  FRAZO_ASSIGN_OR_RETURN(BatchTensor positions, AllocateNumbers(SegmentPos(stream.name),
                                                                process::ValueType::kInt32, shape));
  char* value = values.memory.get();
  int32_t* id = reinterpret_cast<int32_t*>(ids.memory.get());
  int32_t* position = reinterpret_cast<int32_t*>(positions.memory.get());
  int64_t real_length = 0;
  for (const int32_t row : due_) {
    const ExampleStore::Column& column = rows_[row]->column(stream.feature);
    if (!column.bytes.empty()) std::memcpy(value, column.bytes.data(), column.bytes.size());
    value += column.bytes.size();
    int64_t used = 0;
    int32_t segment = 0;
    for (const int64_t count : column.counts) {
      id = std::fill_n(id, count, ++segment);
      std::iota(position, position + count, 0);
      position += count;
      used += count;
    }
    value = stream.padding.Fill(value, (stream.length - used) * stream.inner_count);
    id = std::fill_n(id, stream.length - used, 0);
    position = std::fill_n(position, stream.length - used, 0);
    real_length += used;
  }
  batch->padding.push_back({static_cast<int32_t>(batch->tensors.size()),
                            real_length * stream.inner_count,
                            (shape[0] * stream.length - real_length) * stream.inner_count});
  batch->tensors.push_back(std::move(values));
  batch->tensors.push_back(std::move(ids));
  batch->tensors.push_back(std::move(positions));
  return absl::OkStatus();
}

void PackingBatcher::Save(BatcherState* state, std::vector<sources::RecordId>* held) const {
  state->Clear();
  counters_.Save(state);
  held->clear();
  for (const std::unique_ptr<ExampleStore>& row : rows_) {
    held->insert(held->end(), row->ids().begin(), row->ids().end());
    state->add_held(static_cast<int32_t>(row->size()));
  }
  for (const int32_t row : due_) state->add_due(row);
}

absl::Status PackingBatcher::Restore(const BatcherState& state,
                                     absl::Span<const sources::RecordId> held,
                                     absl::Span<const process::Example> examples) {
  FRAZO_RETURN_IF_ERROR(CheckState(state, held.size(), examples.size()));
  // While rows are about to leave, there may be one more open row than allowed.
  if (state.held_size() > open_rows_ + 1 || state.due_size() > rows_per_batch_) {
    return absl::InvalidArgumentError(absl::StrCat("batcher state: it has ", state.held_size(),
                                                   " open rows, ", state.due_size(),
                                                   " of them due; the configuration has open_rows ",
                                                   open_rows_, " and rows ", rows_per_batch_));
  }
  size_t next = 0;
  for (int row = 0; row < state.held_size(); ++row) {
    OpenRow();
    for (int32_t count = 0; count < state.held(row); ++count, ++next) {
      Measure(examples[next]);
      if (!fit_.HasSpace(row, lengths_)) return RecordChanged(held[next]);
      AddToRow(row, examples[next], held[next]);
    }
  }
  due_.assign(state.due().begin(), state.due().end());
  counters_ = BatcherCounters::Restore(state);
  return absl::OkStatus();
}

}  // namespace frazo::batch
