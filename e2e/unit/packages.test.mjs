// Which packages a program is given before it runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { needsRest, packagesFor } from "../../static/app/packages.js";

const manifest = {
  packages: {
    numpy: { depends: [], file: null },
    pandas: { depends: ["numpy"], file: null },
    pytz: { depends: [], file: null },
    scipy: { depends: ["numpy"], file: "scipy.pack" },
    joblib: { depends: [], file: "joblib.pack" },
    "scikit-learn": { depends: ["scipy", "joblib", "numpy"], file: "scikit-learn.pack" },
    seaborn: { depends: ["pandas"], file: "seaborn.pack" },
    openpyxl: { depends: ["et_xmlfile"], file: "openpyxl.pack" },
    et_xmlfile: { depends: [], file: "et_xmlfile.pack" },
    pillow: { depends: [], file: null },
  },
  imports: {
    numpy: "numpy",
    pandas: "pandas",
    scipy: "scipy",
    sklearn: "scikit-learn",
    seaborn: "seaborn",
    PIL: "pillow",
    pytz: "pytz",
  },
  stdlib: ["json", "statistics", "os"],
  base: { modules: ["numpy", "pandas", "PIL", "json", "os"] },
  hints: [{ contains: "read_excel", package: "openpyxl" }],
};

for (const [title, program, expected] of [
  ["nothing beyond the base", "import numpy as np\nimport pandas, PIL.Image\n", []],
  ["what a package needs comes before it", "from sklearn.cluster import KMeans", ["scipy", "joblib", "scikit-learn"]],
  ["several on a line, aliased and dotted", "import os, scipy.stats as st, seaborn as sns # x", ["scipy", "seaborn"]],
  [
    "inside a block, after a semicolon or a colon",
    "x = 1; import seaborn\ndef f():\n    import scipy\nif x: import joblib",
    ["seaborn", "scipy"],
  ],
  ["over a continued line", "from scipy \\\n  import stats", ["scipy"]],
  ["a call that needs a package nobody imports", "pd.read_excel('a.xlsx')", ["et_xmlfile", "openpyxl"]],
  ["unknown names and names of Object.prototype", "import constructor, toString, nothing", []],
]) {
  test(title, () =>
    assert.deepEqual(
      packagesFor(program, manifest),
      expected.map((name) => ({ name, file: `${name}.pack` })),
    ),
  );
}

for (const [title, program, expected] of [
  [
    "what the snapshot holds needs no other file",
    "import json, numpy as np\nfrom PIL import Image\nimport os.path",
    false,
  ],
  ["nor does a package that is loaded whole, or a name nobody has", "import scipy.stats, nothing, constructor", false],
  ["a module of the standard library that it does not hold does", "x = 1\nif x: import json, statistics", true],
  ["and so does one of a base package", "from pytz import timezone", true],
]) {
  test(title, () => assert.equal(needsRest(program, manifest), expected));
}
