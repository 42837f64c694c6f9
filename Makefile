# What people do with this package. `make` alone lists it.
#
# ARGS goes to the program behind a target:
#     make train ARGS="--epochs 5 --threads 8"

SHELL := /bin/bash
ARGS ?=
PREFIX ?= /usr/local
export PREFIX DESTDIR
TIME ?= 60
READERS ?=
LINTED := Sources Tests Benchmarks Examples Package.swift

# A program for one MPI does not run with the launcher of another.
MPI_SUFFIX := $(if $(filter mpich,$(VAE_MPI)),-mpich)

.DEFAULT_GOAL := help
.PHONY: help setup browser python python-frameworks build train mpi test-mpi install uninstall deb tarball wheel test-packages test-wheel plot test test-processors test-models tile test-tiles test-neon test-asan test-tsan coverage fuzz \
	soak bench bench-compare bench-record bench-decoding bench-peers bench-streaming bench-burda examples docs lint format clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: ## Install missing system packages; does nothing when all are there
	@scripts/setup

build: setup ## Build everything, optimised
	swift build -c release

train: setup ## Train a model: vae-train, optimised, with ARGS
	swift run -c release vae-train $(ARGS)

install: setup ## Install the tools, their manual and completions, with PREFIX=/usr/local and DESTDIR
	@scripts/install

uninstall: ## Take them away again, with the same PREFIX
	@scripts/install uninstall

deb: setup ## Make a Debian package in dist/
	@scripts/package deb

tarball: setup ## Make an archive in dist/ that runs wherever it is unpacked
	@scripts/package tarball

wheel: setup ## Make a package for Python's pip in dist/: the tools, and a module of the same name
	@scripts/package wheel

test-packages: setup ## Install, use and remove the tools in scratch folders, and make the packages twice; ARGS=short: make install alone
	scripts/test-packages $(ARGS)

test-wheel: setup ## Install that package into a new environment and run its tests and scikit-learn's, where those can be had; VAE_PYTHON=no skips it
	scripts/test-wheel

mpi: setup ## Build vae-train for several processes, on one machine or many; installs Open MPI, or MPICH with VAE_MPI=mpich
	@scripts/setup mpi
	swift build -c release --traits MPI --scratch-path .build/mpi$(MPI_SUFFIX) --product vae-train
	@echo 'start it with: mpirun -n 4 .build/mpi$(MPI_SUFFIX)/release/vae-train …'

test-mpi: setup ## Test trainings by several processes: bits, kills, faults, with each MPI that is here; ARGS=short: one, and less of it
	@scripts/setup mpi
	scripts/test-mpi $(ARGS)

plot: setup ## Make the pictures and the report of a run again: vae plot, optimised, with ARGS="runs/NAME"
	swift run -c release vae plot $(ARGS)

browser: ## Install Chromium for the tests of the report, where it can be had; VAE_BROWSER=no skips it
	@scripts/setup browser

python: ## Install what the tests of exported models need, where it can be had, into .build/python; VAE_PYTHON=no skips it
	@scripts/setup python

python-frameworks: ## The same with PyTorch and Keras, several gigabytes: the tests then run exported models there, too
	@scripts/setup python frameworks

# Tests choose OpenBLAS's kernels themselves; what a shell has set for it would be among what they compare.
test: setup browser python ## Run the tests, with ARGS
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE swift test $(ARGS)

test-processors: setup ## Train and test with the bits of other processors: tiles, OpenBLAS's kernels, the C library; ARGS=short
	scripts/processors $(ARGS)

test-models: setup ## Compare the bits of small models of many shapes with those on file
	scripts/test-models

test-asan: setup ## Run the tests and the tools under the address sanitizer, with ARGS the tests
	scripts/sanitize address $(ARGS)

test-tsan: setup ## Run the tests and the tools under the thread sanitizer, with ARGS the tests
	scripts/sanitize thread $(ARGS)

tile: ## Compile, check and measure this processor's tiles: the loop of those who work on them
	@scripts/tile

test-tiles: setup ## Compare the bits of this processor's tiles with those on file, also under sanitizers
	scripts/test-tiles

test-neon: setup ## The same, and with those of the tiles for AArch64 in an emulator, which it installs
	@scripts/setup aarch64
	scripts/test-tiles aarch64

coverage: setup ## Measure which lines of the readers their tests reach
	scripts/coverage

fuzz: setup ## Try the readers on hostile files for TIME seconds each; READERS="idx model" tries some
	scripts/fuzz $(TIME) $(READERS)

bench: setup ## Measure the engine: vae-bench, optimised, with ARGS
	swift run -c release vae-bench $(ARGS)

bench-compare: setup ## Measure and compare with this processor's results on file, with ARGS
	swift run -c release vae-bench --quick --compare Benchmarks/results $(ARGS)

bench-record: setup ## Put this processor's results on file, with ARGS
	@mkdir -p Benchmarks/results
	swift run -c release vae-bench --quick --json Benchmarks/results $(ARGS)

bench-peers: setup ## Measure the same model in other programs, with ARGS
	python3 Benchmarks/peers/compare.py $(ARGS)

bench-streaming: setup ## Measure trainings on images in memory and streamed from the disk, with ARGS
	swift build -c release --product vae-train
	python3 Benchmarks/streaming/compare.py $(ARGS)

bench-decoding: setup ## Measure the decoding of a folder of pictures beside Pillow and torchvision; ARGS: the folder
	swift build -c release --product vae-train
	python3 Benchmarks/peers/decoding.py $(ARGS)

soak: setup ## Kill trainings at random moments and resume them, 100 times; ARGS: runs, seed, --memory or --stream
	scripts/soak $(ARGS)

bench-burda: setup ## Train one and more draws of z on MNIST beside a paper's numbers, with ARGS="FOLDER [EPOCHS [DRAWS]]"; hours
	scripts/burda $(ARGS)

examples: setup ## Build and run the examples as packages that depend on this one by version; ARGS: debug, release
	scripts/examples $(ARGS)

docs: setup ## Build the documentation into .build/docs/site; a warning or a public name without a comment fails
	scripts/docs

lint: ## Check the layout and style of all Swift files
	swift format lint --strict --parallel --recursive $(LINTED)

format: ## Lay out all Swift files
	swift format --in-place --parallel --recursive $(LINTED)

clean: ## Remove everything that was built; run folders stay
	rm -rf .build
