#ifndef FRAZO_CORE_PIPELINE_PUBLISHED_COUNTERS_H_
#define FRAZO_CORE_PIPELINE_PUBLISHED_COUNTERS_H_

#include <cstdint>
#include <memory>
#include <mutex>

#include "core/pipeline/pipeline.h"
#include "core/pipeline/pipeline_plan.h"

namespace frazo::pipeline {

// The counters of a pipeline, where other parts of the process can read them: an iterator within a
// graph publishes them, and a program that knows only a number reads them. Any thread may use it at
// any time.
class PublishedCounters {
 public:
  // What a pipeline published last.
  struct Reading {
    // Null: nothing was published yet.
    std::shared_ptr<const PipelinePlan> plan;
    PipelineCounters counters;
  };

  // Its number is positive, and no other one of this process has it or had it.
  static std::shared_ptr<PublishedCounters> Create();
  // Null: there is none of this number, or it is gone.
  static std::shared_ptr<PublishedCounters> Find(int64_t number);

  ~PublishedCounters();
  PublishedCounters(const PublishedCounters&) = delete;
  PublishedCounters& operator=(const PublishedCounters&) = delete;

  int64_t number() const { return number_; }

  // Replaces what was published before, also by another pipeline.
  void Publish(const Pipeline& pipeline);

  Reading Read() const;

 private:
  explicit PublishedCounters(int64_t number) : number_(number) {}

  const int64_t number_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  Reading reading_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_PUBLISHED_COUNTERS_H_
