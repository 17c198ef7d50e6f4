#include "core/pipeline/batch_production.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/numeric/fingerprint.h"
#include "core/process/processed_chunk.h"
#include "core/status/status_macros.h"

namespace frazo::pipeline {
namespace {

uint64_t PlaceFingerprint(const sources::RecordId& id) {
  numeric::Fingerprint fingerprint;
  fingerprint.Add(static_cast<int64_t>(id.source));
  fingerprint.Add(static_cast<int64_t>(id.file));
  fingerprint.Add(id.position.record);
  return fingerprint.value();
}

}  // namespace

BatchProduction::BatchProduction(std::unique_ptr<sources::RecordStream> stream,
                                 const process::RecordProcessor* processor,
                                 std::unique_ptr<batch::Batcher> batcher, const Options& options,
                                 PipelineSnapshot start)
    : stream_(std::move(stream)),
      processor_(processor),
      options_(options),
      batcher_(std::move(batcher)),
      origin_(std::move(start.origin)),
      start_records_(start.origin_records),
      totals_(std::move(start.totals)),
      bad_record_places_(std::make_shared<BadRecordPlaces>(totals_.different_bad_records())) {
  totals_.clear_different_bad_records();
  while (totals_.filtered_size() < processor_->filters().size()) totals_.add_filtered(0);
}

BatchProduction::~BatchProduction() {
  if (!producer_.joinable()) return;
  Stop();
  producer_.join();
}

bool BatchProduction::WaitForBatch(absl::Duration timeout) {
  if (!producer_.joinable()) Start();
  std::unique_lock lock(mutex_);
  return has_batch_.wait_for(lock, absl::ToChronoNanoseconds(timeout),
                             [this] { return ended_ || !ready_.empty(); });
}

bool BatchProduction::Next(ProducedBatch* batch) {
  if (!producer_.joinable()) Start();
  std::unique_lock lock(mutex_);
  has_batch_.wait(lock, [this] { return ended_ || !ready_.empty(); });
  if (ready_.empty()) {
    status_ = end_status_;
    batch->snapshot = end_snapshot_;
    return false;
  }
  *batch = std::move(ready_.front());
  ready_.pop_front();
  may_push_.notify_one();
  return true;
}

std::vector<std::string> BatchProduction::bad_record_samples() const {
  const std::lock_guard lock(mutex_);
  return bad_record_samples_;
}

void BatchProduction::Start() {
  processing_ = std::make_unique<ParallelProcessing>(stream_.get(), processor_, options_.threads);
  producer_ = std::thread([this] { Produce(); });
}

void BatchProduction::Produce() {
  // A restored batcher may hold full batches.
  absl::Status status = GiveBatches(start_records_);
  int64_t records = start_records_;
  for (const ParallelProcessing::Result* chunk; status.ok() && processing_->Next(&chunk);) {
    status = AddChunk(*chunk);
    records = chunk->records.records().size();
  }
  if (status.ok()) status = processing_->status();
  if (status.ok()) {
    batcher_->Finish();
    status = GiveBatches(records);
  }
  End(status, TakeSnapshot(records));
}

absl::Status BatchProduction::AddChunk(const ParallelProcessing::Result& chunk) {
  origin_ = chunk.records.origin();
  const process::ProcessedChunk& outcomes = chunk.outcomes;
  auto bad = outcomes.bad_records().begin();
  auto filtered = outcomes.filtered_records().begin();
  auto invalid_text = outcomes.invalid_texts().begin();
  auto truncated = outcomes.truncated_records().begin();
  int64_t records = 0;
  sources::RecordId id;
  for (const sources::SourceRecord& record : chunk.records.records()) {
    const size_t index = records++;
    totals_.set_records(totals_.records() + 1);
    totals_.set_record_bytes(totals_.record_bytes() + record.data.size());
    if (invalid_text != outcomes.invalid_texts().end() && invalid_text->record == index) {
      totals_.set_invalid_utf8(totals_.invalid_utf8() + (invalid_text++)->sequences);
    }
    if (truncated != outcomes.truncated_records().end() && *truncated == index) {
      totals_.set_truncated(totals_.truncated() + 1);
      ++truncated;
    }
    switch (outcomes.outcome(index)) {
      case process::ProcessedChunk::Outcome::kExample:
        id = record.id;
        id.number = totals_.records() - 1;
        batcher_->Add(outcomes.example(index), id);
        if (batcher_->HasBatch()) FRAZO_RETURN_IF_ERROR(GiveBatches(records));
        break;
      case process::ProcessedChunk::Outcome::kFiltered:
        ++*totals_.mutable_filtered()->Mutable((filtered++)->filter);
        break;
      case process::ProcessedChunk::Outcome::kBad:
        FRAZO_RETURN_IF_ERROR(NoteBadRecord(record.id, (bad++)->status));
        break;
    }
  }
  const batch::BatcherCounters& added = batcher_->counters();
  return progress_.NoteChunk(*origin_, records, added.examples - added.too_long - added.empty);
}

absl::Status BatchProduction::GiveBatches(int64_t records) {
  while (batcher_->HasBatch()) {
    ProducedBatch produced;
    FRAZO_ASSIGN_OR_RETURN(produced.batch, batcher_->Take());
    totals_.set_batches(totals_.batches() + 1);
    produced.snapshot = TakeSnapshot(records);
    FRAZO_RETURN_IF_ERROR(Push(std::move(produced)));
  }
  return absl::OkStatus();
}

absl::Status BatchProduction::NoteBadRecord(const sources::RecordId& id,
                                            const absl::Status& cause) {
  totals_.set_bad_records(totals_.bad_records() + 1);
  const int64_t different = bad_record_places_->Add(PlaceFingerprint(id));
  if (different > options_.max_bad_records) {
    return absl::InvalidArgumentError(absl::StrCat(
        stream_->Location(id), ": ", cause.message(), "; this is bad record number ", different,
        ", and processor.max_bad_records permits ", options_.max_bad_records,
        ": correct the file or the processor, or permit more"));
  }
  const std::lock_guard lock(mutex_);
  if (bad_record_samples_.size() >= kBadRecordSamples) return absl::OkStatus();
  std::string sample = absl::StrCat(stream_->Location(id), ": ", cause.message());
  if (!absl::c_linear_search(bad_record_samples_, sample)) {
    bad_record_samples_.push_back(std::move(sample));
  }
  return absl::OkStatus();
}

PipelineSnapshot BatchProduction::TakeSnapshot(int64_t records) {
  PipelineSnapshot snapshot;
  snapshot.origin = origin_;
  snapshot.origin_records = records;
  batcher_->Save(&snapshot.batches, &snapshot.held);
  snapshot.totals = totals_;
  snapshot.bad_record_places = bad_record_places_;
  snapshot.different_bad_records = bad_record_places_->size();
  return snapshot;
}

absl::Status BatchProduction::Push(ProducedBatch batch) {
  std::unique_lock lock(mutex_);
  may_push_.wait(lock, [this] {
    return stopped_ || static_cast<int64_t>(ready_.size()) < options_.prefetch_batches;
  });
  if (stopped_) return absl::CancelledError("the pipeline is being destroyed");
  ready_.push_back(std::move(batch));
  has_batch_.notify_one();
  return absl::OkStatus();
}

void BatchProduction::End(const absl::Status& status, PipelineSnapshot snapshot) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  end_status_ = status;
  end_snapshot_ = std::move(snapshot);
  has_batch_.notify_all();
}

void BatchProduction::Stop() {
  processing_->Stop();
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  may_push_.notify_all();
}

}  // namespace frazo::pipeline
