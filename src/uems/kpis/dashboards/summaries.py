"""How is each report summed up? One function a report; one that is not here shows its days and opens on its own page."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from uems.journeys import api as journeys
from uems.kernel.money import major_text
from uems.kpis.dashboards.summary import (
    LINES,
    SENTENCES,
    Summary,
    SummaryFigure,
    SummaryLine,
    SummaryPicture,
    SummaryText,
    column,
    figure,
    grid,
    group_name,
    named,
    of_everybody,
    said,
)
from uems.kpis.dashboards.summary_pictures import credits, flows, rfm_grid, time_spread
from uems.kpis.model import Measured
from uems.kpis.written import written

Data = Mapping[str, Any]
_PEOPLE: Final = ("人数", "People")
_TRENDS: Final[dict[str, Measured]] = {"people": "people", "revenue": "money"}
_STATES: Final = (
    ("new", "新增", "New"),
    ("returning", "留存", "Returning"),
    ("resurrecting", "回流", "Resurrecting"),
    ("dormant", "流失", "Dormant"),
)
_RFM: Final = {
    "champions": ("冠军用户", "Champions"),
    "loyal": ("忠诚用户", "Loyal"),
    "potential_loyalists": ("潜在忠诚用户", "Potential loyalists"),
    "new": ("新用户", "New"),
    "need_attention": ("需要关注", "Need attention"),
    "about_to_sleep": ("即将沉睡", "About to sleep"),
    "at_risk": ("有流失风险", "At risk"),
    "cannot_lose": ("不能失去", "Cannot lose them"),
    "hibernating": ("沉睡用户", "Hibernating"),
}
_MODELS: Final = {
    "first": ("首次", "First"),
    "last": ("末次", "Last"),
    "linear": ("线性", "Linear"),
    "position": ("按位置", "By position"),
    "time_decay": ("时间衰减", "Time decay"),
    "markov": ("马尔可夫链", "Markov chain"),
    "shapley": ("Shapley 值", "Shapley value"),
}


def summarise(report: str, data: Data, spec: Data | None = None) -> Summary | None:
    """The answer of a report to a spec in short; None for a report that has no short form. Of a sample, sums are estimated besides."""
    found = _summed_up(report, data, spec or {})
    percent = data.get("sample_percent")
    if found is None or percent is None:
        return found
    return found.model_copy(update={"figures": [of_everybody(one, percent) for one in found.figures]})


def _summed_up(report: str, data: Data, asked: Data) -> Summary | None:
    if report == "distribution":
        return _distribution(data, money=asked.get("measure") == "revenue")
    make = _BY_REPORT.get(report)
    if make is None:
        return None
    by = asked.get("breakdown") or {}
    return make(_of_segment(data) if by.get("segment") else data)


def _unit_of(one: Data) -> Measured:
    """Of a series or a formula of a trend."""
    if "measure" in one:
        return _TRENDS.get(one["measure"], "count")
    return "money" if one["unit"] == "money" else "ratio"


def _adds(one: Data) -> bool:
    """Whether the total of a series is a sum over people; what a formula comes to may be anything."""
    return one.get("measure") in journeys.SUMS


def _of_segment(data: Data) -> Data:
    """The same with groups that say that they are those in a segment, and the others."""

    def told(line: Data) -> Data:
        return line if line.get("group") is None else {**line, "group": {**line["group"], "of": "segment"}}

    def all_of(lines: Sequence[Data]) -> list[Data]:
        return [told(line) for line in lines]

    found = {**data, **({"lines": all_of(data["lines"])} if "lines" in data else {})}
    for name in ("series", "formulas"):
        if name in data:
            found[name] = [{**one, "lines": all_of(one["lines"])} for one in data[name]]
    return found


def _trend(data: Data) -> Summary:
    lines: list[SummaryLine] = []
    totals: list[SummaryFigure] = []
    units = {_unit_of(one) for one in [*data["series"], *data["formulas"]]}
    mixed = "money" in units and len(units) > 1  # amounts and plain numbers share neither a column nor an axis
    unit: Measured = units.pop() if len(units) == 1 else "ratio" if data["formulas"] else "count"
    for one in [*data["series"], *data["formulas"]]:
        whole = one["name"] or one.get("event") or one.get("expression")
        for line in one["lines"]:
            name = named(whole) if line["group"] is None and whole else group_name(line["group"])
            lines.append(SummaryLine(name=name, values=line["values"]))
            totals.append(SummaryFigure(label=name, value=line["total"], unit=_unit_of(one), adds=_adds(one)))
    rows = [[one.label, _text(one, data["currency"]) if mixed else one.value] for one in totals]
    columns = [column("名称", "Name"), column("合计", "Total", None if mixed else unit)]
    days = data["unit"] != "hour"
    picture = None if mixed else SummaryPicture(kind="lines", ticks=data["buckets"], days=days, unit=unit, lines=lines[:LINES])
    return Summary(figures=totals[:1], picture=picture, grid=grid(columns, rows) if len(rows) > 1 else None)


def _text(one: SummaryFigure, currency: str) -> SummaryText:
    """A value with its own unit, for a column that has several."""
    return said(written(one.value, one.unit, currency, "zh"), written(one.value, one.unit, currency, "en"))


def _funnel(data: Data) -> Summary:
    lines = data["lines"]
    shares = [SummaryLine(name=group_name(line["group"]), values=[step["of_first"] for step in line["steps"]]) for line in lines[:LINES]]
    whole = lines[0] if lines else None
    tries = data["count"] == "entries"
    unit: Measured = "count" if tries else "people"
    figures = []
    if whole:
        figures = [
            figure("整体转化率", "Conversion", whole["conversion"], "share"),
            figure("进入次数" if tries else "进入人数", "Entered", whole["steps"][0]["count"], unit, adds=True),
            figure("完成次数" if tries else "完成人数", "Finished", whole["steps"][-1]["count"], unit, adds=True),
            figure("转化时间中位数", "Median time", whole["time"]["median_seconds"], "seconds"),
        ]
    counted = column("尝试次数", "Attempts", unit) if tries else column(*_PEOPLE, unit)
    columns = [column("步骤", "Step"), counted, column("占上一步", "Of the one before", "share")]
    steps = _steps(data)
    counts = whole["steps"] if whole else []
    rows = [[said(zh, en), one["count"], one["of_previous"]] for (_, zh, en), one in zip(steps, counts, strict=False)]
    picture = SummaryPicture(kind="bars", ticks=[tick for tick, *_ in steps], days=False, unit="share", lines=shares)
    return Summary(figures=figures, picture=picture, grid=grid(columns, rows))


def _steps(data: Data) -> list[tuple[str, str, str]]:
    """(the tick, the name in Chinese and in English) of each step; in any order the k-th is whoever did k of them."""
    count = len(data["steps"])
    if data["order"] == "any":
        return [(f"{done}/{count}", f"完成 {done} 步", f"{done} step{'s' if done > 1 else ''}") for done in range(1, count + 1)]
    found = []
    for place, step in enumerate(data["steps"], 1):
        name = f"{place}. {step['name']}" if step["name"] else None
        found.append((name or f"{place}.", name or f"{place}. 任意事件", name or f"{place}. Any event"))
    return found


def _retention(data: Data) -> Summary:
    line: Data = data["lines"][0] if data["lines"] else {"cohorts": [], "curve": [], "size": 0}
    ends = [first if first == last else f"{first}–{last}" for first, last in data["columns"]]
    ticks = [str(one) for one in ends]
    curve = [point["share"] for point in line["curve"]]
    later = curve[1] if len(curve) > 1 else None
    rows = [
        [cohort["cohort"], cohort["size"], *(None if cell is None else cell["share"] for cell in cohort["cells"][:9])]
        for cohort in line["cohorts"]
    ]
    columns = [column("起始", "Began"), column(*_PEOPLE, "people"), *(column(tick, tick, "share") for tick in ticks[:9])]
    mark = f" {ticks[1]}" if len(ticks) > 1 else ""
    figures = [figure(f"留存率（第{mark} 期）", f"Retention, period{mark}", later, "share"), figure(*_PEOPLE, line["size"], "people")]
    picture = SummaryPicture(
        kind="lines", ticks=ticks, days=False, unit="share", lines=[SummaryLine(name=said("留存曲线", "Curve"), values=curve)]
    )
    return Summary(figures=figures, picture=picture, grid=grid(columns, rows, heat=True))


def _paths(data: Data) -> Summary:
    links = sorted(data["links"], key=lambda one: -one["paths"])
    columns = [column("从", "From"), column("到", "To"), column("路径数", "Paths", "count"), column("占比", "Share", "share")]
    rows = [[_place(one["from"]), _place(one["to"]), one["paths"], one["of_from"]] for one in links]
    return Summary(
        figures=[figure("路径数", "Paths", data["paths"], "count", adds=True), figure(*_PEOPLE, data["people"], "people")],
        picture=flows(data),
        grid=grid(columns, rows),
    )


def _sessions(data: Data) -> Summary:
    series = data["series"]
    figures = [
        figure("访问次数", "Sessions", data["sessions"], "count", adds=True),
        figure(*_PEOPLE, data["people"], "people"),
        figure("跳出率", "Bounce rate", data["bounce_rate"], "share"),
        figure("时长中位数", "Median length", data["seconds"]["median"], "seconds"),
    ]
    line = SummaryLine(name=said("访问次数", "Sessions"), values=[day["sessions"] for day in series])
    picture = SummaryPicture(kind="lines", ticks=[day["day"] for day in series], days=True, unit="count", lines=[line])
    return Summary(figures=figures, picture=picture)


def _lifecycle(data: Data) -> Summary:
    buckets = data["buckets"]
    lines = [SummaryLine(name=said(zh, en), values=[one[state] for one in buckets]) for state, zh, en in _STATES]
    over = [one for one in buckets if one["complete"]] or buckets
    last = over[-1] if over else {}
    figures = [
        figure("活跃人数", "Active", last.get("active"), "people"),
        *(figure(zh, en, last.get(state), "people") for state, zh, en in _STATES),
    ]
    return Summary(
        figures=figures,
        picture=SummaryPicture(kind="bars", ticks=[one["bucket"] for one in buckets], days=True, unit="people", lines=lines),
    )


def _stickiness(data: Data) -> Summary:
    bars = data["distribution"]
    figures = [figure("粘性", "Stickiness", data["ratio"], "share"), figure(*_PEOPLE, data["people"], "people")]
    return Summary(figures=figures, picture=_bars([str(one["units"]) for one in bars], said(*_PEOPLE), [one["people"] for one in bars]))


def _distribution(data: Data, *, money: bool) -> Summary:
    """money: whether the values are amounts, in minor units."""
    unit: Measured = "money" if money else "ratio"

    def edge(value: float) -> str:
        return major_text(value, data["currency"]) if money else f"{value:g}"

    bins = data["bins"]
    ticks = [f"{edge(one['from'])}+" if one["to"] is None else f"{edge(one['from'])}–{edge(one['to'])}" for one in bins]
    figures = [
        figure(*_PEOPLE, data["people"], "people"),
        figure("平均", "Average", data["average"], unit),
        figure("中位数", "Median", data["median"], unit),
    ]
    return Summary(figures=figures, picture=_bars(ticks, said(*_PEOPLE), [one["people"] for one in bins]))


def _interval(data: Data) -> Summary:
    whole = data["lines"][0] if data["lines"] else {"time": {}, "intervals": None, "people": None}
    figures = [
        figure("间隔中位数", "Median interval", whole["time"].get("median_seconds"), "seconds"),
        figure("间隔次数", "Intervals", whole["intervals"], "count", adds=True),
        figure(*_PEOPLE, whole["people"], "people"),
    ]
    columns = [column("分组", "Group"), column("中位数", "Median", "seconds"), column("次数", "Intervals", "count")]
    rows = [[group_name(one["group"]), one["time"]["median_seconds"], one["intervals"]] for one in data["lines"]]
    return Summary(figures=figures, picture=time_spread(data), grid=grid(columns, rows) if len(rows) > 1 else None)


def _penetration(data: Data) -> Summary:
    features = data["features"]
    lines = [SummaryLine(name=named(one["name"]), values=one["shares"]) for one in features[:LINES]]
    rows = [[one["name"], one["people"], one["share"]] for one in features]
    columns = [column("功能", "Feature"), column(*_PEOPLE, "people"), column("渗透率", "Share", "share")]
    picture = SummaryPicture(kind="lines", ticks=data["buckets"], days=True, unit="share", lines=lines)
    return Summary(figures=[figure("活跃人数", "Active", data["base_people"], "people")], picture=picture, grid=grid(columns, rows))


def _rfm(data: Data) -> Summary:
    found = [one for one in data["segments"] if one["people"]]
    columns = [column("分类", "Class"), column(*_PEOPLE, "people"), column("收入", "Revenue", "money")]
    rows = [[said(*_RFM.get(one["segment"], (one["segment"],) * 2)), one["people"], one["revenue_minor"]] for one in found]
    figures = [figure("购买人数", "Buyers", data["people"], "people"), figure("收入", "Revenue", data["revenue_minor"], "money", adds=True)]
    names = {key: said(*words) for key, words in _RFM.items()}
    return Summary(figures=figures, picture=rfm_grid(data, names), grid=grid(columns, rows))


def _cohort_revenue(data: Data) -> Summary:
    line: Data = data["lines"][0] if data["lines"] else {"size": 0, "cohorts": [], "curve": []}
    curve = [point["per_person_minor"] for point in line["curve"]]
    known = [one for one in curve if one is not None]
    rows = [
        [one["cohort"], one["size"], *(None if cell is None else cell["per_person_minor"] for cell in one["cells"][:7])]
        for one in line["cohorts"]
    ]
    ticks = [str(place) for place in range(data["columns"])]
    columns = [column("起始", "Began"), column(*_PEOPLE, "people"), *(column(tick, tick, "money") for tick in ticks[:7])]
    figures = [figure("人均累计收入", "LTV to date", known[-1] if known else None, "money"), figure(*_PEOPLE, line["size"], "people")]
    picture = SummaryPicture(
        kind="lines", ticks=ticks, days=False, unit="money", lines=[SummaryLine(name=said("人均累计收入", "LTV to date"), values=curve)]
    )
    return Summary(figures=figures, picture=picture, grid=grid(columns, rows))


def _attribution(data: Data) -> Summary:
    models = data["models"]
    heads = [_MODELS[one] for one in models]
    columns = [column("渠道", "Channel"), column("触点", "Touches", "count"), *(column(zh, en, "ratio") for zh, en in heads)]
    rows = [
        [group_name(one["channel"]), one["touches"], *(one["models"][model]["conversions"] for model in models)] for one in data["channels"]
    ]
    figures = [
        figure("转化次数", "Conversions", data["conversions"], "count", adds=True),
        figure("收入", "Revenue", data["revenue_minor"], "money", adds=True),
    ]
    return Summary(figures=figures, picture=credits(data, _MODELS), grid=grid(columns, rows))


def _overview(data: Data) -> Summary:
    series = data["series"]
    figures = [
        figure(*_PEOPLE, data["people"], "people"),
        figure("新增用户", "New people", data["new_people"], "people"),
        figure("订单", "Orders", data["orders"], "count", adds=True),
        figure("收入", "Revenue", data["revenue_minor"], "money", adds=True),
    ]
    line = SummaryLine(name=said("日活跃用户", "Actives"), values=[day["actives"] for day in series])
    picture = SummaryPicture(kind="lines", ticks=[day["day"] for day in series], days=True, unit="people", lines=[line])
    return Summary(figures=figures, picture=picture)


def _journey_map(data: Data) -> Summary:
    stages = data["period"]["stages"]
    columns = [column("阶段", "Stage"), column(*_PEOPLE, "people"), column("进入下一阶段", "Go on", "share")]
    rows = [[one["name"], one["people"], one["onward"]["conversion"] if one["onward"] else None] for one in stages]
    return Summary(
        figures=[figure(*_PEOPLE, data["period"]["people"], "people")],
        picture=_bars([one["name"] for one in stages], said(*_PEOPLE), [one["people"] for one in stages]),
        grid=grid(columns, rows),
    )


def _bottlenecks(data: Data) -> Summary:
    found = data["findings"]
    lines = [said(one["sentence"]["zh"], one["sentence"]["en"]) for one in found[:SENTENCES]]
    nothing = (
        said("没有超出偶然的流失。", "No loss is more than chance.")
        if data["tests"]
        else said("人数太少，无法判断。", "Too few people to tell.")
    )
    figures = [figure("流失点", "Bottlenecks", len(found), "count"), figure("检验次数", "Comparisons", data["tests"], "count")]
    return Summary(figures=figures, lines=lines or [nothing])


def _bars(ticks: Sequence[str], name: SummaryText, values: Sequence[float]) -> SummaryPicture:
    return SummaryPicture(kind="bars", ticks=list(ticks), days=False, unit="people", lines=[SummaryLine(name=name, values=list(values))])


def _place(name: str | None) -> str:
    return "…" if name is None else name


_BY_REPORT: Final[Mapping[str, Callable[[Data], Summary]]] = {
    "trend": _trend,
    "funnel": _funnel,
    "retention": _retention,
    "paths": _paths,
    "sessions": _sessions,
    "lifecycle": _lifecycle,
    "stickiness": _stickiness,
    "interval": _interval,
    "penetration": _penetration,
    "rfm": _rfm,
    "cohort_revenue": _cohort_revenue,
    "attribution": _attribution,
    "bottlenecks": _bottlenecks,
    "overview": _overview,
    "journey_map": _journey_map,
}
