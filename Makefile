# make demo   a styled picture from the fixtures        make test   every check
# make board  dist/qstyle-arm64, one file for a board     make release   tarballs and packages of both architectures
# All install what is missing (Debian packages, where they may) and build what they need.

.PHONY: all demo test setup build mpi weights lint embedded board board-mpi static packages release clean
.PHONY: test-release test-hashes test-commands test-mpi test-library test-docs test-asserts test-threads test-memory test-kernels test-fuzz test-board fuzz

SWIFT ?= swift
WEIGHTS = weights/vgg19-int8.safetensors
REFERENCE = Fixtures/vgg19-reference.safetensors
CALIBRATION = Fixtures/photo-astronaut.jpg Fixtures/photo-chelsea.png Fixtures/photo-rocket.jpg \
	Fixtures/style-night-swirls.jpg Fixtures/style-warm-glass.jpg
DEMO = demo.png
TESTS = qstylePackageTests
FUZZ_SECONDS ?= 7200

all: build weights

setup:
	@Scripts/setup

build: setup
	$(SWIFT) build -c release

# qstyle-mpi, which paints one picture with several machines; QSTYLE_MPI is pkg-config's name for the MPI, ompi-c or mpich.
QSTYLE_MPI ?= ompi-c
mpi:
	@Scripts/setup $(if $(filter mpich,$(QSTYLE_MPI)),libmpich-dev mpich,libopenmpi-dev openmpi-bin)
	QSTYLE_MPI=$(QSTYLE_MPI) $(SWIFT) build -c release --product qstyle-mpi

# The int8 weights follow from the reference weights and the fixtures, so every build runs the converter.
weights: $(WEIGHTS)

$(WEIGHTS): $(REFERENCE) $(CALIBRATION) $(shell find Tools/quantize Sources/QuantVGG -name '*.swift') | build
	@mkdir -p weights
	.build/release/quantize $(REFERENCE) -o $@ --calibrate $(CALIBRATION)

demo: build weights
	.build/release/qstyle transfer Fixtures/photo-astronaut.jpg Fixtures/style-warm-glass.jpg \
		--size 320 --steps 150 -o $(DEMO)
	@echo "The picture is $(DEMO)."

# Two parts at a time, the long ones first: many wait, link or compile one module, and the emulator has one processor busy. What is
# printed of each comes at its end.
test: build mpi weights lint test-kernels test-docs test-board test-commands test-asserts test-threads test-memory \
	test-fuzz test-mpi test-library test-hashes
ifneq ($(filter test,$(MAKECMDGOALS)),)
MAKEFLAGS += --jobs=2 --output-sync=target
# What most of them run comes first; nothing may build in .build meanwhile.
# None begins before the weights are there, or those that need none would be before the long ones.
test-asserts test-commands test-board test-threads test-memory test-fuzz test-mpi test-library test-hashes: mpi weights
mpi: build
endif

# Quicker than test-asserts, which runs the same tests with the same optimisation, and asserts.
test-release: build weights
	$(SWIFT) test -c release

test-hashes: build weights
	@Scripts/check-hashes

test-commands: build weights
	@Scripts/setup chromium
	@Scripts/test-commands

# One picture with one to four processes.
test-mpi: build mpi weights
	@Scripts/test-mpi

# The snippet, and a program of another package.
test-library: build weights
	@Scripts/test-library

# The libraries' documentation, into .build-docs.
test-docs: setup
	@Scripts/check-docs

# Everything with asserts and the kernels' checks of their bounds, optimised: the debug build takes four times as long.
# Here and for threads the tests alone are built: `swift test` would build the commands beside them.
ASSERTING = -c release --scratch-path .build-asserts -Xswiftc -assert-config -Xswiftc Debug -Xswiftc -DDEBUG -Xswiftc -DOPTIMIZED \
	-Xcc -DDEBUG
test-asserts: build weights
	$(SWIFT) build $(ASSERTING) --product $(TESTS) -Xswiftc -enable-testing
	$(SWIFT) test $(ASSERTING) --skip-build

# The tests that use threads, under the thread sanitizer.
THREADED = -c release --sanitize=thread --scratch-path .build-tsan
test-threads: setup
	QSTYLE_TESTS='QuantVGGTests StyleTransferTests QuantizeTests' \
		$(SWIFT) build $(THREADED) --product $(TESTS) -Xswiftc -enable-testing
	TSAN_OPTIONS=halt_on_error=1 $(SWIFT) test $(THREADED) --skip-build \
		--filter 'WorkerPoolTests|CheckpointTests|GradientTests|AgreementTests|QuantizeTests.RoundingTests|SameBitsTests/optimizers|TransferTests/twoTransfersAtOnce|TermTests/sameBitsWhateverMoves'

# The readers of pictures, weights and model files, in a debug build under the address sanitizer, and their C parts under
# that for undefined behaviour. Skipped are those that measure memory, of which the sanitizer takes more, and one that compares
# a network's every weight, which takes minutes here. Then the service.
SANITIZED = --sanitize=address --scratch-path .build-asan -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined
READERS = QSTYLE_TESTS='ImageIOTests QuantVGGTests QuantizeTests'
test-memory: setup
	ASAN_OPTIONS=detect_leaks=0 $(READERS) $(SWIFT) test $(SANITIZED) \
		--skip 'referenceWeightsAreACodebook|aLargePNGShrinksInLittleMemory|memoryIsAsPlanned|claimedLengthsTakeLittleMemory' \
		--filter 'ImageIOTests|SourceFileTests|TorchFileTests|DamagedFileTests|SafeTensorsTests|WeightFileTests'
	$(READERS) $(SWIFT) build $(SANITIZED) --product qstyle
	@Scripts/check-sanitized-service .build-asan/debug/qstyle

# Every kernel of this machine under both.
test-kernels:
	@Tests/BoardTests/run-kernel-sweep --sanitize

# Readers of foreign bytes under libFuzzer: a minute from the committed seeds, and hours from what was found before.
test-fuzz: setup
	@Scripts/fuzz --short

fuzz: setup
	@Scripts/fuzz $(FUZZ_SECONDS)
	@Scripts/fuzz --coverage

# Compiles the command as Embedded Swift for ARM64, and runs it.
test-board: build weights
	@Tests/BoardTests/run-emulated

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Tools Snippets
	@Scripts/check-kernel-names

# The engine, the optimizers and the command as Embedded Swift for this machine: quicker than test-board.
embedded:
	@Scripts/build-embedded

# One static file for 64-bit ARM Linux, and one with the weights inside: dist/qstyle-arm64, dist/qstyle-arm64-full.
board: build weights
	@Scripts/build-static arm64

# The same for this x86-64 machine.
static: build weights
	@Scripts/build-static x86_64

# qstyle-mpi for 64-bit ARM Linux, which loads Debian's Open MPI: dist/qstyle-mpi-arm64.
board-mpi: board
	@Scripts/build-static arm64 mpi

release: packages
	@Scripts/make-release

# Debian packages of both architectures, in dist.
packages: board static
	@Scripts/make-packages

clean:
	rm -rf .build .build-embedded .build-arm64 .build-x86_64 .build-asserts .build-tsan .build-asan .build-fuzz .build-fuzz-coverage .build-docs .build-painter .board dist weights $(DEMO)
