# find_package(Frazo) gives the target Frazo::runtime: C++ headers and library of an installed Frazo.
#
#   cmake -DFrazo_DIR=$(python -m frazo.sysconfig --cmakedir) ...
#
# The headers of absl and protobuf are those of TensorFlow's package, which is sought beside Frazo's, and else in
# Frazo_TENSORFLOW_DIR.
get_filename_component(_frazo "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
get_filename_component(_site_packages "${_frazo}/.." ABSOLUTE)
set(Frazo_TENSORFLOW_DIR "${_site_packages}/tensorflow" CACHE PATH "The folder of the Python package tensorflow")

if(NOT EXISTS "${Frazo_TENSORFLOW_DIR}/include/absl")
  set(Frazo_FOUND FALSE)
  set(Frazo_NOT_FOUND_MESSAGE
    "${Frazo_TENSORFLOW_DIR} has no headers: install TensorFlow (pip install 'frazo[cpu]'), or say where its Python \
package is with -DFrazo_TENSORFLOW_DIR=FOLDER")
  return()
endif()

if(NOT TARGET Frazo::runtime)
  add_library(Frazo::runtime SHARED IMPORTED)
  set_target_properties(Frazo::runtime PROPERTIES
    IMPORTED_LOCATION "${_frazo}/libfrazo_runtime.so"
    IMPORTED_NO_SONAME TRUE
    INTERFACE_COMPILE_DEFINITIONS EIGEN_MAX_ALIGN_BYTES=64
    INTERFACE_COMPILE_FEATURES cxx_std_17
    INTERFACE_INCLUDE_DIRECTORIES "${_frazo}/include;${Frazo_TENSORFLOW_DIR}/include"
    INTERFACE_LINK_LIBRARIES "${Frazo_TENSORFLOW_DIR}/libtensorflow_framework.so.2")
endif()
unset(_frazo)
unset(_site_packages)
