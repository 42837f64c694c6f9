import VAE
import VAECore
import VAEData
import VAEReport

extension SavedRun {
    /// The model's file, its name alone.
    package var modelFile: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// Whether the run has a page: not that of a table.
    package var hasPage: Bool { model.standardization == nil }

    /// The evaluated model in words, for a heading.
    package var title: String {
        "\(folder ?? "") \(modelFile): ".trimmingPrefix(" ")
            + "\(grouped(Double(model.parameterCount))) parameters, "
            + (configuration.codebook.map { "\(configuration.latentSize) of \($0.size) codes" }
                ?? Words.count(configuration.latentSize, "latent dimension"))
    }

    /// The signs of the model and of the epochs that led to it.
    /// - Throws: `invalidData` when the table of metrics is damaged.
    package func trainingSigns() throws(VAEError) -> TrainingSigns {
        try TrainingSigns(
            model, history: history(), isBest: modelFile == RunFolder.best,
            training: record?.training)
    }

    /// Why the folder can't keep an evaluation on these images; nil where it can, or there is none. To be said before a minute's work.
    package func evaluationObstacle(_ data: Dataset) -> VAEError? {
        guard let folder, record != nil else { return nil }
        let name: String
        do throws(VAEError) { name = try evaluationFile(of: data) } catch { return error }
        let names =
            name == EvaluationRecord.fileName && hasPage
            ? [name, RunReport.fileName] : [name]
        for name in names {
            do throws(VAEError) { try DurableFile.checkCanWrite(to: RunFolder.join(folder, name)) } catch {
                return error
            }
        }
        return nil
    }

    /// The file's name for an evaluation: `evaluation.json` is that of the run's last model on the run's own images.
    private func evaluationFile(of data: Dataset) throws(VAEError) -> String {
        let name = EvaluationRecord.fileName(ofModel: modelFile)
        return try isTrained(on: data) ? name : "\(name.dropLast(5))-\(RunFolder.name(for: data.name)).json"
    }

    /// Writes the evaluation into the run's folder, and the run's page and model card with it where it is the last model's on the run's own images; a
    /// table has no page.
    ///
    /// - Returns: the paths written, none for a model that lies in no run's folder.
    /// - Throws: `cannotCreate` or `inputOutput` when one could not be.
    package func keep(
        _ evaluation: EvaluationRecord, _ data: Dataset, threads: Int
    ) throws(VAEError) -> [String] {
        let paths = try keep(
            evaluation.json(), EvaluationSummary(evaluation), data, prior: nil, threads: threads)
        // A card that is there says it, too.
        guard let folder, let record, Folder.holdsFile(ModelCard.fileName, folder),
            paths.first == RunFolder.join(folder, EvaluationRecord.fileName)
        else { return paths }
        let card = ModelCard(
            model, record, history: try history(), evaluation: evaluation, classNames: data.classNames,
            files: Folder.names(folder))
        return try card.write(to: folder) ? paths + [RunFolder.join(folder, ModelCard.fileName)] : paths
    }

    /// The same of a model with a codebook.
    /// - Parameter prior: what the page draws from
    package func keep(
        _ evaluation: CodeEvaluation, _ data: Dataset, prior: CodePrior, threads: Int
    ) throws(VAEError) -> [String] {
        try keep(evaluation.json(), EvaluationSummary(evaluation), data, prior: prior, threads: threads)
    }

    private func keep(
        _ json: [UInt8], _ evaluation: EvaluationSummary, _ data: Dataset, prior: CodePrior?, threads: Int
    ) throws(VAEError) -> [String] {
        guard let folder, let record else { return [] }
        let name = try evaluationFile(of: data)
        let path = RunFolder.join(folder, name)
        try DurableFile.write(json, to: path)
        guard name == EvaluationRecord.fileName, hasPage else { return [path] }
        let page = RunFolder.join(folder, RunReport.fileName)
        try RunReport(record: record, data: data.asTested(by: record.training), threads: threads).write(
            model, history: history(), losses: true, evaluation: evaluation, prior: prior, to: page)
        return [path, page]
    }
}
