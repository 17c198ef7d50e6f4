#ifndef FRAZO_CORE_PIPELINE_ITERATOR_LINK_H_
#define FRAZO_CORE_PIPELINE_ITERATOR_LINK_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/pipeline/pipeline.h"
#include "core/pipeline/pipeline_plan.h"

namespace frazo::pipeline {

// What an iterator within a graph and a program that knows only a number tell each other: the
// iterator publishes counters and positions, and the program may say where the next iterator
// begins. Any thread may use it at any time.
class IteratorLink {
 public:
  // What a pipeline published last.
  struct Reading {
    // Null: nothing was published yet.
    std::shared_ptr<const PipelinePlan> plan;
    PipelineCounters counters;
  };

  // Its number is positive, and no other one of this process has it or had it.
  static std::shared_ptr<IteratorLink> Create();
  // Null: there is none of this number, or it is gone.
  static std::shared_ptr<IteratorLink> Find(int64_t number);

  ~IteratorLink();
  IteratorLink(const IteratorLink&) = delete;
  IteratorLink& operator=(const IteratorLink&) = delete;

  int64_t number() const { return number_; }

  // Replaces what was published before, also by another pipeline.
  void Publish(const Pipeline& pipeline);

  Reading Read() const;

  // Replaces the state that was published before: that of Pipeline::SaveState().
  void PublishState(std::string state);
  // Empty: none was published yet.
  std::string ReadState() const;

  // The next iterator begins at this state and not at its first record.
  void BeginNextAt(std::string state);
  // Gives what the last BeginNextAt() was called with, once.
  std::optional<std::string> TakeBeginning();

 private:
  explicit IteratorLink(int64_t number) : number_(number) {}

  const int64_t number_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  Reading reading_;
  std::string state_;
  std::optional<std::string> beginning_;
};

}  // namespace frazo::pipeline

#endif  // FRAZO_CORE_PIPELINE_ITERATOR_LINK_H_
