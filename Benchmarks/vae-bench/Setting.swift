import Foundation
import Kernels
import VAE
import VAECore

/// The conditions that the numbers depend on besides the code: machine, libraries, compiler.
enum Setting {
    /// The compiler's version, as far as conditional compilation can tell.
    static var swiftVersion: String {
        #if compiler(>=6.5)
            "6.5 or later"
        #elseif compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "before 6.3"
        #endif
    }

    /// "debug" or "release". The modules with hot loops are optimised in both.
    static var build: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    /// The options that the engine is compiled with, as Package.swift has them for both builds.
    static let flags = "-O with overflow and bounds checks; tiles -O3"

    /// The variables of the environment that change what OpenBLAS does, with their values.
    static var blasEnvironment: [String: String] {
        ProcessInfo.processInfo.environment.filter { $0.key.hasPrefix("OPENBLAS_") }
    }

    /// Tasks that ran on the machine on average in the minute before this program, as the kernel counts them.
    static let loadAtStart: Double = {
        var load = 0.0
        return getloadavg(&load, 1) == 1 ? load : 0
    }()

    /// The lines above the table: a name and a line or two for each thing.
    static func head(_ workload: Workload, threads: Int) -> String {
        var blas =
            trimmed(OpenBLAS.configuration)
            + "\nkernels \(OpenBLAS.choice.phrase.escapingControlCharacters())"
        for (name, value) in blasEnvironment.sorted(by: { $0.key < $1.key }) {
            blas += "\n\(name)=\(value) set by the environment"
        }
        var machine = "\(trimmed(Machine.processorName)), \(count(Machine.physicalCores, "physical core"))"
        if loadAtStart >= 0.5 {
            machine += "\nload \(number(loadAtStart, 1)) at the start: other programs slow this one down"
        }
        let tiles =
            Products.instructionSet
            ?? "none for this processor: all products by im2col and sgemm"
        let model = workload.model
        let filters = (model.encoderFilters + model.decoderFilters).map(String.init).joined(separator: ", ")
        let likelihood = model.likelihood == .bernoulli ? "" : "\(model.likelihood.rawValue), "
        let shape =
            "\(model.imageShape), filters \(filters), \(model.encoderUnits[0]) hidden units, \(likelihood)"
        let size = "\(number(Double(workload.parameterCount))) parameters, "
        let flop = number(Double(workload.flopPerImage) / 1e6, 1)
        let images = number(Double(workload.images.count))
        let lines = [
            ("machine", machine),
            ("threads", "\(threads)"),
            ("blas", blas),
            ("tiles", tiles),
            ("build", "Swift \(swiftVersion), \(build), \(flags)"),
            ("model", "\(shape)\(model.latentSize) latents\n\(size)\(flop) MFLOP to train on an image"),
            ("data", "\(images) images, batches of \(Workload.batch): \(workload.source)"),
        ]
        let indent = String(repeating: " ", count: 10)
        return lines.map { name, text in
            (name + indent).prefix(indent.count) + text.replacingOccurrences(of: "\n", with: "\n" + indent)
                + "\n"
        }.joined() + "\n"
    }

    private static func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespaces) }
}
