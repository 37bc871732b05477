// Runs the controls: each in a frame, worker or interpreter of its own, on a page that has no policy at all.
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function frame(attributes) {
  const element = document.createElement("iframe");
  Object.assign(element, { width: 640, height: 400 }, attributes);
  const loaded = new Promise((resolve) => element.addEventListener("load", resolve, { once: true }));
  document.body.append(element);
  return { element, loaded: Promise.race([loaded, sleep(15_000)]) };
}

/** A frame's document may be gone by now, to where its markup sent it. */
function clickLink(element) {
  const link = element.contentDocument?.querySelector("a, .mark-symbol path");
  link?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, view: element.contentWindow }));
}

let interpreter = null;
let turn = 0;
/** How long it takes to start is no control's fault: in WebKit more than a minute. */
function python() {
  interpreter ??= new Promise((resolve) => {
    const worker = new Worker("python.js", { type: "module" });
    worker.onerror = () => resolve(worker);
    worker.addEventListener("message", () => resolve(worker), { once: true });
  });
  return interpreter;
}

const kinds = {
  async page(code) {
    const { element, loaded } = frame({ src: "empty.html" });
    await loaded;
    const inside = element.contentWindow;
    return inside.eval(
      `(async () => { ${/\breturn\b/.test(code) || code.includes(";") ? code : `return (${code})`} })()`,
    );
  },
  async worker(code) {
    const worker = new Worker("classic.js");
    worker.postMessage(code);
    await sleep(1500);
    worker.terminate();
  },
  async markup(html, { click }) {
    const { element, loaded } = frame({ srcdoc: html });
    await loaded;
    await sleep(300);
    if (click) clickLink(element);
  },
  async svg(text, { click }) {
    const { element, loaded } = frame({ src: URL.createObjectURL(new Blob([text], { type: "image/svg+xml" })) });
    await loaded;
    await sleep(300);
    if (click) clickLink(element);
  },
  plotly: (spec, options) => drawn("plotly", spec, options),
  vega: (spec, options) => drawn("vega", spec, options),
  async python(program, { packages }) {
    const worker = await python();
    const id = ++turn;
    const answer = new Promise((resolve) => {
      worker.addEventListener("message", ({ data }) => data.id === id && resolve(data.text));
      worker.onerror = (event) => resolve(`the interpreter failed: ${event.message}`);
    });
    worker.postMessage({ id, program, packages });
    const result = await Promise.race([answer, sleep(20_000).then(() => null)]);
    if (result === null) {
      worker.terminate();
      interpreter = null;
    }
    return result;
  },
};

async function drawn(kind, spec, { click }) {
  const { element, loaded } = frame({ src: `${kind}.html` });
  await loaded;
  await element.contentWindow.draw(JSON.parse(spec)).catch(() => {});
  await sleep(700);
  if (click) clickLink(element);
}

/** @returns {Promise<string>} what it gave back, or how it failed */
globalThis.control = async (kind, payload, options) => {
  try {
    return String((await kinds[kind](payload, options)) ?? "");
  } catch (error) {
    return `failed: ${error}`;
  }
};
