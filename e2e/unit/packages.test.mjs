// Which packages a program is given before it runs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { packagesFor } from "../../static/app/packages.js";

const manifest = {
  packages: {
    numpy: { depends: [], base: true },
    pandas: { depends: ["numpy"], base: true },
    scipy: { depends: ["numpy"], base: false },
    joblib: { depends: [], base: false },
    "scikit-learn": { depends: ["scipy", "joblib", "numpy"], base: false },
    seaborn: { depends: ["pandas"], base: false },
    openpyxl: { depends: ["et_xmlfile"], base: false },
    et_xmlfile: { depends: [], base: false },
    pillow: { depends: [], base: true },
  },
  imports: {
    numpy: "numpy",
    pandas: "pandas",
    scipy: "scipy",
    sklearn: "scikit-learn",
    seaborn: "seaborn",
    PIL: "pillow",
  },
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
  test(title, () => assert.deepEqual(packagesFor(program, manifest), expected));
}
