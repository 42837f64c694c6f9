extension ModelConfiguration.Layers {
    /// Convolutional levels down to dense layers and back up: each level a strided convolution, then residual blocks.
    ///
    /// With groups, every convolution is followed by group normalisation and then by the activation (Wu and He 2018). A residual block is two
    /// convolutions, with the activation between them and after the sum (He et al. 2016).
    ///
    /// - Parameters:
    ///   - filters: of each level's convolutions, from the image down; the decoder has them in reverse
    ///   - strides: of each level's first convolution; 2 where there are none
    ///   - kernelSizes: of each level's convolutions; the model's own where there are none
    ///   - residualBlocks: of each level
    ///   - groups: of group normalisation, which divide all filters; nil for none
    ///   - upsampling: has the decoder repeat positions and then convolve, in place of transposed convolutions
    ///   - encoderUnits: of the dense layers between the last level and the heads
    ///   - decoderUnits: of the dense layers between z and the smallest feature maps
    ///   - activation: of all hidden layers
    public init(
        filters: [Int], strides: [Int] = [], kernelSizes: [Int] = [], residualBlocks: Int = 0,
        groups: Int? = nil, upsampling: Bool = false, encoderUnits: [Int] = [16], decoderUnits: [Int] = [],
        activation: HiddenActivation = .rectified
    ) {
        func finished(_ convolution: (HiddenActivation) -> LayerConfiguration) -> [LayerConfiguration] {
            guard let groups else { return [convolution(activation)] }
            return [convolution(.identity), .groupNormalization(groups: groups), .activation(activation)]
        }
        func block(_ filters: Int, _ kernelSize: Int?) -> [LayerConfiguration] {
            let second = LayerConfiguration.convolution(
                filters: filters, kernelSize: kernelSize, activation: .identity)
            let branch =
                finished { .convolution(filters: filters, kernelSize: kernelSize, activation: $0) } + [second]
                + (groups.map { [.groupNormalization(groups: $0)] } ?? [])
            return [.residual(branch), .activation(activation)]
        }
        let levels = filters.enumerated().map { index, filters in
            (
                filters: filters, stride: index < strides.count ? strides[index] : 2,
                kernelSize: index < kernelSizes.count ? kernelSizes[index] : nil
            )
        }
        var (down, up): ([LayerConfiguration], [LayerConfiguration]) = ([], [])
        for level in levels {
            down += finished {
                .convolution(
                    filters: level.filters, kernelSize: level.kernelSize, stride: level.stride, activation: $0
                )
            }
            for _ in 0..<residualBlocks { down += block(level.filters, level.kernelSize) }
        }
        for level in levels.reversed() {
            if upsampling {
                if level.stride > 1 { up.append(.upsampling(factor: level.stride)) }
                up += finished {
                    .convolution(filters: level.filters, kernelSize: level.kernelSize, activation: $0)
                }
            } else {
                up += finished {
                    .transposedConvolution(
                        filters: level.filters, kernelSize: level.kernelSize, stride: level.stride,
                        activation: $0)
                }
            }
            for _ in 0..<residualBlocks { up += block(level.filters, level.kernelSize) }
        }
        let maps =
            filters.last.map { [LayerConfiguration.featureMaps(channels: $0, activation: activation)] } ?? []
        self.init(
            encoder: down + encoderUnits.map { .dense(shape: [$0], activation: activation) },
            decoder: decoderUnits.map { .dense(shape: [$0], activation: activation) } + maps + up)
    }
}
