import VAECore

extension ImageSet {
    /// The images in a model's shape: see ``ImageFiles``.
    /// - Parameters:
    ///   - preparation: how images of another size are made to fit; without a size they are refused
    ///   - path: what errors name
    func conforming(
        to shape: ImageShape, _ preparation: PicturePreparation, inverting: Bool, path: String
    ) throws(VAEError) -> ImageSet {
        let isSized = self.shape.height == shape.height && self.shape.width == shape.width
        guard isSized || preparation.size != nil else {
            throw VAEError(
                .invalidData, path, "has another size than the model's images",
                expected: "\(shape.height)×\(shape.width) pixels",
                found: "\(self.shape.height)×\(self.shape.width)",
                advice: "Resize it, or let --fit scale it.")
        }
        if !isInMemory, shape != self.shape || inverting {
            return try ImageSet(
                shape: shape,
                streaming: ConformedStream(self, to: shape, preparation, inverting: inverting, path: path),
                labels: labels)
        }
        let coloured = try withChannels(shape.channels, path: path)
        let sized = isSized ? coloured : try coloured.fitted(preparation, into: shape)
        return inverting ? try sized.inverted() : sized
    }

    /// The images in grey, by the luma, or in colour, of which grey ones repeat their value.
    /// - Throws: `invalidData` when they have neither one channel nor three, and others are wanted.
    func withChannels(_ channels: Int, path: String) throws(VAEError) -> ImageSet {
        guard shape.channels != channels else { return self }
        guard Set([shape.channels, channels]) == [1, 3] else {
            throw VAEError(
                .invalidData, path, "has other channels than the model's images", expected: "\(channels)",
                found: "\(shape.channels)", advice: "Give an array of \(channels) channels, as NPY or IDX.")
        }
        let other: PixelValues =
            switch try values {
            case .bytes(let bytes) where channels == 3: .bytes(bytes.flatMap { [$0, $0, $0] })
            case .floats(let floats) where channels == 3: .floats(floats.flatMap { [$0, $0, $0] })
            case .bytes(let bytes):
                .bytes(
                    stride(from: 0, to: bytes.count, by: 3).map {
                        Luma.of(bytes[$0], bytes[$0 + 1], bytes[$0 + 2])
                    })
            case .floats(let floats):
                .floats(
                    stride(from: 0, to: floats.count, by: 3).map {
                        Luma.of(floats[$0], floats[$0 + 1], floats[$0 + 2])
                    })
            }
        return try ImageSet(
            shape: ImageShape(height: shape.height, width: shape.width, channels: channels), values: other,
            labels: labels)
    }

    /// Images of one channel or three in another size, as pictures are fitted; floats to a 65,535th.
    private func fitted(_ preparation: PicturePreparation, into target: ImageShape) throws(VAEError)
        -> ImageSet
    {
        guard shape.channels == 1 || shape.channels == 3 else {
            throw VAEError(
                .invalidArgument, "images of \(shape.channels) channels", "can't be scaled",
                expected: "1 or 3 channels",
                advice: "Resize them where they come from.")
        }
        let parts = try (0..<count).map { (image) throws(VAEError) in
            let samples: Picture.Samples =
                switch try values(of: image..<image + 1) {
                case .bytes(let bytes): .bytes(bytes)
                case .floats(let floats): .words(floats.map { UInt16(($0 * 65_535).rounded()) })
                }
            let picture = Picture(
                width: shape.width, height: shape.height, channels: shape.channels, samples: samples)
            return preparation.prepared(picture, channels: shape.channels)
        }
        return try ImageSet(shape: target, values: .joined(parts), labels: labels)
    }

    private func inverted() throws(VAEError) -> ImageSet {
        switch try values {
        case .bytes(let bytes): replacingValues(by: .bytes(bytes.map { 255 - $0 }))
        case .floats(let floats): replacingValues(by: .floats(floats.map { 1 - $0 }))
        }
    }
}
