// swift-tools-version: 6.2
import PackageDescription

// Plain Swift loops run about twenty times slower without optimisation, and `swift run vae-train`
// is a debug build. Modules whose loops touch every pixel or parameter are therefore optimised in
// debug builds too. From tools version 6.2 a package with these flags can still be depended on by
// version.
let optimisedInDebug: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

// Fuzzing needs every module built with coverage for libFuzzer, and a runtime that normal builds do not have: `make fuzz`
// sets this.
let fuzzing: [Target] =
    Context.environment["VAE_FUZZ"] == nil
    ? []
    : [
        .target(name: "FuzzRuntime", path: "Tests/FuzzRuntime"),
        .executableTarget(
            name: "vae-fuzz", dependencies: ["FuzzRuntime", "ReaderChecks"], path: "Tests/Fuzz",
            exclude: ["Dictionaries"]),
    ]

let package = Package(
    name: "vae",
    products: [
        .library(name: "VAE", targets: ["VAE"]),
        .library(name: "VAEEvaluation", targets: ["VAEEvaluation"]),
        .library(name: "VAEData", targets: ["VAEData"]),
        .library(name: "VAEFigures", targets: ["VAEFigures"]),
        .library(name: "VAEReport", targets: ["VAEReport"]),
        .library(name: "VAEExport", targets: ["VAEExport"]),
        .library(name: "VAERun", targets: ["VAERun"]),
        .executable(name: "vae", targets: ["vae"]),
        .executable(name: "vae-train", targets: ["vae-train"]),
        .executable(name: "vae-bench", targets: ["vae-bench"]),
    ],
    traits: [
        .trait(name: "MPI", description: "Training by several processes, on one machine or many: make mpi.")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        // A server of HTTP that depends on nothing else.
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    ],
    targets: [
        // C libraries, as Debian packages them.
        .systemLibrary(name: "CBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CLAPACKE", pkgConfig: "lapacke", providers: [.apt(["liblapacke-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
        .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
        .systemLibrary(name: "CSPNG", pkgConfig: "spng", providers: [.apt(["libspng-dev"])]),
        .systemLibrary(
            name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // Open MPI's as Debian names it, or that of another library, which make mpi finds.
        .systemLibrary(
            name: "CMPI", pkgConfig: Context.environment["VAE_MPI"] ?? "ompi-c",
            providers: [.apt(["libopenmpi-dev"])]),

        // libcurl's header alone (libcurl4-openssl-dev): the library is opened by the first download.
        .target(name: "CCurl"),

        // The words the libraries share: image sets, errors, digests, files that survive.
        .target(name: "VAECore", dependencies: ["CCrypto", "CZlib"], swiftSettings: optimisedInDebug),

        // The engine.
        .target(name: "CTiles", cSettings: [.unsafeFlags(["-O3"])]),
        .target(
            name: "Kernels",
            dependencies: [
                "CBLAS", "CLAPACKE", "CTiles", .target(name: "CMPI", condition: .when(traits: ["MPI"])),
            ],
            swiftSettings: optimisedInDebug),
        .target(name: "VAE", dependencies: ["Kernels", "VAECore"], swiftSettings: optimisedInDebug),

        // The same mathematics as plain loops, over the same plan.
        .target(
            name: "ReferenceKernels", dependencies: ["Kernels", "VAE", "VAECore"],
            swiftSettings: optimisedInDebug),

        // How good a model is.
        .target(
            name: "VAEEvaluation", dependencies: ["VAE", "VAECore", "Kernels"],
            swiftSettings: optimisedInDebug),

        // What goes in and what comes out.
        .target(
            name: "VAEData", dependencies: ["VAECore", "CSPNG", "CTurboJPEG", "CWebP", "CCurl", "CZip"],
            swiftSettings: optimisedInDebug),
        .target(
            name: "VAEFigures", dependencies: ["VAECore", "CCairo"], swiftSettings: optimisedInDebug),
        // The page's sources become part of the program, which so stays a single file.
        .target(
            name: "VAEReport", dependencies: ["VAE", "VAECore", "VAEEvaluation", "Kernels"],
            resources: [.embedInCode("Page")]),

        // A model in the formats of other programs.
        .target(
            name: "VAEExport", dependencies: ["VAE", "VAECore", "VAEData", "Kernels"],
            swiftSettings: optimisedInDebug),

        // What a run leaves behind, and how to read it again.
        .target(
            name: "VAERun",
            dependencies: [
                "VAE", "VAECore", "VAEData", "VAEEvaluation", "VAEFigures", "VAEReport", "Kernels",
            ]),

        // Several runs on one page: a file, or served while they train.
        .target(
            name: "VAEWatch",
            dependencies: [
                "VAE", "VAECore", "VAEData", "VAEFigures", "VAEReport", "VAERun",
                .product(name: "FlyingFox", package: "FlyingFox"),
            ],
            resources: [.embedInCode("Page")]),

        // Command-line tools, and how they talk to people.
        .target(
            name: "VAEConsole",
            dependencies: [
                "VAECore", "VAEData", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(
            name: "vae",
            dependencies: [
                "VAE", "VAECore", "VAEConsole", "VAEData", "VAEEvaluation", "VAEExport", "VAEFigures",
                "VAEReport", "VAERun", "VAETrain", "VAEWatch", "Kernels", "ReferenceKernels",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .target(
            name: "VAETrain",
            dependencies: [
                "VAE", "VAECore", "VAEConsole", "VAEData", "VAERun", "VAEWatch", "Kernels",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .executableTarget(name: "vae-train", dependencies: ["VAETrain"]),
        .executableTarget(
            name: "vae-bench",
            dependencies: [
                "VAE", "VAECore", "VAEConsole", "VAEData", "VAEEvaluation", "Kernels", "ReferenceKernels",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Benchmarks/vae-bench"),

        .testTarget(name: "KernelsTests", dependencies: ["Kernels", "ReferenceKernels", "VAE"]),
        // Ranks that are threads of one process.
        .target(name: "RankSupport", dependencies: ["Kernels"], path: "Tests/RankSupport"),
        // Replaces malloc in the test process, to count what a training step allocates.
        .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
        .testTarget(
            name: "VAETests",
            dependencies: [
                "VAE", "VAECore", "VAEEvaluation", "Kernels", "ReferenceKernels", "AllocationCounter",
                "RankSupport",
            ],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "VAEEvaluationTests",
            dependencies: ["VAEEvaluation", "VAE", "VAECore", "VAEData", "Kernels"],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "VAEDataTests", dependencies: ["VAEData", "VAECore", "ReaderChecks", "CZlib"],
            resources: [.copy("Golden")]),
        .testTarget(name: "VAEFiguresTests", dependencies: ["VAEFigures", "VAECore"]),
        .testTarget(
            name: "VAEReportTests",
            dependencies: [
                "VAEReport", "VAEWatch", "VAERun", "VAE", "VAECore", "VAEData", "VAEFigures",
            ]),
        .testTarget(
            name: "VAEExportTests",
            dependencies: ["VAEExport", "VAERun", "VAE", "VAECore", "VAEData", "Kernels"],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "VAERunTests",
            dependencies: [
                "VAERun", "VAE", "VAECore", "VAEData", "VAEEvaluation", "VAEFigures", "VAEReport", "Kernels",
                "RankSupport",
            ],
            resources: [.copy("Golden")]),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "VAE", "VAECore", "VAEData", "VAEEvaluation", "VAEExport", "VAEReport", "VAERun", "Kernels",
                "vae",
                "vae-train", "vae-bench",
            ]),
        // The code of the documentation, which sees what another package sees.
        .testTarget(
            name: "DocumentationTests",
            dependencies: ["VAE", "VAEData", "VAEExport", "VAEFigures", "VAERun"],
            packageAccess: false),

        // What must hold of every reader for any bytes, for the tests and for `make fuzz`.
        .target(
            name: "ReaderChecks",
            dependencies: ["VAE", "VAECore", "VAEData", "VAEReport", "VAERun", "CZlib"],
            path: "Tests/ReaderChecks"),
        .testTarget(
            name: "ReaderTests", dependencies: ["ReaderChecks", "VAE", "VAECore", "VAEData", "VAERun"],
            resources: [.copy("Findings")]),
    ] + fuzzing,
    swiftLanguageModes: [.v6]
)

// `VAE_ONLY=Kernels swift test` builds and runs the tests of one module: without it all modules and tools are built first,
// whatever the filter says.
if let module = Context.environment["VAE_ONLY"] {
    guard package.targets.contains(where: { $0.name == "\(module)Tests" }) else {
        fatalError("VAE_ONLY: there are no tests called \(module)Tests")
    }
    func names(_ target: Target) -> [String] {
        target.dependencies.compactMap { dependency in
            switch dependency {
            case .byNameItem(let name, _), .targetItem(let name, _): name
            default: nil
            }
        }
    }
    var needed = Set([module, "\(module)Tests"])
    while true {
        let more = package.targets.filter { needed.contains($0.name) }.flatMap(names)
        guard !needed.isSuperset(of: more) else { break }
        needed.formUnion(more)
    }
    package.targets.removeAll { !needed.contains($0.name) }
    // Dependencies stay, or their versions would be chosen anew by the next build.
    package.products = []
}
