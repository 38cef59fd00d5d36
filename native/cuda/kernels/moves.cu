#include "cuda/device/cuda.h"
#include "cuda/device/half.h"
#include "cuda/runtime/launch.h"
#include "moves.h"

namespace spinexr::cuda {
namespace {

constexpr int kMost = 16;  // moves of one launch: kernel arguments are small
struct Moves {
  Move moves[kMost];
};

// Block row y does move y.
__global__ void move_all(Moves all) {
  begin_kernel();
  const Move move = all.moves[blockIdx.y];
  const uint64_t misaligned =
      (reinterpret_cast<uintptr_t>(move.source) | reinterpret_cast<uintptr_t>(move.target)) % 16;
  const uint64_t vectors = misaligned == 0 ? move.bytes / 16 : 0;
  using Vector = Vec<float>;
  const Vector* const source = reinterpret_cast<const Vector*>(move.source);
  Vector* const target = reinterpret_cast<Vector*>(move.target);
  for (uint64_t i = static_cast<uint64_t>(thread_index()); i < vectors;
       i += static_cast<uint64_t>(thread_count()))
    target[i] = source[i];
  for (uint64_t i = vectors * 16 + static_cast<uint64_t>(thread_index()); i < move.bytes;
       i += static_cast<uint64_t>(thread_count()))
    move.target[i] = move.source[i];
}

}  // namespace

Status enqueue_moves(Stream stream, const std::vector<Move>& moves) {
  for (size_t first = 0; first < moves.size(); first += kMost) {
    Moves part = {};
    uint64_t longest = 0;
    uint32_t count = 0;
    for (; count < kMost && first + count < moves.size(); ++count) {
      part.moves[count] = moves[first + count];
      longest = longest > part.moves[count].bytes ? longest : part.moves[count].bytes;
    }
    LaunchShape shape = launch_over(static_cast<int64_t>(longest + 15) / 16, 256, 512);
    if (longest == 0) continue;
    shape.grid.y = count;
    SPX_TRY(launch(stream, shape, move_all, part));
  }
  return Status::OK;
}

}  // namespace spinexr::cuda
