import itertools

from content.glossary import Glossary
from content.model import Term
from service.glossary.neighbourhood import neighbourhood, neighbours


def term(slug, *related, name=None):
    return Term(slug, name or slug.title(), (), "", 0, 0, related, "default", slug, None)


def overlap(a, b):
    return abs(a.x - b.x) < (a.width + b.width) / 2 and abs(a.y - b.y) < (a.height + b.height) / 2


def test_neighbours_are_those_that_it_names_and_those_that_name_it():
    a, b, c, d = term("a", "c"), term("b", "a"), term("c", "a"), term("d")
    glossary = Glossary([a, b, c, d])
    assert [one.slug for one in neighbours(a, glossary)] == ["c", "b"]
    assert neighbours(d, glossary) == []
    assert neighbourhood(d, []) is None


def test_labels_stay_in_the_picture_and_apart():
    names = [
        "Approximate Nearest Neighbor Search",
        "Retrieval-Augmented Generation",
        "Model Context Protocol",
        "W" * 60,
    ]
    for count in range(1, 12):
        near = [term(f"t{i}", "m", name=name) for i, name in zip(range(count), itertools.cycle(names), strict=False)]
        picture = neighbourhood(term("m", name="Attention Mechanism Paper"), near)
        assert len(picture.around) == min(count, 8)
        for node in (*picture.around, picture.middle):
            assert node.width / 2 <= node.x <= picture.width - node.width / 2
            assert node.height / 2 <= node.y <= picture.height - node.height / 2
        assert not any(overlap(*pair) for pair in itertools.combinations((*picture.around, picture.middle), 2)), count


def test_neighbours_that_name_each_other_are_joined():
    picture = neighbourhood(term("m", "a", "b"), [term("a", "b"), term("b")])
    joined = {(edge.first.term.slug, edge.second.term.slug, edge.own) for edge in picture.edges}
    assert joined == {("a", "b", False), ("m", "a", True), ("m", "b", True)}
