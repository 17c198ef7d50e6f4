#ifndef FRAZO_CORE_PROCESS_RECORD_KEY_H_
#define FRAZO_CORE_PROCESS_RECORD_KEY_H_

#include <cstdint>

#include "core/sources/record_chunk.h"

namespace frazo::process {

// Returns what the random steps of a pipeline with this seed draw from for a record: a hash of the
// seed and of the record's part of the mixture, file, number in the file and epoch. A file counts
// as its index in the list of all files of its source, also where replicas share them: a record
// keeps its key whichever replica reads it, and another list of files may give other keys. The
// results decide the examples of a run that goes on, so they never change.
uint64_t RecordKey(int64_t seed, const sources::RecordId& id);

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_RECORD_KEY_H_
