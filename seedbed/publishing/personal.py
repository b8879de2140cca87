"""Detect personal data in texts by pattern.

    e-mail, phone, payment card, IP address; in Japanese an individual number, in Korean a resident number, in English a US
    social security number; IBANs

Phone numbers are found by phonenumbers (Google's libphonenumber) for the regions of the language. Names, postal addresses,
dates of birth and what only the sense gives away are not found: somebody has to read for those.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from ipaddress import AddressValueError, IPv4Address

LIMITS = (
    "e-mail addresses, payment cards, IP addresses, IBANs and national numbers (Japan, Korea, USA) are detected by pattern, "
    "phone numbers by the region's formats where the library for them is installed; names, postal addresses and dates of "
    "birth are not detected"
)
REGIONS: dict[str, Sequence[str]] = {
    "ja": ("JP",),
    "en": ("US", "GB"),
    "ko": ("KR",),
    "de": ("DE", "AT", "CH"),
    "fr": ("FR",),
    "es": ("ES", "MX"),
    "it": ("IT",),
    "pt": ("BR", "PT"),
    "nl": ("NL",),
    "pl": ("PL",),
    "ru": ("RU",),
    "uk": ("UA",),
    "tr": ("TR",),
    "zh": ("CN", "TW"),
    "vi": ("VN",),
    "th": ("TH",),
    "id": ("ID",),
    "hi": ("IN",),
    "ar": ("EG", "SA"),
    "sv": ("SE",),
}
"""Where numbers without a country code are looked for, by language; in another language only numbers with one are found."""
_EMAIL = re.compile(r"[\w.+-]+@((?:[\w-]+\.)+[A-Za-z]{2,})")
_EXAMPLES = re.compile(r"(?:^|\.)(?:example(?:\.\w+)*|test|invalid|localhost)$", re.IGNORECASE)
"""Domains that RFC 2606 keeps for examples, and those that countries do."""
_IP = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
_CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_MY_NUMBER = re.compile(r"(?<![\d-])(?<!\d )\d{4}[ -]?\d{4}[ -]?\d{4}(?! ?\d|-)")
_RESIDENT = re.compile(r"(?<![\d-])\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-[1-4]\d{6}(?![\d-])")
_SSN = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")


def can_find_phones() -> bool:
    """Whether phonenumbers is installed."""
    return find_spec("phonenumbers") is not None


def personal_data(text: str, language: str) -> list[str]:
    """Return the kinds of personal data in a text, each once, e.g. `e-mail`; never the data itself.

    Args:
        text: any.
        language: ISO 639 code of what it is written in.
    """
    return [kind for kind, find in _KINDS.items() if any(True for _ in find(text, language))]


def _emails(text: str, language: str) -> Iterator[str]:
    yield from (match[0] for match in _EMAIL.finditer(text) if not _EXAMPLES.search(match[1]))


def _phones(text: str, language: str) -> Iterator[str]:
    if not can_find_phones() or sum(letter.isdigit() for letter in text) < 7:
        return
    import phonenumbers

    for region in REGIONS.get(language, (None,)):
        for match in phonenumbers.PhoneNumberMatcher(text, region):
            yield match.raw_string


def _cards(text: str, language: str) -> Iterator[str]:
    for match in _CARD.finditer(text):
        digits = [int(letter) for letter in match[0] if letter.isdigit()]
        doubled = [digit if place % 2 == 0 else sum(divmod(2 * digit, 10)) for place, digit in enumerate(reversed(digits))]
        if sum(doubled) % 10 == 0 and any(digits):
            yield match[0]


def _addresses(text: str, language: str) -> Iterator[str]:
    for match in _IP.finditer(text):
        try:
            if IPv4Address(match[0]).is_global:
                yield match[0]
        except AddressValueError:
            continue


def _ibans(text: str, language: str) -> Iterator[str]:
    for match in _IBAN.finditer(text):
        letters = match[0].replace(" ", "")
        if 15 <= len(letters) <= 34 and int("".join(str(int(letter, 36)) for letter in letters[4:] + letters[:4])) % 97 == 1:
            yield match[0]


def _national(text: str, language: str) -> Iterator[str]:
    if language == "ja":
        yield from (match[0] for match in _MY_NUMBER.finditer(text) if _is_my_number(match[0]))
    elif language == "ko":
        yield from (match[0] for match in _RESIDENT.finditer(text))
    elif language == "en":
        yield from (match[0] for match in _SSN.finditer(text))


def _is_my_number(text: str) -> bool:
    """Whether the check digit of an individual number is right: the last of 12, by weights 2 to 7 from the right."""
    digits = [int(letter) for letter in text if letter.isdigit()]
    rest = sum(digit * (place % 6 + 2) for place, digit in enumerate(reversed(digits[:11]))) % 11
    return any(digits) and digits[11] == (0 if rest <= 1 else 11 - rest)


_KINDS: dict[str, Callable[[str, str], Iterator[str]]] = {
    "e-mail": _emails,
    "phone": _phones,
    "payment card": _cards,
    "IP address": _addresses,
    "IBAN": _ibans,
    "national number": _national,
}
