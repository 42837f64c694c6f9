import VAE
import VAEData

let digits = try SyntheticDigits.dataset(trainCount: 4096, testCount: 512)
let trainer = try Trainer(ModelConfiguration(latentSize: 2), TrainingConfiguration(epochs: 1))
let model = try trainer.fit(digits.train, test: digits.test)
for epoch in trainer.history {
    print("epoch \(epoch.epoch): train \(epoch.train.total), test \(epoch.test?.total ?? .nan) nats an image")
}
try model.write(to: "digits.safetensors")
