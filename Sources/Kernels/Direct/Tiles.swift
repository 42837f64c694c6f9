import CTiles
import Glibc

/// Register tiles compiled for one instruction set: the kernels of the engine's own products.
///
/// All sets give the same bits: an element is one chain of fused multiply-adds whose order the shapes alone decide.
package struct Tiles: @unchecked Sendable {
    let table: UnsafePointer<vae_tiles>
    /// Whether convolutions that can are computed by minimal filtering, with fewer multiplications.
    package private(set) var areFiltering = true
    /// The same tiles with every multiplication.
    package var direct: Tiles {
        var tiles = self
        tiles.areFiltering = false
        return tiles
    }

    private init(table: UnsafePointer<vae_tiles>) { self.table = table }

    /// The instruction set's name for people, such as "AVX2".
    package var name: String { String(cString: table.pointee.name) }

    /// The tiles that this processor can run, the fastest first; empty where nothing is compiled for it.
    ///
    /// Tests hold whole processes to one set, or to none, by its name in the environment: the bits of another processor are
    /// then made on this one. It is no setting, since it could only make the engine slower.
    package static let available: [Tiles] = {
        guard var next = vae_available_tiles() else { return [] }
        var all: [Tiles] = []
        while let table = next.pointee {
            all.append(Tiles(table: table))
            next += 1
        }
        guard let held = getenv("VAE_TEST_TILES").map({ String(cString: $0) }) else { return all }
        let chosen = all.filter { $0.name == held }
        // A test that ran with other tiles than it asked for would pass for the wrong reason.
        precondition(!chosen.isEmpty || held == "none", "VAE_TEST_TILES: no tiles of this processor")
        return chosen
    }()

    /// Lanes of the sums that thin outputs are made of.
    static let lanes = Int(VAE_TILE_LANES)

    /// Up to so many columns are computed one by one, as sums over vectors of the input: vectors of columns would mostly be
    /// empty.
    static let mostThinColumns = 4
}
