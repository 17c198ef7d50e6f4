#ifndef FRAZO_PYTHON_FRAZO_BINDINGS_OWNED_ARRAY_H_
#define FRAZO_PYTHON_FRAZO_BINDINGS_OWNED_ARRAY_H_

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstddef>
#include <initializer_list>
#include <utility>
#include <vector>

namespace frazo::bindings {

// Makes a NumPy array of this type and shape from the elements, without copying them.
template <typename Array, typename Element>
Array ToArray(std::vector<Element> elements, std::initializer_list<size_t> shape) {
  auto* const owned = new std::vector<Element>(std::move(elements));
  const nanobind::capsule owner(
      owned, [](void* vector) noexcept { delete static_cast<std::vector<Element>*>(vector); });
  return Array(owned->data(), shape, owner);
}

}  // namespace frazo::bindings

#endif  // FRAZO_PYTHON_FRAZO_BINDINGS_OWNED_ARRAY_H_
