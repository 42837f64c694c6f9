/// A copy of a thin image with the zeros that its kernel meets beyond the edges.
///
/// With one or three channels a run of channels is too short for a tile. With the zeros in memory, a whole row of the kernel is
/// one run, and the copy of so small an image costs next to nothing.
struct PaddedImage: Sendable {
    private let geometry: ConvolutionGeometry
    let rows: Int
    /// Floats of a row.
    let rowCount: Int

    init(_ geometry: ConvolutionGeometry) {
        self.geometry = geometry
        rows = (geometry.gridHeight - 1) * geometry.stride + geometry.kernelHeight
        rowCount = ((geometry.gridWidth - 1) * geometry.stride + geometry.kernelWidth) * geometry.channels
    }

    /// Floats of an image.
    var count: Int { rows * rowCount }

    /// Copies `number` images, (height, width, channels), with their zeros.
    func copy(_ images: FloatRegion, _ number: Int, into padded: FloatRegion) {
        let source = geometry.width * geometry.channels
        let left = geometry.paddingLeft * geometry.channels
        let length = min(source, rowCount - left)
        padded.prefix(number * count).fill(with: 0)
        for image in 0..<number {
            for row in 0..<min(geometry.height, rows - geometry.paddingTop) {
                let target = image * count + (row + geometry.paddingTop) * rowCount + left
                let from = image * geometry.imageCount + row * source
                padded[target..<target + length].copy(from: images[from..<from + length])
            }
        }
    }
}
