"""Answered questions in the data folder."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from content.asked import AskedQuestion, AskedQuestions

ONE = AskedQuestion("What is a kiln?", "default", "kiln")
TWO = AskedQuestion("Was ist ein Ofen?\u2028", "tools", "ofen", ("tools",))


def day(ago):
    return f"{datetime.now(UTC).date() - timedelta(days=ago)}.jsonl"


def test_what_is_kept_is_read_last_first_and_once(tmp_path):
    kept = AskedQuestions(tmp_path, 7)
    for asked in (ONE, TWO, ONE):
        kept.append(asked)
    assert AskedQuestions(tmp_path, 7).recent() == [ONE, TWO]


def test_old_questions_leave(tmp_path):
    kept = AskedQuestions(tmp_path, 2)
    kept.append(ONE)
    today = tmp_path / "questions" / day(0)
    today.rename(today.with_name(day(2)))
    assert kept.recent() == []
    kept.append(TWO)
    assert [path.name for path in (tmp_path / "questions").iterdir()] == [day(0)]
    today.rename(today.with_name(day(1)))
    assert kept.recent() == [TWO]


def test_with_no_days_nothing_is_kept(tmp_path):
    AskedQuestions(tmp_path, 7).append(ONE)
    off = AskedQuestions(tmp_path, 0)
    off.append(TWO)
    assert off.recent() == []
    off.prune()
    assert list((tmp_path / "questions").iterdir()) == []


def test_a_day_has_a_limit_and_long_questions_are_left_out(tmp_path):
    kept = AskedQuestions(tmp_path, 7)
    kept.append(AskedQuestion("x" * 301, "default", "kiln"))
    assert kept.recent() == []
    kept.append(ONE)
    path = tmp_path / "questions" / day(0)
    path.write_bytes(path.read_bytes() * 3000)
    size = path.stat().st_size
    kept.append(TWO)
    assert path.stat().st_size == size


def test_lines_that_are_cut_off_are_passed_over(tmp_path):
    kept = AskedQuestions(tmp_path, 7)
    kept.append(ONE)
    with (tmp_path / "questions" / day(0)).open("ab") as file:
        file.write(b'{"question": "Wha\xff\n[]\n{}\n"text"\n')
    kept.append(TWO)
    assert kept.recent() == [TWO, ONE]


def test_several_processes_write_whole_lines(tmp_path):
    code = (
        "import sys; from pathlib import Path; from content.asked import *\n"
        "kept = AskedQuestions(Path(sys.argv[1]), 7)\n"
        "for number in range(200): kept.append(AskedQuestion(f'{sys.argv[2]} {number} ' + 'x' * 200, 'default', 'p'))\n"
    )
    root = Path(__file__).parents[2]
    started = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name], cwd=root) for name in "abc"]
    assert [process.wait() for process in started] == [0, 0, 0]
    assert len(AskedQuestions(tmp_path, 7).recent()) == 600
