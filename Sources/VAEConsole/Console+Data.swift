import VAECore
import VAEData

extension Console {
    /// Shows what happens while data is fetched.
    package func show(_ event: DatasetEvent) {
        switch event {
        case .downloading(let file, let received, let total):
            status(force: received == total) { _ in
                "downloading \(file.escapingControlCharacters())  \(received >> 10) of \(total >> 10) KiB"
            }
        case .mirrorFailed(_, let reason):
            // Said only if no mirror helps: by the line below, or by the error that ends the program.
            mirrorFailure = reason
        case .cacheDamaged(let path, let reason):
            warn(
                "cached file \(path.escapingControlCharacters()) is damaged (\(reason.escapingControlCharacters())) and is fetched again"
            )
        case .cacheNotWritten(let path, let reason):
            warn(
                "what was made of the data could not be kept in \(path.escapingControlCharacters()): "
                    + reason.escapingControlCharacters())
        case .cacheReduced(let files, let bytes, let reason):
            note(
                "removed \(files) \(files == 1 ? "file" : "files") of decoded pictures, "
                    + "\(grouped(Double(bytes >> 20))) MiB: \(reason)")
        case .reading(let done, let total):
            status(force: done == total) { _ in
                "reading pictures  \(grouped(Double(done))) of \(grouped(Double(total)))"
            }
        case .waitingForCache(let folder):
            status { _ in
                "waiting for another program that fills the cache \(folder.escapingControlCharacters())"
            }
        case .fallingBack(let reason):
            let why = (mirrorFailure ?? reason).escapingControlCharacters()
            warn("MNIST is not in the cache and can't be downloaded (\(why)).")
            warn("Training on the built-in synthetic digits instead; --data PATH takes images of your own.")
        }
    }

    /// Says what was made of files, and which were not used.
    package func show(remarks data: Dataset) {
        for remark in data.remarks { note(remark.escapingControlCharacters()) }
        if let remark = data.remarkOnClasses { warn(remark.escapingControlCharacters()) }
    }
}
