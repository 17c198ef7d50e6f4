#ifndef PYTHON_FRAZO_RECORD_FILE_BINDING_H_
#define PYTHON_FRAZO_RECORD_FILE_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo {

// Makes the class RecordFile and the functions find_record_files and guess_compression members of
// `module`, whose exceptions are bound already.
void BindRecordFile(nanobind::module_& module);

}  // namespace frazo

#endif  // PYTHON_FRAZO_RECORD_FILE_BINDING_H_
