"""A verdict holds from the next snapshot on: what it changes is restated, and no drift of the world."""

from __future__ import annotations

from tests.support.pipeline import ORDERS_DB, Installation, Shop

NOT_PERSONAL = '[[verdicts]]\ntable = "customers"\ncolumn = "email"\nclass = "none"\nreason = "a hash"\n'
NEW = '[[verdicts]]\ntable = "customers"\ncolumn = "tier"\nclass = "user.financial"\nreason = "rated by income"\n'


def test_stored_names_are_judged_anew_and_told_apart_from_drift(home: Installation, shop: Shop) -> None:
    shop.plain_day()
    with shop.checkout.serves("GET /account/{id}"):
        shop.checkout.asks("SELECT email, tier FROM customers WHERE id = $1", ORDERS_DB)
    shop.flush()
    home.cycle()

    def classes() -> set[str]:
        found = {path.rsplit(" ", 1)[-1] for path in home.paths() if "/account/" in path}
        return found & {"user.contact.email", "user.financial"}

    assert classes() == {"user.contact.email"}
    file = home.settings.driftline.state_directory / "verdicts.toml"
    for text, after in ((NOT_PERSONAL, set()), (NOT_PERSONAL + NEW, {"user.financial"})):
        file.write_text(text)
        outcome = home.cycle()
        assert outcome.new_paths == 0
        assert classes() == after
        drift = home.drift()
        assert drift.new_paths == ()
    file.unlink()
    assert home.cycle().new_paths == 0
    assert classes() == {"user.contact.email"}
