import VAECore

extension VariationalAutoencoder {
    /// A model of weights that come from elsewhere.
    /// - Parameter values: the numbers of each tensor, row-major, in the shape and under the name that the layout has
    /// - Throws: `invalidArgument` when the configuration is not valid or a tensor has another number of values than its shape; what
    ///   `values` throws.
    package init(
        _ configuration: ModelConfiguration,
        values: (ParameterLayout.Entry) throws(VAEError) -> [Float]
    ) throws(VAEError) {
        let network = try Network(configuration)
        var parameters: [Float] = []
        parameters.reserveCapacity(network.layout.count)
        for entry in network.layout.entries {
            let tensor = try values(entry)
            guard tensor.count == entry.range.count else {
                throw VAEError(
                    .invalidArgument, "tensor \(quoted(entry.name))", "does not have the size of its shape",
                    expected: "\(entry.range.count) values for \(entry.shape)", found: "\(tensor.count)")
            }
            parameters += tensor
        }
        parameters += [Float](repeating: 0, count: network.layout.count - parameters.count)
        self.init(network: network, parameters: parameters)
    }
}
