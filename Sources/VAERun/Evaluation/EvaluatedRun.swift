import VAECore
import VAEData

/// Where an evaluation is kept: in the folder of the model's run, where there is one.
package struct EvaluatedRun {
    private let trained: TrainedModel
    /// The model's file, its name alone.
    package let modelFile: String
    package init(_ trained: TrainedModel) {
        self.trained = trained
        modelFile = trained.path.split(separator: "/").last.map(String.init) ?? trained.path
    }

    /// What is evaluated, for a heading.
    package var title: String {
        let model = trained.configuration
        return "\(trained.folder ?? "") \(modelFile): ".trimmingPrefix(" ")
            + "\(grouped(Double(trained.model.parameterCount))) parameters, "
            + Words.count(model.latentSize, "latent dimension")
    }

    /// Why the folder can't keep an evaluation on these images; nil where it can, or there is none. To be said before a minute's work.
    package func obstacle(_ data: Dataset) -> VAEError? {
        guard let folder = trained.folder, trained.record != nil else { return nil }
        let name = fileName(of: data.name, data.contentHash())
        let names = name == EvaluationRecord.fileName ? [name, RunReport.fileName] : [name]
        for name in names {
            do throws(VAEError) { try DurableFile.checkCanWrite(to: RunFolder.join(folder, name)) } catch {
                return error
            }
        }
        return nil
    }

    /// The file's name for an evaluation: `evaluation.json` is that of the run's last model on the run's own images.
    private func fileName(of data: String, _ hash: String) -> String {
        var name = "evaluation"
        if modelFile != RunFolder.model {
            let stem = modelFile.hasSuffix(".safetensors") ? String(modelFile.dropLast(12)) : modelFile
            name += "-" + RunFolder.name(for: stem)
        }
        if hash != trained.record?.data.sha256 {
            name += "-" + RunFolder.name(for: data)
        }
        return name + ".json"
    }

    /// Writes the evaluation into the run's folder, and the run's page with its card where it is the last model's on the run's own images.
    ///
    /// - Returns: the paths written, none for a model that lies in no run's folder.
    /// - Throws: `cannotCreate` or `inputOutput` when one could not be.
    package func write(
        _ record: EvaluationRecord, _ data: Dataset, threads: Int
    ) throws(VAEError) -> [String] {
        guard let folder = trained.folder, let run = trained.record else { return [] }
        let name = fileName(of: record.data.name, record.data.sha256)
        let path = RunFolder.join(folder, name)
        try record.write(to: path)
        guard name == EvaluationRecord.fileName else { return [path] }
        let page = RunFolder.join(folder, RunReport.fileName)
        try RunReport(record: run, data: data.asTested(by: run.training), threads: threads).write(
            trained.model, history: trained.history(), losses: true, evaluation: record, to: page)
        return [path, page]
    }
}
