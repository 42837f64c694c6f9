import VAE
import VAECore

/// The models of a run that goes on, held to the digests in its checkpoint.
extension RunSession {
    /// Makes the models again that the checkpoint or each other has: where a run was stopped between writing an epoch's checkpoint and its
    /// model, or a file was lost or damaged since. What can't be made again is said, and a file that is not the checkpoint's no longer
    /// stands for the best model.
    func restoreModels(_ observer: any RunObserver) throws(VAEError) {
        guard let resumed, resumed.epochs > 0 else { return }
        let best = trainer.history.best?.epoch
        if resumed.steps == 0 {
            let file = try ModelFile(model, isBest: best == resumed.epochs)
            for name in file.names { checkpoints.know(name, file.sha256) }
            try folder.save(file)
        }
        let epochs = [
            (RunFolder.model, resumed.epochs, "it is written again after the next epoch"),
            (RunFolder.best, best ?? resumed.epochs, "the next epoch with a lower loss takes its place"),
        ]
        for (name, epoch, advice) in epochs {
            guard let problem = try problem(of: name), try !copy(to: name) else { continue }
            var words = "\(folder.file(name)) \(problem): the model after epoch \(epoch) can't be made again"
            if name == RunFolder.best, Folder.holds(name, folder.path) {
                try Folder.move(name, to: RunFolder.damagedBest, in: folder.path)
                words += ", and what was there is now \(RunFolder.damagedBest)"
            }
            observer.observe(.warning("\(words); \(advice)"))
        }
    }

    /// Why a file is not the model that it should be; nil where it is. Checkpoints of former versions have no digests: then it has to be a model
    /// of the run's configuration, and is taken for what it was.
    private func problem(of name: String) throws(VAEError) -> String? {
        let path = folder.file(name)
        guard Folder.holdsFile(name, folder.path) else { return "is missing" }
        do throws(VAEError) {
            let found = SHA256.digest(of: try DurableFile.read(path))
            if let digest = checkpoints.files[name] {
                return found == digest ? nil : "is not the file that the checkpoint knows"
            }
            guard try VariationalAutoencoder(contentsOf: path).configuration == record.model else {
                return "is not a model of this run"
            }
            checkpoints.know(name, found)
            return nil
        } catch {
            guard error.kind == .invalidData else { throw error }
            return error.problem
        }
    }

    /// Copies the other model over a file that is to be the same.
    /// - Returns: whether there is such a one.
    private func copy(to name: String) throws(VAEError) -> Bool {
        guard let digest = checkpoints.files[name] else { return false }
        for (other, known) in checkpoints.files where other != name && known == digest {
            guard Folder.holdsFile(other, folder.path) else { continue }
            let bytes = try DurableFile.read(folder.file(other))
            guard SHA256.digest(of: bytes) == digest else { continue }
            try DurableFile.write(bytes, to: folder.file(name))
            return true
        }
        return false
    }
}
