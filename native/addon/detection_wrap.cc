#include "addon/detection_wrap.h"

#include <tuple>
#include <type_traits>
#include <utility>

#include "addon/run_worker.h"

namespace spinexr_addon {

namespace {

// The functions take numbers and arrays only, so reading the arguments follows from the C signature; what it
// does not say is how long each array has to be. `Lengths` fills in the elements per argument (0 for
// numbers), from the numbers alone, in int64_t; INT64_MAX refuses.
constexpr int64_t kTooMany = INT64_MAX;

int64_t times(std::initializer_list<int64_t> factors) {
  int64_t product = 1;
  for (const int64_t factor : factors) {
    if (factor < 0 || __builtin_mul_overflow(product, factor, &product)) return kTooMany;
  }
  return product;
}

template <auto kFunction>
struct Call;

template <typename... T, int32_t (*kFunction)(T...)>
struct Call<kFunction> {
  using Arguments = std::tuple<T...>;
  static constexpr size_t kCount = sizeof...(T);
  using Lengths = void (*)(const Arguments& arguments, int64_t* lengths);

  class Worker final : public CoreWorker {
   public:
    explicit Worker(Napi::Env env) : CoreWorker(env, "spinexr.boxes") {}
    Arguments arguments{};

   private:
    int32_t call() override { return std::apply(kFunction, arguments); }
  };

  template <typename U>
  static bool read_scalar(Napi::Value value, U* result) {
    if constexpr (std::is_same_v<U, int32_t>) {
      return read_int32(value, "number", INT32_MIN, INT32_MAX, result);
    } else if constexpr (std::is_floating_point_v<U>) {
      double number = 0;
      if (!read_number(value, "number", &number)) return false;
      *result = static_cast<U>(number);
    }
    return true;
  }

  template <typename U>
  static bool read_array(Napi::Value value, int64_t length, U* result) {
    if constexpr (std::is_pointer_v<U>) {
      using Element = std::remove_pointer_t<U>;
      if (value.IsNull() && std::is_same_v<U, const int32_t*>) return true;  // an optional array
      View view;
      if (length > INT64_MAX / static_cast<int64_t>(sizeof(Element))) {
        throw_invalid(value.Env(), "Expected counts whose products are array lengths.");
        return false;
      }
      if (!read_view(value, "array", static_cast<size_t>(length) * sizeof(Element), alignof(Element),
                     &view)) {
        return false;
      }
      *result = static_cast<U>(view.data);
    }
    return true;
  }

  template <size_t... I>
  static Napi::Value run(const Napi::CallbackInfo& info, Lengths lengths_of, std::index_sequence<I...>) {
    auto worker = std::make_unique<Worker>(info.Env());
    Arguments& arguments = worker->arguments;
    int64_t lengths[kCount] = {};
    if (!(read_scalar(info[I], &std::get<I>(arguments)) && ...)) return info.Env().Undefined();
    lengths_of(arguments, lengths);
    if (!(read_array(info[I], lengths[I], &std::get<I>(arguments)) && ...)) return info.Env().Undefined();
    for (size_t i = 0; i < kCount; ++i) worker->keep(info[i]);
    return worker.release()->start();
  }
};

// name(arguments of the C function): a promise. Arrays are used in place until it settles.
template <auto kFunction>
void add(Napi::Object exports, const char* name, typename Call<kFunction>::Lengths lengths_of) {
  using Target = Call<kFunction>;
  exports.Set(name, Napi::Function::New(
                        exports.Env(),
                        [lengths_of](const Napi::CallbackInfo& info) {
                          return Target::run(info, lengths_of, std::make_index_sequence<Target::kCount>());
                        },
                        name));
}

template <auto kFunction>
using Arguments = typename Call<kFunction>::Arguments;

void set(int64_t* lengths, std::initializer_list<int64_t> values) {
  for (const int64_t value : values) *lengths++ = value;
}

// What features have to hold is said by the array `sides`, so it is read before.
Napi::Value boxes_roi_align(const Napi::CallbackInfo& info) {
  using Target = Call<&spx_boxes_roi_align>;
  int32_t levels = 0, channels = 0;
  View sides, features;
  if (!read_int32(info[3], "levelCount", 1, 16, &levels) ||
      !read_int32(info[4], "channels", 1, 1 << 16, &channels) ||
      !read_view(info[1], "sides", static_cast<size_t>(levels) * 2 * sizeof(int32_t), alignof(int32_t),
                 &sides) ||
      !read_view(info[0], "features", &features)) {
    return info.Env().Undefined();
  }
  int64_t elements = 0;
  for (int32_t l = 0; l < levels; ++l) {
    const int32_t* const side = static_cast<const int32_t*>(sides.data) + l * 2;
    const int64_t level = times({side[0], side[1], channels});
    if (level == kTooMany || __builtin_add_overflow(elements, level, &elements)) elements = kTooMany;
  }
  if (elements > static_cast<int64_t>(features.bytes / sizeof(float))) {
    return throw_invalid(info.Env(), "Argument \"features\": expected all the maps that the sides name.");
  }
  return Target::run(
      info,
      [](const Target::Arguments& a, int64_t* lengths) {
        const auto& [f, s, c, count, channel_count, b, l, n, height, width, ratio, aligned, pooled] = a;
        set(lengths, {0, times({count, 2}), count, 0, 0, times({n, 4}), n, 0, 0, 0, 0, 0,
                      times({n, height, width, channel_count})});
      },
      std::make_index_sequence<Target::kCount>());
}

}  // namespace

void register_detection(Napi::Env env, Napi::Object exports) {
  add<&spx_boxes_iou>(exports, "boxesIou", [](const auto& a, int64_t* lengths) {
    const int64_t n = std::get<1>(a), m = std::get<3>(a);
    set(lengths, {times({n, 4}), 0, times({m, 4}), 0, times({n, m})});
  });
  add<&spx_boxes_anchors>(exports, "boxesAnchors", [](const auto& a, int64_t* lengths) {
    const int64_t sizes = std::get<1>(a), ratios = std::get<3>(a);
    set(lengths,
        {sizes, 0, ratios, 0, 0, 0, 0, 0, times({sizes, ratios, std::get<6>(a), std::get<7>(a), 4})});
  });
  add<&spx_boxes_decode>(exports, "boxesDecode", [](const auto& a, int64_t* lengths) {
    const int64_t n = std::get<2>(a), deltas = times({n, std::get<3>(a), 4});
    set(lengths, {times({n, 4}), deltas, 0, 0, 4, 0, deltas});
  });
  add<&spx_boxes_encode>(exports, "boxesEncode", [](const auto& a, int64_t* lengths) {
    const int64_t all = times({std::get<2>(a), 4});
    set(lengths, {all, all, 0, 4, all});
  });
  add<&spx_boxes_clip>(exports, "boxesClip", [](const auto& a, int64_t* lengths) {
    const int64_t n = std::get<1>(a), all = times({n, 4});
    set(lengths, {all, 0, 0, 0, 0, all, n, 1});
  });
  add<&spx_boxes_top_k>(exports, "boxesTopK", [](const auto& a, int64_t* lengths) {
    const int64_t n = std::get<1>(a);
    set(lengths, {n, 0, 0, 0, n, 1});
  });
  add<&spx_boxes_nms>(exports, "boxesNms", [](const auto& a, int64_t* lengths) {
    const int64_t n = std::get<3>(a);
    set(lengths, {times({n, 4}), n, n, 0, 0, 0, 0, n, 1});
  });
  add<&spx_boxes_soft_nms>(exports, "boxesSoftNms", [](const auto& a, int64_t* lengths) {
    const int64_t n = std::get<3>(a);
    set(lengths, {times({n, 4}), n, n, 0, 0, 0, 0, 0, n, n, 1});
  });
  add<&spx_boxes_assign_levels>(exports, "boxesAssignLevels", [](const auto& a, int64_t* lengths) {
    const int64_t n = std::get<1>(a);
    set(lengths, {times({n, 4}), 0, 0, 0, 0, 0, n});
  });
  exports.Set("boxesRoiAlign", Napi::Function::New(env, boxes_roi_align));
}

}  // namespace spinexr_addon
