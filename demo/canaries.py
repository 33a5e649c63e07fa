"""Values that only look personal or secret: planted wherever such values leak, to be found nowhere after."""

from __future__ import annotations

EMAIL = "ada.canary@mail.example"
OTHER_EMAIL = "grace.canary@mail.example"
NAME = "Ada Canary-Lovelace"
PHONE = "+49 151 2345 6789"
BIRTH_DATE = "1815-12-10"
NATIONAL_ID = "65 929 970 489"  # a German tax id: the check digit holds
IBAN = "DE89 3704 0044 0532 0130 00"
CARD = "4111 1111 1111 1111"
ACCESS_KEY = "AKIACANARYCANARY7EXA"
SECRET_KEY = "canary/K7MDENG+bPxRfiCYEXAMPLEKEYcanary0"
API_KEY = "sk_live_canary4eC39HqLyjWDarjtT1zdp7dc"
DATABASE_PASSWORD = "canary-correct-horse-battery"
NOTE = f"please call {NAME} at {PHONE}"

ALL = (
    EMAIL,
    OTHER_EMAIL,
    NAME,
    PHONE,
    BIRTH_DATE,
    NATIONAL_ID,
    IBAN,
    CARD,
    ACCESS_KEY,
    SECRET_KEY,
    API_KEY,
    DATABASE_PASSWORD,
)
"""What a search of everything that the product wrote must not find."""
