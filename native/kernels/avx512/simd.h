// Vectors of 16 floats: AVX-512 F, BW, VL, DQ. The functions are those that the files in generic/ ask for
// (kernels/README.md lists them).
#ifndef SPINEXR_KERNELS_AVX512_SIMD_H_
#define SPINEXR_KERNELS_AVX512_SIMD_H_

// g++ 12 warns of the deliberately undefined lanes inside its own header.
#if !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#if !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include "kernels/generic/compiler.h"

namespace spinexr::avx512 {
namespace {

struct Simd {
  using Vec = __m512;
  using Mask = __mmask16;
  static constexpr int kLanes = 16;

  SPX_INLINE static Vec splat(float v) { return _mm512_set1_ps(v); }
  SPX_INLINE static Vec load(const float* p) { return _mm512_loadu_ps(p); }
  SPX_INLINE static void store(float* p, Vec v) { _mm512_storeu_ps(p, v); }
  SPX_INLINE static Mask first(int lanes) { return static_cast<Mask>((1u << lanes) - 1); }
  SPX_INLINE static Vec load_part(const float* p, int lanes) {
    return _mm512_maskz_loadu_ps(first(lanes), p);
  }
  SPX_INLINE static void store_part(float* p, Vec v, int lanes) { _mm512_mask_storeu_ps(p, first(lanes), v); }

  SPX_INLINE static Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
  SPX_INLINE static Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
  SPX_INLINE static Vec mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
  SPX_INLINE static Vec div(Vec a, Vec b) { return _mm512_div_ps(a, b); }
  SPX_INLINE static Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }

  // vmaxps and vminps give their second operand when either is NaN.
  SPX_INLINE static Vec clamp(Vec v, Vec low, Vec high) { return _mm512_min_ps(high, _mm512_max_ps(low, v)); }
  SPX_INLINE static Vec max_keep_nan(Vec a, Vec b) {
    return _mm512_mask_mov_ps(_mm512_max_ps(a, b), _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), a);
  }
  SPX_INLINE static Vec min_keep_nan(Vec a, Vec b) {
    return _mm512_mask_mov_ps(_mm512_min_ps(a, b), _mm512_cmp_ps_mask(a, a, _CMP_UNORD_Q), a);
  }

  SPX_INLINE static Mask less(Vec a, Vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
  SPX_INLINE static Vec select(Mask mask, Vec yes, Vec no) { return _mm512_mask_mov_ps(no, mask, yes); }

  SPX_INLINE static Vec abs(Vec v) { return _mm512_andnot_ps(splat(-0.0f), v); }
  SPX_INLINE static Vec neg(Vec v) { return _mm512_xor_ps(splat(-0.0f), v); }
  SPX_INLINE static Vec copysign(Vec magnitude, Vec sign) {
    return _mm512_or_ps(abs(magnitude), _mm512_and_ps(splat(-0.0f), sign));
  }
  SPX_INLINE static Vec sqrt(Vec v) { return _mm512_sqrt_ps(v); }
  SPX_INLINE static Vec floor(Vec v) {
    return _mm512_roundscale_ps(v, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
  }
  SPX_INLINE static Vec ceil(Vec v) {
    return _mm512_roundscale_ps(v, _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC);
  }
  SPX_INLINE static Vec shift_left_23(Vec v) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(v), 23));
  }

  // Lanes of int32. load_u8, load_u16: widened; store_u8: of lanes 0 .. 255.
  using Int = __m512i;
  SPX_INLINE static Int splat_i32(int32_t v) { return _mm512_set1_epi32(v); }
  SPX_INLINE static Int load_u8(const uint8_t* p) {
    return _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  SPX_INLINE static Int load_u16(const uint16_t* p) {
    return _mm512_cvtepu16_epi32(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  SPX_INLINE static void store_i32(int32_t* p, Int v) { _mm512_storeu_si512(p, v); }
  SPX_INLINE static void store_u8(uint8_t* p, Int v) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(v));
  }
  SPX_INLINE static Int add_i32(Int a, Int b) { return _mm512_add_epi32(a, b); }
  SPX_INLINE static Int mul_i32(Int a, Int b) { return _mm512_mullo_epi32(a, b); }
  SPX_INLINE static Int min_i32(Int a, Int b) { return _mm512_min_epi32(a, b); }
  SPX_INLINE static Int or_i32(Int a, Int b) { return _mm512_or_si512(a, b); }
  template <int kBits>
  SPX_INLINE static Int shift_left(Int v) {
    return _mm512_slli_epi32(v, kBits);
  }
  template <int kBits>
  SPX_INLINE static Int shift_right(Int v) {
    return _mm512_srai_epi32(v, kBits);
  }
  SPX_INLINE static Vec to_float(Int v) { return _mm512_cvtepi32_ps(v); }

  // y[c * y_stride + r] = x[r * x_stride + c]
  SPX_INLINE static void transpose_4x4(float* y, int64_t y_stride, const float* x, int64_t x_stride) {
    __m128 a = _mm_loadu_ps(x), b = _mm_loadu_ps(x + x_stride);
    __m128 c = _mm_loadu_ps(x + 2 * x_stride), d = _mm_loadu_ps(x + 3 * x_stride);
    _MM_TRANSPOSE4_PS(a, b, c, d);
    _mm_storeu_ps(y, a);
    _mm_storeu_ps(y + y_stride, b);
    _mm_storeu_ps(y + 2 * y_stride, c);
    _mm_storeu_ps(y + 3 * y_stride, d);
  }
};

}  // namespace
}  // namespace spinexr::avx512

#endif  // SPINEXR_KERNELS_AVX512_SIMD_H_
