#ifndef FRAZO_CORE_BATCH_PACKING_BATCHER_H_
#define FRAZO_CORE_BATCH_PACKING_BATCHER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/batch/batcher.h"
#include "core/batch/example_store.h"
#include "core/batch/padding_value.h"
#include "core/batch/row_fit.h"

namespace frazo::batch {

// Several examples in one row. An example goes to an open row with space, else to a new one. Rows
// leave when a new row is needed and as many as allowed are open: those with the least space left,
// `rows` of them, in the order in which they were opened. At the end the rows leave in that order,
// `rows` at a time.
class PackingBatcher : public Batcher {
 public:
  // `config.kind` is `packing`. Errors: as in Batcher.
  static absl::StatusOr<std::unique_ptr<Batcher>> Create(const frazo::Batcher& config,
                                                         const process::ExampleSchema& schema);

  const std::vector<BatchTensorSpec>& tensors() const override { return tensors_; }
  const std::vector<std::string>& buckets() const override { return buckets_; }
  void Add(process::Example example, const sources::RecordId& id) override;
  void Finish() override;
  bool HasBatch() const override { return !due_.empty(); }
  absl::StatusOr<Batch> Take() override;
  void Save(BatcherState* state, std::vector<sources::RecordId>* held) const override;
  absl::Status Restore(const BatcherState& state, absl::Span<const sources::RecordId> held,
                       absl::Span<const process::Example> examples) override;
  const BatcherCounters& counters() const override { return counters_; }

 private:
  struct Stream {
    std::string name;
    process::ValueType type;
    size_t feature;
    // The length of a row, and the sizes and number of values of each unit of it.
    int64_t length;
    std::vector<int64_t> inner_sizes;
    int64_t inner_count;
    PaddingValue padding;
  };

  PackingBatcher(const frazo::PackingBatcher& config, const process::ExampleSchema& schema,
                 std::vector<Stream> streams);

  static absl::StatusOr<std::vector<Stream>> MakeStreams(const frazo::Batcher& config,
                                                         const process::ExampleSchema& schema);

  // [rows, length, inner sizes...].
  static std::vector<int64_t> ValuesShape(const Stream& stream, int64_t rows);

  // Sets lengths_ to those of the example.
  void Measure(process::Example example);
  // Opens a row; its contents are empty.
  void OpenRow();
  void AddToRow(int64_t row, process::Example example, const sources::RecordId& id);
  // After Finish(): the next rows that leave, or none.
  void MarkLast();
  absl::Status AddStream(const Stream& stream, Batch* batch) const;

  const int64_t rows_per_batch_;
  const int64_t open_rows_;
  const bool drop_remainder_;
  const process::ExampleSchema schema_;
  const std::vector<Stream> streams_;
  std::vector<BatchTensorSpec> tensors_;
  const std::vector<std::string> buckets_;

  // The open rows: their space and their contents, from the oldest on.
  RowFit fit_;
  std::vector<std::unique_ptr<ExampleStore>> rows_;
  // Empty, for rows to come.
  std::vector<std::unique_ptr<ExampleStore>> spare_;
  // Rows of the next batch, ascending; empty: none is due.
  std::vector<int32_t> due_;
  bool is_finished_ = false;
  // The lengths of the example at work, for each stream.
  std::vector<int64_t> lengths_;
  BatcherCounters counters_;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_PACKING_BATCHER_H_
