"""The forward pass in ONNX Runtime's CPU provider: int8 or float32."""

import onnxruntime

from harness import onnx_model
from harness.common import best_ms, options, report


def main():
    chosen = options(["int8", "float32"])
    width, height = chosen.size
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = chosen.threads
    session = onnxruntime.InferenceSession(
        onnx_model.serialized(width, height, chosen.precision == "int8"), settings,
        providers=["CPUExecutionProvider"])
    inputs = {"image": onnx_model.image(width, height)}
    report(
        onnxruntime.__version__,
        forward_ms=best_ms(lambda: session.run(None, inputs), chosen.repeats))


if __name__ == "__main__":
    main()
