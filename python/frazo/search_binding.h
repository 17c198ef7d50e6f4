#ifndef PYTHON_FRAZO_SEARCH_BINDING_H_
#define PYTHON_FRAZO_SEARCH_BINDING_H_

#include <nanobind/nanobind.h>

namespace frazo {

// Makes the class Search a member of `module`, whose exceptions are bound already.
void BindSearch(nanobind::module_& module);

}  // namespace frazo

#endif  // PYTHON_FRAZO_SEARCH_BINDING_H_
