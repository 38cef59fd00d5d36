// Compares our declarations with the vendor's headers, where those are: compiling this file is the whole
// check. The lists that make our declarations are read again here, at a place where their names mean the
// vendor's types. Compile with -DSPX_CHECK_DRIVER (cuda.h), -DSPX_CHECK_CUDNN (cudnn.h) or
// -DSPX_CHECK_CUBLAS_LT (cublasLt.h), or several.
#include <stddef.h>
#include <stdint.h>

#include <type_traits>

#ifdef SPX_CHECK_DRIVER
#include <cuda.h>

#include "cuda/libraries/driver_api.h"
#endif
#ifdef SPX_CHECK_CUDNN
#include <cudnn.h>

#include "cuda/libraries/cudnn_api.h"
#endif
#ifdef SPX_CHECK_CUBLAS_LT
#include <cublasLt.h>

#include "cuda/libraries/cublas_lt_api.h"
#endif

namespace ours = spinexr::cuda::nvidia;

#define SPX_SAME(...) static_assert(std::is_same_v<__VA_ARGS__>);
#define SPX_CHECK_OPAQUE(type, target) SPX_SAME(::type, ::target*)
#define SPX_CHECK_ENUM(type, ...)                      \
  static_assert(sizeof(::type) == sizeof(ours::type)); \
  __VA_ARGS__
#define SPX_CHECK_VALUE(type, name, value)                                             \
  static_assert(static_cast<long long>(::name) == static_cast<long long>(ours::name)); \
  SPX_SAME(decltype(::name), ::type)
#define SPX_CHECK_STRUCT(type, ...)                      \
  static_assert(sizeof(::type) == sizeof(ours::type));   \
  static_assert(alignof(::type) == alignof(ours::type)); \
  __VA_ARGS__
#define SPX_CHECK_MEMBER(type, kind, name, extent)                     \
  static_assert(offsetof(::type, name) == offsetof(ours::type, name)); \
  SPX_SAME(decltype(::type::name), kind extent)
#define SPX_CHECK_FUNCTION(result, name, parameters) SPX_SAME(decltype(::name), result parameters)

#ifdef SPX_CHECK_DRIVER
#define SPX_ENUM SPX_CHECK_ENUM
#define SPX_VALUE SPX_CHECK_VALUE
#define SPX_FUNCTION SPX_CHECK_FUNCTION
#include "cuda/libraries/driver_api.inc"
#endif

#ifdef SPX_CHECK_CUDNN
#define SPX_OPAQUE SPX_CHECK_OPAQUE
#define SPX_ENUM SPX_CHECK_ENUM
#define SPX_VALUE SPX_CHECK_VALUE
#define SPX_STRUCT SPX_CHECK_STRUCT
#define SPX_MEMBER SPX_CHECK_MEMBER
#define SPX_FUNCTION SPX_CHECK_FUNCTION
#include "cuda/libraries/cudnn_api.inc"
static_assert(CUDNN_MAJOR == 9);
#endif

#ifdef SPX_CHECK_CUBLAS_LT
#define SPX_OPAQUE SPX_CHECK_OPAQUE
#define SPX_ENUM SPX_CHECK_ENUM
#define SPX_VALUE SPX_CHECK_VALUE
#define SPX_STRUCT SPX_CHECK_STRUCT
#define SPX_MEMBER SPX_CHECK_MEMBER
#define SPX_FUNCTION SPX_CHECK_FUNCTION
#include "cuda/libraries/cublas_lt_api.inc"
static_assert(CUBLAS_VER_MAJOR == 12 || CUBLAS_VER_MAJOR == 13);
#endif
