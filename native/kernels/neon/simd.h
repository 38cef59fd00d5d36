// Vectors of 4 floats: Advanced SIMD of 64-bit Arm. The functions are those that the files in generic/ ask
// for (kernels/README.md lists them).
#ifndef SPINEXR_KERNELS_NEON_SIMD_H_
#define SPINEXR_KERNELS_NEON_SIMD_H_

#include <arm_neon.h>

#include "kernels/generic/compiler.h"

namespace spinexr::neon {
namespace {

struct Simd {
  using Vec = float32x4_t;
  using Mask = uint32x4_t;
  static constexpr int kLanes = 4;

  SPX_INLINE static Vec splat(float v) { return vdupq_n_f32(v); }
  SPX_INLINE static Vec load(const float* p) { return vld1q_f32(p); }
  SPX_INLINE static void store(float* p, Vec v) { vst1q_f32(p, v); }
  SPX_INLINE static Vec load_part(const float* p, int lanes) {
    Vec v = vld1q_lane_f32(p, splat(0), 0);
    if (lanes > 1) v = vld1q_lane_f32(p + 1, v, 1);
    if (lanes > 2) v = vld1q_lane_f32(p + 2, v, 2);
    return v;
  }
  SPX_INLINE static void store_part(float* p, Vec v, int lanes) {
    vst1q_lane_f32(p, v, 0);
    if (lanes > 1) vst1q_lane_f32(p + 1, v, 1);
    if (lanes > 2) vst1q_lane_f32(p + 2, v, 2);
  }

  SPX_INLINE static Vec add(Vec a, Vec b) { return vaddq_f32(a, b); }
  SPX_INLINE static Vec sub(Vec a, Vec b) { return vsubq_f32(a, b); }
  SPX_INLINE static Vec mul(Vec a, Vec b) { return vmulq_f32(a, b); }
  SPX_INLINE static Vec div(Vec a, Vec b) { return vdivq_f32(a, b); }
  SPX_INLINE static Vec fma(Vec a, Vec b, Vec c) { return vfmaq_f32(c, a, b); }

  // fmax and fmin give NaN when either operand is.
  SPX_INLINE static Vec clamp(Vec v, Vec low, Vec high) { return vminq_f32(high, vmaxq_f32(low, v)); }
  SPX_INLINE static Vec max_keep_nan(Vec a, Vec b) { return vmaxq_f32(a, b); }
  SPX_INLINE static Vec min_keep_nan(Vec a, Vec b) { return vminq_f32(a, b); }

  SPX_INLINE static Mask less(Vec a, Vec b) { return vcltq_f32(a, b); }
  SPX_INLINE static Vec select(Mask mask, Vec yes, Vec no) { return vbslq_f32(mask, yes, no); }

  SPX_INLINE static Vec abs(Vec v) { return vabsq_f32(v); }
  SPX_INLINE static Vec neg(Vec v) { return vnegq_f32(v); }
  SPX_INLINE static Vec copysign(Vec magnitude, Vec sign) {
    return vbslq_f32(vdupq_n_u32(0x80000000u), sign, magnitude);
  }
  SPX_INLINE static Vec sqrt(Vec v) { return vsqrtq_f32(v); }
  SPX_INLINE static Vec floor(Vec v) { return vrndmq_f32(v); }
  SPX_INLINE static Vec ceil(Vec v) { return vrndpq_f32(v); }
  SPX_INLINE static Vec shift_left_23(Vec v) {
    return vreinterpretq_f32_u32(vshlq_n_u32(vreinterpretq_u32_f32(v), 23));
  }

  // Lanes of int32. load_u8, load_u16: widened; store_u8: of lanes 0 .. 255.
  using Int = int32x4_t;
  SPX_INLINE static Int splat_i32(int32_t v) { return vdupq_n_s32(v); }
  SPX_INLINE static Int load_u8(const uint8_t* p) {
    uint32_t four;
    __builtin_memcpy(&four, p, 4);
    const uint8x8_t bytes = vreinterpret_u8_u32(vdup_n_u32(four));
    return vreinterpretq_s32_u32(vmovl_u16(vget_low_u16(vmovl_u8(bytes))));
  }
  SPX_INLINE static Int load_u16(const uint16_t* p) { return vreinterpretq_s32_u32(vmovl_u16(vld1_u16(p))); }
  SPX_INLINE static void store_i32(int32_t* p, Int v) { vst1q_s32(p, v); }
  SPX_INLINE static void store_u8(uint8_t* p, Int v) {
    const uint16x4_t words = vmovn_u32(vreinterpretq_u32_s32(v));
    const uint32_t four = vget_lane_u32(vreinterpret_u32_u8(vmovn_u16(vcombine_u16(words, words))), 0);
    __builtin_memcpy(p, &four, 4);
  }
  SPX_INLINE static Int add_i32(Int a, Int b) { return vaddq_s32(a, b); }
  SPX_INLINE static Int mul_i32(Int a, Int b) { return vmulq_s32(a, b); }
  SPX_INLINE static Int min_i32(Int a, Int b) { return vminq_s32(a, b); }
  SPX_INLINE static Int or_i32(Int a, Int b) { return vorrq_s32(a, b); }
  template <int kBits>
  SPX_INLINE static Int shift_left(Int v) {
    return vshlq_n_s32(v, kBits);
  }
  template <int kBits>
  SPX_INLINE static Int shift_right(Int v) {
    return vshrq_n_s32(v, kBits);
  }
  SPX_INLINE static Vec to_float(Int v) { return vcvtq_f32_s32(v); }

  // y[c * y_stride + r] = x[r * x_stride + c]
  SPX_INLINE static void transpose_4x4(float* y, int64_t y_stride, const float* x, int64_t x_stride) {
    const Vec a = load(x), b = load(x + x_stride), c = load(x + 2 * x_stride), d = load(x + 3 * x_stride);
    const Vec ac0 = vzip1q_f32(a, c), ac1 = vzip2q_f32(a, c), bd0 = vzip1q_f32(b, d), bd1 = vzip2q_f32(b, d);
    store(y, vzip1q_f32(ac0, bd0));
    store(y + y_stride, vzip2q_f32(ac0, bd0));
    store(y + 2 * y_stride, vzip1q_f32(ac1, bd1));
    store(y + 3 * y_stride, vzip2q_f32(ac1, bd1));
  }
};

}  // namespace
}  // namespace spinexr::neon

#endif  // SPINEXR_KERNELS_NEON_SIMD_H_
