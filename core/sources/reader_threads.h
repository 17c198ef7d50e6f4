#ifndef FRAZO_CORE_SOURCES_READER_THREADS_H_
#define FRAZO_CORE_SOURCES_READER_THREADS_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace frazo::sources {

// A fixed number of threads that run tasks in the order in which they come. They start with the
// first task. Thread-safe.
class ReaderThreads {
 public:
  explicit ReaderThreads(int count) : count_(count) {}
  // Waits for running tasks; tasks that have not begun never run.
  ~ReaderThreads();
  ReaderThreads(const ReaderThreads&) = delete;
  ReaderThreads& operator=(const ReaderThreads&) = delete;

  void Run(std::function<void()> task);

 private:
  void Work();

  const int count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<std::function<void()>> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace frazo::sources

#endif  // FRAZO_CORE_SOURCES_READER_THREADS_H_
