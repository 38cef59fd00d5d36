#include "picture_maker.h"

#include <string.h>

#include <algorithm>

#include "base/cpu_count.h"

namespace spinexr::cuda {
namespace {

constexpr int kMostThreads = 4;  // the samples are copied, and looked at for their range: memory is the limit
constexpr size_t kMostKnown = 16;   // tensors: the inputs of a few pictures
constexpr size_t kPiece = 1 << 20;  // of a copy

size_t place(size_t* end, size_t bytes) {
  const size_t offset = *end;
  *end += (bytes + 255) / 256 * 256;
  return offset;
}

void copy(const image::Workers& workers, uint8_t* target, const void* source, size_t bytes) {
  workers.for_each(static_cast<int64_t>((bytes + kPiece - 1) / kPiece), [&](int64_t piece, int) {
    const size_t first = static_cast<size_t>(piece) * kPiece;
    memcpy(target + first, static_cast<const uint8_t*>(source) + first, std::min(kPiece, bytes - first));
  });
}

}  // namespace

Status PictureMaker::start() {
  SPX_TRY(pool_.start(std::min(kMostThreads, cpu_count())));
  return stream_create(&stream_);
}

// A picture may still be travelling from memory that is about to be given back.
PictureMaker::~PictureMaker() {
  if (stream_ == nullptr || synchronize(stream_) != Status::OK) return;
  stream_destroy(stream_);
}

template <class Buffer>
Status PictureMaker::reserve(Buffer* buffer, size_t bytes, const char* what) {
  return buffer->size() >= bytes ? Status::OK : buffer->allocate(bytes, what);
}

// A tensor that only this list holds has been read: runs end before they let go of their inputs.
Status PictureMaker::take_tensor(size_t bytes, Tensor* tensor) {
  const auto free_one = [&](const Tensor& known) {
    return known.use_count() == 1 && known->memory.size() == bytes;
  };
  const auto found = std::find_if(known_.begin(), known_.end(), free_one);
  if (found != known_.end()) {
    *tensor = *found;
    known_.erase(found);
  } else {
    *tensor = std::make_shared<DeviceTensor>();
    SPX_TRY((*tensor)->memory.allocate(bytes, "an input of a network"));
    SPX_TRY(event_create(&(*tensor)->ready));
  }
  known_.push_back(*tensor);
  if (known_.size() > kMostKnown) known_.erase(known_.begin());
  return Status::OK;
}

Status PictureMaker::make(const image::Samples& samples, const spx_voi* voi, const spx_image_input* inputs,
                          int32_t count, int32_t* conversion,
                          std::vector<std::shared_ptr<const DeviceTensor>>* tensors) {
  tensors->clear();
  SPX_TRY(image::check_pointers("image_inputs", samples.pixels && inputs && conversion));
  SPX_TRY(image::check_sides("the picture", samples.height, samples.width));
  SPX_TRY(image::check_inputs(inputs, count, samples.height));
  const std::lock_guard<std::mutex> lock(mutex_);
  const image::Workers workers(&pool_);
  image::GreyPicture grey;
  SPX_TRY(grey.assign(samples, voi, workers, conversion));
  ImagePlan plan;
  SPX_TRY(plan.prepare(grey.picture(), inputs, count));
  size_t end = 0;
  const size_t sample_bytes = image_sample_bytes(grey.picture());
  const size_t pixels = place(&end, sample_bytes);
  const size_t levels = place(&end, image_level_bytes(grey.picture()));
  const size_t constants = place(&end, plan.constant_bytes());
  // The picture before this one may still be travelling.
  SPX_TRY(synchronize(stream_));
  SPX_TRY(reserve(&staging_, end, "a picture"));
  SPX_TRY(reserve(&arrived_, end, "a picture"));
  SPX_TRY(reserve(&scratch_, plan.scratch_bytes(), "a picture"));
  copy(workers, staging_.data() + pixels, grey.picture().samples, sample_bytes);
  memcpy(staging_.data() + levels, grey.picture().levels, image_level_bytes(grey.picture()));
  plan.write_constants(staging_.data() + constants, arrived_.data() + constants, scratch_.data());
  std::vector<Tensor> made(static_cast<size_t>(count));
  std::vector<float*> targets;
  for (int32_t i = 0; i < count; ++i) {
    Tensor& tensor = made[static_cast<size_t>(i)];
    SPX_TRY(take_tensor(plan.tensor_bytes(i), &tensor));
    targets.push_back(reinterpret_cast<float*>(tensor->memory.data()));
  }
  SPX_TRY(copy_to_device(arrived_.data(), staging_.data(), end, stream_));
  SPX_TRY(plan.enqueue(stream_, arrived_.data() + pixels, arrived_.data() + levels,
                       arrived_.data() + constants, targets.data()));
  for (const Tensor& tensor : made) SPX_TRY(event_record(tensor->ready, stream_));
  tensors->assign(made.begin(), made.end());
  return Status::OK;
}

}  // namespace spinexr::cuda
