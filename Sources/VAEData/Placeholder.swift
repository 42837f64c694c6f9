// VAEData
