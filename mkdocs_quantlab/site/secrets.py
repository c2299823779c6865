"""Keys and passwords in places that everyone can read: in options, in addresses, in the lock file, in logs and in the finished site."""

from __future__ import annotations

import codecs
import html
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from mkdocs_quantlab.engine.core.schema import OptionError
from mkdocs_quantlab.site.markdown.spans import NewLines, replace_elements

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

PUBLIC = "everything in a built site is public; readers who need a key paste it into the page"
MASK = "***"


class Shape(NamedTuple):
    """What the keys of a kind look like."""

    kind: str
    starts: tuple[str, ...]
    """Texts of which each of them has one: most files have none, and are not searched further."""
    pattern: str


# A run of letters and digits that has both. Names in code and classes in CSS are words between `-` and `_`.
_MIXED = r"(?=[A-Za-z]*[0-9])(?=[0-9]*[A-Za-z])[A-Za-z0-9]"

SHAPES = (
    # OpenAI (sk-, sk-proj-, sk-svcacct-), Anthropic (sk-ant-api03-), OpenRouter (sk-or-v1-), DeepSeek, LiteLLM and servers like theirs.
    Shape("a key of a model's host", ("sk-",), rf"sk-(?:[A-Za-z0-9]+[-_])*?{_MIXED}{{16,}}[A-Za-z0-9_-]*"),
    # Perplexity; NVIDIA; xAI; Groq; Replicate; Fireworks; Cerebras; Together; Databricks.
    Shape("a key of Perplexity", ("pplx-",), rf"pplx-{_MIXED}{{32,}}"),
    Shape("a key of NVIDIA", ("nvapi-",), r"nvapi-[A-Za-z0-9_-]{40,}"),
    Shape("a key of xAI", ("xai-",), rf"xai-{_MIXED}{{40,}}"),
    Shape("a key of Groq", ("gsk_",), rf"gsk_{_MIXED}{{30,}}"),
    Shape("a key of Replicate", ("r8_",), rf"r8_{_MIXED}{{30,}}"),
    Shape("a key of Fireworks", ("fw_",), rf"fw_{_MIXED}{{22,}}"),
    Shape("a key of Cerebras", ("csk-",), rf"csk-{_MIXED}{{40,}}"),
    Shape("a key of Together", ("tgp_v1_",), r"tgp_v1_[A-Za-z0-9_-]{40,}"),
    Shape("a token of Databricks", ("dapi",), r"dapi(?=[a-f]*[0-9])[a-f0-9]{32}(?![a-f0-9])"),
    # Hugging Face: a user's and an organization's token, 34 characters without `_`.
    Shape("a token of Hugging Face", ("hf_",), r"hf_[A-Za-z0-9]{30,}"),
    Shape("a token of Hugging Face", ("api_org_",), r"api_org_[A-Za-z0-9]{30,}"),
    # GitHub: personal (ghp_), OAuth (gho_), of a user of an app (ghu_), of an app (ghs_), for refreshing (ghr_); fine-grained ones.
    Shape("a token of GitHub", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), rf"gh[pousr]_{_MIXED}{{30,}}"),
    Shape("a token of GitHub", ("github_pat_",), r"github_pat_[A-Za-z0-9]{20,}_[A-Za-z0-9]{40,}"),
    # GitLab: personal, of a deployment, of a runner.
    Shape("a token of GitLab", ("glpat-", "gldt-", "glrt-"), r"gl(?:pat|dt|rt)-[A-Za-z0-9_-]{20,}"),
    # AWS: the key's name, permanent (AKIA) or not (ASIA); its own documentation's example ends in EXAMPLE. The secret has no shape of
    # its own, but stands behind its name.
    Shape("an access key of AWS", ("AKIA", "ASIA"), r"A(?:KIA|SIA)(?![A-Z0-9]{9}EXAMPLE)[A-Z2-7]{16}(?![A-Z0-9])"),
    Shape(
        "a secret key of AWS",
        ("aws_secret",),
        r"aws_secret(?:_access)?_key['\"]?\s*[:=]\s*['\"]?(?![A-Za-z0-9/+]*EXAMPLE)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+])",
    ),
    # Google: of its interfaces, and of OAuth.
    Shape("a key of Google", ("AIza",), r"AIza[A-Za-z0-9_-]{35}"),
    Shape("a token of Google", ("ya29.",), r"ya29\.[A-Za-z0-9_-]{30,}"),
    # Slack: of a bot (xoxb-), of a user (xoxp-) and others, and of an app (xapp-); numbers come first.
    Shape("a token of Slack", ("xox",), r"xox[abeoprs]-[0-9]+-[A-Za-z0-9-]{10,}"),
    Shape("a token of Slack", ("xapp-",), r"xapp-[0-9]+-[A-Z0-9]{8,}-[0-9]+-[a-f0-9]{32,}"),
    # Stripe's and others' keys of live accounts; those of test accounts stand in documentation.
    Shape("a key of Stripe", ("k_live_",), rf"[sr]k_live_{_MIXED}{{16,}}"),
    # Registries of packages and of images.
    Shape("a token of npm", ("npm_",), rf"npm_{_MIXED}{{30,}}"),
    Shape("a token of PyPI", ("pypi-AgE",), r"pypi-AgE[A-Za-z0-9_-]{50,}"),
    Shape("a token of Docker", ("dckr_pat_", "dckr_oat_"), r"dckr_[op]at_[A-Za-z0-9_-]{20,}"),
    # SendGrid; DigitalOcean.
    Shape("a key of SendGrid", ("SG.",), r"SG\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{40,}"),
    Shape("a token of DigitalOcean", ("dop_v1_", "doo_v1_", "dor_v1_"), r"do[opr]_v1_[a-f0-9]{64}"),
    # A JSON Web Token: header and claims are JSON objects, `{"` in Base64; then a signature.
    Shape("a JSON Web Token", ("eyJ",), r"eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}"),
    # PEM and OpenSSH, with content: a page that explains the format has the first line alone.
    Shape(
        "a private key",
        ("PRIVATE KEY-----",),
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?:\s|\\n|<[^<>]*>)*(?:[A-Za-z0-9+/=]{16,}(?:\s|\\n|<[^<>]*>)*){2}",
    ),
)  # fmt: skip
"""What keys look like, as their hosts make them now."""

_STARTS = [(start, shape) for shape in SHAPES for start in shape.starts]


def _shapes_in(text: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """The kinds of secrets that a string may contain, with their patterns: a search is slow, and most strings need none."""
    for shape in dict.fromkeys([shape for start, shape in _STARTS if start in text]):
        yield shape.kind, re.compile(rf"(?<![A-Za-z0-9_-])(?:{shape.pattern})", re.ASCII)


# What people call an option or a part of an address that holds one.
_NAME = r"(?:api[-_]?)?key|(?:access[-_]?|auth[-_]?|bearer[-_]?)?token|secret|passw(?:or)?d|auth(?:orization)?"
_OPTION = re.compile(rf"(?:\w+[-_])?(?:{_NAME}|headers?)", re.IGNORECASE)
# `pwd`, `jwt` and the like, which no option of ours is called, are in addresses only; `clientSecret` has no `-` or `_`.
_BEFORE = "(?:[?&#;]|%3F|%26)"
"""What stands before the name of a part: also of a query that is inside another one."""
_PLAIN = rf"{_NAME}|sig(?:nature)?|credential|pwd|pass(?:phrase)?|jwt|sas|session(?:[-_]?id)?"
_HUMPED = r"(?-i:\w*[a-z0-9](?:Key|Token|Secret|Password|Signature|Credential))"
_SECRET = rf"(?:(?:[\w.-]+[-_])?(?:{_PLAIN})|{_HUMPED})(?:\[\]|%5B%5D)?"
_QUERY = re.compile(rf"{_BEFORE}{_SECRET}(?:=|%3D)", re.IGNORECASE)
# What goes with a signature and changes with it: the lock file's keys would never be the same again.
_SIGNED = r"X-(?:Amz|Goog)-[\w-]+|Expires|Policy|Key-Pair-Id|AWSAccessKeyId|GoogleAccessId|s[eptvrk]|sk[a-z]{1,3}|spr"
_QUOTE = r"[\"'`](?=\w)"
"""A quote within an address: that of a text around it is not followed by a letter."""
_VALUE = re.compile(
    rf"(?P<name>{_BEFORE}(?P<secret>{_SECRET})(?:=|%3D)|[?&#](?:{_SIGNED})=)"
    rf"(?P<value>(?:(?!%26|;[\w.-]+=)[^&#\s\"'<>`]|{_QUOTE})*)",
    re.IGNORECASE,
)
# An address, or one without its scheme or its host, as people type it and some errors have it.
_ADDRESS = re.compile(
    r"(?:(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]*:/{0,2}|(?<![A-Za-z0-9+.:/-])//|(?<![^\s\"'<>`(])/"
    r"|(?<![\w.:/-])[\w.-]+(?::\d+)?[/?#])"
    rf"(?:[^\s\"'<>`]|{_QUOTE})+"
)
# A password may have a `/` that nobody escaped: what follows the colon is then no port.
_USER = re.compile(
    r"(?P<start>//|(?<=[A-Za-z0-9+.-]{2}):[/\\]{1,2})(?P<value>[^/?#\s]+|[^/?#@:\s]*:(?!\d*[/?#])\S+)(?=@)"
)

_VARIABLE = re.compile(
    r"KEY|TOKEN|SECRET|PASSW(?:OR)?D|PASSPHRASE|CREDENTIAL|(?:^|_)(?:PASS|PAT|JWT)(?:_|$)",
    re.IGNORECASE,
)
_OF_A_FILE = re.compile(r"(?:FILE|PATH|DIR|SOCK|HOME|URL)$", re.IGNORECASE)
# Shorter ones are words that a page may well contain.
_SHORTEST = 12
_BEGINNING = 8192
_OPTIONS = re.compile(r"\ndata-options='[^']*'")


def masked(text: str) -> str:
    """A text without the secrets in it: names and passwords, keys and signatures in addresses, and what looks like a key.

    Wherever an address may be read by others, it goes through here: in the lock file, in logs, errors and JSON.

    Args:
        text: An address, or a text with addresses in it.
    """
    return _mask(text, [])


def hidden(text: str) -> list[str]:
    """What `masked` leaves out of a text."""
    found: list[str] = []
    _mask(text, found)
    return found


def _mask(text: str, found: list[str]) -> str:
    def mask(value: str) -> str:
        if value in ("", MASK):
            return value
        found.append(value)
        return MASK

    def address(match: re.Match[str]) -> str:
        query = [each["secret"] for each in _VALUE.finditer(match[0])]
        # What follows the last `@` is searched for no other one.
        user, at, rest = match[0].rpartition("@")
        made = _USER.sub(lambda each: each["start"] + mask(each["value"]), user + at) + rest
        return _VALUE.sub(part, made) if any(query) else made

    def part(match: re.Match[str]) -> str:
        # The end of a sentence is none of the address.
        value = match["value"].rstrip(").,:;")
        return match["name"] + mask(value) + match["value"][len(value) :]

    text = _ADDRESS.sub(address, text)
    for _, pattern in _shapes_in(text):
        text = pattern.sub(lambda match: mask(match[0]), text)
    return text


def refuse_secrets(strings: Mapping[str, str]) -> None:
    """Looks for secrets in options.

    Raises:
        OptionError: There is one; its value is not repeated.
    """
    for name, text in strings.items():
        if _OPTION.fullmatch(name):
            raise OptionError(f"`{name}` is not an option: {PUBLIC}", name)
        if any(pattern.search(text) for _, pattern in _shapes_in(text)):
            raise OptionError(f"`{name}` holds what looks like a key: {PUBLIC}", name)


def refuse_secret_address(name: str, text: str) -> None:
    """Looks for secrets in an address.

    Raises:
        OptionError: It has a name and password, or a query that is called as keys are.
    """
    if "@" in re.split(r"[/\\?#]", text.partition("//")[2], maxsplit=1)[0]:
        raise OptionError(f"`{name}` holds a name or password before the `@`: {PUBLIC}", name)
    if masked(text) != text or _QUERY.search(text):
        raise OptionError(f"`{name}` holds a key behind its `?`: {PUBLIC}", name)


class Leak(NamedTuple):
    """A secret in a file that others can read."""

    file: Path
    line: int
    kind: str
    text: str
    """What was found, to look for where it came from; never to be shown."""


def leaks(
    root: Path,
    hosts: Iterable[str] = (),
    files: Iterable[Path] | None = None,
    secrets: Iterable[str] = (),
    unchanged: Container[Path] = (),
) -> Iterator[Leak]:
    """Secrets in files that others can read.

    What looks like a key, values of secret environment variables, and passwords and keys in
    addresses of the model servers.

    Args:
        root: The folder that is searched, as a built site's.
        hosts: The model servers' host names.
        files: Which to look through; else all texts below `root`, whatever they are called.
        secrets: Passwords and signatures that are known.
        unchanged: Files that are not searched: those of this package and of the theme.
    """
    hosts = list(hosts)
    patterns = []
    for host in hosts:
        name = re.escape(host)
        patterns += [
            (f"a password in an address of {host}", re.compile(rf"//[^\s/@\"'<>]+@{name}")),
            (
                f"a key in an address of {host}",
                re.compile(rf"//{name}[^\s\"'<>]*{_QUERY.pattern}", re.IGNORECASE),
            ),
        ]
    values = dict(_values(secrets))
    if files is None:
        # Faster than `rglob`, which looks at each name several times.
        all_files = sorted(Path(path, name) for path, _, names in os.walk(root) for name in names)
        files = (file for file in all_files if file not in unchanged and file.is_file())
    lines = NewLines()
    for file in files:
        text = _text_of(file)
        if file.suffix == ".html":
            text = replace_elements(text, _written, {"quantlab-widget"})
        new = lines.of(text)
        tried = list(_shapes_in(new))
        if any(host in new.lower() for host in hosts):
            tried += patterns
        if tried:
            lines.forget()
        found = {
            kind: (match.start(), match[0])
            for kind, pattern in tried
            if (match := pattern.search(text))
        }
        found |= {
            kind: (text.index(value), value) for value, kind in values.items() if value in text
        }
        for kind, (at, secret) in found.items():
            yield Leak(file, text.count("\n", 0, at) + 1, kind, secret)


def _text_of(file: Path) -> str:
    """What a file says, nothing where it is none of text: such files have a zero near their beginning."""
    with file.open("rb") as opened:
        start = opened.read(_BEGINNING)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding = "utf-16"
        elif b"\0" in start:
            return ""
        else:
            encoding = "utf-8"
        data = start + opened.read()
    text = data.decode(encoding, errors="replace")
    return text.replace("\r\n", "\n") if b"\r" in data else text


def _written(element: str) -> str:
    """What an author may have written of a widget's element, with its line breaks; the whole element where its figure shows more.

    The package's widgets draw from their options alone, unless models or an author's own code take part; figures are most of a page.
    """
    options = _OPTIONS.search(element)
    if not options or "\ndata-resources='" in element or "\ndata-archive='" in element:
        return element
    return element[: options.end()] + "\n" * element.count("\n", options.end())


def _values(secrets: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Known secrets as a text or a page may have them, with what they are."""
    known = [(secret, "a password or signature of a model's address") for secret in secrets]
    for name, value in os.environ.items():
        if _VARIABLE.search(name) and not _OF_A_FILE.search(name) and not _is_path(value):
            known.append((value, f"the value of the environment variable {name}"))
    for secret, kind in known:
        for value in (secret, unquote(secret)):
            if len(value) >= _SHORTEST:
                yield value, kind
                yield html.escape(value), kind


def _is_path(value: str) -> bool:
    try:
        return os.sep in value and Path(value).exists()
    except (OSError, ValueError):
        return False


def place_of(leak: Leak, root: Path, source: Path | None, folder: Path) -> str:
    """Where an author finds a secret: in the page's source, else in the built file.

    Args:
        leak: The secret.
        root: The built site's folder.
        source: The Markdown file that the built file was made from, where it is known.
        folder: The folder that sources are named from.
    """
    built = f"{leak.file.relative_to(root).as_posix()}:{leak.line}"
    if source is None or not source.is_file():
        return built
    name = source.relative_to(folder).as_posix() if source.is_relative_to(folder) else source.name
    text = source.read_text(encoding="utf-8", errors="replace")
    at = max(text.find(leak.text), text.find(html.unescape(leak.text)))
    if at < 0:
        return f"{built} (the page of {name})"
    return f"{name}:{text.count(chr(10), 0, at) + 1}"
