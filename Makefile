# make demo   a styled picture from the fixtures        make test   every check
# Both install what is missing (Debian packages, where they may) and build what they need.

.PHONY: all demo test setup build weights lint embedded clean

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

lint:
	$(SWIFT) format lint --strict --recursive Package.swift Sources Tests Tools Snippets
	@Scripts/check-kernel-names

# The engine, the optimizers and the command also compile as Embedded Swift.
embedded:
	@Scripts/build-embedded

clean:
	rm -rf .build .build-embedded weights $(DEMO)
