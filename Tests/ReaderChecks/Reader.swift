import Foundation
import VAE
import VAECore
import VAEData
import VAEReport
import VAERun

/// What must hold of a reader did not.
package struct Finding: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// Every reader of files that others may have made, and what must hold for any bytes at all: it ends in a value
/// or in a short, printable `VAEError`, and a value that is written is read back the same.
///
/// Crashes, time and memory are for whoever calls to watch.
///
/// Another reader takes a case here, what the compiler then asks for, and a dictionary of its name in `Tests/Fuzz/Dictionaries`.
package enum Reader: String, CaseIterable, Sendable {
    /// IDX files, and the same bytes compressed.
    case idx
    /// Compressed IDX files, as they are and with their checksum made right.
    case gzip
    case safetensors
    /// A whole model file, configuration in its metadata.
    case model
    /// `checkpoint.safetensors` of a run, as it is and with its checksum made right.
    case checkpoint
    /// A model's description, as people write it.
    case layers
    /// `config.json` of a run.
    case record
    /// `metrics.csv` of a run.
    case metrics
    /// `evaluation.json` of a run.
    case evaluation
    /// NPY files.
    case npy
    /// NPZ archives.
    case npz
    /// PNG pictures, as they are and with their checksums made right.
    case png
    /// JPEG pictures.
    case jpeg
    /// WebP pictures.
    case webp
    /// Tables of points of latent space, for two dimensions.
    case latents
    /// Tables of numbers as text.
    case table

    /// Reads `bytes` from a file.
    /// - Throws: `Finding`.
    package func check(_ bytes: [UInt8], in file: FileInMemory) throws(Finding) {
        file.hold(bytes)
        switch self {
        case .idx: try checkIDX(bytes, file)
        case .gzip: try checkGzip(bytes, file)
        case .safetensors: try checkSafeTensors(file)
        case .model: try checkModel(file)
        case .checkpoint: try checkCheckpoint(bytes, file)
        case .layers: try checkLayers(file)
        case .record: try checkRecord(file)
        case .metrics: try checkMetrics(file)
        case .evaluation: try checkEvaluation(file)
        case .npy: try checkNPY(file)
        case .npz: try checkNPZ(file)
        case .png: try checkPNG(bytes, file)
        case .jpeg, .webp: try checkPicture(file)
        case .latents: try checkLatents(file)
        case .table: try checkTable(file)
        }
    }

    /// Reads what `file` holds, once and nothing more: what that costs is what the reader costs.
    /// - Throws: `Finding`.
    package func checkReading(_ file: FileInMemory) throws(Finding) {
        switch self {
        case .idx, .gzip: _ = try value(file) { () throws(VAEError) in try IDX.read(file.path) }
        case .safetensors:
            _ = try value(file) { () throws(VAEError) in try SafeTensors(contentsOf: file.path) }
        case .model: try checkModel(file)
        case .checkpoint:
            _ = try value(file) { () throws(VAEError) in try Checkpoint(contentsOf: file.path) }
        case .layers:
            _ = try value(file) { () throws(VAEError) in try ModelConfiguration(contentsOf: file.path) }
        case .record: _ = try value(file) { () throws(VAEError) in try RunRecord(contentsOf: file.path) }
        case .metrics:
            _ = try value(file) { () throws(VAEError) in try MetricsTable.read(file.path, klWeight: 1) }
        case .evaluation:
            _ = try value(file) { () throws(VAEError) in try EvaluationRecord(contentsOf: file.path) }
        case .npy: _ = try value(file) { () throws(VAEError) in try NPY.read(file.path) }
        case .npz: _ = try value(file) { () throws(VAEError) in try NumericArray(contentsOf: file.path) }
        case .png, .jpeg, .webp:
            _ = try value(file) { () throws(VAEError) in try Picture(contentsOf: file.path) }
        case .latents:
            _ = try value(file) { () throws(VAEError) in try LatentTable.read(file.path, latentSize: 2) }
        case .table: _ = try value(file) { () throws(VAEError) in try NumericTable(contentsOf: file.path) }
        }
    }

    /// The value, or nil for a refusal that is as it should be.
    func value<Value>(
        _ file: FileInMemory, _ read: () throws(VAEError) -> Value
    ) throws(Finding) -> Value? {
        do throws(VAEError) {
            return try read()
        } catch {
            let text = error.description
            guard error.kind == .invalidData else { throw Finding("another kind of error: \(text)") }
            guard text.utf8.count <= 2000 else { throw Finding("an error of \(text.utf8.count) bytes") }
            guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
            else { throw Finding("control characters in an error") }
            guard text.contains(file.path) else {
                throw Finding("an error that does not name the file: \(text)")
            }
            return nil
        }
    }

    private func checkGzip(_ bytes: [UInt8], _ file: FileInMemory) throws(Finding) {
        _ = try value(file) { () throws(VAEError) in try IDX.read(file.path) }
        // Few changes leave a checksum right, and what lies behind the check has to be tried too.
        guard let mended = Gzip.mended(bytes) else { return }
        file.hold(mended)
        _ = try value(file) { () throws(VAEError) in try IDX.read(file.path) }
    }

    private func checkSafeTensors(_ file: FileInMemory) throws(Finding) {
        let read = try value(file) { () throws(VAEError) in try SafeTensors(contentsOf: file.path) }
        guard let read else { return }
        guard let bytes = try? read.serialized(), let again = try? SafeTensors(bytes: bytes, source: "again")
        else { throw Finding("what was read can't be written") }
        guard again == read else { throw Finding("what was written is read differently") }
        for tensor in read.tensors {
            guard read[tensor.name] == tensor else { throw Finding("a tensor is not found by its name") }
            _ = try? tensor.floats()
            _ = try? tensor.doubles()
        }
    }

    private func checkModel(_ file: FileInMemory) throws(Finding) {
        let model = try value(file) { () throws(VAEError) in try VariationalAutoencoder(contentsOf: file.path)
        }
        guard model?.weights.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) ?? true else {
            throw Finding("a model with weights that are not finite")
        }
    }

    private func checkLayers(_ file: FileInMemory) throws(Finding) {
        let model = try value(file) { () throws(VAEError) in try ModelConfiguration(contentsOf: file.path) }
        guard let model else { return }
        try? model.validate()
        guard let bytes = try? JSONEncoder().encode(model) else { throw Finding("a model can't be written") }
        file.hold(Array(bytes))
        guard let again = try? ModelConfiguration(contentsOf: file.path), again == model else {
            throw Finding("a model's description is written differently")
        }
    }

    private func checkRecord(_ file: FileInMemory) throws(Finding) {
        let record = try value(file) { () throws(VAEError) in try RunRecord(contentsOf: file.path) }
        guard let record else { return }
        try? record.model.validate()
        try? record.training.validate()
        _ = try? DataRequest(record)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let bytes = try? encoder.encode(record) else { throw Finding("a record can't be written") }
        file.hold(Array(bytes))
        guard let again = try? RunRecord(contentsOf: file.path),
            let same = try? encoder.encode(again), same == bytes
        else { throw Finding("a record is written differently") }
    }

    private func checkMetrics(_ file: FileInMemory) throws(Finding) {
        let rows = try value(file) { () throws(VAEError) in try MetricsTable.read(file.path, klWeight: 1) }
        guard let rows else { return }
        guard rows.allSatisfy(\.train.total.isFinite) else {
            throw Finding("a training loss that is not finite")
        }
        for (row, next) in zip(rows, rows.dropFirst()) where row.epoch >= next.epoch {
            throw Finding("epochs do not rise")
        }
    }

    private func checkEvaluation(_ file: FileInMemory) throws(Finding) {
        let record = try value(file) { () throws(VAEError) in try EvaluationRecord(contentsOf: file.path) }
        guard let record else { return }
        let shown = EvaluationSummary(record)
        let cells = shown.tables.flatMap(\.rows).flatMap(\.values) + (shown.scale?.marks.map(\.value) ?? [])
        // Two numbers with a ± between them, whatever their size.
        guard cells.allSatisfy({ $0.count <= 40 }) else { throw Finding("a long number") }
        guard shown.tables.allSatisfy({ $0.rows.count <= 20 && $0.remarks.count <= 110 }) else {
            throw Finding("a long table")
        }
        guard let bytes = try? record.json() else { throw Finding("an evaluation can't be written") }
        file.hold(bytes)
        guard let again = try? EvaluationRecord(contentsOf: file.path), again == record else {
            throw Finding("an evaluation is written differently")
        }
    }

    private func checkPNG(_ bytes: [UInt8], _ file: FileInMemory) throws(Finding) {
        try checkPicture(file)
        guard let mended = PNGs.mended(bytes) else { return }
        file.hold(mended)
        try checkPicture(file)
    }

    /// A picture comes out whole, at once or in a part of its size, and becomes an image of the size that is asked for.
    private func checkPicture(_ file: FileInMemory) throws(Finding) {
        guard let picture = try value(file, { () throws(VAEError) in try smallPicture(file) }) else { return }
        let preparations = PicturePreparation.Fit.allCases.map {
            PicturePreparation(
                size: PicturePreparation.Size(height: 3, width: 2), fit: $0, background: .black)
        }
        for preparation in preparations {
            let channels = preparation.channels(of: picture)
            let values = preparation.prepared(picture, channels: channels)
            guard values.count == preparation.shape(of: picture, channels: channels).count else {
                throw Finding("an image of another size")
            }
            if case .floats(let values) = values, !values.allSatisfy({ $0 >= 0 && $0 <= 1 }) {
                throw Finding("values out of range")
            }
            _ = preparation.hidesContent(of: picture)
        }
        let part = try value(file) { () throws(VAEError) in try smallPicture(file, atLeast: (2, 3)) }
        guard let part, part.channels == picture.channels, part.width <= picture.width,
            part.height <= picture.height
        else { throw Finding("a picture that has no smaller version") }
    }

    private func checkLatents(_ file: FileInMemory) throws(Finding) {
        let points = try value(file) { () throws(VAEError) in
            try LatentTable.read(file.path, latentSize: 2)
        }
        guard let points else { return }
        guard points.count > 0, points.count.isMultiple(of: 2), points.allSatisfy(\.isFinite) else {
            throw Finding("points that are none")
        }
        let rows = stride(from: 0, to: points.count, by: 2).map { "\(points[$0]),\(points[$0 + 1])\n" }
        file.hold(Array(rows.joined().utf8))
        guard let again = try? LatentTable.read(file.path, latentSize: 2), again == points else {
            throw Finding("points are written differently")
        }
    }

    /// A few bytes may be a large picture, and then take the memory that it needs.
    private func smallPicture(
        _ file: FileInMemory, atLeast least: (width: Int, height: Int)? = nil
    ) throws(VAEError) -> Picture {
        try Picture(contentsOf: file.path, atLeast: least, limits: PictureLimits(mostPixels: 1 << 18))
    }
}
