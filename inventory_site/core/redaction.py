"""Secrets stay out of log lines."""

import re
from collections.abc import Callable, MutableMapping
from typing import Any

MASK = "••••"
SECRET_WORDS = (
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
    "privatekey",
    "bearer",
    "community",
    "authorization",
    "cookie",
)
SECRET_NAME = "|".join(SECRET_WORDS).replace("_", "[-_]")
IN_QUERY = re.compile(rf"([?&][^=&?\s]*(?:{SECRET_NAME})[^=&?\s]*=)[^&\s'\"<>]+", re.IGNORECASE)

A_SECRET = re.compile(SECRET_NAME, re.IGNORECASE)
MARK = r"\\{0,8}[\"']"
NOTHING = r"(?:None|null|False|false)\b|''|\"\"|\[\]|\{\}"
IN_PAIR = re.compile(  # `'password': 'x'` of a dict or of JSON, and `password='x'` of a repr
    rf"""(
        (?P<mark>{MARK})[^"'\\\n]{{0,64}}(?:{SECRET_NAME})[^"'\\\n]{{0,64}}(?P=mark)\s*:\s*
        | \b[\w-]{{0,64}}(?:{SECRET_NAME})[\w-]{{0,64}}=(?=[bru]?["'])
    )
    (?!{NOTHING})
    (?: [bru]?(?P<open>{MARK})(?:[^\n]*?(?<!\\)(?P=open)|[^\n]*)
      | [\[{{(][^\n]*
      | [^\s,\]}})]+ )""",
    re.IGNORECASE | re.VERBOSE,
)

UNQUOTED = re.compile(  # `password=x` of a command line, of a form's body or of a message
    rf"""(\b[\w-]{{0,64}}(?:{SECRET_NAME})[\w-]{{0,64}}=)
    (?!{NOTHING}|{MASK}|[bru]?{MARK})
    (?: [\[{{(][^\n]* | (?:[^\s&'"<>)\]}},;]|[,;](?=[^\s&]))+ )""",
    re.IGNORECASE | re.VERBOSE,
)
IN_HEADER = re.compile(  # `Authorization: Bearer x`, `Cookie: name=x`, `X-Api-Key: x`
    r"""( authorization["']?\s*[:=]\s*["']?
        (?:bearer|basic|digest|negotiate|token|apikey|aws4[\w-]*)\s+
      | cookie\s*:\s*(?=[^\s=;]{1,99}=)
      | \bx-[\w-]{0,32}(?:key|token|secret|password)\s*:\s*(?=\S) )
    [^\n"']+""",
    re.IGNORECASE | re.VERBOSE,
)
BEARER = re.compile(r"(\bbearer\s+)(?=\S*\d|\S{20})[\w.~+/=-]{8,}", re.IGNORECASE)
WORD_SECRETS = "password|passwd|passphrase|secret|community|api[-_]?key|private[-_]?key"
USUAL = (  # what messages and annotations say of a secret
    "required|missing|expired|invalid|wrong|empty|unknown|refused|changed|rotated|revoked"
    "|set|unset|yes|no|any|str|bytes|bool|int|dict|list|object"
)
AFTER_COLON = re.compile(  # `password: x` that ends a line or its part, or in quotes
    rf"""(\b[\w-]{{0,64}}(?:{WORD_SECRETS})[^\S\n]?:[^\S\n]+)
    (?!{NOTHING}|{MASK}|(?:{USUAL})(?![\w-]))
    (?: (?P<open>["'])[^\n]*?(?P=open)
      | [^\s,;'"]+?(?=['")\]}}]*[^\S\n]*(?:[,;|]|\\[nr]|$)) )""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
MIXED = re.compile(  # `token: a1b2` anywhere: letters and digits are no word of a message
    rf"""(\b[\w-]{{0,64}}(?:{SECRET_NAME})[^\S\n]?:[^\S\n]*)
    (?=[^\s,;'"]{{0,999}}[a-z])(?=[^\s,;'"]{{0,999}}\d)[^\s,;'"]+""",
    re.IGNORECASE | re.VERBOSE,
)
FORMS = (IN_QUERY, IN_HEADER, BEARER, IN_PAIR, UNQUOTED, AFTER_COLON, MIXED)
IN_AUTHORITY = re.compile(r"(\b[a-z][a-z0-9+.-]{0,30}://[^\s/?#:'\"<>]*:)[^\s/?#'\"<>]+(?=@)", re.I)


def is_secret(name: str) -> bool:
    """Whether a field of this name holds a secret."""
    lowered = name.lower().replace("-", "_")
    return any(word in lowered for word in SECRET_WORDS)


def masked(value: Any, text: Callable[[str], str] = str) -> Any:
    """Return the value with every secret below it masked; `text` is what becomes of texts."""
    if isinstance(value, dict):
        return {
            key: MASK if is_secret(str(key)) and item else masked(item, text)
            for key, item in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [masked(item, text) for item in value]
    return text(value) if isinstance(value, str) else value


def text_without_secrets(text: str) -> str:
    """Return a text without the secrets of addresses, of headers, of dicts, of JSON, of
    `name=value` and of `name: value` in it."""
    if "://" in text:
        text = IN_AUTHORITY.sub(rf"\1{MASK}", text)
    if A_SECRET.search(text):
        for form in FORMS:
            text = form.sub(rf"\1{MASK}", text)
    return text


def without_secrets(value: Any) -> Any:
    """Return what a log shows: as `masked`, and no secret in any text."""
    if isinstance(value, BaseException) or hasattr(value, "get_full_path"):  # a request
        value = repr(value)
    return masked(value, text_without_secrets)


def mask_secrets(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Mask secrets in a log event but its exception's; a processor of structlog."""
    return {key: _masked_item(key, value) for key, value in event.items()}


def _masked_item(key: str, value: Any) -> Any:
    if key == "exc_info":
        return value
    return MASK if key != "event" and is_secret(key) and value else without_secrets(value)
