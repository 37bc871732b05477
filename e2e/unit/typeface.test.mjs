// Fonts cut down by the page: smaller, whole, and with the widths that they had. Another reader than the page's own opens them.
import assert from "node:assert/strict";
import { test } from "node:test";
import subsetFont from "subset-font";
import { withFonts } from "../../static/app/svg-fonts.js";
import { readFont } from "../../static/app/truetype.js";
import { chooserOf } from "../../static/app/typeface.js";
import { figureFaces } from "../figure-faces.mjs";

const latin = figureFaces();
const upright = { weight: 400, isItalic: false };

test("a font has the letters that were asked for, in their widths, and no others", async () => {
  const [regular] = latin;
  assert.ok(regular);
  const whole = readFont(regular.bytes);
  // Ǻ is made of parts that are made of parts.
  const { file, numbers, advances } = whole.subset("Åä Ǻ€я−Ω日");
  const cut = readFont(file.buffer);
  assert.ok(file.length < 8_000 && regular.bytes.byteLength > 60_000, `${file.length} bytes`);
  for (const letter of "Åä Ǻ€я−Ω") {
    assert.ok(cut.has(letter), letter);
    assert.equal(cut.widthOf(letter), whole.widthOf(letter), letter);
    assert.equal(advances[numbers.get(letter) ?? 0], whole.widthOf(letter) * whole.unitsPerEm, letter);
  }
  assert.ok(!cut.has("B") && !cut.has("日"));
  const read = await subsetFont(Buffer.from(file), "Ǻ", { targetFormat: "truetype" });
  const again = readFont(new Uint8Array(read).buffer);
  assert.equal(again.widthOf("Ǻ"), whole.widthOf("Ǻ"));
});

test("of megabytes of Chinese, Japanese and Korean there is what a figure writes", () => {
  for (const [script, word] of [
    ["han", "北京市重庆"],
    ["kana", "東京都さいたま"],
    ["hangul", "서울특별시"],
  ]) {
    const [face] = figureFaces(script);
    assert.ok(face && word);
    const { file } = readFont(face.bytes).subset(word);
    assert.ok(file.length < 20_000 && face.bytes.byteLength > 2_000_000, `${script}: ${file.length} bytes`);
    for (const letter of word) assert.ok(readFont(file.buffer).has(letter), letter);
  }
});

test("a letter is drawn by the face for its weight and slant, or by the family that has it", () => {
  const faces = [...latin, ...figureFaces("kana"), ...figureFaces("han")];
  const choose = chooserOf(faces);
  /** @type {[string, {weight: number, isItalic: boolean}, string | undefined][]} */
  const cases = [
    ["a", upright, "Sandplot Sans normal 1 549"],
    ["a", { weight: 700, isItalic: false }, "Sandplot Sans normal 550 1000"],
    ["a", { weight: 700, isItalic: true }, "Sandplot Sans italic 1 1000"],
    ["あ", { weight: 700, isItalic: false }, "Noto Sans JP normal 1 1000"],
    ["东", upright, "Noto Sans SC normal 1 1000"],
    ["\u{1f600}", upright, undefined],
  ];
  for (const [letter, look, expected] of cases) {
    const face = choose(letter, look)?.face;
    assert.equal(face && `${face.family} ${face.style} ${face.weight}`, expected, letter);
  }
});

test("an SVG brings the faces that its words are written in, and no others", () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>Année</text><text font-weight="bold">x</text></svg>';
  const made = withFonts(svg, [...latin, ...figureFaces("han")]);
  const rules = [
    ...made.matchAll(
      /@font-face\{font-family:"([^"]+)";font-style:(\w+);font-weight:([\d ]+);src:url\(data:font\/ttf;base64,([^)]+)\)\}/g,
    ),
  ];
  assert.deepEqual(
    rules.map(([, family, style, weight]) => `${family} ${style} ${weight}`),
    ["Sandplot Sans normal 1 549", "Sandplot Sans normal 550 1000"],
  );
  const font = readFont(new Uint8Array(Buffer.from(rules[0]?.[4] ?? "", "base64")).buffer);
  assert.ok([..."Ané"].every((letter) => font.has(letter)) && !font.has("x"));
  assert.ok(made.length < 16_000, `${made.length} characters`);
  assert.equal(withFonts(svg.replace(/<text.*text>/, ""), latin).includes("<style"), false);
});
