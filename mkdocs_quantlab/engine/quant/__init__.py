"""The mathematics of quantization."""
