import Foundation
import VAE
import VAECore

/// The part of an epoch that is kept for a film.
struct FilmFrame: Equatable {
    let epoch: Int
    /// The test loss.
    let loss: Double
    let points: [SIMD2<Float>]
    /// The decoded grid, row by row from the top.
    let tiles: ImageSet
}

/// The frames of a film in a file, so that a run that goes on ends with the film of all its epochs.
enum FilmFrames {
    private static let format = "vae-film-1"

    static func write(_ frames: [FilmFrame], to path: String) throws(VAEError) {
        var tensors: [SafeTensors.Tensor] = []
        for frame in frames {
            let shape = frame.tiles.shape
            tensors += [
                try SafeTensors.Tensor(name: "\(frame.epoch).loss", shape: [1], doubles: [frame.loss]),
                try SafeTensors.Tensor(
                    name: "\(frame.epoch).points", shape: [frame.points.count, 2],
                    floats: frame.points.flatMap { [$0.x, $0.y] }),
                try SafeTensors.Tensor(
                    name: "\(frame.epoch).tiles", dataType: .uint8,
                    shape: [frame.tiles.count, shape.height, shape.width, shape.channels],
                    bytes: frame.tiles.pixels),
            ]
        }
        try SafeTensors.sealed(tensors, ["format": format]).write(to: path)
    }

    /// Reads what `write` wrote.
    /// - Throws: `missingInput` when there is no such file; `invalidData` when it is another one, or its frames do not have so many
    ///   points and tiles of that many pixels at most.
    static func read(
        _ path: String, points: Int, tiles: Int, side: Int, channels: Int
    ) throws(VAEError) -> [FilmFrame] {
        let file = try SafeTensors(contentsOf: path)
        let unsound = VAEError(
            .invalidData, path, "does not hold the frames of this run's film",
            advice: "Move it away; the film then begins where the run goes on.")
        guard file.metadata["format"] == format else { throw unsound }
        // Former versions wrote none.
        if let checksum = file.metadata[SafeTensors.checksumKey], try checksum != file.rightChecksum() {
            throw unsound
        }
        var frames: [FilmFrame] = []
        for tensor in file.tensors {
            guard let dot = tensor.name.utf8.firstIndex(of: UInt8(ascii: ".")), tensor.name[dot...] == ".loss"
            else { continue }
            guard let epoch = Int(tensor.name[..<dot]), let loss = try? tensor.doubles(), loss.count == 1,
                let places = try? file.floats("\(epoch).points", shape: [points, 2]),
                places.allSatisfy(\.isFinite),
                let pictures = file["\(epoch).tiles"], pictures.dataType == .uint8, pictures.shape.count == 4,
                pictures.shape[0] == tiles, pictures.shape[1] <= side, pictures.shape[2] <= side,
                pictures.shape[3] == channels,
                let images = try? ImageSet(
                    shape: ImageShape(
                        height: pictures.shape[1], width: pictures.shape[2], channels: channels),
                    pixels: pictures.bytes)
            else { throw unsound }
            frames.append(
                FilmFrame(
                    epoch: epoch, loss: loss[0],
                    points: (0..<points).map { SIMD2(places[2 * $0], places[2 * $0 + 1]) }, tiles: images))
        }
        // The file has them in the order of their names.
        frames.sort { $0.epoch < $1.epoch }
        guard file.tensors.count == 3 * frames.count, Set(frames.map(\.tiles.shape)).count <= 1 else {
            throw unsound
        }
        return frames
    }
}
