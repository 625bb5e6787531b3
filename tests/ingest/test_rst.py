from content.model import BlockKind
from ingest.extract.rst import extract_rst

SOURCE = """
=================
The *Great* Guide
=================

Hello :ref:`world <x>`, :class:`~package.Name` and ``code`` with |sub|.

.. |sub| replace:: a substitution
.. a comment

.. note::

   A noted thing.

.. versionadded:: 3.2
   New here.

.. glossary::

   token
      The least piece of text.

.. toctree::
   :maxdepth: 2

   other/page

Section
-------

1. one
2. two

   * nested

.. code-block:: python

   x = 1

=====  =====
A      B
=====  =====
1      2
=====  =====

What is it?
~~~~~~~~~~~

An answer.

.. py:function:: read(path)

   Reads a file.
"""


def test_structure_and_what_sphinx_adds():
    (draft,) = extract_rst(SOURCE.encode())
    assert draft.title == "The Great Guide"
    assert draft.text == (
        "Hello world, Name and code with a substitution.\n\nA noted thing.\n\n3.2 New here.\n\n"
        "- token: The least piece of text.\n\nSection\n\n1. one\n2. two\n  - nested\n\nx = 1\n\nA | B\n1 | 2\n\n"
        "What is it?\n\nAn answer.\n\nread(path)\n\nReads a file."
    )
    headings = [
        (block.level, draft.text[block.start : block.end]) for block in draft.blocks if block.kind is BlockKind.HEADING
    ]
    assert headings == [(2, "Section"), (3, "What is it?")]


def test_nothing_is_included_or_passed_through(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret words")
    source = f"""Kept.

.. include:: {secret}
.. literalinclude:: {secret}
.. csv-table:: t
   :file: {secret}
.. raw:: html
   :file: {secret}
.. raw:: html

   <b>raw words</b>
"""
    text = extract_rst(source.encode())[0].text
    assert "secret words" not in text
    assert "raw words" not in text
    assert text.startswith("Kept.")


def test_broken_markup_is_read_all_the_same():
    (draft,) = extract_rst(b"Title\n===\n\n`unclosed and **bold\n\n.. figure::\n")
    assert "unclosed and **bold" in draft.text
