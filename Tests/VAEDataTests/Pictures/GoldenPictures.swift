import Foundation
import Testing
import VAECore

@testable import VAEData

/// The pictures of Golden/make_pictures.py.
enum GoldenPictures {
    /// The names of all files of a kind, without their endings.
    static func names(_ ending: String) -> [String] {
        let folder = (try? path("")) ?? ""
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasSuffix(".\(ending)") }.map { String($0.dropLast(ending.count + 1)) }
            .sorted()
    }

    static func path(_ name: String) throws -> String { try GoldenFile.path("pictures/\(name)") }

    static func bytes(_ name: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// A picture, and what Pillow has for it: as an array of (height, width, channels).
    static func pair(_ name: String, _ ending: String) throws -> (picture: Picture, pillow: NPYArray) {
        (try Picture(contentsOf: path("\(name).\(ending)")), try NPY.read(path("\(name).npy")))
    }

    /// The largest difference between a picture's values and Pillow's; nil when the sizes differ.
    static func difference(_ name: String, _ ending: String) throws -> Int? {
        let (picture, pillow) = try pair(name, ending)
        guard pillow.shape == [picture.height, picture.width, picture.channels] else { return nil }
        let differences: [Int] =
            switch (picture.samples, pillow.values) {
            case (.bytes(let ours), .bytes(let theirs)): zip(ours, theirs).map { abs(Int($0) - Int($1)) }
            case (.words(let ours), .floats(let theirs)): zip(ours, theirs).map { abs(Int($0) - Int($1)) }
            default: []
            }
        return differences.max()
    }
}
