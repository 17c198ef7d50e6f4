#ifndef PYTHON_FRAZO_TOKENIZER_BINDING_H_
#define PYTHON_FRAZO_TOKENIZER_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo {

// Makes the class Tokenizer a member of `module`, whose exceptions are bound already.
void BindTokenizer(nanobind::module_& module);

}  // namespace frazo

#endif  // PYTHON_FRAZO_TOKENIZER_BINDING_H_
