// What the two compilers spell differently. Files under an ISA folder include nothing of the standard library
// but <stddef.h> and <stdint.h>: an inline function of it compiled with wide instructions could replace the
// baseline's.
#ifndef SPINEXR_KERNELS_GENERIC_COMPILER_H_
#define SPINEXR_KERNELS_GENERIC_COMPILER_H_

#include <stddef.h>
#include <stdint.h>

#define SPX_INLINE inline __attribute__((always_inline))
#define SPX_NOINLINE __attribute__((noinline))

// Before a loop of few, constant iterations over an array of vectors: unrolled, the array lives in registers.
// Before a long loop: kept as written.
#if defined(__clang__)
#define SPX_UNROLL _Pragma("clang loop unroll(full)")
#define SPX_NO_UNROLL _Pragma("clang loop unroll(disable)")
#else
#define SPX_UNROLL _Pragma("GCC unroll 16")
#define SPX_NO_UNROLL _Pragma("GCC unroll 1")
#endif

#endif  // SPINEXR_KERNELS_GENERIC_COMPILER_H_
