"""Who makes the papers and hands them over? One loop in all processes together; a slot is served once, when its hour has come.

The paper and the letters that wait for it are written in one transaction under the lease, with how far the schedule is settled. A round
that is killed before that has written nothing and is done again; what happens to a letter then is the same as for alerts.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, delete, insert, select, update

from uems.access.api import Workspaces
from uems.kernel import leases, mail
from uems.kernel.clock import start_of_day
from uems.kernel.errors import UemsError
from uems.kernel.house import House
from uems.kernel.loops import Loop
from uems.kernel.scope import Scope
from uems.kpis import delivering
from uems.kpis.arrived import all_arrived
from uems.kpis.dashboards.definitions import get_dashboard
from uems.kpis.dashboards.model import Dashboard
from uems.kpis.dashboards.schedules import Schedule, schedule_from
from uems.kpis.dashboards.slots import Slot, latest_slot
from uems.kpis.dashboards.tables import kpi_mailing_letters, kpi_mailings, kpi_schedules
from uems.kpis.delivering import Outcome
from uems.kpis.written import Language

PAUSE_SECONDS: Final = 5.0
LEASE_SECONDS: Final = 600.0
"""A paper of many tiles takes its time."""
PATIENCE: Final = timedelta(hours=1)
"""How long a paper waits for events that are still on their way; then it goes out with those that are there."""
AGAIN: Final = timedelta(minutes=10)
"""How long a schedule whose paper could not be made waits."""
KEPT: Final = 100
"""Papers of a schedule whose history is kept."""
_S, _M, _L = kpi_schedules.c, kpi_mailings.c, kpi_mailing_letters.c


class Mailer:
    """The loop of one process; ``start`` and ``stop`` once each. ``step`` does one round by hand."""

    def __init__(self, house: House, workspaces: Workspaces, holder: str, clock: Callable[[], datetime]) -> None:
        self._house, self._workspaces, self._clock = house, workspaces, clock
        self._hold = leases.Hold(house.store, "kpi_schedules", holder, LEASE_SECONDS, clock)
        self._loop = Loop("papers", self.step, store=house.store, pause=lambda worked, took: PAUSE_SECONDS, close=self.close)

    def start(self) -> None:
        self._loop.start()

    def stop(self) -> None:
        """End after what is under way; returns when the thread has ended."""
        self._loop.stop()

    def close(self) -> None:
        """Give the lease back."""
        self._hold.release()

    def step(self) -> bool:
        """Make the papers that are due and hand over what waits; False when there was nothing to do, or another process does it."""
        schedules = self._enabled()
        if not schedules and not delivering.under_way(self._house, kpi_mailing_letters):
            return False
        lease = self._hold.take()
        if lease is None:
            return False
        delivering.recover(self._house, kpi_mailing_letters, lease, self._clock())
        worked = self._send()  # drawing may take long, and what waits has waited long enough
        for schedule in schedules:
            lease = self._hold.take()
            if self._loop.ending.is_set() or lease is None:
                return worked
            worked = self._look(schedule, lease) or worked
        return self._send() or worked

    def _send(self) -> bool:
        """Hand over what is due; False when there was nothing."""
        worked = False
        for row in delivering.due(self._house, kpi_mailing_letters, self._clock()):
            lease = self._hold.take()
            if self._loop.ending.is_set() or lease is None:
                return worked
            self._deliver(row, lease)
            worked = True
        return worked

    def _enabled(self) -> list[Schedule]:
        query = select(kpi_schedules).where(_S.enabled).order_by(_S.workspace_id, _S.schedule_id)
        with self._house.store.read() as conn:
            return [schedule_from(row) for row in conn.execute(query).mappings()]

    def _look(self, schedule: Schedule, lease: leases.Lease) -> bool:
        """Make the paper of the latest slot that has come, if there is one."""
        now = self._clock()
        if schedule.failed_at is not None and now < schedule.failed_at + AGAIN:
            return False
        scope = self._workspaces.look(schedule.workspace_id)
        slot = None if scope is None else latest_slot(schedule.spec, scope.zone, schedule.settled_through, now)
        if scope is None or slot is None:
            return False
        if now < slot.at + PATIENCE and not all_arrived(self._house, start_of_day(slot.day, scope.zone)):
            return False
        from uems.kpis.dashboards.paper.pages import make_paper  # what draws takes a while to load: not before the first paper

        try:
            dashboard = get_dashboard(self._house.store, scope, schedule.key)
            name = self._workspaces.name(scope.workspace_id)
            until = slot.day - timedelta(days=1)
            with leases.keeping(self._house.store, lease, LEASE_SECONDS, self._clock):
                made = make_paper(self._house, scope, dashboard, name, schedule.spec.language, now, until=until)
        except UemsError as error:
            self._fail(schedule, error.message, now)
            return True
        self._write(schedule, slot, dashboard, made, lease, now)
        return True

    def _write(self, schedule: Schedule, slot: Slot, dashboard: Dashboard, made: bytes, lease: leases.Lease, now: datetime) -> None:
        key = {"workspace_id": schedule.workspace_id, "schedule_id": schedule.schedule_id}
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            moved = update(kpi_schedules).where(*_as_read(schedule), _S.enabled, _S.settled_through < slot.at)
            if not conn.execute(moved.values(settled_through=slot.at, failure="", failed_at=None)).rowcount:
                return  # changed, paused or deleted meanwhile, or settled by another
            known = select(_M.slot).where(*[_M[name] == part for name, part in key.items()], _M.slot == slot.name)
            if conn.execute(known).first() is not None:
                return
            told = {"name": dashboard.name, "language": schedule.spec.language, "pdf": made, "pdf_bytes": len(made)}
            conn.execute(insert(kpi_mailings).values(**key, slot=slot.name, at=now, **told))
            for place, whom in enumerate(schedule.spec.receivers):
                row = {"receiver": place, "kind": "email", "whom": whom, "state": "waiting", "attempts": 0, "next_at": now}
                conn.execute(insert(kpi_mailing_letters).values(**key, slot=slot.name, message="", changed_at=now, **row))
            old = select(_M.slot).where(*[_M[name] == part for name, part in key.items()]).order_by(_M.slot.desc()).offset(KEPT).limit(KEPT)
            gone = list(conn.execute(old).scalars())
            for table in (kpi_mailing_letters, kpi_mailings):
                conn.execute(delete(table).where(*[table.c[name] == part for name, part in key.items()], table.c.slot.in_(gone)))

    def _deliver(self, row: RowMapping, lease: leases.Lease) -> None:
        """One attempt for one letter; nothing where somebody else has it, or the schedule was deleted meanwhile."""
        now = self._clock()
        names = ("workspace_id", "schedule_id", "slot")
        key = {name: row[name] for name in (*names, "receiver")}
        with self._house.store.write() as conn:
            leases.check(conn, lease)
            if not delivering.claim(conn, kpi_mailing_letters, key, row["attempts"], now):
                return
            paper = conn.execute(select(kpi_mailings).where(*[_M[name] == row[name] for name in names])).mappings().one()
        outcome = self._handed(row, paper, now)
        delivering.settle(self._house, kpi_mailing_letters, key, row["attempts"], outcome, now)
        self._let_go({name: row[name] for name in names})

    def _handed(self, row: RowMapping, paper: RowMapping, now: datetime) -> Outcome:
        scope = self._workspaces.look(row["workspace_id"])
        language: Language = "en" if paper["language"] == "en" else "zh"
        day = paper["slot"][:10]
        workspace = self._workspaces.name(row["workspace_id"])
        message = mail.letter(
            self._house.settings,
            to=row["whom"],
            subject=f"[{workspace}] {paper['name']} {day}",
            text=letter_text(paper["name"], day, self._page(scope, row), language),
            delivery_id=f"{row['schedule_id']}-{row['slot']}-{row['receiver']}",
            now=now,
            paper=(f"{file_name(paper['name'])}-{day}.pdf", paper["pdf"]),
        )
        return delivering.hand_over(self._house.settings, message)

    def _page(self, scope: Scope | None, row: RowMapping) -> str:
        """Where the dashboard is shown; "" where nobody said how the server is reached."""
        address = self._house.settings.public_url
        mine = (_S.workspace_id == row["workspace_id"], _S.schedule_id == row["schedule_id"])
        with self._house.store.read() as conn:
            key = conn.execute(select(_S.key).where(*mine)).scalar_one_or_none()
        return f"{address.rstrip('/')}/w/{scope.slug}/dashboards/{key}" if address and scope is not None and key is not None else ""

    def _let_go(self, key: dict[str, Any]) -> None:
        """Forget a paper whose letters are all settled; that it was sent stays."""
        waiting = select(_L.slot).where(*[_L[name] == part for name, part in key.items()], _L.state.in_(("waiting", "sending")))
        with self._house.store.write() as conn:
            if conn.execute(waiting.limit(1)).first() is None:
                conn.execute(update(kpi_mailings).where(*[_M[name] == part for name, part in key.items()]).values(pdf=b""))

    def _fail(self, schedule: Schedule, message: str, now: datetime) -> None:
        with self._house.store.write() as conn:
            conn.execute(update(kpi_schedules).where(*_as_read(schedule)).values(failure=message[:2_000], failed_at=now))


def _as_read(schedule: Schedule) -> tuple[ColumnElement[bool], ...]:
    """The row of a schedule as long as nobody has changed it since."""
    mine = (_S.workspace_id == schedule.workspace_id, _S.schedule_id == schedule.schedule_id)
    return *mine, _S.saved_at == schedule.saved_at


def letter_text(name: str, day: str, url: str, language: Language) -> str:
    """What stands in the letter beside the paper."""
    if language == "zh":
        return f"附件是看板“{name}”，数据截至 {day} 的前一天。\n" + (f"\n在线查看：{url}\n" if url else "")
    return f"Attached is the dashboard “{name}”, with everything up to the day before {day}.\n" + (f"\nSee it at {url}\n" if url else "")


def file_name(name: str) -> str:
    """The name of a dashboard as that of a file, without its ending."""
    kept = "".join(char if char.isalnum() or char in "-_ " else " " for char in name)
    return "-".join(kept.split())[:80] or "dashboard"
