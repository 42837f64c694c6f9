// swift-tools-version: 6.2
import PackageDescription

// A package that uses the engine as any other would: by version. `make examples` in the folder two above builds
// and runs it, with the URL leading to that folder.
let package = Package(
    name: "evaluate-a-saved-model",
    dependencies: [.package(url: "https://github.com/vae-engine/vae", from: "0.1.0")],
    targets: [
        .executableTarget(
            name: "EvaluateASavedModel",
            dependencies: [
                .product(name: "VAE", package: "vae"), .product(name: "VAEData", package: "vae"),
                .product(name: "VAEEvaluation", package: "vae"),
            ])
    ],
    swiftLanguageModes: [.v6]
)
