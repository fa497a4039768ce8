# CMake's own, without a wish for an ABI. The target has one; and where the interpreter is the
# machine's, CMake does not ask it for its ABI flags and takes the answer for another ABI than
# any that is wished for (FindPython/Support.cmake, 4.3.4, _PYTHON_GET_CONFIG_VAR).
unset(Python_FIND_ABI)
unset(Python_FIND_ABI CACHE)
include("${CMAKE_ROOT}/Modules/FindPython.cmake")
