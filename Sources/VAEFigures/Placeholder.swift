// VAEFigures
