"""What stands between a class and its model servers."""
