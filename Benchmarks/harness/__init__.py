"""What `peers` and `threads` are made of; NAME of torch_step, openvino_forward and
onnxruntime_forward is measured by `python3 -m harness.NAME`, which prints one JSON line."""
