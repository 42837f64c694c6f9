import Foundation
import VAE
import VAECore

/// Results on file, and what is faster or slower now.
struct Comparison {
    let path: String
    let before: Report

    /// Bytes of the longest file: one with everything in it has some 50 KB.
    private static let longestFile = 1 << 22

    /// The results at `path`, or those of this processor where it is a folder; nil where that has none.
    /// - Throws: `missingInput`, `inputOutput`, or `invalidData` for a file that is not `vae-bench`'s.
    static func find(_ path: String) throws(VAEError) -> Comparison? {
        guard Folder.exists(path) else { return try Comparison(path: path) }
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw VAEError(.missingInput, path, "can't be read", expected: "a folder of results")
        }
        for name in files.sorted() where name.hasSuffix(".json") {
            let file = "\(path)/\(name)"
            let origin = try decode(Origin.self, file)
            if origin.format == Report.currentFormat, origin.machine.processor == Machine.processorName,
                origin.build.tiles == Products.instructionSet
            {
                return try Comparison(path: file)
            }
        }
        return nil
    }

    private init(path: String) throws(VAEError) {
        let format = try Self.decode(Origin.self, path).format
        guard format == Report.currentFormat else {
            throw VAEError(
                .invalidData, path, "holds results of another format",
                expected: "format \(Report.currentFormat)", found: "\(format)",
                advice: "Record them anew, with --json.")
        }
        self.path = path
        before = try Self.decode(Report.self, path)
    }

    /// The part of a results file that tells whose results it holds.
    private struct Origin: Decodable {
        let format: Int
        let machine: Machine
        let build: Build
        struct Machine: Decodable { let processor: String }
        struct Build: Decodable { let tiles: String? }
    }

    private static func decode<T: Decodable>(_ type: T.Type, _ path: String) throws(VAEError) -> T {
        let bytes = try DurableFile.read(path, limit: longestFile)
        do {
            return try Report.decoder.decode(type, from: Data(bytes))
        } catch {
            throw VAEError(
                .invalidData, path, "does not hold results of vae-bench", expected: "what --json writes",
                advice: "Record them anew, with --json.")
        }
    }

    /// The name of the file, in a folder of results, for those of this processor: "amd-epyc-9354-avx-512.json".
    static var fileName: String {
        let words = "\(Machine.processorName) \(Products.instructionSet ?? "no tiles")".lowercased()
        let parts = words.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return parts.joined(separator: "-").prefix(100) + ".json"
    }

    /// The message where nothing can be compared.
    static func none(in folder: String) -> String {
        let tiles = Products.instructionSet ?? "no tiles"
        let missing =
            "\(folder): no results of this processor (\(Machine.processorName), \(tiles)) to compare with."
        return missing.escapingControlCharacters()
            + "\nTo write them, while the machine has nothing else to do: make bench-record\n"
    }

    /// Both results side by side, and lines that say what else differs.
    func text(_ now: Report) -> String {
        var old: [String: Figure] = [:]
        for figure in before.figures { old[figure.name] = figure }
        var table = Table("", "", "before", "median", "now", "median", "now/before", "")
        var (alone, others) = (0, 0)
        for figure in now.figures {
            guard let earlier = old.removeValue(forKey: figure.name) else {
                alone += 1
                continue
            }
            guard earlier.setting == figure.setting, earlier.unit == figure.unit else {
                others += 1
                continue
            }
            let ratio = figure.ratio(to: earlier)
            table.add(
                figure.name, figure.unit, digits(earlier.best), digits(earlier.median), digits(figure.best),
                digits(figure.median), number(ratio, 2) + "×",
                figure.isBeyond(earlier) ? (ratio > 1 ? "faster" : "slower") : "")
        }
        var lines = [
            "Best and median of the rounds. More than 1× is faster; a word stands where the median of one is beyond",
            "the best of the other. Other programs make all of it slower: multiply-adds (FMA) tell how much.",
        ]
        lines += differences(now)
        if others > 0 {
            lines.append("\(count(others, "figure")) not compared: of other sizes, or with other kernels.")
        }
        if alone > 0 || !old.isEmpty {
            lines.append("Measured only now: \(count(alone, "figure")); only before: \(old.count).")
        }
        let title = "Compared with \(path.escapingControlCharacters()):"
        let notes = lines.map { $0.escapingControlCharacters() + "\n" }.joined()
        return "\n\(title)\n\n\(table.text)\n\(notes)"
    }

    /// The settings that a difference may come from.
    private func differences(_ now: Report) -> [String] {
        let settings: [(String, String, String)] = [
            ("processor", before.machine.processor, now.machine.processor),
            ("physical cores", "\(before.machine.physicalCores)", "\(now.machine.physicalCores)"),
            ("load at the start", number(before.machine.loadAtStart, 1), number(now.machine.loadAtStart, 1)),
            ("tiles", before.build.tiles ?? "none", now.build.tiles ?? "none"),
            ("Swift", before.build.swift, now.build.swift),
            ("build", before.build.configuration, now.build.configuration),
            ("kernels of OpenBLAS", before.blas.core, now.blas.core),
            ("parameters of the model", "\(before.model.parameters)", "\(now.model.parameters)"),
            ("images of a round", "\(before.run.images)", "\(now.run.images)"),
            ("batch", "\(before.run.batch)", "\(now.run.batch)"),
            ("data", before.run.data, now.run.data),
        ]
        return settings.filter { $0.1 != $0.2 }.map { "Another \($0.0): \($0.1) before, \($0.2) now." }
    }

    private func digits(_ value: Double) -> String { number(value, value < 10 ? 3 : value < 1000 ? 1 : 0) }
}
