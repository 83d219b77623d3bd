// swift-tools-version: 6.2
import PackageDescription

/// Settings of Swift targets that run on hosts only.
///
/// Every use of memory that the compiler cannot check is marked.
let hostSettings: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatWarning("StrictMemorySafety", as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]
/// Settings of all other Swift targets: with the check that keeps them compilable as Embedded Swift.
let swiftSettings: [SwiftSetting] =
  hostSettings + [.treatWarning("EmbeddedRestrictions", as: .error)]

/// The dependency arrows of ARCHITECTURE.md; data flows from left to right.
let package = Package(
  name: "qstyle",
  products: [
    .library(name: "QuantVGG", targets: ["QuantVGG"]),
    .library(name: "Optim", targets: ["Optim"]),
    .library(name: "StyleTransfer", targets: ["StyleTransfer"]),
    .library(name: "ImageIO", targets: ["ImageIO"]),
    .library(name: "FileOutput", targets: ["FileOutput"]),
    .library(name: "FileNames", targets: ["FileNames"]),
    .executable(name: "quantize", targets: ["quantize"]),
  ],
  targets: [
    // C: SIMD micro-kernels and thin shims of C libraries.
    .target(name: "CQuantKernels"),
    .target(name: "CSystem"),
    .target(name: "CBuiltInWeights"),
    .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CJPEG", providers: [.apt(["libjpeg62-turbo-dev"])]),
    .systemLibrary(name: "CWebP", providers: [.apt(["libwebp-dev"])]),
    .systemLibrary(name: "CLCMS", providers: [.apt(["liblcms2-dev"])]),
    .target(
      name: "CImageIO", dependencies: ["CPNG", "CJPEG", "CWebP", "CLCMS"],
      linkerSettings: ["png16", "z", "jpeg", "webp", "lcms2", "m"].map { .linkedLibrary($0) }),
    .systemLibrary(name: "CEvent", providers: [.apt(["libevent-dev"])]),
    .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    // The static libraries: programs that do not serve load nothing more.
    .target(
      name: "CService", dependencies: ["CEvent", "CSQLite"], exclude: ["page"],
      linkerSettings: [":libevent_core.a", ":libsqlite3.a", "m"].map { .linkedLibrary($0) }),
    // The libraries.
    .target(name: "FileNames", dependencies: ["CSystem"], swiftSettings: swiftSettings),
    .target(name: "JSONText", swiftSettings: swiftSettings),
    .target(name: "Rows", dependencies: ["CSystem"], swiftSettings: swiftSettings),
    .target(
      name: "QuantVGG",
      dependencies: ["Rows", "JSONText", "FileNames", "CQuantKernels", "CSystem"],
      swiftSettings: swiftSettings),
    .target(name: "Optim", dependencies: ["Rows"], swiftSettings: swiftSettings),
    .target(
      name: "FileOutput", dependencies: ["FileNames", "CSystem"], swiftSettings: swiftSettings),
    .target(
      name: "StyleTransfer",
      dependencies: [
        "Rows", "QuantVGG", "Optim", "ImageIO", "FileOutput", "FileNames", "CSystem",
        "CBuiltInWeights",
      ],
      swiftSettings: swiftSettings),
    .target(
      name: "ImageIO", dependencies: ["CImageIO", "CSystem", "FileOutput", "FileNames"],
      swiftSettings: swiftSettings),
    .target(
      name: "QualityReport",
      dependencies: ["StyleTransfer", "QuantVGG", "ImageIO", "CommandOptions", "CSystem"],
      swiftSettings: swiftSettings),
    // The commands.
    .target(
      name: "CommandOptions", dependencies: ["JSONText", "FileNames", "CSystem"],
      swiftSettings: swiftSettings),
    .target(
      name: "Service",
      dependencies: [
        "CService", "CommandOptions", "JSONText", "FileOutput", "FileNames", "CSystem",
      ],
      swiftSettings: swiftSettings),
    .systemLibrary(
      name: "CHDF5", path: "Tools/quantize/CHDF5", providers: [.apt(["libhdf5-dev"])]),
    .systemLibrary(
      name: "CMatIO", path: "Tools/quantize/CMatIO", providers: [.apt(["libmatio-dev"])]),
    .systemLibrary(
      name: "CZlib", path: "Tools/quantize/CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "CModelFiles", dependencies: ["CHDF5", "CMatIO"], path: "Tools/quantize/CModelFiles",
      linkerSettings: ["hdf5_serial", "matio"].map { .linkedLibrary($0) }),
    .target(
      name: "QuantizeCore",
      dependencies: [
        "Rows", "QuantVGG", "Optim", "StyleTransfer", "QualityReport", "FileOutput", "FileNames",
        "CommandOptions", "CModelFiles", "CZlib", "CSystem",
      ],
      path: "Tools/quantize/Core", swiftSettings: hostSettings),
    .executableTarget(
      name: "quantize",
      dependencies: [
        "QuantizeCore", "Rows", "QuantVGG", "StyleTransfer", "QualityReport", "ImageIO",
        "FileOutput", "FileNames", "CommandOptions", "CSystem",
      ],
      path: "Tools/quantize/Command", swiftSettings: hostSettings),
    // The tests.
    .target(
      name: "TestSupport", dependencies: ["Rows", "FileNames", "CSystem", "StyleTransfer"],
      path: "Tests/TestSupport"),
    .target(name: "KernelModels", dependencies: ["CQuantKernels"], path: "Tests/KernelModels"),
    .testTarget(
      name: "QuantVGGTests",
      dependencies: [
        "Rows", "QuantVGG", "CQuantKernels", "KernelModels", "StyleTransfer", "TestSupport",
        "FileNames", "CSystem",
      ]),
    .testTarget(
      name: "StyleTransferTests",
      dependencies: [
        "StyleTransfer", "Rows", "QuantVGG", "Optim", "ImageIO", "FileOutput", "FileNames",
        "CommandOptions", "CSystem", "TestSupport",
      ]),
    .testTarget(name: "OptimTests", dependencies: ["Optim", "Rows", "TestSupport"]),
    .testTarget(
      name: "CommandOptionsTests",
      dependencies: ["CommandOptions", "JSONText", "FileNames", "TestSupport"]),
    .testTarget(
      name: "QuantizeTests",
      dependencies: [
        "QuantizeCore", "Rows", "QuantVGG", "StyleTransfer", "Optim", "TestSupport", "FileOutput",
        "FileNames", "CModelFiles", "CSystem",
      ],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "QualityReportTests",
      dependencies: ["QualityReport", "CommandOptions", "ImageIO", "FileNames"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "ImageIOTests",
      dependencies: ["ImageIO", "FileOutput", "FileNames", "CSystem", "TestSupport"],
      exclude: ["Fixtures"]),
  ],
  swiftLanguageModes: [.v6]
)

/// What the program is made of.
let programParts: [Target.Dependency] = [
  "Rows", "QuantVGG", "Optim", "StyleTransfer", "ImageIO", "QualityReport", "Service",
  "FileOutput", "FileNames", "CommandOptions", "CSystem",
]
// One program at a time has the commands: make mpi sets QSTYLE_MPI to the name that pkg-config has for an MPI.
if let library = Context.environment["QSTYLE_MPI"] {
  package.products.append(.executable(name: "qstyle-mpi", targets: ["qstyle-mpi"]))
  package.targets += [
    .systemLibrary(
      name: "CMPILibrary", pkgConfig: library, providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "CMPI", dependencies: ["CMPILibrary"]),
    .executableTarget(
      name: "qstyle-mpi", dependencies: programParts + ["CMPI"], path: "Sources/qstyle",
      exclude: ["Program"], swiftSettings: swiftSettings),
  ]
} else {
  package.products.append(.executable(name: "qstyle", targets: ["qstyle"]))
  package.targets.append(
    .executableTarget(
      name: "qstyle", dependencies: programParts, exclude: ["Cluster/Program"],
      swiftSettings: swiftSettings))
}

// Scripts/fuzz sets it; ordinary builds need neither libFuzzer nor the sanitizers.
if Context.environment["QSTYLE_FUZZER"] != nil {
  package.targets += [
    .target(name: "CFuzz", dependencies: ["CModelFiles"], path: "Tests/Fuzz/CFuzz"),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "CFuzz", "CommandOptions", "CSystem", "FileNames", "FileOutput", "ImageIO", "JSONText",
        "Optim", "QuantVGG", "QuantizeCore", "Service", "StyleTransfer",
      ],
      path: "Tests/Fuzz",
      exclude: ["CFuzz", "Corpus", "Dictionaries", "make-corpus.py", "targets.txt"],
      swiftSettings: hostSettings + [.unsafeFlags(["-parse-as-library"])]),
  ]
}

// Tests call far more than they compute: not optimised, they are compiled in half the time.
for target in package.targets where target.type == .test {
  target.swiftSettings = [.unsafeFlags(["-Onone"])]
}
// Checks that need some of them name those; the others would be built for nothing.
if let names = Context.environment["QSTYLE_TESTS"]?.split(separator: " ") {
  package.targets.removeAll { $0.type == .test && !names.contains($0.name[...]) }
}
