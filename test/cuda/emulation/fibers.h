// The threads of one block as fibers on one thread of the processor: each runs until it waits for the others.
#ifndef SPINEXR_TEST_CUDA_EMULATION_FIBERS_H_
#define SPINEXR_TEST_CUDA_EMULATION_FIBERS_H_

#include <stddef.h>
#include <stdint.h>

#include <functional>

namespace spinexr::cuda::emulation {

enum class Order { kForward, kReverse, kRandom };
// SPINEXR_EMULATION_ORDER: forward (default), reverse or random, the last with a seed of its own behind a
// colon.
Order thread_order();
// A number below `count`, of the generator behind Order::kRandom.
uint32_t random_below(uint32_t count);

// Runs `body` in `count` fibers (a multiple of 32) to their ends.
void run_block(uint32_t count, const std::function<void()>& body);
// The number of the fiber that runs.
uint32_t fiber_index();
// Until all fibers of the block have come here.
void sync_block();
// Until all fibers of this one's warp have come here, with the same name.
void sync_lanes(const char* name);

// Says what is wrong and ends the process.
[[noreturn]] void violation(const char* sentence);

}  // namespace spinexr::cuda::emulation

#endif  // SPINEXR_TEST_CUDA_EMULATION_FIBERS_H_
