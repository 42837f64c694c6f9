import Foundation
import VAE
import VAECore

/// Several runs beside each other: the settings in which they differ, and those that differ in their seed alone as one group.
package struct RunComparison: Sendable {
    /// A setting with its value in each run, in the order of the runs; nil where a run has no such thing.
    package struct Difference: Sendable {
        package let name: String
        package let values: [String?]
    }

    /// Runs that are alike but for their seeds.
    package struct Group: Sendable {
        /// What tells it from the others, in a few words.
        package let name: String
        /// Places among the runs.
        package let members: [Int]
        /// Of the losses after the last epochs; nil where not every run has finished one.
        package let loss: Spread?
    }

    package let runs: [ComparedRun]
    /// The settings that are not the same in all runs, the seed first.
    package let differences: [Difference]
    package let groups: [Group]

    /// - Parameter paths: run folders, and folders of run folders
    /// - Throws: `invalidArgument` when there is none, or one of them is named twice; what ``ComparedRun/init(folder:)`` throws.
    package init(_ paths: [String]) throws(VAEError) {
        guard !paths.isEmpty else {
            throw VAEError(.invalidArgument, "runs", "are none", expected: "at least one run folder")
        }
        let paths = paths.flatMap(RunFolder.runs)
        var runs: [ComparedRun] = []
        for path in paths { runs.append(try ComparedRun(folder: path)) }
        let places = paths.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath().path }
        if let twice = paths.indices.first(where: { places[..<$0].contains(places[$0]) }) {
            throw VAEError(
                .invalidArgument, paths[twice], "is named twice", advice: "Name each run once.")
        }
        self.init(runs)
    }

    package init(_ runs: [ComparedRun]) {
        var runs = runs
        let names = runs.map(\.name)
        for index in runs.indices where names.count(where: { $0 == names[index] }) > 1 {
            runs[index].name = runs[index].path
        }
        self.runs = runs
        let differences = Self.differences(of: runs)
        self.differences = differences
        groups = Self.groups(of: runs, by: differences.filter { $0.name != RunSettings.seed })
    }

    /// The differences that tables show: how many epochs a run is to have stands beside how many it has.
    package var shownDifferences: [Difference] { differences.filter { $0.name != "epochs" } }

    /// What makes losses of the runs numbers that can't be held against each other, in words; nil where they can.
    package var warning: String? {
        func differ<Value: Hashable>(_ value: (ComparedRun) -> Value) -> Bool {
            Set(runs.map(value)).count > 1
        }
        var reasons: [String] = []
        if differ({ $0.settings[RunSettings.images] }) { reasons.append("other images") }
        if differ({ $0.record.model.likelihood }) { reasons.append("other likelihoods") }
        if differ({ $0.record.training.klWeight }) { reasons.append("other weights of the divergence") }
        if differ({ $0.record.training.importance?.samples ?? 1 }) { reasons.append("other bounds") }
        if differ({ $0.record.model.isConditional }) {
            reasons.append("classes that some are told and others not")
        }
        if differ({ $0.record.model.isQuantized }) { reasons.append("codes, whose divergence is a constant") }
        guard !reasons.isEmpty else { return nil }
        return
            "these losses can't be held against each other: the runs have \(reasons.joined(separator: ", "))"
    }

    private static func differences(of runs: [ComparedRun]) -> [Difference] {
        var names: [String] = []
        for run in runs {
            for setting in run.settings.settings where !names.contains(setting.name) {
                names.append(setting.name)
            }
        }
        let all = names.map { name in Difference(name: name, values: runs.map { $0.settings[name] }) }
        let different = all.filter { Set($0.values).count > 1 }
        return different.filter { $0.name == RunSettings.seed }
            + different.filter { $0.name != RunSettings.seed }
    }

    private static func groups(of runs: [ComparedRun], by differences: [Difference]) -> [Group] {
        var keys: [[String?]] = []
        for index in runs.indices {
            let key = differences.map { $0.values[index] }
            if !keys.contains(key) { keys.append(key) }
        }
        return keys.map { key in
            let members = runs.indices.filter { index in differences.map { $0.values[index] } == key }
            let losses = members.compactMap { runs[$0].last?.comparedLoss }
            let first = runs[members[0]].name
            let name =
                switch (members.count, differences.count) {
                case (1, _): first
                case (_, 0): "all"
                case (_, 1...2):
                    zip(differences, key).map { difference, value in
                        value.map { "\(difference.name) \($0)" } ?? "no \(difference.name)"
                    }
                    .joined(separator: ", ")
                default: "\(first) and \(members.count - 1) more"
                }
            return Group(
                name: name, members: members, loss: losses.count == members.count ? Spread(losses) : nil)
        }
    }
}
