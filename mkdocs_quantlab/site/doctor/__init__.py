"""What `quantlab doctor` looks at."""
