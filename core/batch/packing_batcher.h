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

// Packs several examples into one row. An example goes to an open row with space, else to a new
// one. When a new row is needed and the limit of open rows is reached, the `rows` rows with the
// least space leave, in the order in which they were opened. At the end the open rows leave in that
// order, `rows` at a time.
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
    // The length of a row, and the inner sizes and the number of values of each unit.
    int64_t length;
    std::vector<int64_t> inner_sizes;
    int64_t inner_count;
    PaddingValue padding;
  };

  PackingBatcher(const frazo::PackingBatcher& config, const process::ExampleSchema& schema,
                 std::vector<Stream> streams);

  static absl::StatusOr<std::vector<Stream>> MakeStreams(const frazo::Batcher& config,
                                                         const process::ExampleSchema& schema);

  // Returns [rows, length, inner sizes...].
  static std::vector<int64_t> ValuesShape(const Stream& stream, int64_t rows);

  // Sets lengths_ to the lengths of the example.
  void Measure(process::Example example);
  // Opens an empty row.
  void OpenRow();
  void AddToRow(int64_t row, process::Example example, const sources::RecordId& id);
  // Chooses the next rows to leave after Finish(), or none.
  void MarkLast();
  absl::Status AddStream(const Stream& stream, Batch* batch) const;

  const int64_t rows_per_batch_;
  const int64_t open_rows_;
  const bool drop_remainder_;
  const process::ExampleSchema schema_;
  const std::vector<Stream> streams_;
  std::vector<BatchTensorSpec> tensors_;
  const std::vector<std::string> buckets_;

  // The space and the contents of the open rows, from the oldest on.
  RowFit fit_;
  std::vector<std::unique_ptr<ExampleStore>> rows_;
  // Empty stores for new rows.
  std::vector<std::unique_ptr<ExampleStore>> spare_;
  // The rows of the next batch, ascending; empty if no batch is ready.
  std::vector<int32_t> due_;
  bool is_finished_ = false;
  // The lengths of the present example, for each stream.
  std::vector<int64_t> lengths_;
  BatcherCounters counters_;
};

}  // namespace frazo::batch

#endif  // FRAZO_CORE_BATCH_PACKING_BATCHER_H_
