#include "core/sources/create_file_stream.h"

#include <utility>

#include "core/sources/file_source_plan.h"
#include "core/sources/sequential_stream.h"
#include "core/sources/shuffled_stream.h"
#include "core/status/status_macros.h"

namespace frazo::sources {

absl::StatusOr<std::unique_ptr<FileStream>> CreateFileStream(
    const FileSource& source, const RecordStream::Options& options,
    std::shared_ptr<ReaderThreads> threads) {
  FRAZO_ASSIGN_OR_RETURN(std::shared_ptr<const FileSourcePlan> plan,
                         PlanFileSource(source, options));
  if (plan->is_shuffled()) {
    return std::make_unique<ShuffledStream>(std::move(plan), std::move(threads));
  }
  return std::make_unique<SequentialStream>(std::move(plan), std::move(threads));
}

}  // namespace frazo::sources
