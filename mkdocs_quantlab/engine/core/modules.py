"""Which modules the page's Python has. The build, the error for any other, and the docs read this."""

OFFERED = """
    abc array ast base64 binascii bisect builtins cmath codecs collections collections.abc colorsys contextlib copy csv
    dataclasses datetime decimal difflib enum fractions functools gc hashlib heapq html html.parser
    importlib.resources inspect io itertools json keyword linecache marshal math numbers operator pprint random re
    secrets statistics string struct sys textwrap time token tokenize traceback types typing unicodedata warnings
    weakref zipfile zlib
""".split()
"""What a quantizer written in the page may import, beside `mkdocs_quantlab.engine`."""
