// Which fonts a run is given, and that with them each letter of a chart is drawn: matplotlib warns of each that it has no sign for.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { before, describe, test } from "node:test";
import { brotliDecompressSync } from "node:zlib";
import { decodePack } from "../../pyodide-bundle/build/pack.mjs";
import { fontsFor } from "../../static/app/fonts.js";
import { startPyodide } from "./pyodide.mjs";

const fonts = { latin: "font-latin.pack", han: "font-han.pack", kana: "font-kana.pack", hangul: "font-hangul.pack" };
const of = (/** @type {string} */ program, letters = "") => fontsFor(program, letters, { fonts });

describe("which fonts", () => {
  for (const [title, program, letters, expected] of [
    ["none for what every interpreter has", 'plt.title("Größe, μέγεθος, размер, naïve, ≤ 5 °C, 1 €")', "", []],
    ["Chinese", 'plt.title("各省人口")', "", [fonts.han]],
    ["Chinese of the tables", "df.plot()", "京市", [fonts.han]],
    ["Japanese, with the ideographs it uses", 'plt.title("東京の気温")', "", [fonts.kana]],
    ["Japanese of the program beside the tables' ideographs", 'plt.title("グラフ")', "東京", [fonts.kana]],
    ["Japanese and what only Chinese has", 'plt.title("グラフ")', "东京", [fonts.kana, fonts.han]],
    ["Korean", 'plt.xlabel("서울")', "", [fonts.hangul]],
    ["all three", "", "한国ア东", [fonts.kana, fonts.han, fonts.hangul]],
    ["letters that are written as numbers", String.raw`plt.title("\u4eac \U00020bb7")`, "", [fonts.han]],
    ["a number that is none", String.raw`"\U99999999"`, "", []],
  ]) {
    test(title, () => assert.deepEqual(of(program, letters), expected));
  }
});

test("each font travels with its licence", () => {
  const dist = new URL("../../pyodide-bundle/dist/", import.meta.url);
  const runtime = JSON.parse(readFileSync(new URL("runtime.json", dist), "utf8"));
  assert.deepEqual(Object.keys(runtime.fonts).sort(), ["han", "hangul", "kana", "latin"]);
  for (const name of [...Object.values(runtime.fonts), runtime.base.rest]) {
    const files = decodePack(brotliDecompressSync(readFileSync(new URL(`files/${name}.br`, dist))));
    const licence = files.find(({ path }) => /^sandplot_fonts\/.*LICENCE\.txt$/.test(path));
    assert.match(new TextDecoder().decode(licence?.bytes), /SIL OPEN FONT LICENSE Version 1\.1/, String(name));
  }
});

describe("what is drawn", () => {
  /** @type {Awaited<ReturnType<typeof startPyodide>>} */
  let python;
  before(async () => {
    python = await startPyodide();
  });

  /** @param {string} program */
  async function warnings(program) {
    const { error, warnings } = await python.run(`import matplotlib.pyplot as plt\n${program}`);
    assert.equal(error, null, error?.traceback);
    return warnings;
  }

  test("Latin, Greek and Cyrillic, upright, heavy and slanted", async () => {
    const words = "Ærøskøbing Łódź Ελληνικά Ђурђевдан Український ≥ ½ € – … ₂ ² → ×";
    for (const style of ["", ", weight='bold'", ", style='italic'"]) {
      assert.deepEqual(await warnings(`plt.plot([1])\nplt.title("${words}"${style})`), []);
    }
  });

  test("the font of a chart is the one of the look, and of mathematics the one that has it", async () => {
    const { figures, stdout } = await python.run(
      `import matplotlib.pyplot as plt\nfrom matplotlib.font_manager import findfont\nfrom pathlib import Path
print([Path(findfont(name)).name for name in (None, "Arial", "DejaVu Sans", "nothing of that name")])
plt.plot([1])\nplt.title("$x^2$")`,
    );
    assert.equal(figures.length, 1);
    assert.match(
      stdout,
      /'SandplotSans-Regular.ttf', 'SandplotSans-Regular.ttf', 'DejaVuSans.ttf', 'SandplotSans-Regular.ttf'/,
    );
  });

  test("a heavy title has shapes of its own", async () => {
    const { figures } = await python.run(
      "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.title('a')\nplt.xlabel('a')",
    );
    const shapes = [...figures[0].svg.matchAll(/id="(SandplotSans-\w+)-61" d="([^"]+)"/g)];
    assert.deepEqual(shapes.map(([, font]) => font).sort(), ["SandplotSans-Regular", "SandplotSans-Semibold"]);
    assert.notEqual(shapes[0]?.[2], shapes[1]?.[2]);
  });

  test("without their fonts such letters are boxes, and it is said", async () => {
    assert.match((await warnings('plt.plot([1])\nplt.title("各省人口")')).join(), /no signs for “各省人口”/);
  });

  test("with them there is no box, whatever family the program names", async () => {
    const words = "各省人口 北京市 東京の気温 データ 서울특별시 인구 （％）、。「」";
    for (const script of ["kana", "han", "hangul"]) python.mount(`font-${script}.pack`);
    for (const family of [
      "",
      'plt.rcParams["font.family"] = "Arial"\n',
      'plt.rcParams["font.sans-serif"] = ["SimHei"]\nplt.rcParams["axes.unicode_minus"] = False\n',
      'plt.style.use("default")\n',
      'plt.rcParams["font.family"] = ["Malgun Gothic"]\n',
    ]) {
      const program = `${family}plt.bar(["北京市", "東京", "서울"], [-1, 2, 3])\nplt.title("${words}")\nplt.ylabel("${words}", weight="bold")`;
      assert.deepEqual(await warnings(program), [], family);
    }
  });

  test("the page is told the letters of the tables, once each, and nothing else of them", () => {
    const csv = "都市,name,x\n北京,Größe,1\n北京,서울,2\n東京,plain,3\n";
    const loaded = python.load({ "places.csv": csv });
    assert.equal(loaded.letters, [..."都市北京東서울"].sort().join(""));
    assert.equal(python.load({ "plain.csv": "a,b\nÄ,1\nβ,2\n" }).letters, "");
  });
});
