"""What the package costs, measured against limits and against peers. Each module but the helpers is one command."""
