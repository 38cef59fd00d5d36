#ifndef SPINEXR_BASE_CPU_COUNT_H_
#define SPINEXR_BASE_CPU_COUNT_H_

namespace spinexr {

// Processors this process may use, at least 1: the affinity mask, cut by the CPU quota of its control groups
// (v2 and v1, rounded up). 1 in WebAssembly, where only the host knows.
int cpu_count();

}  // namespace spinexr

#endif  // SPINEXR_BASE_CPU_COUNT_H_
