"""Whether a number that looks like a card, an account or a person's number is one: by its check digits."""

from __future__ import annotations

import re


def luhn(value: str) -> bool:
    """The check digit of payment cards (ISO/IEC 7812-1) and of Swedish personal numbers."""
    digits = [int(each) for each in value if each.isdigit()]
    doubled = [each * 2 - 9 * (each > 4) for each in digits[-2::-2]]
    return (sum(doubled) + sum(digits[-1::-2])) % 10 == 0


CARD_NUMBER = re.compile(
    r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720)[0-9]{12}|"
    r"3[47][0-9]{13}|6(?:011|5[0-9]{2}|4[4-9][0-9])[0-9]{12}|35(?:2[89]|[3-8][0-9])[0-9]{12}|3(?:0[0-5]|[68][0-9])[0-9]{11}|"
    r"(?:50|5[6-9]|6[0-9])[0-9]{14,17}"
)


def payment_card(value: str) -> bool:
    """A number that a card scheme issues, with its check digit."""
    digits = "".join(each for each in value if each.isdigit())
    return CARD_NUMBER.fullmatch(digits) is not None and luhn(digits)


IBAN_LENGTHS = {
    country: int(length)
    for length, countries in (
        line.split(":")
        for line in (
            "15:NO", "16:BE", "18:DK FO FI GL NL", "19:MK SI", "20:AT BA EE KZ XK LT LU", "21:HR LV LI CH",
            "22:BH BG CR GE DE IE ME RS GB VA", "23:GI IQ IL TL AE", "24:AD CZ MD PK RO SA SK ES SE TN VG",
            "25:LY PT ST", "26:IS TR", "27:FR GR IT MR MC SM BI DJ", "28:AL AZ BY CY DO SV GT HU LB PL",
            "29:BR EG PS QA UA", "30:JO KW MU", "31:MT SC", "32:LC",
        )
    )
    for country in countries.split()
}  # fmt: skip
"""Characters of an account number by country (ISO 13616 registry)."""


def iban(value: str) -> bool:
    """An account number of its country's length with the remainder that ISO 7064 demands."""
    text = value.replace(" ", "").upper()
    if IBAN_LENGTHS.get(text[:2]) != len(text):
        return False
    return int("".join(str(int(each, 36)) for each in text[4:] + text[:4])) % 97 == 1


def spanish(value: str) -> bool:
    """DNI or NIE: the letter follows from the number."""
    number = value[:-1].translate(str.maketrans("XYZ", "012"))
    return number.isdigit() and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == value[-1]


def cpf(value: str) -> bool:
    """The two check digits of a Brazilian taxpayer."""
    digits = [int(each) for each in value if each.isdigit()]
    for length in (9, 10):
        total = sum(digit * weight for digit, weight in zip(digits, range(length + 1, 1, -1), strict=False))
        if total * 10 % 11 % 10 != digits[length]:
            return False
    return len(set(digits)) > 1


def french(value: str) -> bool:
    """The key of a French social security number."""
    text = value.replace(" ", "").replace("2A", "19").replace("2B", "18")
    return text.isdigit() and 97 - int(text[:13]) % 97 == int(text[13:])


def swedish(value: str) -> bool:
    """A birth date and a check digit."""
    digits = "".join(each for each in value if each.isdigit())[-10:]
    return "01" <= digits[2:4] <= "12" and "01" <= digits[4:6] <= "91" and luhn(digits)


_VERHOEFF = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def aadhaar(value: str) -> bool:
    """The check digit (Verhoeff) of an Indian identity number."""
    remainder = 0
    for place, digit in enumerate(reversed(value.replace(" ", ""))):
        remainder = _dihedral(remainder, int(_VERHOEFF[place % 8][int(digit)]))
    return remainder == 0


def _dihedral(left: int, right: int) -> int:
    if left < 5:
        return (left + right) % 5 + (5 if right >= 5 else 0)
    return (left - right) % 5 + (5 if right < 5 else 0)
