import VAE
import VAEConsole
import VAECore
import VAEData

/// The model and the training that a table gets where no flag says otherwise.
struct TableDefaults {
    /// Training rows.
    let rows: Int
    let columns: Int

    /// The units of two layers: a power of two from 32 to 512, at least four times the columns where that allows, and half of them.
    var hidden: [Int] {
        var units = 32
        while units < 4 * columns, units < 512 { units *= 2 }
        return [units, units / 2]
    }

    /// A third of the columns: with as many as there are, each could pass by itself, and none would tell of another.
    var latentSize: Int { max(1, min(16, (columns + 2) / 3)) }

    /// Small tables have few steps in an epoch.
    var batchSize: Int { rows < 20_000 ? 32 : 128 }

    /// About six thousand steps, in 10 to 200 epochs.
    func epochs(batchSize: Int) -> Int {
        let steps = (rows + batchSize - 1) / max(1, batchSize)
        return max(10, min(200, (6000 + steps - 1) / max(1, steps)))
    }
}

extension TrainCommand {
    /// The model and the training of a table, said in the introduction.
    /// - Throws: `invalidArgument` for flags that are for images.
    func configuration(
        ofTable data: Dataset, _ training: TrainingConfiguration, _ console: Console
    ) throws(VAEError) -> (ModelConfiguration, TrainingConfiguration) {
        let flags = self.training
        for (flag, isGiven) in [
            ("--augment", flags.augment != nil), ("--binarize", flags.binarize != nil), ("--film", film),
        ] where isGiven {
            throw VAEError(
                .invalidArgument, flag, "is for images", found: "a table", advice: "Leave it out.")
        }
        let standard = TableDefaults(rows: data.train.count, columns: data.columns.count)
        let model = try self.model.configuration(table: standard)
        var training = training
        if flags.batchSize == nil { training.batchSize = standard.batchSize }
        if flags.epochs == nil { training.epochs = standard.epochs(batchSize: training.batchSize) }
        let rows = data.train.count + (data.test?.count ?? 0)
        console.note(
            "table of \(grouped(Double(rows))) rows × \(grouped(Double(data.columns.count))) columns, each column brought to mean 0 and standard deviation 1"
        )
        console.note("    by the \(grouped(Double(data.train.count))) training rows: " + columns(of: data))
        var chosen: [String] = []
        if self.model.saysNoLayers {
            chosen.append(
                "no filters, and hidden units \(list(standard.hidden)), for columns have no neighbours")
        }
        if model.latentSize == standard.latentSize, self.model.latentDim == nil {
            chosen.append("\(model.latentSize) latent dimensions, a third of the columns")
        }
        if self.model.likelihood == nil {
            chosen.append("a \(model.likelihood.name) likelihood, for columns differ in their noise")
        }
        if flags.batchSize == nil { chosen.append("batches of \(training.batchSize)") }
        if flags.epochs == nil { chosen.append("\(training.epochs) epochs, for about 6,000 steps") }
        for (index, choice) in chosen.enumerated() {
            console.note((index == 0 ? "    chosen for it: " : "                   ") + choice)
        }
        return (model, training)
    }

    private func columns(of data: Dataset) -> String {
        let shown = data.columns.prefix(8).map { String($0.prefix(40)) }.joined(separator: ", ")
        return (data.columns.count > 8 ? "\(shown) and \(data.columns.count - 8) more" : shown)
            .escapingControlCharacters()
    }

    private func list(_ sizes: [Int]) -> String { sizes.map(String.init).joined(separator: ",") }
}
