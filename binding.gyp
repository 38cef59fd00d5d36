# The CPU addon for people who have node-gyp and no CMake. Files and flags come from native/sources.json, as in
# CMakeLists.txt. A target per kernel set, because each has flags of its own.
{
  "variables": {
    "s": "const s=require('./native/sources.json');",
  },
  "target_defaults": {
    "default_configuration": "Release",
    "include_dirs": ["native", "<!(node -p \"require('node-addon-api').include_dir\")"],
    "cflags!": ["-O2", "-fomit-frame-pointer"],
    "cflags_cc!": ["-O2", "-frtti", "-fexceptions", "-std=gnu++17", "-std=gnu++20"],
    "cflags_cc": ["-std=c++20", "-O3", "-fno-exceptions", "-fvisibility=hidden", "-Wall", "-Wextra", "-Wno-cast-function-type",
                  "<!@(node -p \"<(s) s.flags.join(' ')\")"],
    "xcode_settings": {
      "CLANG_CXX_LANGUAGE_STANDARD": "c++20",
      "GCC_OPTIMIZATION_LEVEL": "3",
      "GCC_ENABLE_CPP_EXCEPTIONS": "NO",
      "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
      "OTHER_CPLUSPLUSFLAGS": ["<!@(node -p \"<(s) s.flags.join(' ')\")"],
    },
  },
  "targets": [
    {
      "target_name": "spx_reference",
      "type": "static_library",
      "sources": ["<!@(node -p \"<(s) s.isa.reference.sources.map(f=>'native/'+f).join(' ')\")"],
    },
    {
      "target_name": "spinexr",
      "sources": ["<!@(node -p \"<(s) s.core.concat(s.addon).map(f=>'native/'+f).join(' ')\")"],
      "defines": ["NAPI_VERSION=8", "NAPI_DISABLE_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED",
                  "NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS", "SPX_HAVE_REFERENCE"],
      "dependencies": ["spx_reference"],
      "conditions": [
        ["target_arch=='x64'", {
          "defines": ["SPX_HAVE_AVX2", "SPX_HAVE_AVX512"],
          "dependencies": ["spx_avx2", "spx_avx512"],
        }],
        ["target_arch=='arm64'", {
          "defines": ["SPX_HAVE_NEON"],
          "dependencies": ["spx_neon"],
        }],
        ["OS=='linux'", {
          "ldflags": ["-static-libstdc++", "-static-libgcc", "-Wl,--exclude-libs,ALL", "-Wl,-z,now"],
        }],
      ],
    },
  ],
  "conditions": [
    ["target_arch=='x64'", {
      "targets": [
        {
          "target_name": "spx_avx2",
          "type": "static_library",
          "sources": ["<!@(node -p \"<(s) s.isa.avx2.sources.map(f=>'native/'+f).join(' ')\")"],
          "cflags_cc": ["<!@(node -p \"<(s) s.isa.avx2.flags.join(' ')\")"],
          "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["<!@(node -p \"<(s) s.isa.avx2.flags.join(' ')\")"]},
        },
        {
          "target_name": "spx_avx512",
          "type": "static_library",
          "sources": ["<!@(node -p \"<(s) s.isa.avx512.sources.map(f=>'native/'+f).join(' ')\")"],
          "cflags_cc": ["<!@(node -p \"<(s) s.isa.avx512.flags.join(' ')\")"],
          "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["<!@(node -p \"<(s) s.isa.avx512.flags.join(' ')\")"]},
        },
      ],
    }],
    ["target_arch=='arm64'", {
      "targets": [
        {
          "target_name": "spx_neon",
          "type": "static_library",
          "sources": ["<!@(node -p \"<(s) s.isa.neon.sources.map(f=>'native/'+f).join(' ')\")"],
        },
      ],
    }],
  ],
}
