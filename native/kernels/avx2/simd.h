// Vectors of 8 floats: AVX2 and FMA. The functions are those that the files in generic/ ask for
// (kernels/README.md lists them).
#ifndef SPINEXR_KERNELS_AVX2_SIMD_H_
#define SPINEXR_KERNELS_AVX2_SIMD_H_

#include <immintrin.h>

#include "kernels/generic/compiler.h"

namespace spinexr::avx2 {
namespace {

// Eight words from kLaneMasks + 8 - n are a mask of the first n lanes.
alignas(64) constexpr int32_t kLaneMasks[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

struct Simd {
  using Vec = __m256;
  using Mask = __m256;
  static constexpr int kLanes = 8;

  SPX_INLINE static Vec splat(float v) { return _mm256_set1_ps(v); }
  SPX_INLINE static Vec load(const float* p) { return _mm256_loadu_ps(p); }
  SPX_INLINE static void store(float* p, Vec v) { _mm256_storeu_ps(p, v); }
  SPX_INLINE static __m256i first(int lanes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kLaneMasks + 8 - lanes));
  }
  SPX_INLINE static Vec load_part(const float* p, int lanes) { return _mm256_maskload_ps(p, first(lanes)); }
  SPX_INLINE static void store_part(float* p, Vec v, int lanes) { _mm256_maskstore_ps(p, first(lanes), v); }

  SPX_INLINE static Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
  SPX_INLINE static Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
  SPX_INLINE static Vec mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
  SPX_INLINE static Vec div(Vec a, Vec b) { return _mm256_div_ps(a, b); }
  SPX_INLINE static Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }

  // vmaxps and vminps give their second operand when either is NaN.
  SPX_INLINE static Vec clamp(Vec v, Vec low, Vec high) { return _mm256_min_ps(high, _mm256_max_ps(low, v)); }
  SPX_INLINE static Vec max_keep_nan(Vec a, Vec b) {
    return select(_mm256_cmp_ps(a, a, _CMP_UNORD_Q), a, _mm256_max_ps(a, b));
  }
  SPX_INLINE static Vec min_keep_nan(Vec a, Vec b) {
    return select(_mm256_cmp_ps(a, a, _CMP_UNORD_Q), a, _mm256_min_ps(a, b));
  }

  SPX_INLINE static Mask less(Vec a, Vec b) { return _mm256_cmp_ps(a, b, _CMP_LT_OQ); }
  SPX_INLINE static Vec select(Mask mask, Vec yes, Vec no) { return _mm256_blendv_ps(no, yes, mask); }

  SPX_INLINE static Vec abs(Vec v) { return _mm256_andnot_ps(splat(-0.0f), v); }
  SPX_INLINE static Vec neg(Vec v) { return _mm256_xor_ps(splat(-0.0f), v); }
  SPX_INLINE static Vec copysign(Vec magnitude, Vec sign) {
    return _mm256_or_ps(abs(magnitude), _mm256_and_ps(splat(-0.0f), sign));
  }
  SPX_INLINE static Vec sqrt(Vec v) { return _mm256_sqrt_ps(v); }
  SPX_INLINE static Vec floor(Vec v) { return _mm256_floor_ps(v); }
  SPX_INLINE static Vec ceil(Vec v) { return _mm256_ceil_ps(v); }
  SPX_INLINE static Vec shift_left_23(Vec v) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(v), 23));
  }

  // Lanes of int32. load_u8, load_u16: widened; store_u8: of lanes 0 .. 255.
  using Int = __m256i;
  SPX_INLINE static Int splat_i32(int32_t v) { return _mm256_set1_epi32(v); }
  SPX_INLINE static Int load_u8(const uint8_t* p) {
    return _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  }
  SPX_INLINE static Int load_u16(const uint16_t* p) {
    return _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  SPX_INLINE static void store_i32(int32_t* p, Int v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v);
  }
  SPX_INLINE static void store_u8(uint8_t* p, Int v) {
    const __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(words, words));
  }
  SPX_INLINE static Int add_i32(Int a, Int b) { return _mm256_add_epi32(a, b); }
  SPX_INLINE static Int mul_i32(Int a, Int b) { return _mm256_mullo_epi32(a, b); }
  SPX_INLINE static Int min_i32(Int a, Int b) { return _mm256_min_epi32(a, b); }
  SPX_INLINE static Int or_i32(Int a, Int b) { return _mm256_or_si256(a, b); }
  template <int kBits>
  SPX_INLINE static Int shift_left(Int v) {
    return _mm256_slli_epi32(v, kBits);
  }
  template <int kBits>
  SPX_INLINE static Int shift_right(Int v) {
    return _mm256_srai_epi32(v, kBits);
  }
  SPX_INLINE static Vec to_float(Int v) { return _mm256_cvtepi32_ps(v); }

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
}  // namespace spinexr::avx2

#endif  // SPINEXR_KERNELS_AVX2_SIMD_H_
