import gc
import os

from ingest.spool import Spool


def test_values_come_back_in_order_and_by_number(tmp_path):
    spool: Spool[tuple[str, int]] = Spool(tmp_path)
    for number in range(100):
        spool.append(("page \udc80" * number, number))
    assert len(spool) == 100
    assert [number for _, number in spool] == list(range(100))
    assert spool[7] == ("page \udc80" * 7, 7)


def test_a_value_can_be_exchanged_while_others_are_read(tmp_path):
    spool: Spool[str] = Spool(tmp_path)
    for word in ("one", "two", "three"):
        spool.append(word)
    read = []
    for word in spool:
        spool[2] = "another"
        read.append(word)
    assert read == list(spool) == ["one", "two", "another"]


def test_nothing_of_it_stays(tmp_path):
    spool: Spool[str] = Spool(tmp_path)
    spool.append("word")
    assert list(tmp_path.iterdir()) == []  # its file has no name
    gc.collect()  # what other tests have left open
    before = len(os.listdir("/proc/self/fd"))
    del spool
    gc.collect()
    assert len(os.listdir("/proc/self/fd")) == before - 1
