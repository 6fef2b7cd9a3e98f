from __future__ import annotations

import pytest

from pipeline.errors import InternalError
from pipeline.ingest.ledger import Ledger
from pipeline.records import RejectCode, Rejected, Source


def test_books_that_balance_per_file_pass():
    ledger = Ledger()
    ledger.seen("a.jsonl", 3)
    ledger.seen("b.txt", 0)
    ledger.tagged(Source("a.jsonl", row=1))
    ledger.refused(Rejected(Source("a.jsonl", row=2), RejectCode.EMPTY, "x", "y"))
    ledger.refused(Rejected(Source("a.jsonl", row=3), RejectCode.TYPE, "x", "y"))
    ledger.check()
    assert ledger.totals().as_dict() == {"rows_in": 3, "tagged": 1, "rejected": 1, "skipped": 1}
    assert ledger.as_rows()[1] == {"file": "b.txt", "rows_in": 0, "tagged": 0, "rejected": 0, "skipped": 0}


def test_files_do_not_make_up_for_each_other():
    ledger = Ledger()
    ledger.seen("a", 1)
    ledger.tagged(Source("b"))
    with pytest.raises(InternalError) as caught:
        ledger.check()
    assert caught.value.place == "a"
    assert "1 rows in, but 0 tagged + 0 rejected + 0 skipped = 0" in caught.value.problem
