#include "cpu_features.h"

#include <stdint.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace spinexr {
namespace {

#if defined(__x86_64__)
constexpr uint32_t bit(int position) { return uint32_t{1} << position; }

// The register states that the operating system saves on a task switch (XCR0). A processor may have AVX-512
// while the system, or a hypervisor, does not enable it.
uint32_t saved_states() {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

CpuFeatures detect() {
  CpuFeatures features = {};
  uint32_t eax, ebx, ecx, edx;
  if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx)) return features;
  constexpr uint32_t kFma = bit(12), kXsave = bit(27), kAvx = bit(28);
  constexpr uint32_t kLeaf1 = kFma | kXsave | kAvx;
  if ((ecx & kLeaf1) != kLeaf1) return features;
  constexpr uint32_t kYmmState = bit(1) | bit(2);
  constexpr uint32_t kZmmState = kYmmState | bit(5) | bit(6) | bit(7);
  const uint32_t saved = saved_states();
  if ((saved & kYmmState) != kYmmState) return features;
  if (!__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) return features;
  constexpr uint32_t kAvx2 = bit(5);
  constexpr uint32_t kAvx512F = bit(16), kAvx512Dq = bit(17), kAvx512Bw = bit(30), kAvx512Vl = bit(31);
  constexpr uint32_t kAvx512 = kAvx512F | kAvx512Dq | kAvx512Bw | kAvx512Vl;
  features.avx2 = (ebx & kAvx2) != 0;
  features.avx512 = features.avx2 && (ebx & kAvx512) == kAvx512 && (saved & kZmmState) == kZmmState;
  return features;
}
#else
CpuFeatures detect() { return {}; }
#endif

}  // namespace

const CpuFeatures& cpu_features() {
  static const CpuFeatures features = detect();
  return features;
}

}  // namespace spinexr
