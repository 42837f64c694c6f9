import VAECore
import VAEData

/// Where an evaluation is kept: in the folder of the model's run, where there is one.
package struct EvaluatedRun {
    private let trained: TrainedModel
    /// The model's file, its name alone.
    package let modelFile: String
    /// Why the folder can't keep an evaluation; nil where it can, or there is none. To be said before a minute's work.
    package let obstacle: VAEError?

    package init(_ trained: TrainedModel) {
        self.trained = trained
        modelFile = trained.path.split(separator: "/").last.map(String.init) ?? trained.path
        var obstacle: VAEError?
        if let folder = trained.folder {
            do throws(VAEError) {
                try DurableFile.checkCanWrite(to: RunFolder.join(folder, EvaluationRecord.fileName))
            } catch {
                obstacle = error
            }
        }
        self.obstacle = obstacle
    }

    /// What is evaluated, for a heading.
    package var title: String {
        let model = trained.configuration
        return "\(trained.folder ?? "") \(modelFile): ".trimmingPrefix(" ")
            + "\(grouped(Double(trained.model.parameterCount))) parameters, "
            + Words.count(model.latentSize, "latent dimension")
    }

    /// The file's name for an evaluation: `evaluation.json` is that of the run's last model on the run's own images.
    func fileName(of record: EvaluationRecord) -> String {
        var name = "evaluation"
        if modelFile != RunFolder.model {
            let stem = modelFile.hasSuffix(".safetensors") ? String(modelFile.dropLast(12)) : modelFile
            name += "-" + RunFolder.name(for: stem)
        }
        if record.data.sha256 != trained.record?.data.sha256 {
            name += "-" + RunFolder.name(for: record.data.name)
        }
        return name + ".json"
    }

    /// Writes the evaluation into the run's folder, and the run's page with its card where it is the last model's on the run's own images.
    ///
    /// Nothing is thrown: who asked for numbers has them, and keeping them is an addition.
    /// - Returns: the paths written, none for a model that lies in no run's folder; and why the next one was not.
    package func write(
        _ record: EvaluationRecord, _ data: Dataset, threads: Int
    ) -> (paths: [String], failure: VAEError?) {
        guard let folder = trained.folder, let run = trained.record else { return ([], nil) }
        var paths: [String] = []
        do throws(VAEError) {
            let name = fileName(of: record)
            let path = RunFolder.join(folder, name)
            try record.write(to: path)
            paths.append(path)
            guard name == EvaluationRecord.fileName else { return (paths, nil) }
            let page = RunFolder.join(folder, RunReport.fileName)
            try RunReport(record: run, data: data.asTested(by: run.training), threads: threads).write(
                trained.model, history: trained.history(), losses: true, evaluation: record, to: page)
            paths.append(page)
            return (paths, nil)
        } catch {
            return (paths, error)
        }
    }
}
