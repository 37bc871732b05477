/** The words of every language, against those of English and against where they are used. How a word is added is said in static/app/language.js. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { language, say, speak, t } from "../../static/app/language.js";
import { count, duration, listed, money, size } from "../../static/app/words.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
/** @param {string} folder @param {RegExp} ending */
const filesOf = (folder, ending) =>
  readdirSync(`${root}${folder}`, { recursive: true })
    .map((name) => `${folder}/${name}`)
    .filter((name) => ending.test(name))
    .map((name) => ({ name, text: readFileSync(root + name, "utf8") }));

/** @type {Map<string, Record<string, string | Record<string, string>>>} */
const languages = new Map(
  readdirSync(`${root}static/words`).map((name) => {
    const { "//": _, ...words } = JSON.parse(readFileSync(`${root}static/words/${name}`, "utf8"));
    return [name.replace(".json", ""), words];
  }),
);
const english = languages.get("en") ?? {};
const templates = filesOf("templates", /\.html$/);
const modules = filesOf("static/app", /\.js$/);
const server = filesOf("src/web", /\.rs$/).map(({ name, text }) => ({
  name,
  text: text.split("\n#[cfg(test)]\n")[0] ?? "",
}));
const sources = [...templates, ...modules, ...server];

/** @param {string | Record<string, string>} text */
const formsOf = (text) => (typeof text === "string" ? { other: text } : text);
/** @param {string} text */
const placeholders = (text) => [...new Set(text.match(/\{\w+\}/g))].sort();
/** @param {string} text */
const words = (text) => text.replace(/`[^`]*`|\{\w+\}/g, "").match(/\p{L}{2,}/gu) ?? [];

test("there are three languages, each with the keys of English and no other", () => {
  assert.deepEqual([...languages.keys()].sort(), ["de", "en", "fr"]);
  for (const [code, texts] of languages) assert.deepEqual(Object.keys(texts), Object.keys(english), code);
});

for (const [code, texts] of languages) {
  test(`${code}: every text has the placeholders of the English one, and the forms that the language has`, () => {
    const categories = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
    for (const [key, reference] of Object.entries(english)) {
      const text = texts[key] ?? "";
      assert.equal(typeof text, typeof reference, key);
      const wanted = placeholders(Object.values(formsOf(reference)).join(" "));
      for (const [category, form] of Object.entries(formsOf(text))) {
        assert.ok(/** @type {string[]} */ (categories).includes(category), `${key}: ${category}`);
        assert.notEqual(form.trim(), "", key);
        assert.equal(form, form.trim(), key);
        // A form may say its number in a word.
        const lacking = wanted.filter((name) => !(form.includes(name) || (typeof text === "object" && name === "{n}")));
        assert.deepEqual(lacking, [], key);
        assert.deepEqual(
          placeholders(form).filter((name) => !wanted.includes(name)),
          [],
          key,
        );
        assert.equal(form.includes("<"), false, `${key}: no markup`);
        assert.equal((form.match(/`/g) ?? []).length % 2, 0, key);
      }
      if (typeof text === "object") assert.ok("one" in text && "other" in text, key);
    }
  });

  if (code === "en") continue;
  test(`${code}: nothing was left in English`, () => {
    const same = Object.entries(english)
      .filter(([key, text]) => JSON.stringify(text) === JSON.stringify(texts[key]))
      .filter(([, text]) => words(Object.values(formsOf(text)).join(" ")).length > 2);
    assert.deepEqual(same, []);
  });
}

test("typography: French spaces that do not break, and the quotation marks of each language", () => {
  const each = (/** @type {string} */ code) =>
    Object.entries(languages.get(code) ?? {}).flatMap(([key, text]) =>
      Object.values(formsOf(text)).map((form) => [
        key,
        form.replace(/`[^`]*`|[A-Z][\w-]+: (?:Bearer|application)/g, ""),
      ]),
    );
  for (const [key, form] of each("fr")) {
    assert.doesNotMatch(form, /[^\u00a0\u202f\w/{}]:(?!\/)|\w:(?=\s)| :/, `${key}: before a colon`);
    assert.doesNotMatch(form, /[^\u202f\u00a0][;!?]/, `${key}: before ; ! ?`);
    assert.doesNotMatch(form, /«(?!\u00a0)|(?<!\u00a0)»|["“”„]/, `${key}: quotation marks`);
    assert.doesNotMatch(form, /'/, `${key}: apostrophe`);
  }
  for (const [key, form] of each("de")) {
    assert.doesNotMatch(form, /["”«»]|'/, key);
    assert.equal((form.match(/„/g) ?? []).length, (form.match(/“/g) ?? []).length, key);
  }
});

test("every key that is used exists", () => {
  const uses = sources.flatMap(({ name, text }) => [
    ...(name.endsWith(".html") ? text.matchAll(/words\.(?:t|rich|with)\("([^"]+)"/g) : []),
    ...(name.endsWith(".js") ? text.matchAll(/\bt\(\s*"([^"]+)"/g) : []),
    ...(name.endsWith(".rs") ? text.matchAll(/"((?:error|http|login|model|wait)\.(?!html")[a-z_]+)"/g) : []),
  ]);
  assert.ok(uses.length > 200);
  for (const { name } of JSON.parse(readFileSync(`${root}static/samples/samples.json`, "utf8"))) {
    for (const what of ["title", "description", "question.1"]) assert.ok(english[`sample.${name}.${what}`], name);
  }
  assert.deepEqual(
    [...new Set(uses.map(([, key]) => key))].filter((key) => !Object.hasOwn(english, key ?? "")),
    [],
  );
});

test("the words that the modules use are those that the server puts into the page", () => {
  const rust = server.find(({ name }) => name.endsWith("/words.rs"))?.text ?? "";
  const left = /NOT_IN_THE_PAGE: .*? = \[(.*?)\]/s.exec(rust)?.[1]?.match(/[\w./]+(?=")/g) ?? [];
  assert.ok(left.includes("login."));
  const used = modules.flatMap(({ text }) =>
    [...text.matchAll(/\bt\(\s*[^)]*?["`]([a-z]+\.)/g)].map(([, place]) => place ?? ""),
  );
  assert.ok(used.length > 200);
  assert.deepEqual(
    used.filter((place) => left.includes(place)),
    [],
  );
});

test("every key that exists is used", () => {
  const all = sources.map(({ text }) => text).join("\n");
  // Keys that are put together: each place for a value stands for any.
  const made = [...all.matchAll(/`([a-z]+(?:\.[\w.]+)?\.(?:\$\{[^}]+\}[\w.]*)+)`|format!\("([a-z]+\.\{[^"]*)"/g)].map(
    ([, template, format]) =>
      new RegExp(`^${(template ?? format ?? "").replaceAll(".", "\\.").replace(/\$?\{[^}]*\}/g, ".+")}$`),
  );
  const unused = Object.keys(english).filter(
    (key) => !all.includes(`"${key}"`) && !made.some((pattern) => pattern.test(key)),
  );
  assert.deepEqual(unused, []);
});

test("a template holds no word of its own", () => {
  for (const { name, text } of templates) {
    if (name.endsWith("sandbox.html")) continue;
    const bare = text
      .replace(/<!doctype html>|<(?:script|style)\b[^>]*>|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->/gs, " ")
      .replace(/(?:aria-label|placeholder|title|alt|data-placeholder)="([^"]*)"/g, '>$1<a b="')
      .replace(/<[^<>]*>/g, " ");
    assert.deepEqual(
      words(bare).filter((word) => !["Sandplot", "sha", "py", "ipynb"].includes(word)),
      [],
      name,
    );
  }
});

test("a text is filled in once, in the plural and with the numbers of its language", () => {
  for (const [code, expected] of /** @type {const} */ ([
    ["en", ["1 row", "12,345 rows", "1,000,000 rows"]],
    ["de", ["1 Zeile", "12.345 Zeilen", "1.000.000 Zeilen"]],
    ["fr", ["1 ligne", "12\u202f345 lignes", "1\u202f000\u202f000 lignes"]],
  ])) {
    speak(code, languages.get(code) ?? {});
    assert.equal(language(), code);
    assert.deepEqual(
      [1, 12_345, 1_000_000].map((n) => t("count.rows", { n })),
      expected,
    );
  }
  speak("en", english);
  assert.equal(t("figure.titled", { what: "{title}", title: "{what} $& {x}" }), "{title}: {what} $& {x}");
  assert.equal(t("figure.titled", { what: "a" }), "a: {title}");
  assert.equal(say({ key: "toString" }), "toString");
  const wait = { key: "wait.seconds", values: { n: 1 } };
  assert.match(say({ key: "error.requests_own", values: { n: 5, wait } }), /5 requests a minute .* in 1 second\./);
});

test("sizes, times, money and lists are those of the language", () => {
  /** @param {string} code */
  const told = (code) => {
    speak(code, languages.get(code) ?? {});
    return [
      ...[1, 512, 12_600, 2_345_678, 34_000_000, 1_200_000_000].map(size),
      ...[4200, 61_000, 125_000, 7_260_000].map(duration),
      money(0.00123),
      money(12.5),
      count(0.5),
      listed(["a"]),
      listed(["a", "b", "c"]),
      listed(["a", "b", "c"], 1),
    ].map((text) => text.replace(/[\u00a0\u202f]/g, " "));
  };
  assert.deepEqual(told("en"), [
    ...["1 byte", "512 bytes", "13 kB", "2.3 MB", "34 MB", "1.2 GB"],
    ...["4.2 s", "61 s", "2 min 5 s", "2 h 1 min", "$0.0012", "$12.50", "0.5", "a", "a, b and c", "a and 2 more"],
  ]);
  assert.deepEqual(told("de"), [
    ...["1 Byte", "512 Byte", "13 kB", "2,3 MB", "34 MB", "1,2 GB"],
    ...["4,2 s", "61 s", "2 min 5 s", "2 h 1 min", "0,0012 $", "12,50 $", "0,5", "a", "a, b und c", "a und 2 weitere"],
  ]);
  assert.deepEqual(told("fr"), [
    ...["1 octet", "512 octets", "13 ko", "2,3 Mo", "34 Mo", "1,2 Go"],
    ...[
      "4,2 s",
      "61 s",
      "2 min 5 s",
      "2 h 1 min",
      "0,0012 $US",
      "12,50 $US",
      "0,5",
      "a",
      "a, b et c",
      "a et 2 de plus",
    ],
  ]);
});

test("what is one is told as one", () => {
  for (const [code, expected] of Object.entries({
    en: "1 line less, 2 lines more:",
    de: "1 Zeile weniger, 2 Zeilen mehr:",
    fr: "1 ligne de moins, 2 lignes de plus\u00a0:",
  })) {
    speak(code, languages.get(code) ?? {});
    const lines = (/** @type {string} */ key, /** @type {number} */ n) => ({ key, values: { n } });
    assert.equal(
      t("versions.lines", { removed: lines("versions.less", 1), added: lines("versions.more", 2) }),
      expected,
    );
  }
  speak("en", english);
  assert.equal(t("sandbox.run_late", { n: 1 }).includes("after 1 second,"), true);
  assert.equal(t("versions.changed", { added: 1, removed: 0, n: 1 }), "+1 −0 line");
});
