from service.learn.asked import PageKey
from service.learn.sources import PassageUsage, source_usage
from service.model import Outcome
from tests.service.learn.records import NOON, asked, passage

TITLES = {PageKey("default", name): name.title() for name in ("fees", "orders", "history")}


def test_pages_are_listed_by_how_often_they_answer_and_those_that_never_do_are_there_too():
    log = [
        asked(shown=(passage("fees"), passage("orders")), cited=(passage("fees", 1), passage("fees", 2)), rating="up"),
        asked(shown=(passage("fees"),), cited=(passage("fees", 1),), rating="down"),
        asked(shown=(passage("orders"), passage("fees")), outcome=Outcome.REFUSED),
        asked(shown=(passage("gone"),), cited=(passage("gone"),)),
    ]
    fees, gone, orders, history = source_usage(log, TITLES)
    assert (fees.title, fees.answers, fees.shown, fees.missed, fees.up, fees.down) == ("Fees", 2, 3, 1, 1, 1)
    assert fees.passages == (PassageUsage("fees-1", 2, 1, 1), PassageUsage("fees-2", 1, 1, 0))
    assert (gone.title, gone.answers) == ("gone", 1)
    assert (orders.answers, orders.shown, orders.missed, orders.last_answer) == (0, 2, 1, None)
    assert (history.title, history.answers, history.shown) == ("History", 0, 0)


def test_the_last_answer_is_the_latest():
    log = [asked(cited=(passage("fees"),), minutes=-5), asked(cited=(passage("fees"),)), asked(minutes=9)]
    assert source_usage(log, TITLES)[0].last_answer == NOON
