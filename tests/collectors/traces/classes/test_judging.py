"""Column names are judged by whole words, in the context of their table and their neighbours."""

from __future__ import annotations

import time

import pytest
from fideslang.default_taxonomy import DEFAULT_TAXONOMY
from hypothesis import given
from hypothesis import strategies as st

from collectors.traces.classes import VERSION, Verdict, classify, explain
from collectors.traces.classes.rules import NAMED, load, read
from config.errors import VocabularyError

KEYS = {category.fides_key for category in DEFAULT_TAXONOMY.data_category}

PERSONAL = [
    ("orders", "customer_email", "user.contact.email"),
    ("x", "E-Mail", "user.contact.email"),
    ("x", "emailAddress", "user.contact.email"),
    ("x", "customeremailaddress", "user.contact.email"),
    ("x", "EMAIL_ADDR", "user.contact.email"),
    ("x", "fname", "user.name.first"),
    ("x", "lastName", "user.name.last"),
    ("x", "customer_name", "user.name"),
    ("customers", "name", "user.name"),
    ("dim_customers_history", "name", "user.name"),
    ("x", "telno", "user.contact.phone_number"),
    ("x", "home_phone_2", "user.contact.phone_number"),
    ("x", "fax", "user.contact.fax_number"),
    ("x", "addressLine1", "user.contact.address.street"),
    ("x", "shipping_city", "user.contact.address.city"),
    ("addresses", "city", "user.contact.address.city"),
    ("addresses", "code", "user.contact.address.postal_code"),
    ("x", "DOB", "user.demographic.date_of_birth"),
    ("x", "birth_date", "user.demographic.date_of_birth"),
    ("x", "SSN", "user.government_id.national_identification_number"),
    ("x", "ssn_last4", "user.government_id.national_identification_number"),
    ("x", "passportNo", "user.government_id.passport_number"),
    ("x", "driving_licence_no", "user.government_id.drivers_license_number"),
    ("x", "ccNumber", "user.financial.credit_card"),
    ("cards", "last4", "user.financial.credit_card"),
    ("payment_cards", "pan", "user.financial.credit_card"),
    ("x", "IBAN", "user.financial.bank_account"),
    ("x", "bank_acct_no", "user.financial.bank_account"),
    ("x", "diagnosis_code", "user.health_and_medical"),
    ("x", "mrn", "user.health_and_medical.record_id"),
    ("x", "password_hash", "user.authorization.password"),
    ("x", "password_reset_token", "user.authorization.credentials"),
    ("x", "apiKey", "user.authorization.credentials"),
    ("x", "gender", "user.demographic.gender"),
    ("x", "IPv4", "user.device.ip_address"),
    ("x", "client_ip", "user.device.ip_address"),
    ("x", "email_sha256", "user.unique_id.pseudonymous"),
    ("kunden", "Vorname", "user.name.first"),
    ("kunden", "straße", "user.contact.address.street"),
    ("kunden", "plz", "user.contact.address.postal_code"),
    ("x", "geburtsdatum", "user.demographic.date_of_birth"),
    ("clients", "prénom", "user.name.first"),
    ("clients", "nom", "user.name"),
    ("x", "codice_fiscale", "user.government_id.national_identification_number"),
    ("x", "cpf", "user.government_id.national_identification_number"),
    ("x", "bsn", "user.government_id.national_identification_number"),
    ("x", "dni", "user.government_id.national_identification_number"),
    ("usuarios", "apellidos", "user.name.last"),
    ("users", "user_id", "user.unique_id"),
    ("customers", "id", "user.unique_id"),
    ("orders", "customer_id", "user.unique_id"),
    ("password_resets", "code", "user.authorization.credentials"),
    ("staff_address", "city_mail", "user.contact.address.city"),
    ("customers", "company_name", "user.contact.organization"),
    ("customers", "birthday_ciphertext", "user.demographic.date_of_birth"),
    ("posts", "author_id", "user.unique_id"),
    ("login_activities", "latitude", "user.location.precise"),
    ("api_keys", "value", "user.authorization.credentials"),
    ("login_codes", "code", "user.authorization.credentials"),
]

NOT_PERSONAL = [
    ("academic_years", "ACADEMIC_YEAR_CODE"),
    ("tests", "scenario_code"),
    ("customers", "email_verified"),
    ("customers", "email_verified_at"),
    ("customers", "is_email_enabled"),
    ("customers", "phone_type"),
    ("customers", "ip_count"),
    ("customers", "product_name"),
    ("customers", "pet_name"),
    ("uploads", "file_name"),
    ("users", "filename"),
    ("users", "hostname"),
    ("suppliers", "company_name"),
    ("customers", "number_of_logins"),
    ("messages", "template_email_subject"),
    ("customers", "order_address_id"),
    ("users", "password_reset_at"),
    ("users", "password_policy"),
    ("users", "access_token_expires_at"),
    ("products", "name"),
    ("products", "code"),
    ("user_roles", "name"),
    ("companies", "city"),
    ("orders", "state"),
    ("customer_login", "customer_login_id"),
    ("products", "id"),
    ("customer_metadata", "id"),
    ("organizations", "address_city"),
    ("organizations", "legal_name"),
    ("users", "id_profile"),
    ("mail", "in_reply_to"),
    ("smtp_servers", "smtp_username"),
    ("logs", "anonymized_ip"),
    ("contacts", "emergency_contact_relationship"),
    ("ethnicity", "ethnicity_name"),
    ("schools", "e_mail"),
    ("users", "created_at"),
    ("users", "storage"),
    ("users", "passage"),
    ("users", "mileage"),
    ("users", "gift_card_number"),
    ("hosts", "ip_address"),
    ("x", "server_ip"),
    ("x", "city"),
    ("x", "last4"),
    ("x", "number"),
    ("x", "*"),
    ("x", ""),
]


@pytest.mark.parametrize(("table", "column", "data_class"), PERSONAL)
def test_personal(table: str, column: str, data_class: str) -> None:
    verdict = explain(table, column)
    assert isinstance(verdict, Verdict), verdict
    assert verdict.data_class == data_class


@pytest.mark.parametrize(("table", "column"), NOT_PERSONAL)
def test_not_personal(table: str, column: str) -> None:
    assert classify(table, [column]) == {}
    assert isinstance(explain(table, column), str)


def test_neighbours_make_a_bare_name_personal() -> None:
    columns = ["name", "first_name", "birth_date", "sku"]
    assert set(classify("t", columns)) == {"name", "first_name", "birth_date"}
    assert set(classify("t", ["name"], siblings=columns[1:])) == {"name"}
    assert classify("products", ["name"], siblings=columns[1:]) == {}


def test_a_table_in_a_schema_about_persons_is_about_persons() -> None:
    assert classify("t1", ["name"]) == {}
    assert set(classify("t1", ["name"], schema="customers")) == {"name"}


@pytest.mark.parametrize(
    ("table", "columns", "found"),
    [
        # The last word says what it is; the words before say whose.
        ("orders", ["billing_address_city", "ville_livraison"], "user.contact.address.city"),
        ("stores", ["city", "zip", "state"], ""),
        ("orders_json", ["customer.address.city", "shipTo.city"], "user.contact.address.city"),
        ("customers.default_address", ["city"], "user.contact.address.city"),
        # A street stands beside a city; an address alone is an address.
        ("wp_users", ["address"], "user.contact.address"),
        # Types and tables before a name say nothing.
        ("tblKunde", ["cVorname", "vchFirstName", "F_NAME"], "user.name.first"),
        ("au", ["au_fname", "au_fname2", "au_fname3", "au_fname4"], "user.name.first"),
        ("CUSTMAST", ["CMADR1", "CMADR2", "CMSTREET", "CMHOUSENO"], "user.contact.address.street"),
        ("contacts", ["cp_phone1", "cp_phone2", "cp_mobile1", "cp_mobile2"], "user.contact.phone_number"),
        ("adherents", ["ville_adh", "ville2_adh", "ville3_adh", "ville4_adh"], "user.contact.address.city"),
        # What stands beside a name tells what it is.
        ("customers", ["cc", "bcc", "email"], "user.contact.email"),
        ("customers", ["bank_code", "account_number"], "user.financial.bank_account"),
        ("institutes", ["name", "street", "city", "email"], ""),
        ("pupils", ["emergency1Number1", "emergency2Number2", "fone1Ramal"], "user.contact.phone_number"),
        ("pupils", ["languageSecond", "language_home_primary"], "user.demographic.language"),
        ("invoicees", ["companyAddress", "companyEmail", "date_new_password"], ""),
        ("files", ["birth_certificate_scan"], "user.government_id.birth_certificate"),
        # Codes are as good as what they stand for.
        ("person", ["race_concept_id", "id_gender"], "user.demographic"),
        ("x", ["hashed_email"], "user.unique_id.pseudonymous"),
    ],
)
def test_words_are_read_where_they_stand(table: str, columns: list[str], found: str) -> None:
    verdicts = classify(table, columns)
    assert [column for column in columns if column in verdicts] == (columns if found else [])
    assert all(verdict.data_class.startswith(found) for verdict in verdicts.values())


@pytest.mark.parametrize(
    ("table", "path", "data_class"),
    [
        ("events", "customer.contact.emails[0].value", "user.contact.email"),
        ("events", "$.customer.addresses[*].city", "user.contact.address.city"),
        ("events", "payload->>'phone'", "user.contact.phone_number"),
        ("Users", "Item.email.S", "user.contact.email"),
        ("members", "location.country_code", "user.contact.address.country"),
        ("members", "Date.Of.Birth", "user.demographic.date_of_birth"),
        ("t", "workplace.headcount", ""),
        ("t", "emergency_contacts.priority", ""),
        ("t", "products[3].name", ""),
    ],
)
def test_of_a_path_the_end_that_names_something_is_judged(table: str, path: str, data_class: str) -> None:
    verdict = explain(table, path)
    assert (verdict.data_class if isinstance(verdict, Verdict) else "") == data_class


def test_neighbours_tell_a_street_a_first_name_and_a_machine() -> None:
    def told(table: str, *columns: str) -> str:
        verdict = explain(table, columns[0], siblings=columns[1:])
        return verdict.data_class if isinstance(verdict, Verdict) else ""

    assert told("customers", "address", "city") == "user.contact.address.street"
    assert told("t", "nome", "cognome") == "user.name.first"
    assert told("t", "nom", "prenom") == "user.name.last"
    assert told("customers", "title", "first_name") == "user.name"
    assert told("employees", "title", "first_name") == "user.job_title"
    assert told("inventory_devices", "ip_address", "hostname") == ""


def test_reasons_are_sentences() -> None:
    verdicts = classify("customers", ["ssn", "first_name", "name", "email_hash", "email_xyz"])
    assert {column: verdict.reason for column, verdict in verdicts.items()} == {
        "ssn": 'column "ssn": the word "ssn" names a government id',
        "first_name": 'column "first_name": the words "first name" name a person\'s first name',
        "name": (
            'column "name": the word "name" names a person\'s name, '
            'because the table "customers" is about: person'
        ),
        "email_hash": (
            'column "email_hash": the word "email" names an e-mail address, '
            'of which "hash" leaves only a fingerprint'
        ),
        "email_xyz": (
            'column "email_xyz": the word "email" names an e-mail address, '
            'though "xyz" after it may mean something else'
        ),
    }
    assert (verdicts["email_xyz"].tier, verdicts["ssn"].tier) == ("weak", "strong")
    assert verdicts["email_xyz"].confidence < verdicts["ssn"].confidence


def test_every_class_is_a_fideslang_key() -> None:
    vocabulary = load()
    used = {phrase.rule.data_class for each in vocabulary.phrases.values() for phrase in each if phrase.rule}
    used |= {vocabulary.digest_class, *vocabulary.weights, *vocabulary.digest_keeps}
    assert used <= KEYS


def test_every_phrase_speaks_in_its_context() -> None:
    """A phrase that another list silences would be dead weight in the vocabulary."""
    vocabulary = load()
    tables = {kind: " ".join(words) for words, kinds in vocabulary.kinds.items() for kind in kinds}
    neighbours = {kind: "_".join(words) for words, kinds in vocabulary.beside.items() for kind in kinds}
    neighbours[NAMED] = "full_name"
    silent = []
    for each in vocabulary.phrases.values():
        for phrase in each:
            if phrase.rule is None:
                continue
            column = "_".join(phrase.words)
            places = [(tables[kind], "") for kind in sorted(phrase.rule.needs) if kind in tables]
            places += [("x", neighbours[kind]) for kind in sorted(phrase.rule.needs) if kind in neighbours]
            if all(
                isinstance(explain(table, column, siblings=[neighbour]), str)
                for table, neighbour in places or [("x", "")]
            ):
                silent.append((phrase.rule.id, column))
    assert silent == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('needs = ["person"]', 'needs = ["persn"]'), "'persn' is no kind of table"),
        (("{person} name", "{persn} name"), "there is no set 'persn'"),
        (("confidence = 0.95", "confidence = 95"), "confidence"),
        (('tier = "strong"', 'teir = "strong"'), "rules.0"),
        (('id = "phone"', 'id = "email"'), "two rules are called 'email'"),
        (("\n[spelled]", "\n[spelled"), "columns.toml"),
    ],
)
def test_a_broken_vocabulary_names_what_is_wrong(change: tuple[str, str], says: str) -> None:
    from importlib import resources

    text = resources.files("config").joinpath("vocabularies", "columns.toml").read_text()
    assert change[0] in text
    with pytest.raises(VocabularyError, match=r"columns\.toml") as caught:
        read(text.replace(*change, 1).encode())
    assert says in str(caught.value)


def test_the_version_follows_the_words() -> None:
    from importlib import resources

    content = resources.files("config").joinpath("vocabularies", "columns.toml").read_bytes()
    assert read(content).version == VERSION
    assert read(content + b"\n").version != VERSION


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=8))
def test_any_name_is_judged(table: str, columns: list[str]) -> None:
    verdicts = classify(table, columns)
    assert set(verdicts) <= set(columns)
    assert all(verdict.data_class in KEYS for verdict in verdicts.values())


def test_hostile_names_take_bounded_time() -> None:
    began = time.perf_counter()
    classify("a" * 100_000, ["emailname" * 20_000, "email_" * 20_000, "A" * 100_000])
    assert time.perf_counter() - began < 2
