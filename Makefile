# make demo   a styled picture from the fixtures        make test   every check
# make board  dist/qstyle-arm64, one file for a board     make release   tarballs of both architectures
# All install what is missing (Debian packages, where they may) and build what they need.

.PHONY: all demo test setup build weights lint embedded board static release test-board clean

SWIFT ?= swift
WEIGHTS = weights/vgg19-int8.safetensors
REFERENCE = Fixtures/vgg19-reference.safetensors
CALIBRATION = Fixtures/photo-astronaut.jpg Fixtures/photo-chelsea.png Fixtures/photo-rocket.jpg \
	Fixtures/style-night-swirls.jpg Fixtures/style-warm-glass.jpg
DEMO = demo.png

all: build weights

setup:
	@Scripts/setup

build: setup
	$(SWIFT) build -c release

# The int8 weights follow from the reference weights and the fixtures, so every build runs the converter.
weights: $(WEIGHTS)

$(WEIGHTS): $(REFERENCE) $(CALIBRATION) $(wildcard Tools/quantize/Core/*.swift) | build
	@mkdir -p weights
	.build/release/quantize $(REFERENCE) -o $@ --calibrate $(CALIBRATION)

demo: build weights
	.build/release/qstyle transfer Fixtures/photo-astronaut.jpg Fixtures/style-warm-glass.jpg \
		--size 320 --steps 150 -o $(DEMO)
	@echo "The picture is $(DEMO)."

test: build weights lint embedded
	$(SWIFT) test -c release
	@Scripts/test-commands
	@Tests/BoardTests/run-emulated

test-board: build weights
	@Tests/BoardTests/run-emulated

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Tools Snippets
	@Scripts/check-kernel-names

# The engine, the optimizers and the command also compile as Embedded Swift.
embedded:
	@Scripts/build-embedded

# One static file for 64-bit ARM Linux, and one with the weights inside: dist/qstyle-arm64, dist/qstyle-arm64-full.
board: build weights
	@Scripts/build-static arm64

# The same for this x86-64 machine.
static: build weights
	@Scripts/build-static x86_64

release: board static
	@Scripts/make-release

clean:
	rm -rf .build .build-embedded .build-arm64 .build-x86_64 .board dist weights $(DEMO)
