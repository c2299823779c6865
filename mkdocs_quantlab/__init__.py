"""Interactive labs on the quantization of large language models.

This package imports nothing: its `engine` also runs inside Pyodide, where every import costs.
"""

__version__ = "0.1.0"
