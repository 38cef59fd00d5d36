// Which kernel sets this build has (SPX_HAVE_* from native/sources.json), which of them this processor runs,
// best first.
#include <string.h>

#include "base/cpu_features.h"
#include "kernel_table.h"

namespace spinexr {
namespace {

struct Candidate {
  const KernelTable* table;
  bool (*runs_here)();
};

[[maybe_unused]] bool always() { return true; }
[[maybe_unused]] bool has_avx2() { return cpu_features().avx2; }
[[maybe_unused]] bool has_avx512() { return cpu_features().avx512; }

const Candidate kCandidates[] = {
#ifdef SPX_HAVE_AVX512
    {&avx512::kTable, has_avx512},
#endif
#ifdef SPX_HAVE_AVX2
    {&avx2::kTable, has_avx2},
#endif
#ifdef SPX_HAVE_NEON
    {&neon::kTable, always},  // part of every 64-bit Arm processor
#endif
#ifdef SPX_HAVE_WASM_RELAXED
    {&wasm_relaxed::kTable, always},  // the loader picks the module that the host compiles
#endif
#ifdef SPX_HAVE_WASM_SIMD
    {&wasm_simd::kTable, always},
#endif
    {&reference::kTable, always},
};

struct Names {
  char text[128] = "";
  Names() {
    for (const Candidate& candidate : kCandidates) {
      if (!candidate.runs_here()) continue;
      if (text[0] != '\0') strcat(text, " ");
      strcat(text, candidate.table->name);
    }
  }
};

}  // namespace

const KernelTable* select_kernels(const char* isa) {
  const bool any = isa == nullptr || isa[0] == '\0';
  for (const Candidate& candidate : kCandidates) {
    if ((any || strcmp(isa, candidate.table->name) == 0) && candidate.runs_here()) return candidate.table;
  }
  return nullptr;
}

const char* kernel_names() {
  static const Names names;
  return names.text;
}

}  // namespace spinexr
