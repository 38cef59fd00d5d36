// Vectors of 4 floats: WebAssembly SIMD128. The functions are those that the files in generic/ ask for
// (kernels/README.md lists them). wasm_relaxed derives from this struct.
#ifndef SPINEXR_KERNELS_WASM_SIMD_SIMD_H_
#define SPINEXR_KERNELS_WASM_SIMD_SIMD_H_

#include <wasm_simd128.h>

#include "kernels/generic/compiler.h"

namespace spinexr::wasm_simd {
namespace {

struct Simd {
  using Vec = v128_t;
  using Mask = v128_t;
  static constexpr int kLanes = 4;

  SPX_INLINE static Vec splat(float v) { return wasm_f32x4_splat(v); }
  SPX_INLINE static Vec load(const float* p) { return wasm_v128_load(p); }
  SPX_INLINE static void store(float* p, Vec v) { wasm_v128_store(p, v); }
  SPX_INLINE static Vec load_part(const float* p, int lanes) {
    Vec v = wasm_v128_load32_zero(p);
    if (lanes > 1) v = wasm_v128_load32_lane(p + 1, v, 1);
    if (lanes > 2) v = wasm_v128_load32_lane(p + 2, v, 2);
    return v;
  }
  SPX_INLINE static void store_part(float* p, Vec v, int lanes) {
    wasm_v128_store32_lane(p, v, 0);
    if (lanes > 1) wasm_v128_store32_lane(p + 1, v, 1);
    if (lanes > 2) wasm_v128_store32_lane(p + 2, v, 2);
  }

  SPX_INLINE static Vec add(Vec a, Vec b) { return wasm_f32x4_add(a, b); }
  SPX_INLINE static Vec sub(Vec a, Vec b) { return wasm_f32x4_sub(a, b); }
  SPX_INLINE static Vec mul(Vec a, Vec b) { return wasm_f32x4_mul(a, b); }
  SPX_INLINE static Vec div(Vec a, Vec b) { return wasm_f32x4_div(a, b); }
  SPX_INLINE static Vec fma(Vec a, Vec b, Vec c) { return add(mul(a, b), c); }

  // pmax(a, b) is a < b ? b : a, one instruction on x86 where max is six, and a NaN in a stays.
  SPX_INLINE static Vec clamp(Vec v, Vec low, Vec high) {
    return wasm_f32x4_pmin(wasm_f32x4_pmax(v, low), high);
  }
  SPX_INLINE static Vec max_keep_nan(Vec a, Vec b) {
    return select(wasm_f32x4_ne(b, b), b, wasm_f32x4_pmax(a, b));
  }
  SPX_INLINE static Vec min_keep_nan(Vec a, Vec b) {
    return select(wasm_f32x4_ne(b, b), b, wasm_f32x4_pmin(a, b));
  }

  SPX_INLINE static Mask less(Vec a, Vec b) { return wasm_f32x4_lt(a, b); }
  SPX_INLINE static Vec select(Mask mask, Vec yes, Vec no) { return wasm_v128_bitselect(yes, no, mask); }

  SPX_INLINE static Vec abs(Vec v) { return wasm_f32x4_abs(v); }
  SPX_INLINE static Vec neg(Vec v) { return wasm_f32x4_neg(v); }
  SPX_INLINE static Vec copysign(Vec magnitude, Vec sign) {
    return wasm_v128_bitselect(sign, magnitude, splat(-0.0f));
  }
  SPX_INLINE static Vec sqrt(Vec v) { return wasm_f32x4_sqrt(v); }
  SPX_INLINE static Vec floor(Vec v) { return wasm_f32x4_floor(v); }
  SPX_INLINE static Vec ceil(Vec v) { return wasm_f32x4_ceil(v); }
  SPX_INLINE static Vec shift_left_23(Vec v) { return wasm_i32x4_shl(v, 23); }

  // Lanes of int32. load_u8, load_u16: widened; store_u8: of lanes 0 .. 255.
  using Int = v128_t;
  SPX_INLINE static Int splat_i32(int32_t v) { return wasm_i32x4_splat(v); }
  SPX_INLINE static Int load_u8(const uint8_t* p) {
    return wasm_u32x4_extend_low_u16x8(wasm_u16x8_extend_low_u8x16(wasm_v128_load32_zero(p)));
  }
  SPX_INLINE static Int load_u16(const uint16_t* p) { return wasm_u32x4_load16x4(p); }
  SPX_INLINE static void store_i32(int32_t* p, Int v) { wasm_v128_store(p, v); }
  SPX_INLINE static void store_u8(uint8_t* p, Int v) {
    const v128_t words = wasm_u16x8_narrow_i32x4(v, v);
    wasm_v128_store32_lane(p, wasm_u8x16_narrow_i16x8(words, words), 0);
  }
  SPX_INLINE static Int add_i32(Int a, Int b) { return wasm_i32x4_add(a, b); }
  SPX_INLINE static Int mul_i32(Int a, Int b) { return wasm_i32x4_mul(a, b); }
  SPX_INLINE static Int min_i32(Int a, Int b) { return wasm_i32x4_min(a, b); }
  SPX_INLINE static Int or_i32(Int a, Int b) { return wasm_v128_or(a, b); }
  template <int kBits>
  SPX_INLINE static Int shift_left(Int v) {
    return wasm_i32x4_shl(v, kBits);
  }
  template <int kBits>
  SPX_INLINE static Int shift_right(Int v) {
    return wasm_i32x4_shr(v, kBits);
  }
  SPX_INLINE static Vec to_float(Int v) { return wasm_f32x4_convert_i32x4(v); }

  // y[c * y_stride + r] = x[r * x_stride + c]
  SPX_INLINE static void transpose_4x4(float* y, int64_t y_stride, const float* x, int64_t x_stride) {
    const Vec a = load(x), b = load(x + x_stride), c = load(x + 2 * x_stride), d = load(x + 3 * x_stride);
    const Vec ac0 = wasm_i32x4_shuffle(a, c, 0, 4, 1, 5), ac1 = wasm_i32x4_shuffle(a, c, 2, 6, 3, 7);
    const Vec bd0 = wasm_i32x4_shuffle(b, d, 0, 4, 1, 5), bd1 = wasm_i32x4_shuffle(b, d, 2, 6, 3, 7);
    store(y, wasm_i32x4_shuffle(ac0, bd0, 0, 4, 1, 5));
    store(y + y_stride, wasm_i32x4_shuffle(ac0, bd0, 2, 6, 3, 7));
    store(y + 2 * y_stride, wasm_i32x4_shuffle(ac1, bd1, 0, 4, 1, 5));
    store(y + 3 * y_stride, wasm_i32x4_shuffle(ac1, bd1, 2, 6, 3, 7));
  }
};

}  // namespace
}  // namespace spinexr::wasm_simd

#endif  // SPINEXR_KERNELS_WASM_SIMD_SIMD_H_
