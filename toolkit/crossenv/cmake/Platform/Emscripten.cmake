# pyodide-build's toolchain file, mended where toolkit/crossenv/cmake_toolchain.py says.
#
# The name is CMake's: it includes Platform/Emscripten.cmake from CMAKE_MODULE_PATH after the
# toolchain file.

# Upstream appends at every inclusion: what the last one appended is taken out first. CMake has
# CFLAGS in its cache from the second configuration on only: the compiler wrapper adds them.
foreach(_spec14_language IN ITEMS C CXX)
  set(_spec14_appended "$ENV{SIDE_MODULE_${_spec14_language}FLAGS}")
  set(_spec14_flags "${CMAKE_${_spec14_language}_FLAGS}")
  if(NOT "${_spec14_appended}" STREQUAL "")
    string(REPLACE "${_spec14_appended}" "" _spec14_flags "${_spec14_flags}")
  endif()
  string(STRIP "${_spec14_flags}" _spec14_flags)
  string(STRIP "$ENV{${_spec14_language}FLAGS}" _spec14_initial)
  if("${_spec14_flags}" STREQUAL "${_spec14_initial}")
    set(_spec14_flags "")
  endif()
  set(CMAKE_${_spec14_language}_FLAGS "${_spec14_flags}")
endforeach()

include("$ENV{SPEC14_CMAKE_UPSTREAM}")
list(PREPEND CMAKE_MODULE_PATH "${CMAKE_CURRENT_LIST_DIR}/..")

# The target's headers lie where no search looks, and build backends name the machine's. pybind11
# asks the machine's Python unless it is told that what is set here counts.
foreach(_spec14_prefix IN ITEMS Python Python3 PYTHON)
  set(${_spec14_prefix}_INCLUDE_DIR "$ENV{PYTHONINCLUDE}")
endforeach()
set(PYTHON_SIZEOF_VOID_P 4)
set(PYBIND11_PYTHONLIBS_OVERWRITE OFF)

# pybind11 asks whether link-time optimisation works unless this is set: emcc would compile its
# system libraries once more for the answer (minutes). Modules of Pyodide are made without.
if(NOT DEFINED CMAKE_INTERPROCEDURAL_OPTIMIZATION)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION OFF)
endif()
