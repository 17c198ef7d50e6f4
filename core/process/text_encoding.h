#ifndef FRAZO_CORE_PROCESS_TEXT_ENCODING_H_
#define FRAZO_CORE_PROCESS_TEXT_ENCODING_H_

#include <cstdint>
#include <string>

#include "frazo/proto/tokenizer.pb.h"

namespace frazo::process {

// Describes how the steps of a processor make the ids of a feature from a text. Decoding and
// serving do the same outside of a pipeline.
struct TextEncoding {
  // Its sos_id and eos_id are those of the steps that add these ids.
  frazo::Tokenizer tokenizer;
  bool prepend_sos = false;
  bool append_eos = false;
  // The greatest number of ids, including sos_id and eos_id: filters drop longer examples, and
  // truncations cut them off before eos_id. 0: there is no limit.
  int64_t max_length = 0;
  // The field path of the first step that changed the ids in another way, such as
  // "steps[3].truncate"; empty if there is none.
  std::string other_step;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TEXT_ENCODING_H_
