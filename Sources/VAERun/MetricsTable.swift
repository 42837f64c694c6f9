import Foundation
import VAE
import VAECore

/// `metrics.csv`: a row for every finished epoch, written as it ends and read again.
package enum MetricsTable {
    static let header =
        "epoch,train_loss,train_reconstruction,train_kl,test_loss,test_reconstruction,test_kl,seconds,"
        + "images_per_second"

    /// What a run has besides whose losses have a penalty: what was added to the reconstructions, and the KL divergence's weight at the
    /// epoch's end.
    static let penaltyColumns = ",train_penalty,test_penalty,kl_weight"

    static func header(hasPenalty: Bool) -> String { hasPenalty ? header + penaltyColumns : header }

    /// Bytes of the longest row: in the first tables, which had six decimals, numbers have up to some 310 digits.
    private static let longestRow = 4096

    /// The row of an epoch; empty fields where there is no test set.
    ///
    /// Every number has the fewest digits that give it back exactly: what is drawn or printed of a table is, to the byte, what the
    /// training drew and printed of the numbers themselves.
    static func row(_ report: EpochReport) -> String {
        func fields(_ losses: Losses) -> [String] {
            [losses.total, losses.reconstruction, losses.kl].map(\.description)
        }
        let losses = fields(report.train) + (report.test.map(fields) ?? ["", "", ""])
        let times = [report.seconds, report.imagesPerSecond].map(\.description)
        let penalties =
            report.train.penalty.map {
                [$0.description, report.test?.penalty?.description ?? "", report.train.klWeight.description]
            } ?? []
        return (["\(report.epoch)"] + losses + times + penalties).joined(separator: ",")
    }

    /// Reads the table at `path`. A last row without its line feed was cut short by a crash and is left out.
    /// - Parameters:
    ///   - klWeight: the β of the run, with which every row's losses must add up.
    ///   - model: what was trained, which says what losses can be; nil where that is not known
    /// - Throws: `missingInput` when there is no such file; `invalidData` naming the row that is damaged.
    package static func read(
        _ path: String, klWeight: Double, model: ModelConfiguration? = nil
    ) throws(VAEError) -> [EpochReport] {
        let bytes = try DurableFile.read(path, limit: 1 << 28)
        // Line by line: all lines as strings would take many times the file's size.
        var rest = bytes[...]
        func nextLine() -> ArraySlice<UInt8>? {
            // What follows the last line feed: nothing, or a torn row.
            guard let end = rest.firstIndex(of: 0x0A) else { return nil }
            defer { rest = rest[(end + 1)...] }
            return rest[..<end]
        }
        let first = nextLine()
        let hasPenalty = first?.elementsEqual(header(hasPenalty: true).utf8) == true
        guard let first, hasPenalty || first.elementsEqual(header.utf8) else {
            throw VAEError(
                .invalidData, path, "is not a table of metrics", expected: "a first line of \"\(header)\"",
                found: first.map(shown) ?? "none", advice: "Take the metrics.csv that vae-train wrote.")
        }
        var history: [EpochReport] = []
        // An array that grows is there twice for a while.
        history.reserveCapacity(min(rest.count { $0 == 0x0A }, TrainingConfiguration.mostEpochs))
        while let line = nextLine() {
            let last = history.last?.epoch ?? 0
            guard let report = report(line, klWeight: klWeight, hasPenalty: hasPenalty), report.epoch > last,
                report.isPossible(for: model)
            else {
                throw VAEError(
                    .invalidData, path, "is damaged in line \(history.count + 2)",
                    expected:
                        "an epoch after \(last) and up to \(TrainingConfiguration.mostEpochs), times and finite losses "
                        + "that a training can have, and that add up",
                    found: shown(line), advice: "Restore the file, or take the line away.")
            }
            history.append(report)
        }
        return history
    }

    /// A line as errors show it.
    private static func shown(_ line: ArraySlice<UInt8>) -> String {
        "\"\(String(decoding: line.prefix(120), as: UTF8.self))\(line.count > 120 ? "…" : "")\""
    }

    private static func report(
        _ line: ArraySlice<UInt8>, klWeight: Double, hasPenalty: Bool
    ) -> EpochReport? {
        guard line.count <= longestRow else { return nil }
        let fields = line.split(separator: 0x2C, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard fields.count == (hasPenalty ? 12 : 9), let epoch = NumberText.count(fields[0]),
            epoch <= TrainingConfiguration.mostEpochs,
            // A training whose loss is not finite ends before it writes a row; a test loss need not be.
            let weight = hasPenalty ? NumberText.double(fields[11]) : klWeight, weight >= 0, weight.isFinite,
            let train = losses(fields[1..<4], weight, penalty: hasPenalty ? fields[9] : nil),
            let seconds = NumberText.double(fields[7]), let speed = NumberText.double(fields[8])
        else { return nil }
        let hasTest = !fields[4..<7].allSatisfy(\.isEmpty)
        let test = losses(fields[4..<7], klWeight, penalty: hasPenalty ? fields[10] : nil)
        guard hasTest == (test != nil) else { return nil }
        return EpochReport(epoch: epoch, train: train, test: test, seconds: seconds, imagesPerSecond: speed)
    }

    /// A number, or what `row` writes of one that is not finite.
    private static func number(_ field: String) -> Double? {
        NumberText.double(field) ?? ["nan": .nan, "inf": .infinity, "-inf": -.infinity][field]
    }

    /// The losses of three fields, nil unless the first is the sum of the others.
    /// - Parameter penalty: the field of what was added in place of β·KL; nil in tables without
    private static func losses(
        _ fields: ArraySlice<String>, _ klWeight: Double, penalty: String?
    ) -> Losses? {
        let values = fields.compactMap(number)
        guard values.count == 3 else { return nil }
        let added = penalty.flatMap(number)
        guard (added == nil) == (penalty == nil) else { return nil }
        let losses = Losses(
            reconstruction: values[1], kl: values[2], klWeight: klWeight, penalty: added)
        // A test loss need not be finite, and then there is nothing to add up: the sum is no more finite than its parts.
        guard values.allSatisfy(\.isFinite) else {
            return values[0].isFinite || values.dropFirst().allSatisfy(\.isFinite) && added?.isFinite != false
                ? nil : losses
        }
        // The first tables had six decimals: each field rounded by at most half of its last, the KL's then times β. What was added
        // up has a Double's relative error of 2⁻⁵³ or so.
        let tolerance = 0.5e-6 * (2 + klWeight) + 1e-14 * (abs(values[0]) + abs(values[1])) + 1e-9
        return abs(losses.total - values[0]) <= tolerance ? losses : nil
    }
}
