// Half precision (IEEE 754 binary16) as storage: kernels load and store it and compute in float.
#ifndef SPINEXR_CUDA_DEVICE_HALF_H_
#define SPINEXR_CUDA_DEVICE_HALF_H_

#include <stdint.h>
#include <string.h>

#include "base/host_device.h"
#if defined(__CUDACC__) && !defined(SPX_CUDA_EMULATION)
#include <cuda_fp16.h>
#endif

namespace spinexr::cuda {

struct Half {
  uint16_t bits;
};

SPX_HD inline float to_float(float value) { return value; }

SPX_HD inline float to_float(Half value) {
#if defined(__CUDA_ARCH__)
  return __half2float(__ushort_as_half(value.bits));
#else
  const uint32_t sign = static_cast<uint32_t>(value.bits & 0x8000u) << 16;
  const uint32_t exponent = (value.bits >> 10) & 31u;
  uint32_t fraction = value.bits & 0x3FFu;
  uint32_t bits;
  if (exponent == 31) {
    bits = sign | 0x7F800000u | fraction << 13;
  } else if (exponent != 0) {
    bits = sign | (exponent + 112) << 23 | fraction << 13;
  } else if (fraction == 0) {
    bits = sign;
  } else {  // subnormal: shifted until its leading bit is the hidden one
    uint32_t shift = 0;
    while ((fraction & 0x400u) == 0) {
      fraction <<= 1;
      ++shift;
    }
    bits = sign | (113 - shift) << 23 | (fraction & 0x3FFu) << 13;
  }
  float result;
  memcpy(&result, &bits, sizeof result);
  return result;
#endif
}

// To the nearest, ties to even; beyond 65504 infinity.
SPX_HD inline Half to_half(float value) {
#if defined(__CUDA_ARCH__)
  return {__half_as_ushort(__float2half_rn(value))};
#else
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return {static_cast<uint16_t>(sign | 0x7E00u)};
  if (magnitude >= 0x477FF000u) return {static_cast<uint16_t>(sign | 0x7C00u)};
  if (magnitude < 0x33000001u) return {static_cast<uint16_t>(sign)};  // at most half the least subnormal
  const int exponent = static_cast<int>(magnitude >> 23) - 112;
  uint32_t fraction = magnitude & 0x7FFFFFu;
  int shift = 13;
  uint32_t base = static_cast<uint32_t>(exponent > 0 ? exponent : 0) << 10;
  if (exponent <= 0) {
    fraction |= 0x800000u;
    shift += 1 - exponent;
  }
  uint32_t rounded = fraction >> shift;
  const uint32_t rest = fraction & ((1u << shift) - 1), half = 1u << (shift - 1);
  if (rest > half || (rest == half && (rounded & 1u))) ++rounded;
  return {static_cast<uint16_t>(sign | (base + rounded))};
#endif
}

template <class T>
SPX_HD inline T from_float(float value);
template <>
SPX_HD inline float from_float<float>(float value) {
  return value;
}
template <>
SPX_HD inline Half from_float<Half>(float value) {
  return to_half(value);
}

template <class T>
SPX_HD inline float load(const T* source) {
  return to_float(*source);
}
template <class T>
SPX_HD inline void store(T* target, float value) {
  *target = from_float<T>(value);
}

// 16 bytes, read and written at once: 4 floats or 8 halves. The address is a multiple of 16.
template <class T>
struct alignas(16) Vec {
  static constexpr int kCount = 16 / static_cast<int>(sizeof(T));
  T values[kCount];
};

// Two halves of one register, the first in the lower bits, as mma takes them.
SPX_HD inline uint32_t pack_halves(Half low, Half high) {
  return static_cast<uint32_t>(low.bits) | static_cast<uint32_t>(high.bits) << 16;
}

}  // namespace spinexr::cuda

#endif  // SPINEXR_CUDA_DEVICE_HALF_H_
