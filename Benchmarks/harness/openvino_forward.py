"""The forward pass in OpenVINO: int8, bfloat16 where the processor has it, or float32."""

import openvino
import openvino.properties as properties
import openvino.properties.hint as hints

from harness import onnx_model
from harness.common import best_ms, options, report


def main():
    chosen = options(["int8", "bf16", "float32"])
    width, height = chosen.size
    core = openvino.Core()
    if chosen.precision == "bf16":
        if "BF16" not in core.get_property("CPU", properties.device.capabilities):
            raise SystemExit("the processor has no bfloat16 arithmetic")
        precision = openvino.Type.bf16
    else:
        precision = openvino.Type.f32
    model = core.read_model(onnx_model.serialized(width, height, chosen.precision == "int8"))
    compiled = core.compile_model(model, "CPU", {
        hints.inference_precision: precision,
        hints.performance_mode: hints.PerformanceMode.LATENCY,
        properties.inference_num_threads: chosen.threads,
    })
    request = compiled.create_infer_request()
    request.set_input_tensor(openvino.Tensor(onnx_model.image(width, height)))
    report(
        openvino.__version__.split("-")[0], forward_ms=best_ms(request.infer, chosen.repeats))


if __name__ == "__main__":
    main()
