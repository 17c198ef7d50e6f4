#ifndef FRAZO_CORE_PROCESS_TEXT_ENCODING_H_
#define FRAZO_CORE_PROCESS_TEXT_ENCODING_H_

#include <cstdint>
#include <string>

#include "frazo/proto/tokenizer.pb.h"

namespace frazo::process {

// How the steps of a processor make the ids of a feature from a text. Decoding and serving do the
// same outside of a pipeline.
struct TextEncoding {
  // Its sos_id and eos_id are those of the steps that add these ids.
  frazo::Tokenizer tokenizer;
  bool prepend_sos = false;
  bool append_eos = false;
  // Filters leave out examples with more ids, sos_id and eos_id among them. 0: there is no limit.
  int64_t max_length = 0;
  // Where the first step stands that changed the ids in another way, as in "steps[3].truncate";
  // empty: there is none.
  std::string other_step;
};

}  // namespace frazo::process

#endif  // FRAZO_CORE_PROCESS_TEXT_ENCODING_H_
