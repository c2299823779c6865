"""What is computed and drawn. Standard library only: runs in CPython and in Pyodide alike."""
