import CTiles

/// Register tiles compiled for one instruction set: what direct convolutions compute with.
///
/// All sets give the same bits: an element is one chain of fused multiply-adds whose order the shapes alone decide.
package struct Tiles: @unchecked Sendable {
    let table: UnsafePointer<vae_tiles>

    /// What people call the instruction set.
    package var name: String { String(cString: table.pointee.name) }

    /// What this processor can run, the fastest first; empty where nothing is compiled for it.
    package static let available: [Tiles] = {
        guard var next = vae_available_tiles() else { return [] }
        var all: [Tiles] = []
        while let table = next.pointee {
            all.append(Tiles(table: table))
            next += 1
        }
        return all
    }()

    /// Floats in the vectors that the tiles' results are defined by: sides of a convolution that the tiles write
    /// have a multiple of so many channels.
    static let lanes = Int(VAE_TILE_LANES)
}
