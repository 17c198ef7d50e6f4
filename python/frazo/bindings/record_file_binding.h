#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_RECORD_FILE_BINDING_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_RECORD_FILE_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo::bindings {

// Adds the class RecordFile and the functions find_record_files and guess_compression to `module`.
// Call BindExceptions() first.
void BindRecordFile(nanobind::module_& module);

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_RECORD_FILE_BINDING_H_
