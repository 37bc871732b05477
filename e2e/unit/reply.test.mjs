/** The program as it is watched while a reply streams in. */
import assert from "node:assert/strict";
import test from "node:test";
import { readPartialReply } from "../../static/app/reply.js";

const program = (/** @type {string} */ reply) => readPartialReply(reply).program;

test("prose before a block is not taken for a program", () => {
  assert.equal(program("Here is the chart you asked for:\n"), "");
  assert.equal(program("Here it is:\n\n```python\nimport pandas"), "import pandas");
});

test("what follows a closed block is left out", () => {
  assert.equal(program("```python\nx = 1\n```\nThat is all."), "x = 1\n");
});

test("a bare program is shown as it is", () => {
  assert.equal(program("import pandas as pd\nprint(1"), "import pandas as pd\nprint(1");
  assert.equal(program("# a comment first\nx = 1"), "# a comment first\nx = 1");
});

test("the last Python block counts, blocks of another language do not", () => {
  assert.equal(program("```python\na = 1\n```\nBetter:\n```python\na = 2\n```\n"), "a = 2\n");
  assert.equal(program("```python\na = 1\n```\nRun it:\n```sh\npython a.py\n```\n"), "a = 1\n");
});

test("thoughts are no program, whether they are over or not", () => {
  assert.deepEqual(readPartialReply("<think>import what?\n```python\nno"), { program: "", thinking: true });
  assert.deepEqual(readPartialReply("<think>import what?</think>\n```python\nyes = 1"), {
    program: "yes = 1",
    thinking: false,
  });
});

test("a fence inside the program does not end it early", () => {
  assert.equal(program("~~~python\ntext = '''\n```\n'''\n~~~\n"), "text = '''\n```\n'''\n");
});
