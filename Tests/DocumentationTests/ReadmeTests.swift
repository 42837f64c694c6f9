import VAE
import VAEData

/// The code of the README, compiled. It is not run: it trains on MNIST for five epochs.
private func library() throws {
    let data = try DatasetLoader().load(.mnist)  // or throws; .synthetic needs no network
    let trainer = try Trainer(ModelConfiguration(latentSize: 2), TrainingConfiguration(epochs: 5))
    let model = try trainer.fit(data.train, test: data.test, onEpoch: { print($0.epoch, $0.train.total) })

    let encoding = try model.encode(data.train)  // mean and log-variance of q(z|x)
    let digits = try model.sample(64)  // 64 images from the prior, values in [0, 1]
    try model.write(to: "model.safetensors")
    let again = try VariationalAutoencoder(contentsOf: "model.safetensors")
    _ = (encoding, digits, again)
}
