import Foundation
import Testing

extension Python {
    /// Whether the interpreter finds modules, none of which is imported for it.
    static func has(_ modules: String) -> Bool {
        guard let path else { return false }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            path, "-c",
            "import sys, importlib.util as u; sys.exit(any(u.find_spec(m.strip()) is None for m in sys.argv[1].split(',')))",
            modules,
        ]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    static let withoutTorch: Comment =
        "SKIPPED, and exported models are not run in PyTorch, which is not there. `make python-frameworks` installs it."
    static let withoutKeras: Comment =
        "SKIPPED, and exported models are not run in Keras, which is not there. `make python-frameworks` installs it."
}
