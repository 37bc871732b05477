/**
 * How programs end, well or badly: what they find when they start, what counts as their result, and what their reader
 * is told when they fail.
 */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startPyodide } from "./pyodide.mjs";

/** @type {Awaited<ReturnType<typeof startPyodide>>} */
let python;
before(async () => {
  python = await startPyodide(["jinja2", "pillow"]);
  const loaded = python.load({
    "orders.csv": "day,country,price\n2024-01-01,EU,1.5\n2024-01-02,US,2\n2024-01-03,EU,4\n",
    "people.csv": "name,age\nAnn,30\nBo,40\n",
  });
  assert.ok(loaded.ok);
});

const run = (/** @type {string} */ program) => python.run(program);

async function succeeds(/** @type {string} */ program) {
  const result = await run(program);
  assert.equal(result.error, null, result.error?.traceback);
  assert.equal(result.ok, true);
  return result;
}

async function fails(/** @type {string} */ program) {
  const result = await run(program);
  assert.equal(result.ok, false);
  return { ...result.error, result };
}

test("a program finds its tables, its files and itself", async () => {
  const { value } = await succeeds(`
import os, sys
import pandas as pd
assert df is tables["orders"] and tables["people.csv"] is tables["people"]
assert list(tables) == ["orders", "people"]
assert len(pd.read_csv("orders.csv")) == 3 and os.path.exists("people.csv")
(__name__, sys.argv, os.path.basename(__file__), sys.modules["__main__"].__name__)`);
  assert.equal(value, "('__main__', ['program.py'], 'program.py', '__main__')");
});

test("what one run changes, the next does not see", async () => {
  await succeeds(
    'import builtins, os, sys\ndf["new"] = 1\nleft = 1\nbuiltins.len = None\nos.chdir("/")\nsys.stdout = None',
  );
  const { value } = await succeeds('import os\n"new" in df.columns, "left" in globals(), len([1]), os.getcwd()');
  assert.equal(value, "(False, False, 1, '/home/pyodide')");
});

const values = {
  "6 * 7": "42",
  "x = 1\nx + 1": "2",
  "'text'": "'text'",
  None: null,
  "x = 5": null,
  "6 * 7;": null,
  'print("printed")': null,
  'df["price"].sum()': "7.5",
  "import numpy as np\nnp.float64(1.5)": "1.5",
  'await __import__("asyncio").sleep(0, 7)': "7",
  'if __name__ == "__main__":\n    print("guarded")': null,
  "": null,
};
for (const [program, value] of Object.entries(values)) {
  test(`the value of ${JSON.stringify(program)} is ${value}`, async () => {
    assert.equal((await succeeds(program)).value, value);
  });
}

test("output is printed in order, also from a guarded main", async () => {
  const { stdout } = await succeeds(
    'def main():\n    print("one")\n    print("two", end="\\n")\nif __name__ == "__main__":\n    main()',
  );
  assert.equal(stdout, "one\ntwo");
});

test("asyncio.run, run_until_complete and tasks left running all come to their end", async () => {
  const { stdout, value } = await succeeds(`
import asyncio
async def work(name, seconds):
    await asyncio.sleep(seconds)
    print(name)
    return name
async def main():
    return await asyncio.gather(work("b", 0.02), work("a", 0.01))
asyncio.get_event_loop().run_until_complete(work("until", 0))
asyncio.create_task(work("task", 0.01))
await work("awaited", 0)
asyncio.run(main())`);
  assert.deepEqual(stdout.split("\n").sort(), ["a", "awaited", "b", "task", "until"]);
  assert.equal(value, "['b', 'a']");
});

test("lines meant for a notebook do not matter", async () => {
  assert.equal((await succeeds("%matplotlib inline\n!pip install pandas\n1 + 1")).value, "2");
});

for (const ending of ["exit()", "quit()", "import sys; sys.exit(0)", "raise SystemExit", "import os; os._exit(0)"]) {
  test(`${ending} ends quietly`, async () => {
    const { stdout } = await succeeds(`print("before")\n${ending}\nprint("after")`);
    assert.equal(stdout, "before");
  });
}

test("tables: a frame, a series, a grouped result, a styled frame, display()", async () => {
  const frame = (await succeeds("df")).figures[0];
  assert.deepEqual(frame.columns, ["day", "country", "price"]);
  assert.deepEqual(frame.rows[0], ["2024-01-01", "EU", "1.5"]);
  assert.equal(frame.totalRows, 3);
  const grouped = (await succeeds('df.groupby("country")["price"].mean()')).figures[0];
  assert.deepEqual(
    [grouped.columns, grouped.rows],
    [
      ["country", "price"],
      [
        ["EU", "2.75"],
        ["US", "2"],
      ],
    ],
  );
  const wide = (
    await succeeds('df.pivot_table(index="day", columns="country", values="price", aggfunc=["sum", "mean"])')
  ).figures[0];
  assert.deepEqual(wide.columns.slice(0, 2), ["day", "sum / EU"]);
  const styled = (await succeeds('df.style.format({"price": "{:.2f} €"})')).figures[0];
  assert.equal(styled.rows[0][2], "1.50 €");
  const { figures, stdout } = await succeeds("display(df.head(1))\ndisplay(3)\ndf.tail(2)");
  assert.deepEqual([figures.length, figures[0].totalRows, figures[1].totalRows, stdout], [2, 1, 2, "3"]);
});

test("a long table is cut, and says how long it was", async () => {
  const { figures } = await succeeds(
    'import pandas as pd, numpy as np\npd.DataFrame({"a": np.arange(100_000), "b": "x" * 5000})',
  );
  assert.equal(figures[0].totalRows, 100_000);
  assert.equal(figures[0].rows.length, 1000);
  assert.equal(figures[0].rows[0][1].length, 500);
  assert.deepEqual(figures[0].facts.series, ["a", "b"]);
});

test("an image is a figure, shown or last", async () => {
  const { figures } = await succeeds(`
from PIL import Image
first = Image.new("RGB", (30, 20), "red")
first.show()
Image.new("L", (10, 10))`);
  assert.deepEqual(
    figures.map((/** @type {any} */ figure) => [figure.kind, figure.width, figure.height]),
    [
      ["png", 30, 20],
      ["png", 10, 10],
    ],
  );
  assert.equal(Buffer.from(figures[0].png).toString("latin1", 1, 4), "PNG");
});

// ---------- Failures

test("an exception shows the program's own lines, with marks, and the library function that raised", async () => {
  const error = await fails('def work(frame):\n    return frame["pirce"].sum()\n\nprint(work(df))');
  assert.equal(error.type, "KeyError");
  assert.equal(error.message, "'pirce'");
  assert.equal(error.line, 2);
  assert.equal(
    error.traceback,
    `Traceback (most recent call last):
  File "program.py", line 4, in <module>
    print(work(df))
          ~~~~^^^^
  File "program.py", line 2, in work
    return frame["pirce"].sum()
           ~~~~~^^^^^^^^^
  raised in pandas.core.indexes.base.Index.get_loc
KeyError: 'pirce'
Note: the columns are 'day', 'country', 'price'. Closest: 'price'.`,
  );
});

test("a syntax error shows its line and place", async () => {
  const error = await fails('x = 1\nprint("a"\ny = 2\n');
  assert.deepEqual([error.type, error.line], ["SyntaxError", 2]);
  assert.match(
    error.traceback,
    /File "program\.py", line 2\n {4}print\("a"\n {9}\^\nSyntaxError: '\(' was never closed/,
  );
});

test("chained exceptions of the program are kept", async () => {
  const { traceback } = await fails('try:\n    {}["a"]\nexcept KeyError as e:\n    raise ValueError("no a") from e');
  assert.match(
    traceback,
    /KeyError: 'a'\n\nThe above exception was the direct cause .*\n\nTraceback[^]*ValueError: no a$/,
  );
});

test("exceptions that libraries handle among themselves are not shown", async () => {
  const { traceback } = await fails('import pandas as pd\npd.read_csv("missing.csv")');
  assert.doesNotMatch(traceback, /site-packages|During handling|_pyodide/);
  assert.match(traceback, /FileNotFoundError: .*missing\.csv[^]*the files here are 'orders\.csv', 'people\.csv'/);
});

const failures = {
  "sys.exit with words": ['import sys\nsys.exit("no data")', "SystemExit", /^no data$/],
  "an exit status": ["import sys\nsys.exit(3)", "SystemExit", /exit status 3/],
  "endless recursion": ["def f():\n    return f() + 1\nf()", "RecursionError", /maximum recursion depth/],
  "too much memory": ["x = bytearray(2 ** 40)", "OverflowError|MemoryError", /./],
  "an interrupt": ["raise KeyboardInterrupt", "KeyboardInterrupt", /^$/],
  "a question to nobody": ['name = input("Name?")', "EOFError", /cannot ask anybody/],
  "a message of its own that fails": [
    "class E(Exception):\n    def __str__(self):\n        raise ValueError\nraise E()",
    "E",
    /could not be read/,
  ],
  "a repr that fails": [
    'class R:\n    def __repr__(self):\n        raise ValueError("no repr")\nR()',
    "ValueError",
    /no repr/,
  ],
  "null bytes": ["x = 1\0", "SyntaxError", /null bytes/],
  "a group of exceptions": [
    'raise ExceptionGroup("several", [ValueError("one"), TypeError("two")])',
    "ExceptionGroup",
    /several/,
  ],
  "a task that fails": [
    'import asyncio\nasync def f():\n    raise ValueError("in task")\nasyncio.create_task(f())',
    "ValueError",
    /in task/,
  ],
};
for (const [what, [program, type, message]] of Object.entries(failures)) {
  test(`${what} is an error that says so`, async () => {
    const error = await fails(String(program));
    assert.match(error.type, new RegExp(`^(${type})$`));
    assert.match(error.message, /** @type {RegExp} */ (message));
    assert.ok(error.traceback.length < 20_000);
  });
}

test("a very long message is cut in the middle", async () => {
  const { message, traceback } = await fails('raise ValueError("start " + "x" * 1_000_000 + " end")');
  assert.match(message, /^start x+ … \d+ characters left out … x+ end$/);
  assert.ok(message.length <= 2000 && traceback.length < 6000);
});

test("a library that is not there: which ones are", async () => {
  const { traceback } = await fails("import torch");
  assert.match(traceback, /no library “torch” here, and none can be installed\. Libraries here: .*matplotlib/);
});

test("a misspelt attribute, a group by a missing column, text methods on dates: each with advice", async () => {
  assert.match((await fails("df.pricee")).traceback, /Closest: 'price'\.$/);
  assert.match((await fails('df.groupby("Country").sum()')).traceback, /Closest: 'country'\.$/);
  assert.match((await fails('df["day"].str.split("-")')).traceback, /use `\.dt` instead of `\.str`/);
  assert.match((await fails('tables["order"]')).message, /Closest: 'orders'/);
  assert.doesNotMatch((await fails('{}["x"]\n')).traceback, /Closest/);
});

test("what was shown before an error is given with it", async () => {
  const { result } = await fails("import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\ndisplay(df)\n1 / 0");
  assert.deepEqual(
    result.figures.map((/** @type {any} */ figure) => figure.kind),
    ["svg", "table"],
  );
});

test("a figure that cannot be drawn is an error and does not cost the others", async () => {
  const { message, result } = await fails(
    'import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nplt.title(r"$\\\\frac{1$")\nplt.plot([1])',
  );
  assert.match(message, /frac/);
  assert.equal(result.figures.length, 1);
});

test("a program that breaks builtins and matplotlib still gets its figure", async () => {
  const { figures, stdout } = await succeeds(`
import builtins, json, matplotlib.pyplot as plt
from matplotlib.figure import Figure
plt.plot([1, 2], label="a")
plt.show = None
Figure.savefig = lambda *a, **k: 1 / 0
json.dumps = None
for name in ("len", "isinstance", "getattr", "any", "list", "print"):
    setattr(builtins, name, None)`);
  assert.equal(figures.length, 1);
  assert.match(figures[0].svg, /<svg/);
  assert.equal(stdout, "");
});

test("warnings are told once, and noise is not", async () => {
  const { warnings } = await succeeds(`
import warnings, matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
for i in range(5):
    warnings.warn("mind this")
    warnings.warn("later", FutureWarning)
plt.plot([1, 2])
plt.title("日本")
plt.show()
"\\d"`);
  assert.equal(warnings.length, 2);
  assert.ok(warnings.includes("mind this"));
  assert.ok(warnings.some((/** @type {string} */ warning) => /no signs for “日本”/.test(warning)));
});
