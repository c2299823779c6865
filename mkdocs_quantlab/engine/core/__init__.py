"""What widgets are made of: options, forms, HTML, numbers, resources, and the calls of the page's worker."""
