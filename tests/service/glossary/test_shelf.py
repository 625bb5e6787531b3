from service.glossary.shelf import Rendered, Shelf


def page(size):
    return Rendered(b"x" * size, "text/html")


def never():
    raise AssertionError("it is there already")


def test_a_page_is_made_once_a_snapshot():
    shelf = Shelf()
    assert shelf.page("a", "/x", lambda: page(1)) == page(1)
    assert shelf.page("a", "/x", never) == page(1)
    assert shelf.page("b", "/x", lambda: page(2)) == page(2)


def test_those_not_asked_for_longest_make_room():
    shelf = Shelf(most_bytes=10)
    shelf.page("a", "/x", lambda: page(4))
    shelf.page("a", "/y", lambda: page(4))
    shelf.page("a", "/x", never)
    shelf.page("a", "/z", lambda: page(4))
    assert shelf.page("a", "/x", never) == page(4)
    assert shelf.page("a", "/y", lambda: page(3)) == page(3)


def test_a_page_larger_than_all_room_is_given_out_and_not_kept():
    shelf = Shelf(most_bytes=10)
    assert shelf.page("a", "/x", lambda: page(11)) == page(11)
    assert shelf.page("a", "/x", lambda: page(1)) == page(1)
