// Products of small matrices on tensor cores, and how their operands come into registers: the instructions of
// the PTX ISA that kernels use. Warp collectives: all 32 lanes call them together.
#ifndef SPINEXR_CUDA_DEVICE_MMA_H_
#define SPINEXR_CUDA_DEVICE_MMA_H_

#include "cuda.h"
#include "half.h"

namespace spinexr::cuda {

#if !defined(SPX_CUDA_EMULATION)

// c += a b for a of 16 x 16 and b of 16 x 8 halves, c of 16 x 8 floats (mma.m16n8k16; on sm_75 two of
// m16n8k8). With g = lane / 4 and t = lane % 4, a lane holds
//   a[0] (g, 2t .. 2t+1), a[1] (g + 8, 2t ..), a[2] (g, 2t + 8 ..), a[3] (g + 8, 2t + 8 ..)
//   b[0] (2t .. 2t+1, g), b[1] (2t + 8 .., g);   c[0], c[1] (g, 2t .. 2t+1), c[2], c[3] (g + 8, 2t ..)
__device__ __forceinline__ void mma_16816(float (&c)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
      "{%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#elif defined(__CUDA_ARCH__)
  for (int k = 0; k < 2; ++k) {
    asm volatile(
        "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a[2 * k]), "r"(a[2 * k + 1]), "r"(b[k]));
  }
#endif
}

// Four 8 x 8 matrices of halves from shared memory (ldmatrix.x4). Lane 8 j + i gives the address of row i of
// matrix j, a multiple of 16; r[j] of a lane is elements 2 (lane % 4) and the next of row lane / 4 of matrix
// j.
__device__ __forceinline__ void load_matrices(uint32_t (&r)[4], const Half* row) {
  const uint32_t address = static_cast<uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address)
               : "memory");
}

// As above, each matrix transposed: r[j] is elements (2 (lane % 4), lane / 4) and (2 (lane % 4) + 1, lane /
// 4).
__device__ __forceinline__ void load_matrices_transposed(uint32_t (&r)[4], const Half* row) {
  const uint32_t address = static_cast<uint32_t>(__cvta_generic_to_shared(row));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(address)
               : "memory");
}

// 16 bytes from global to shared memory while the thread goes on; zeros where not `inside` (the source is
// then not read). Both addresses are multiples of 16. What was copied may be read by this thread after
// copy_wait, by others after a barrier behind that. Before sm_80 it is there at once.
__device__ __forceinline__ void copy_async(void* shared, const void* global, bool inside) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  const uint32_t address = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
  const int bytes = inside ? 16 : 0;
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(global), "r"(bytes)
               : "memory");
#else
  *static_cast<uint4*>(shared) = inside ? *static_cast<const uint4*>(global) : make_uint4(0, 0, 0, 0);
#endif
}
// Ends a group of copies.
__device__ __forceinline__ void copy_commit() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
// Waits until all but the last kPending groups of this thread are there.
template <int kPending>
__device__ __forceinline__ void copy_wait() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(kPending) : "memory");
#endif
}

#else

using emulation::copy_async;
using emulation::copy_commit;
using emulation::copy_wait;
using emulation::load_matrices;
using emulation::load_matrices_transposed;
using emulation::mma_16816;

#endif  // SPX_CUDA_EMULATION

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_DEVICE_MMA_H_
