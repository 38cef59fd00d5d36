// Network inputs on the emulated device against image/resample.cpp, bit for bit. The argument "small" leaves
// out the largest pictures.
#include <math.h>
#include <string.h>

#include "cpp/plan_builder.h"
#include "cuda/kernels/image_plan.h"
#include "cuda/runtime/buffer.h"

namespace spinexr::test {
namespace {

Random numbers(77);

struct Size {
  int32_t height, width, padded_height, padded_width;
};

class Device {
 public:
  explicit Device(size_t bytes) { EXPECT(memory_.allocate(bytes, "a test") == Status::OK); }
  Device(const void* data, size_t bytes) : Device(bytes) { memcpy(memory_.data(), data, bytes); }
  uint8_t* data() const { return memory_.data(); }

 private:
  cuda::DeviceBuffer memory_;
};

void test(int32_t type, int32_t height, int32_t width, const std::vector<Size>& sizes) {
  std::vector<uint8_t> levels(type < 2 ? 256 : 65536), samples;
  for (uint8_t& level : levels) level = static_cast<uint8_t>(numbers.below(256));
  const image::Picture shape{nullptr, type, height, width, levels.data()};
  EXPECT(cuda::image_level_bytes(shape) == levels.size());
  samples.resize(cuda::image_sample_bytes(shape));
  // Edges and the ends of the type as well as noise.
  const int kind = numbers.below(3);
  for (uint8_t& byte : samples)
    byte = static_cast<uint8_t>(kind == 0 ? numbers.below(256) : kind == 1 ? numbers.below(2) * 255 : 128);
  const image::Picture picture{samples.data(), type, height, width, levels.data()};

  const int32_t count = static_cast<int32_t>(sizes.size());
  std::vector<spx_image_input> inputs;
  for (const Size& s : sizes) {
    spx_image_input input{s.height, s.width, s.padded_height, s.padded_width, {}, {}, nullptr};
    for (int c = 0; c < 3; ++c) {
      input.mean[c] = numbers.real() * 200;
      input.std[c] = numbers.real() * 70 + 71;
    }
    inputs.push_back(input);
  }

  cuda::ImagePlan plan;
  EXPECT(plan.prepare(picture, inputs.data(), count) == Status::OK);
  const Device device_samples(samples.data(), samples.size()), device_levels(levels.data(), levels.size());
  const Device constants(plan.constant_bytes()), scratch(plan.scratch_bytes());
  plan.write_constants(constants.data(), constants.data(), scratch.data());
  std::vector<cuda::DeviceBuffer> tensors(sizes.size());
  std::vector<float*> addresses;
  for (int32_t i = 0; i < count; ++i) {
    cuda::DeviceBuffer& tensor = tensors[static_cast<size_t>(i)];
    EXPECT(tensor.allocate(plan.tensor_bytes(i), "a tensor") == Status::OK);
    addresses.push_back(reinterpret_cast<float*>(tensor.data()));
  }
  cuda::Stream stream;
  EXPECT(cuda::stream_create(&stream) == Status::OK);
  EXPECT(plan.enqueue(stream, device_samples.data(), device_levels.data(), constants.data(),
                      addresses.data()) == Status::OK);
  EXPECT(cuda::synchronize(stream) == Status::OK);
  cuda::stream_destroy(stream);

  std::vector<image::Target> targets;
  std::vector<std::vector<float>> expected;
  for (int32_t i = 0; i < count; ++i) {
    const spx_image_input& input = inputs[static_cast<size_t>(i)];
    expected.emplace_back(plan.tensor_bytes(i) / sizeof(float));
    targets.push_back({input.height, input.width, nullptr, expected.back().data(), input.padded_height,
                       input.padded_width, input.mean, input.std});
  }
  EXPECT(image::resample(reference::kTable, image::Workers(nullptr), picture, targets.data(), count));
  for (size_t i = 0; i < expected.size(); ++i)
    EXPECT(memcmp(tensors[i].data(), expected[i].data(), expected[i].size() * sizeof(float)) == 0);
}

}  // namespace
}  // namespace spinexr::test

int main(int argc, char** argv) {
  using namespace spinexr::test;
  for (int32_t type = 0; type < 4; ++type) {
    test(type, 1, 1, {{1, 1, 1, 1}});
    test(type, 1, 1, {{5, 3, 6, 3}});
    test(type, 37, 53, {{16, 16, 16, 16}, {37, 53, 64, 64}, {91, 7, 91, 11}});
    test(type, 64, 128, {{32, 32, 32, 37}});
    test(type, 3, 1001, {{3, 10, 5, 10}, {1, 1, 1, 1}});
    test(type, 203, 2, {{17, 300, 17, 300}});
    test(type, 2, 12289, {{2, 301, 3, 302}});  // wider than shared memory holds
  }
  if (argc < 2 || strcmp(argv[1], "small") != 0) {
    test(2, 500, 601, {{224, 224, 224, 224}, {400, 480, 416, 512}});
    test(3, 250, 300, {{800, 960, 800, 1088}});
  }
  printf("pictures on the emulated device: good\n");
  return 0;
}
