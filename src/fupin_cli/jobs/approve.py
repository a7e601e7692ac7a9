"""Draft → approved: what was computed, by whom, and that nothing has changed since; then the ledger, then the bank."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from fupin_cli.errors import MonthClosedError, UsageError
from fupin_cli.jobs.batch_lines import posting_lines
from fupin_cli.jobs.draft import draft_of, same_result
from fupin_cli.jobs.inputs import keep_inputs
from fupin_cli.jobs.names import same_person, visible
from fupin_cli.jobs.posting import commit, staged
from fupin_cli.jobs.subsidy_files import write_outputs
from fupin_cli.ledger import store
from fupin_cli.ledger.model import frame
from fupin_cli.measures.claims import PAY
from fupin_cli.outputs.bank import BankFiles, write_bank_files
from fupin_cli.outputs.manifest import write_manifest
from fupin_cli.outputs.payroll_basis import unplaced_words
from fupin_cli.policy.idnumber import age_expr, birth_expr
from fupin_cli.policy.months import last_day, month_index, month_text, text_expr
from fupin_cli.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from fupin_cli.jobs.desk import Desk
    from fupin_cli.jobs.posting import Stage
    from fupin_cli.measures.measure import Measure
    from fupin_cli.policy.bank_settings import Bank
    from fupin_cli.results.subsidy import PayrollRun


VARIABLE = "FUPIN_APPROVAL"


def refuse_if_approved(root: Path, month: int, measure: str) -> None:
    """An approved month never changes.

    Raises:
        MonthClosedError: the month is approved.
    """
    batch = store.approval_of(root, month, measure)
    if batch is not None:
        raise MonthClosedError(approved_words(batch), f"查看：fupin ledger show --month {month_text(month)}")


def approved_words(batch: store.Batch) -> str:
    """Say that a month is approved, by whom and under which number."""
    return f"{month_text(batch.month)} 已由 {batch.operator} 批准（批次 {batch.batch}），结果不能再变"


def refuse_if_another(root: Path, month: int, chosen: Measure, known: Mapping[str, Measure]) -> None:
    """Where another subsidy was computed and not this one, nobody has said which is meant: no table of this one is asked for.

    Raises:
        MonthClosedError: another one waits for its approval.
    """
    if store.drafts_of(root, month, chosen.code):
        return
    others = [
        measure
        for code, measure in known.items()
        if store.drafts_of(root, month, code) and store.approval_of(root, month, code) is None
    ]
    if others:
        text, first = month_text(month), others[0].code
        raise MonthClosedError(
            f"{text} 的{chosen.short}还没有测算过；等批准的是 {'、'.join(measure.short for measure in others)}",
            f"写明批准哪一项，例如 fupin approve {text} --measure {first} --by 姓名 --document 文号",
        )


def refuse_if_ahead(month: int, now: datetime) -> None:
    """Nothing is paid for a month that has not begun.

    Raises:
        MonthClosedError: the month has not begun.
    """
    if month > month_index(now.date()):
        raise MonthClosedError(
            f"{month_text(month)} 还没有开始，不能批准（今天是 {now.date()}）",
            "到了那个月再批准；日期不对的先校准系统时间",
        )


def approve(  # noqa: PLR0913, PLR0917 - what is said on the command line
    run: PayrollRun,
    desk: Desk,
    operator: str,
    document: str,
    now: datetime,
    folder: Path,
    *,
    despite: str = "",
    drafter: str = "",
) -> tuple[store.Batch, BankFiles]:
    """Post the month, with the corrections of earlier ones, if it is what was drafted and somebody else drafted it.

    Workbook, bank files, manifest and the inputs that are kept are written before, and stand in place once it is posted.

    `despite`: the document under which it is approved although files could not be taken in; `drafter`: who answers for a
    draft that only `fupin run` has made.

    Raises:
        MonthClosedError: the month has not begun; no draft; inputs, settings or results have changed; nothing to post; the
            approver drafted it; files were not taken in; approved already.
    """
    month, root = run.month, desk.workspace.root
    refuse_if_ahead(month, now)
    refuse_if_approved(root, month, run.measure)
    drafts = store.drafts_of(root, month, run.measure)
    if not drafts:
        raise MonthClosedError(f"{month_text(month)} 还没有测算过", f"先运行：{_computing(run)}")
    draft = drafts[-1]
    current = draft_of(run, operator, now)
    _refuse_if_changed(run, draft, current)
    if not run.totals()["amount"] and not run.corrections.height:
        raise MonthClosedError(
            f"{month_text(month)} 没有一行发放，也没有以前月份的差额，没有可批准的",
            f"看暂缓和不予的原因，处理后重新测算：{_computing(run)}",
        )
    maker = _maker(run, drafts, operator, drafter)
    if run.unplaced and not despite:
        raise MonthClosedError(
            unplaced_words(run.unplaced) + f"（{run.unplaced[0].why}）",
            "处理好以后重新测算；确实与发放无关的，写明同意照批的文号：--despite 文号",
        )
    full = "，".join(part for part in (document, f"未读入照批 {despite}" if run.unplaced else "") if part)
    name = store.next_batch(root, month)
    batch = store.Batch(
        name,
        store.APPROVAL,
        month,
        current.drafted_at,
        operator,
        maker,
        full,
        draft.result_hash,
        draft.inputs_hash,
        run.policy.file.id,
        __version__,
        run.measure,
        store.made_room(root, month, run.measure),
    )
    inputs = sorted({(s.file, s.spec.table) for s in run.intake.sources if s.role == "current"})
    entries = [store.Input(name, month, file, table) for file, table in inputs]
    with staged(root, name, folder / month_text(month)) as stage:
        batch = replace(batch, kept_sha256=keep_inputs(run, desk, name, stage.keep()))
        posting = store.prepared(root, batch, posting_lines(run, desk, name), inputs=frame("inputs", entries))
        bank = _write_approved(run, posting, stage, folder, now)
        return commit(stage, posting), bank


def _refuse_if_changed(run: PayrollRun, draft: store.Draft, current: store.Draft) -> None:
    """What is approved is what somebody has looked at.

    Raises:
        MonthClosedError: files, settings or results are not those of the draft.
    """
    if same_result(draft, current):
        return
    changed = [
        words
        for words, same in (
            ("收件夹里的文件", draft.inputs_hash == current.inputs_hash),
            ("设置或政策", draft.settings_hash == current.settings_hash),
            ("测算结果", draft.result_hash == current.result_hash),
        )
        if not same
    ]
    raise MonthClosedError(
        f"测算（{draft.drafted_at}）以后有变化：{'、'.join(changed)}",
        f"重新测算、看过结果再批准：{_computing(run)}",
    )


def _maker(run: PayrollRun, drafts: list[store.Draft], operator: str, drafter: str) -> str:
    """Who computed what is approved: somebody, and somebody else than the approver.

    A draft of `fupin run` has no maker but whom its command line names; who last computed the month by hand must not
    approve it either, or the machine would stand in that person's place.

    Raises:
        MonthClosedError: the approver computed it, or nobody did.
        UsageError: `drafter` names another than who computed it.
    """
    last = drafts[-1]
    own = last.operator if visible(last.operator) else ""
    if own and drafter and not same_person(own, drafter):
        raise UsageError(f"这份测算是 {own} 做的，不是 {drafter}", "去掉 --drafter")
    maker = own or drafter
    by_hand = [draft.operator for draft in drafts if draft.kind == store.BY_HAND][-1:]
    if run.policy.settings.approval.one_person_office:
        return maker or operator
    if any(same_person(operator, name) for name in (maker, *by_hand) if name):
        variable = next((name for name, text in os.environ.items() if text and name.upper().startswith(VARIABLE)), "")
        unheard = f"（环境变量 {variable} 不算数）" if variable else ""
        raise MonthClosedError(
            f"测算和批准是同一个人（{operator}）",
            f"换一个人批准（--by）；只有一个人的单位可在 fupin.toml 里设 [approval] one_person_office = true{unheard}",
        )
    if not maker:
        raise MonthClosedError(
            "这份测算是定时运行算的，还没有编制人",
            f"编制人看过后自己测算一次：{_computing(run)} --operator 姓名；或写明编制人：--drafter 姓名",
        )
    return maker


def _computing(run: PayrollRun) -> str:
    """The command that computes a month of this measure."""
    return f"fupin {run.subsidy.command} --month {month_text(run.month)}"


def _write_approved(run: PayrollRun, posting: store.Posting, stage: Stage, folder: Path, now: datetime) -> BankFiles:
    """Write what is about to be posted: the workbook, the bank files, the manifest."""
    batch = posting.batch
    alone = "（编制人自己审核：一人单位）" if same_person(batch.drafter, batch.operator) else ""
    state = (
        f"状态：已批准，批次 {batch.batch}，编制人 {batch.drafter}，批准人 {batch.operator}{alone}，"
        f"批准日期 {batch.posted_at[:10]}，文号 {batch.document or '无'}"
    )
    write_outputs(run, stage.folder, split_by=None, force=False, state=state, approved=True)
    bank = bank_files(posting.lines, batch, run.policy.settings.bank, stage.month, run.password)
    run.outputs += bank.paths
    write_manifest(
        run,
        folder,
        "approve",
        batch.operator,
        now,
        result=batch.result_hash,
        stage=stage.month,
        posting=posting,
        measure=run.measure,
    )
    run.outputs, bank.paths = stage.final(run.outputs), stage.final(bank.paths)
    return bank


def bank_files(
    lines: pl.DataFrame, batch: store.Batch, bank: Bank, folder: Path, password: str | None = None
) -> BankFiles:
    """Write the bank files of a batch from its lines in the ledger.

    A line's 序号 is its number in the ledger, so that the bank's return finds it. What is kept back for an earlier
    over-payment is not sent; a line of which nothing is left is not written.
    """
    own = lines.filter(pl.col("batch") == batch.batch)
    kept = (
        own.filter(pl.col("kind") == store.NETTED)
        .group_by(line_no="source_line")
        .agg(kept_fen=pl.col("amount_fen").sum())
    )
    sent = own.filter(pl.col("kind").is_in(store.SENT_KINDS) & (pl.col("status") == PAY)).join(
        kept, on="line_no", how="left", maintain_order="left"
    )
    sent = sent.with_columns(pl.col("kept_fen").fill_null(0)).with_columns(
        amount_fen=pl.col("amount_fen") - pl.col("kept_fen")
    )
    day = last_day(batch.month)
    fields = sent.filter((pl.col("amount_fen") > 0) | (pl.col("kept_fen") == 0)).with_columns(
        no=pl.col("line_no").cast(pl.String),
        age=age_expr(birth_expr(pl.col("person")), day).cast(pl.String),
        date=pl.lit(day.isoformat()),
        month=text_expr(pl.col("month")),
        source=pl.col("source_batch"),
    )
    again = batch.kind == store.REISSUE
    stem = f"更正发放_{batch.batch}" if again else f"代发_{batch.batch}"
    profile = bank.chosen.linked() if again else bank.chosen
    written = write_bank_files(fields, profile, bank.encoding, folder, stem, day, password)
    written.kept_fen = int(kept["kept_fen"].sum() or 0)
    return written
