/**
 * What people usually draw: a table and programs for it. The build runs them to see which of Python's and its libraries' functions a
 * chart calls, and those are compiled at the start; whatever else a program calls is compiled when it does. So what stands here decides
 * how soon a chart is there, never whether.
 */

const MONTHS = 12;
const ROWS = 300;
const REGIONS = ["North", "South", "East"];
const PRODUCTS = ["a", "b", "c", "d"];

const LINES = Array.from({ length: ROWS }, (_, row) => {
  const two = (/** @type {number} */ number) => String(number + 1).padStart(2, "0");
  return {
    day: `2024-${two(row % MONTHS)}-${two(row % 28)}`,
    region: REGIONS[row % REGIONS.length] ?? "",
    product: PRODUCTS[row % PRODUCTS.length] ?? "",
    sales: ((row * 73) % 1000) / 10,
    units: row % 9 || null,
    paid: row % 2 === 0,
  };
});

/** Dates, two columns of categories, numbers with a fraction, whole ones with gaps, yes and no. */
export function typicalTable() {
  const lines = LINES.map(({ day, region, product, sales, units, paid }) =>
    [day, region, product, sales.toFixed(2), units ?? "", paid ? "yes" : "no"].join(","),
  );
  return ["day,region,product,sales,units,paid", ...lines, ""].join("\n");
}

/** @returns {{name: string, text: string}[]} the same in other forms that people have */
export function otherTables() {
  const german = LINES.map(({ day, region, sales, units }) => {
    const [year, month, date] = day.split("-");
    return [
      `${date}.${month}.${year} 14:30`,
      `"${region}; außen"`,
      sales.toFixed(2).replace(".", ","),
      units ?? "n/a",
    ].join(";");
  });
  const tabbed = LINES.map(({ region, sales }, row) =>
    [2000 + (row % 25), region, `$1,${100 + row}.50`, `${sales} %`].join("\t"),
  );
  const dated = LINES.map(({ day, region, units }, row) => {
    const [year, month, date] = day.split("-");
    const time = `${String(row % 12).padStart(2, "0")}:${String(row % 60).padStart(2, "0")}:00`;
    return [
      `${month}/${date}/${year}`,
      `${day} ${time}`,
      `${day}T${time}Z`,
      year,
      time,
      row % 2 === 0,
      region,
      row,
      units ?? "",
    ].join(",");
  });
  const large = Array.from({ length: 20 }, () => typicalTable().split("\n").slice(1, -1)).flat();
  return [
    { name: "deutsch.csv", text: ["Tag;Gebiet;Umsatz;Stück", ...german].join("\r\n") },
    { name: "tabs.tsv", text: ["year\tname\tprice\tshare", ...tabbed].join("\n") },
    { name: "dates.csv", text: ["us,moment,utc,year,time,is_new,place,id,count", ...dated].join("\n") },
    { name: "few.csv", text: ["Id,Name,Joined", "1,Ann,2010-03-04", "2,,", "3,Bob,2012-05-06"].join("\n") },
    { name: "records.json", text: JSON.stringify(LINES) },
    { name: "large.csv", text: [typicalTable().split("\n")[0], ...large].join("\n") },
  ];
}

/** Put behind each of them: garbage is looked for at any moment, and then by functions of whatever is about. */
export const TIDY_UP = "\nimport gc\ngc.collect()";

/** Has things of Python's own kinds about, used a little, for that. */
export const MANY_KINDS_PROGRAM = `import collections, contextvars, datetime, decimal, fractions, functools, gc, io, itertools, json, math, operator
import random, re, string, textwrap, types, weakref
import numpy as np
import pandas as pd

class Plain:
    __slots__ = ("a", "__weakref__")
    kind = property(lambda self: self.a)
    def __init__(self, a): self.a = a
    def method(self): return self.a
    @classmethod
    def made(cls): return cls(1)
    @staticmethod
    def apart(): return 2

class Other(Plain):
    def method(self): return super().method()

def numbers():
    value = yield 1
    yield from [value, 2]

async def waits(): return 1

def closure():
    inner = 1
    def within(*args, key=None, **more): return inner
    return within

one = Other(3)
begun = numbers(); next(begun)
lists = [[3, 1, 2], (1, 2), {1, 2}, frozenset({3}), {"a": 1}, "text", b"bytes", bytearray(b"b"), range(9)]
iterators = [iter(some) for some in lists]
for some in iterators: next(some)
held = iterators + lists + [
    {"a": 1}.keys(), {"a": 1}.values(), {"a": 1}.items(), iter({"a": 1}.values()), iter({"a": 1}.items()), reversed([1, 2]),
    reversed({"a": 1}), reversed(range(3)), zip([1], [2]), map(str, [1]), filter(None, [1]), enumerate([1]), begun, iter(int, 1),
    itertools.chain([1], [2]), itertools.groupby([1, 1, 2]), itertools.islice([1, 2], 1), itertools.product([1], [2]),
    itertools.count(), itertools.cycle([1]), itertools.repeat(1), itertools.accumulate([1, 2]), itertools.starmap(max, [(1, 2)]),
    itertools.combinations([1, 2], 2), itertools.permutations([1, 2]), itertools.pairwise([1, 2]), itertools.zip_longest([1], []),
    itertools.takewhile(bool, [1]), itertools.dropwhile(bool, [0, 1]), itertools.compress([1], [1]), itertools.tee([1])[0],
    functools.partial(max, 1), functools.lru_cache(closure), functools.cached_property(len), operator.itemgetter(1),
    operator.attrgetter("a"), operator.methodcaller("method"), collections.deque([1]), collections.defaultdict(list),
    collections.OrderedDict(a=1), collections.Counter("aab"), collections.ChainMap({}), collections.namedtuple("Pair", "a b")(1, 2),
    types.SimpleNamespace(a=1), types.MappingProxyType({"a": 1}), slice(1, 2), memoryview(b"ab"), weakref.ref(one),
    weakref.WeakValueDictionary(a=one), weakref.proxy(one), one.method, Plain.made, closure(), re.compile("(a)(?P<b>b)?").match("ab"),
    re.finditer("a", "aa"), io.StringIO("a"), io.BytesIO(b"a"), io.StringIO("a\\nb"), io.BytesIO(b"a\\nb"), contextvars.ContextVar("a"), datetime.datetime(2024, 1, 2, 3),
    datetime.timedelta(1), datetime.timezone.utc, decimal.Decimal("1.5"), fractions.Fraction(1, 3), random.Random(1), 2**70, 1.5, 2j,
    list[int], int | str, Ellipsis, ValueError("a"), ExceptionGroup("a", [ValueError("b")]), super(Other, one), object(),
    np.array([1, "a", None], dtype=object), np.nditer(np.arange(3)), np.arange(3).flat, np.broadcast([1], [2]), np.dtype("f8"),
    np.float64(1), np.datetime64("2024-01-01"), np.ma.array([1, 2], mask=[0, 1]), pd.Series([1, 2]).items(), pd.DataFrame({"a": [1]}).itertuples(),
    pd.Series(["a", None, "b"], dtype="string"), pd.Categorical(["a", "b"]), pd.interval_range(0, 3), pd.Timestamp("2024-01-01"), pd.NA,
]
gc.collect()
for some in held:
    repr(some), str(some), type(some).__name__
    try: bool(some)
    except (TypeError, ValueError): pass
    try: hash(some)
    except TypeError: pass
    try: len(some)
    except TypeError: pass
for some in held:
    if type(some).__module__.startswith("pandas"): continue
    for name in sorted(dir(some)):
        if name.startswith("_") or name in {"tofile", "dump"}: continue
        for given in ((), (1,), ("a",), ([1],), (1, 2), ("a", "b")):
            try: getattr(some, name)(*given)
            except Exception: pass
begun.close()
coroutine = waits(); coroutine.close()
try:
    raise ValueError("a") from KeyError("b")
except ValueError as error:
    print(error.__cause__, f"{3.14159:.2f} {1e6:,.0f} {'a':>5} {42:#x}", "%s %d" % ("a", 1), "a,b".split(","), " a ".strip())
print(sorted(lists[0], key=lambda n: -n), sum(lists[0]), max("a", "b"), any([0, 1]), round(2.567, 1), divmod(7, 2), math.sqrt(2), abs(-1))
print(json.loads(json.dumps({"a": [1, 2.5, None, True, "\\u00e9"]})), textwrap.shorten("a word or two", 10), string.Template("$a").substitute(a=1))
print({**{"a": 1}, "b": 2}, [*range(3)], {n: n**2 for n in range(3)}, {n % 2 for n in range(4)}, "a" in "abc", 3 in [1, 2, 3], "abc"[::-1])
match {"a": [1, 2]}:
    case {"a": [first, *rest]}: print(first, rest)
del held, iterators, begun, one
gc.collect()`;

/** Uses what drawing libraries that come later use of the standard library while they are imported. */
const STANDARD_LIBRARY_PROGRAM = `import abc, ast, base64, bisect, calendar, collections.abc, contextlib, copy, csv, dataclasses, enum, hashlib, heapq, html
import importlib.metadata, importlib.resources, inspect, io, json, locale, logging, numbers, os, pathlib, pickle, platform, statistics
import struct, sys, tempfile, textwrap, time, traceback, typing, unicodedata, urllib.parse, uuid, warnings, zipfile, zlib

@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: float = 1.0
    more: list[str] = dataclasses.field(default_factory=list)

class Color(enum.Flag):
    RED = enum.auto()
    BLUE = enum.auto()

class Shape(abc.ABC, typing.Generic[typing.TypeVar("T")]):
    @abc.abstractmethod
    def area(self) -> float: ...
    def __init_subclass__(cls, **given): super().__init_subclass__(**given)
    def __getattr__(self, name): raise AttributeError(name)

class Square(Shape[int]):
    def area(self): return 4.0

class Named(typing.NamedTuple):
    a: int
    b: str = "b"

class Given(typing.TypedDict, total=False):
    a: int

@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield

def function(a, /, b: int = 1, *rest: str, c: "float | None" = None, **more) -> bool:
    """Says something."""
    return True

with quiet(): warnings.warn("not shown")
print(copy.deepcopy(Point(1, 2.0, ["a"])), Color.RED | Color.BLUE, list(Color), Square().area(), Named(1), Given(a=1), hasattr(Square(), "b"))
print(inspect.signature(function), typing.get_type_hints(function), inspect.getdoc(function), inspect.isclass(Point), dataclasses.asdict(Point(1)))
code = compile(ast.parse("def f(x):\\n  return [y**2 for y in range(x) if y]\\nclass C: pass"), "<text>", "exec")
space = {}
exec(code, space)
print(space["f"](4), eval("1 + 2"), ast.literal_eval("{'a': [1, (2, 3)]}"), ast.unparse(ast.parse("a = b + 1")))
print(pickle.loads(pickle.dumps([Point(1), {"a": (1, 2.5, None)}, Color.RED])), struct.unpack("<Qd", struct.pack("<Qd", 1, 2.0)))
print(base64.b64encode(zlib.compress(b"a" * 99)), hashlib.sha256(b"a").hexdigest()[:8], uuid.UUID(int=1), urllib.parse.quote("a b/ü"), html.escape("<a>"))
print(list(csv.DictReader(io.StringIO("a,b\\n1,2"))), bisect.bisect([1, 2, 3], 2), heapq.nsmallest(2, [3, 1, 2]), statistics.mean([1, 2]))
print(pathlib.Path("a/b.txt").with_suffix(".csv"), os.path.join("a", "b"), sys.version_info[:2], unicodedata.normalize("NFC", "é"), calendar.month_name[1])
print(json.dumps({"a": [1, 2.5, "ü", None]}, indent=2, sort_keys=True, default=str), importlib.metadata.version("numpy"), "aé".encode("utf-8").decode())
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder) / "a.txt"
    path.write_text("a\\nb\\n", encoding="utf-8")
    print(path.read_text().splitlines(), path.stat().st_size, [p.name for p in path.parent.iterdir()])
    with open(path) as lines: print([line.strip() for line in lines], lines.closed)
logging.getLogger("a").warning("logged %s", 1)
try: Shape()
except TypeError: print(traceback.format_exc().splitlines()[-1])
print(time.strftime("%Y", time.gmtime(0)), platform.python_version(), locale.getlocale()[0], isinstance(3, numbers.Number), issubclass(dict, collections.abc.Mapping))`;

/** What is usually asked of a table, of columns of each kind: of how many rows, and in which order, decides which functions are called. */
export const EACH_KIND_PROGRAM = `import itertools
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt

frame = df.assign(
    day=pd.to_datetime(df["day"]), number=np.arange(len(df)) % 11, count=np.arange(len(df)) % 23, share=(np.arange(len(df)) * 37 % 100) / 100,
    amount=df["units"] * 2.5,
    named=[None if n % 13 == 5 else f"name {n % 17}" for n in range(len(df))], band=pd.cut(df["sales"], 4),
)
frame["year"] = frame["day"].dt.year
frame["size"] = pd.Categorical(np.where(frame["sales"] > 40, "large", "small"), ["small", "large"], ordered=True)
small = frame.sample(20, random_state=1)
keys = ["region", "named", "number", "units", "year", "paid", "day", "size", "band"]
values = ["sales", "count"]
hows = ["sum", "mean", "median", "min", "max", "count", "nunique", "std", "var", "first", "last", "size", "prod"]

for some, key in [(frame, key) for key in keys] + [(small.head(6), key) for key in ["region", "number", "day"]]:
    groups = some.groupby(key, observed=True)
    sizes = groups.size()
    for ascending in [True, False]:
        sizes.sort_values(ascending=ascending), sizes.sort_index(ascending=ascending), sizes.sort_values(ascending=ascending).head(3)
        sizes.sort_values(ascending=ascending, kind="stable")
        some.sort_values(key, ascending=ascending), some.sort_values([key, "sales"], ascending=[ascending, True])
        some.set_index(key)["sales"].sort_index(ascending=ascending)
        some.set_index(key)["count"].sort_values(ascending=ascending)
    for value, how in itertools.product(values, hows):
        result = groups[value].agg(how)
    groups["sales"].agg(["mean", "max"]), groups["named"].nunique(), groups["region"].agg(lambda part: part.mode().iloc[0] if len(part) else "")
    groups["sales"].cumsum(), groups.cumcount(), groups["sales"].rank(), groups["sales"].shift(), groups.head(2), groups["sales"].idxmax()
    groups["sales"].transform("sum"), groups["sales"].diff(), groups.ngroup(), groups["units"].apply(lambda part: part.max() - part.min())
    result = groups[values].mean().round(2).reset_index()
    for other in ["product", "paid", "size"]:
        if other == key: continue
        wide = some.groupby([key, other], observed=True).size().unstack(fill_value=0)
        wide.sort_index(), wide.loc[wide.sum(axis=1).sort_values(ascending=False).index], wide.T, wide.iloc[:, :2].div(wide.sum(axis=1), axis=0)
        some.groupby([key, other], observed=True)["sales"].mean().unstack(), some.pivot_table("sales", key, other, "sum", observed=True)
        pd.crosstab(some[key], some[other]), some.groupby([key, other], observed=True)["sales"].sum().reset_index()
    column = some[key]
    column.value_counts(), column.value_counts(normalize=True).sort_index(), column.unique(), column.nunique(), column.isna().sum(), column.dropna()
    column.isin(column.head(3)), column.duplicated(), column.drop_duplicates(), column.astype(str), column.tolist(), column.mode(), column.factorize()
    column.map({one: 1 for one in column.dropna().unique()}), column.shift(), column.reset_index(drop=True), column.to_numpy(), column.where(column.notna())
    some[some[key] == column.iloc[0]], some[some[key] != column.iloc[0]], some[column.notna()].iloc[::2], some.drop_duplicates(key), some.groupby(key, observed=False).ngroups
    some.merge(result, on=key, how="left"), some.merge(result, on=key), some[[key, "sales"]].dropna().merge(result, left_on=key, right_on=key, how="outer")
    some.set_index("region").loc[some["region"].iloc[:1]], some.set_index(key).sort_index().index.is_unique, some.melt(key, ["sales", "count"]), some.nlargest(3, "sales"), some.nsmallest(3, "number")
    some[(some["sales"] > 20) & (some["number"] <= 5) | ~some["paid"].isin(["yes", True])], some.query("sales > 10 and number != 3"), some.loc[some["sales"].idxmax()]
for column in [frame["sales"], frame["number"], frame["units"], frame["year"], small["day"]]:
    column > column.iloc[0], column >= column.iloc[0], column < column.iloc[0], column.between(column.min(), column.max()), column[column > column.median()]
    column.rank(), column.quantile([0.1, 0.5]), column.describe(), column.cummax(), column.diff(), column.clip(column.min(), column.median())
for column in [frame["sales"], frame["number"], frame["units"]]:
    column.sum(), column.mean(), column.std(), column.sem(), column.skew(), column.cumsum(), column / column.sum() * 100, column.round(1), column.abs(), column**2
    column // 2, column % 2 == 0, -column, column + 1, column * 2.5, np.log1p(column), np.sqrt(column), column.rolling(3).mean(), column.expanding().sum()
    column.ewm(span=3).mean(), column.pct_change(), column.interpolate(), column.fillna(column.mean()), column.astype(float), column.dropna().astype(int)
    column.nlargest(3), column.nsmallest(3), column.argsort(), column.idxmin(), pd.qcut(column, 3, duplicates="drop"), np.histogram(column.dropna(), 5)
    column.corr(frame["share"]), column.apply(lambda value: value + 1), column.replace(1, 2), column.max() - column.min(), np.percentile(column.dropna(), 50)
day = frame["day"].dt
for part in ["year", "month", "day", "weekday", "dayofyear", "quarter", "hour", "minute", "date", "is_month_end", "days_in_month"]: getattr(day, part)
day.day_name(), day.month_name(), day.strftime("%Y-%m"), day.isocalendar().week, day.normalize(), day.floor("D"), frame["day"] - pd.Timestamp("2024-01-01")
(frame["day"].max() - frame["day"]).dt.days, frame["day"] + pd.Timedelta(days=1), frame["day"] + pd.DateOffset(months=1), frame["day"] > "2024-06-01"
frame["day"] < pd.Timestamp("2024-06-01"), frame["day"].between("2024-02-01", "2024-03-01"), pd.to_datetime(frame["year"], format="%Y"), str(frame["day"].iloc[0])
for step in ["D", "W", "MS", "ME", "QS", "YE", "W-MON"]:
    frame.set_index("day").sort_index()["sales"].resample(step).agg(["sum", "mean", "count"]), frame.groupby(pd.Grouper(key="day", freq=step))["sales"].mean()
for step in ["D", "W", "M", "Q", "Y"]:
    frame.groupby(day.to_period(step))["sales"].sum(), day.to_period(step).dt.start_time, day.to_period(step).astype(str)
pd.date_range("2024-01-01", periods=5, freq="MS"), pd.to_datetime(["2024-01-01 10:30", "2024-02-01 11:45"]).hour, pd.to_datetime(df["day"], format="%Y-%m-%d")
text = frame["named"].str
text.contains("1", na=False), text.startswith("name", na=False), text.endswith("1"), text.lower(), text.title(), text.len(), text.split(" ").str[1], text.slice(0, 3)
text.replace(" ", "_"), text.extract(r"(\\d+)"), text.cat(sep=","), text.count("m"), text.zfill(9), text.get(0), text.split(" ", expand=True), text.contains("^n.*1$", regex=True)
(frame["region"] + " " + frame["product"]).value_counts(), frame["region"].str.contains("o", case=False), frame["region"] < "O", frame["region"].max()
frame.corr(numeric_only=True), frame.describe(include="all"), frame.mean(numeric_only=True), frame.select_dtypes("number").columns.tolist(), frame.isna().mean()
frame.drop(columns=["band"]).rename(columns={"sales": "Sales"}).head().to_dict("records"), frame.iloc[3:9, 1:3], frame.loc[2:4, ["sales", "day"]], len(frame), frame.shape
frame.agg({"sales": ["min", "max"], "units": "sum"}), frame[["sales", "units"]].sum(axis=1), frame[["sales", "units"]].apply(lambda row: row.sum(), axis=1), frame.info()
frame[["sales", "number"]].cumsum(), frame[["sales", "number"]].div(frame["share"] + 1, axis=0), frame.eval("sales * 2"), frame.stack().head(), frame.explode("region")

for value in ["sales", "number"]:
    for ascending, turned in [(True, False), (False, True)]:
        result = frame.groupby("region")[value].sum().sort_values(ascending=ascending)
        fig, ax = plt.subplots(figsize=(8, 5))
        (result.plot.barh if turned else result.plot.bar)(ax=ax, width=0.8, legend=False)
        plt.setp(ax.get_xticklabels(), rotation=45, ha="right")
        ax.set(xlabel="Region", ylabel=value, title="By region")
        fig.tight_layout()
counts = frame.groupby(["region", "product"]).size().unstack(fill_value=0)
for kind in ["bar", "barh", "line", "area", "hist", "box"]:
    counts.plot(kind=kind, stacked=kind in {"bar", "area"}, ax=plt.subplots()[1])
fig, ax = plt.subplots()
ax.plot(frame.groupby("year").size(), marker="o", markersize=3)
ax.xaxis.get_major_locator().set_params(integer=True)
for n, (name, part) in enumerate(frame.groupby("size", observed=True)):
    ax.scatter(part["number"], part["share"], s=part["sales"], c=[f"C{n}"], label=name, alpha=0.8)
ax.legend(title="Size")
fig, axes = plt.subplots(2, 2, sharex=True)
frame.plot.scatter("number", "sales", c="share", colormap="viridis", ax=axes[0, 0])
counts.sum().plot.pie(ax=axes[0, 1], autopct="%1.0f%%", startangle=90, ylabel="")
frame["sales"].plot.hist(bins=15, ax=axes[1, 0], density=True)
axes[1, 1].boxplot([part["sales"].dropna() for _, part in frame.groupby("region")], tick_labels=sorted(frame["region"].unique()))
fig, ax = plt.subplots()
ax.plot(frame.groupby("day")["sales"].sum())
ax.twinx().bar(frame["day"].unique(), 1, alpha=0.2, color="tab:orange")
ax.axhline(50, ls="--", color="gray"), ax.set_ylim(bottom=0), ax.ticklabel_format(style="plain", axis="y"), ax.margins(0.1)
fig.autofmt_xdate()`;

export const TYPICAL_PROGRAMS = [
  STANDARD_LIBRARY_PROGRAM,
  // Without a table.
  `import numpy as np
import pandas as pd
import matplotlib.pyplot as plt

x = np.linspace(0, 10, 200)
frame = pd.DataFrame({"x": x, "y": np.sin(x), "z": np.random.default_rng(1).normal(size=200).cumsum()})
fig, ax = plt.subplots(figsize=(8, 5))
ax.plot(frame["x"], frame["y"], label="sine")
ax.plot(frame["x"], frame["z"], "--", label="walk")
ax.set(title="Two lines", xlabel="x", ylabel="y")
ax.legend()
plt.show()`,
  `import matplotlib.pyplot as plt

total = df.groupby("region")["sales"].sum().sort_values(ascending=False)
fig, ax = plt.subplots()
bars = ax.bar(total.index, total.values, color="tab:blue")
ax.bar_label(bars, fmt="%.0f")
ax.set_title("Sales by region")
ax.set_ylabel("Sales")`,
  `import matplotlib.pyplot as plt

top = df.groupby("product", as_index=False)["sales"].mean().nlargest(3, "sales")
plt.figure(figsize=(8, 4))
plt.barh(top["product"], top["sales"])
plt.gca().invert_yaxis()
plt.title("Three best products")
plt.tight_layout()
plt.show()`,
  `import pandas as pd
import matplotlib.pyplot as plt

df["day"] = pd.to_datetime(df["day"])
monthly = df.set_index("day").resample("ME")["sales"].mean()
fig, ax = plt.subplots()
ax.plot(monthly.index, monthly.values, marker="o")
ax.set_title("Mean sales by month")
fig.autofmt_xdate()
ax.grid(True)`,
  `import pandas as pd
import matplotlib.pyplot as plt
import matplotlib.dates as mdates

df["month"] = pd.to_datetime(df["day"]).dt.to_period("M").dt.to_timestamp()
fig, ax = plt.subplots(figsize=(9, 5))
for region, part in df.groupby("region"):
    series = part.groupby("month")["sales"].sum()
    ax.plot(series.index, series, marker="o", label=region)
ax.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
ax.legend(title="Region")
plt.xticks(rotation=45)`,
  `import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.hist(df["sales"].dropna(), bins=20, edgecolor="white")
ax.axvline(df["sales"].median(), color="red", linestyle=":")
ax.set_title("How sales are spread")`,
  `import matplotlib.pyplot as plt

fig, ax = plt.subplots()
for name, part in df.groupby("region"):
    ax.scatter(part["units"], part["sales"], label=name, alpha=0.6, s=20)
ax.set_yscale("log")
ax.legend(title="Region", loc="upper left", bbox_to_anchor=(1, 1))`,
  `import matplotlib.pyplot as plt

shares = df.pivot_table(index="region", columns="product", values="sales", aggfunc="sum", fill_value=0)
shares.plot(kind="bar", stacked=True, title="Sales by region and product")
plt.xticks(rotation=0)
plt.tight_layout()`,
  `df.boxplot(column="sales", by="product")`,
  `import matplotlib.pyplot as plt

related = df[["sales", "units"]].corr()
fig, ax = plt.subplots()
image = ax.imshow(related, cmap="viridis", vmin=-1, vmax=1)
ax.set_xticks(range(len(related)), related.columns)
ax.set_yticks(range(len(related)), related.index)
for row in range(len(related)):
    for column in range(len(related)):
        ax.text(column, row, f"{related.iloc[row, column]:.2f}", ha="center", va="center", color="white")
fig.colorbar(image)`,
  `import matplotlib.pyplot as plt

counts = df["region"].value_counts()
plt.pie(counts, labels=counts.index, autopct="%1.1f%%")
plt.title("Rows by region")`,
  `import numpy as np
import matplotlib.pyplot as plt

known = df.dropna(subset=["units", "sales"])
slope, start = np.polyfit(known["units"], known["sales"], 1)
fig, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
axes[0].scatter(known["units"], known["sales"])
axes[0].plot(known["units"], slope * known["units"] + start, "r--")
axes[0].annotate(f"slope {slope:.2f}", (1, 10))
axes[1].violinplot([part["sales"] for _, part in known.groupby("product")])
fig.suptitle("Sales and units")
fig.tight_layout()`,
  `import matplotlib.pyplot as plt

best = df[df["sales"] > 50].merge(df.groupby("region")["units"].median().rename("middle"), on="region")
best["share"] = best["sales"] / best["sales"].sum() * 100
best["rolling"] = best["sales"].rolling(7).mean()
print(best.head())
plt.fill_between(range(len(best)), best["share"].cumsum(), alpha=0.3)
plt.plot(best["rolling"], color="C1")`,
  `df.describe()`,
  `import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

day = pd.to_datetime(df["day"], errors="coerce")
df["weekday"] = day.dt.day_name()
df["quarter"] = day.dt.quarter.astype(str)
df["band"] = pd.cut(df["sales"], bins=[0, 25, 50, 75, 100], labels=["low", "middle", "high", "top"])
df["name"] = df["region"].str.upper().str.replace("O", "0").str[:4] + " " + df["product"].str.strip()
df["growth"] = df.groupby("region")["sales"].pct_change().replace([np.inf, -np.inf], np.nan).fillna(0)
df["rank"] = df.groupby("region")["sales"].rank(ascending=False)
df["mean"] = df.groupby("product")["sales"].transform("mean").round(1)
few = df[df["region"].isin(["North", "South"]) & df["sales"].between(10, 90)].query("units > 2").drop_duplicates(["day", "product"])
summed = few.groupby(["region", "product"]).agg(total=("sales", "sum"), most=("sales", "max"), n=("sales", "size")).reset_index()
wide = summed.pivot(index="product", columns="region", values="total").fillna(0)
long = wide.reset_index().melt(id_vars="product", var_name="region", value_name="total")
counts = pd.crosstab(df["band"], df["region"], normalize="index")
both = pd.concat([summed.assign(kind="x"), summed.assign(kind="y")], ignore_index=True).sort_values(["kind", "total"])
print(long.head(3).to_string(), counts.round(2).to_dict(), both.shape, df["sales"].quantile([0.25, 0.75]).tolist(), df.dtypes)
for index, row in summed.iterrows():
    print(index, row["region"], f"{row['total']:,.1f}")

fig, axes = plt.subplots(2, 2, figsize=(11, 8), constrained_layout=True)
places = np.arange(len(wide))
for number, column in enumerate(wide.columns):
    axes[0, 0].bar(places + number * 0.4, wide[column], width=0.4, label=column)
axes[0, 0].set_xticks(places + 0.2, wide.index)
axes[0, 0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1000:.1f}k"))
axes[0, 0].legend(ncols=2, frameon=False)
left = np.zeros(len(counts))
for column in counts.columns:
    axes[0, 1].barh(counts.index.astype(str), counts[column], left=left, label=column)
    left = left + counts[column].to_numpy()
axes[0, 1].xaxis.set_major_formatter(PercentFormatter(1))
monthly = df.assign(month=day.dt.month).pivot_table(index="month", columns="product", values="sales", aggfunc="mean").cumsum()
axes[1, 0].stackplot(monthly.index, monthly.T.to_numpy(), labels=monthly.columns, alpha=0.8)
axes[1, 0].xaxis.set_major_locator(MaxNLocator(integer=True))
other = axes[1, 0].twinx()
other.step(monthly.index, monthly["a"].diff().fillna(0), where="mid", color="black")
grouped = df.groupby("product")["sales"].agg(["mean", "std"])
axes[1, 1].errorbar(grouped.index, grouped["mean"], yerr=grouped["std"], fmt="o", capsize=4)
axes[1, 1].axhspan(20, 40, alpha=0.1)
axes[1, 1].text(0.5, 0.9, r"$\\bar{x} \\pm \\sigma$", transform=axes[1, 1].transAxes)
for ax in axes.flat:
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(axis="x", rotation=30)
fig.suptitle("Sales, four ways", fontsize=16, fontweight="bold")
fig.savefig("four.png", dpi=120, bbox_inches="tight")`,
  `import numpy as np
import matplotlib.pyplot as plt

values = df[["sales", "units"]].dropna().to_numpy()
x, y = values[:, 0], values[:, 1]
counts, edges = np.histogram(x, bins="auto")
kinds, numbers = np.unique(df["region"].to_numpy().astype(str), return_counts=True)
smooth = np.convolve(x, np.ones(5) / 5, mode="valid")
order = np.argsort(x)[::-1]
chosen = np.where(x > np.percentile(x, 90), "high", "other")
rng = np.random.default_rng(0)
noise = rng.normal(0, 1, x.size) + np.random.rand(x.size)
print(edges[:2], dict(zip(kinds, numbers.tolist())), chosen[:3], order[:3], np.corrcoef(x, y)[0, 1], np.median(x), x.std(), noise.shape)
fig, ax = plt.subplots(subplot_kw={"projection": "polar"})
angles = np.linspace(0, 2 * np.pi, 5)
ax.plot(angles, [1, 3, 2, 4, 1])
ax.fill(angles, [1, 3, 2, 4, 1], alpha=0.25)
fig, ax = plt.subplots()
heat = ax.hexbin(x, y + noise * 0.1, gridsize=12, cmap="magma")
fig.colorbar(heat, label="rows")
grid_x, grid_y = np.meshgrid(np.linspace(-2, 2, 30), np.linspace(-2, 2, 30))
fig, ax = plt.subplots()
ax.contourf(grid_x, grid_y, np.exp(-(grid_x**2) - grid_y**2), levels=8)
ax.annotate("peak", (0, 0), (1, 1), arrowprops={"arrowstyle": "->"})
with plt.style.context("ggplot"):
    fig, ax = plt.subplots()
    ax.stem(smooth[:20])
    ax.set_yscale("symlog")
    ax.set_xlim(0, 25)`,
  `df.sort_values("sales", ascending=False).head(10)[["day", "region", "sales"]]`,
];

/** With an error that a person meets. */
export const FAILING_PROGRAM = `import matplotlib.pyplot as plt
plt.plot(df["there is no such column"])`;
