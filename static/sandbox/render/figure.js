// @ts-check
/**
 * The bootstrap of a figure's frame: draws one plotly or vega figure from its data, in an opaque-origin document of its own.
 *
 * It makes no request. The page sends the renderer's text, which runs only if its hash is one of the two in this document's
 * policy, the figure as JSON, and the bytes of its fonts, which are there before the first letter is measured. No Python and no markup of
 * a program's comes here; what a renderer makes of a figure's strings stays in a document that can reach nothing.
 */
(() => {
  /** @type {MessagePort | undefined} */
  let port;
  /** Gives the figure as the address of a PNG, or as the text of an SVG. @type {((wanted: FigurePicture) => Promise<string>) | undefined} */
  let picture;
  let height = 0;
  /** Texts of a figure that are told of: more than these stand on no figure that can be read. */
  const MOST_TEXTS = 1_000;
  const MOST_NAMES = 200;
  /** Pixels left free at both ends of a title, and before that of a vega figure, which begins beside its axis. */
  const TITLE_PAD = 16;
  const AXIS_ROOM = 100;
  /** From line to line, in sizes of the letters. */
  const LINE = 1.3;

  // A figure that draws itself again and again does so ten times a second at most: in browsers other than Chromium its frame shares
  // the page's thread, and with a thousand steps a second the page would answer nobody.
  const { setInterval: repeat } = globalThis;
  /** @type {any} */ (globalThis).setInterval = (
    /** @type {() => void} */ step,
    /** @type {number} */ milliseconds,
    /** @type {unknown[]} */ ...rest
  ) => repeat(step, Math.max(100, Number(milliseconds) || 0), ...rest);

  /** @param {MessageEvent} event */
  const start = (event) => {
    if (event.source !== parent || !event.ports[0]) return;
    removeEventListener("message", start);
    port = event.ports[0];
    port.onmessage = ({ data }) => {
      const message = /** @type {FigureMessage} */ (data);
      answer(message).catch((error) => {
        const words = String(error instanceof Error ? error.message : error);
        // A picture that cannot be made takes nothing from the figure.
        const answers = message.type === "image" ? { type: "refused", id: message.id } : { type: "failed" };
        port?.postMessage({ ...answers, message: words });
      });
    };
  };
  addEventListener("message", start);

  /** @param {FigureMessage} message */
  async function answer(message) {
    if (message.type === "image") {
      if (!picture) throw new Error("the figure is not drawn yet");
      const made = await picture(message);
      const given = message.form === "svg" ? { svg: made } : { png: bytesOf(made) };
      port?.postMessage({ type: "image", id: message.id, ...given });
      return;
    }
    const script = document.createElement("script");
    script.textContent = message.renderer;
    document.head.append(script);
    document.body.style.margin = "0";
    // What is wider than the frame scrolls sideways in it. A box of its own: renderers say of theirs what it is.
    const room = document.createElement("div");
    room.style.overflow = "auto hidden";
    const place = document.createElement("div");
    room.append(place);
    document.body.append(room);
    const figure = JSON.parse(message.spec);
    const families = await familiesOf(message.faces);
    picture =
      message.kind === "plotly"
        ? await drawPlotly(place, figure, families, message.faces)
        : await drawVega(place, figure, families);
    height = Math.ceil(room.getBoundingClientRect().height);
    const isDrawn = { type: "drawn", height };
    // A figure is shown whether it can be measured or not.
    try {
      const measured = message.kind === "plotly" ? measurePlotly(place) : measureVega(place);
      port?.postMessage({ ...isDrawn, measured });
    } catch {
      port?.postMessage({ ...isDrawn, measured: { width: 0, height: 0, names: [], texts: [] } });
    }
    const observer = new ResizeObserver(() => {
      reachByKey(room, message.name);
      const now = Math.ceil(room.getBoundingClientRect().height);
      if (now !== height) {
        height = now;
        port?.postMessage({ type: "resized", height });
      }
    });
    // A figure that is drawn anew in a place of the same size may fit into it again.
    for (const part of [room, ...place.children]) observer.observe(part);
  }

  /** Those without a mouse get to a room that scrolls. @param {HTMLElement} room @param {string} name */
  function reachByKey(room, name) {
    const scrolls = room.scrollWidth > room.clientWidth;
    room.tabIndex = scrolls ? 0 : -1;
    room.role = scrolls ? "region" : null;
    room.ariaLabel = scrolls ? name : null;
  }

  /**
   * Takes in the fonts. One that a browser does not take is left out: letters of another kind are better than none.
   * @param {FigureFace[]} faces
   * @returns {Promise<string>} what a figure's text is written in, as a style sheet names it
   */
  async function familiesOf(faces) {
    const taken = await Promise.allSettled(
      faces.map(async (face) => {
        await take(face, face.family);
        return `"${face.family}"`;
      }),
    );
    const families = taken.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    return [...new Set(families), "sans-serif"].join(", ");
  }

  /** @param {FigureFace} face @param {string} family */
  async function take({ bytes, style, weight }, family) {
    // Bytes need no request, so no policy has to let a font in.
    document.fonts.add(await new FontFace(family, bytes, { style, weight }).load());
  }

  /**
   * Whatever family a program names, its text is written in those that are here: which of the others a machine has, nobody knows.
   * @param {unknown} part of a figure, changed in place @param {RegExp} names of what holds a family @param {string} families
   * @param {Set<string>} data names of what holds values, which stay as they are
   */
  function writeIn(part, names, families, data) {
    if (Array.isArray(part)) for (const item of part) writeIn(item, names, families, data);
    else if (typeof part === "object" && part !== null) {
      for (const [name, value] of Object.entries(part)) {
        if (data.has(name)) continue;
        if (!names.test(name)) writeIn(value, names, families, data);
        // A list has one for each mark; an object is a rule of Vega's for choosing one.
        else Object.assign(part, { [name]: isRule(value) ? { value: families } : families });
      }
    }
  }

  /** @param {unknown} value */
  function isRule(value) {
    const [first] = [value].flat();
    return typeof first === "object" && first !== null;
  }

  /**
   * @param {HTMLElement} place
   * @param {any} figure
   * @param {string} families
   * @param {FigureFace[]} faces
   */
  async function drawPlotly(place, figure, families, faces) {
    const { Plotly } = /** @type {any} */ (globalThis);
    if (!Plotly) throw new Error("plotly.js was refused: it is not the pinned file");
    // At the ticks of three dimensions plotly asks for a family of this name, whatever it is told.
    if (faces[0]) await take(faces[0], "normal").catch(() => {});
    writeIn(figure, /^family$/, families, new Set(["customdata", "meta"]));
    const layout = { ...figure.layout, font: { ...figure.layout?.font, family: families } };
    // As wide as the page unless the program says how wide; never wider than there is room.
    if (layout.width > innerWidth) delete layout.width;
    layout.height ??= 450;
    await Plotly.newPlot(place, {
      data: figure.data,
      layout,
      frames: figure.frames,
      config: {
        responsive: true,
        displaylogo: false,
        // The page has a button that saves the picture; a frame without downloads cannot.
        modeBarButtonsToRemove: ["toImage", "sendDataToCloud", "editInChartStudio"],
      },
    });
    // A figure is shown whatever its title is.
    await breakTitle(place, Plotly).catch(() => {});
    return async (/** @type {FigurePicture} */ { form, width, transparent }) => {
      // Not the layout's: plotly takes its height out when the window changes.
      const { clientWidth: own, clientHeight: tall } = place;
      // As it stands there: moved, zoomed, with what was switched off.
      const { data, layout: now } = /** @type {any} */ (place);
      const paper = transparent ? { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)" } : {};
      const svg = await Plotly.toImage(
        { data, layout: { ...now, ...paper } },
        { format: "svg", width: own, height: tall, imageDataOnly: true },
      );
      return form === "svg" ? svg : pixels(withFaces(svg, faces), own, tall, width === null ? 2 : width / own);
    };
  }

  /** An SVG that is drawn as an image knows no fonts but those that are in it. @param {string} svg @param {FigureFace[]} faces */
  function withFaces(svg, faces) {
    const rules = faces.map(
      ({ family, style, weight, bytes }) =>
        `@font-face{font-family:"${family}";font-style:${style};font-weight:${weight};src:url(data:font/ttf;base64,${base64(bytes)})}`,
    );
    return svg.replace(/<svg[^>]*>/, (start) => `${start}<style>${rules.join("")}</style>`);
  }

  /**
   * @param {string} svg @param {number} width @param {number} height @param {number} scale
   * @returns {Promise<string>} the address of a PNG
   */
  async function pixels(svg, width, height, scale) {
    const url = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
    try {
      const image = new Image();
      image.src = url;
      await image.decode();
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
      return canvas.toDataURL("image/png");
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  /**
   * plotly cuts off what of a title is wider than the figure.
   * @param {HTMLElement} place
   * @param {any} Plotly
   */
  async function breakTitle(place, Plotly) {
    const title = place.querySelector(".gtitle");
    if (!title) return;
    const { fontSize, fontWeight, fontFamily } = getComputedStyle(title);
    const { layout, _fullLayout: whole } = /** @type {any} */ (place);
    const room = place.clientWidth - 2 * TITLE_PAD;
    const lines = broken(layout.title?.text, `${fontWeight} ${fontSize} ${fontFamily}`, room);
    if (!lines) return;
    const more = (lines.length - 1) * LINE * Number.parseFloat(fontSize);
    await Plotly.relayout(place, { "title.text": lines.join("<br>"), "margin.t": whole.margin.t + more });
  }

  /**
   * A title in the lines that the room has it take; null if one is enough. What has markup or lines of its own is its author's to break.
   * @param {unknown} title
   * @param {string} font as CSS has it
   * @param {number} room
   */
  function broken(title, font, room) {
    const canvas = document.createElement("canvas").getContext("2d");
    if (typeof title !== "string" || /[<&$\n]/.test(title) || !canvas) return null;
    canvas.font = font;
    /** @type {string[]} */
    const lines = [];
    for (const word of title.split(" ")) {
      const last = lines.at(-1);
      const longer = `${last} ${word}`;
      if (last !== undefined && canvas.measureText(longer).width <= room) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines.length > 1 ? lines : null;
  }

  /**
   * @param {HTMLElement} place
   * @param {any} spec
   * @param {string} families
   */
  async function drawVega(place, spec, families) {
    const { vegaBundle } = /** @type {any} */ (globalThis);
    if (!vegaBundle) throw new Error("vega was refused: it is not the pinned file");
    const { vega, vegaLite, expressionInterpreter } = vegaBundle;
    const refuse = () => Promise.reject(new Error("the sandbox has no network: put the data into the chart"));
    const isLite = !/\/vega\/v\d/.test(String(spec.$schema ?? ""));
    const takesRoom = isLite && hasNoWidth(spec);
    const compiled = isLite ? vegaLite.compile(takesRoom ? fitted(spec) : framed(spec)).spec : spec;
    writeIn(compiled, /^(?:\w+F|f)ont$/, families, new Set(["data"]));
    compiled.config = inFamilies(compiled.config, families);
    const view = new vega.View(vega.parse(compiled, null, { ast: true }), {
      expr: expressionInterpreter,
      loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
      logLevel: vega.Error,
      renderer: "svg",
      hover: true,
    });
    await view.initialize(place).runAsync();
    if (takesRoom) addEventListener("resize", () => view.width(roomAcross()).runAsync());
    return async (/** @type {FigurePicture} */ { form, width, transparent }) => {
      const paper = view.background();
      if (transparent) view.background("transparent");
      try {
        if (form === "svg") return await view.toSVG();
        const once = (await view.toCanvas(1)).width;
        return (await view.toCanvas(width === null ? 2 : width / once)).toDataURL("image/png");
      } finally {
        view.background(paper);
      }
    };
  }

  /**
   * Where the texts of a figure stand, and what its legends name. Whether they can be read is the page's to judge.
   * @param {HTMLElement} place
   * @param {string} entries of its legends
   * @param {(text: Element) => [role: TextRole, place: string] | null} roleOf
   * @returns {Measured}
   */
  function measure(place, entries, roleOf) {
    const around = /** @type {Element} */ (place.querySelector("svg")).getBoundingClientRect();
    /** @type {TextBox[]} */
    const texts = [];
    for (const text of place.querySelectorAll("text")) {
      const [role, where] = roleOf(text) ?? [];
      if (!role || where === undefined || !isSeen(text)) continue;
      const { x, y, width, height: tall } = text.getBBox();
      const matrix = text.getScreenCTM();
      if (!matrix) continue;
      const { a, b } = matrix;
      const middle = new DOMPoint(x + width / 2, y + tall / 2).matrixTransform(matrix);
      const scale = Math.hypot(a, b);
      const at = { x: middle.x - around.x, y: middle.y - around.y, angle: Math.atan2(b, a) };
      texts.push({ role, place: where, ...at, width: width * scale, height: tall * scale });
      if (texts.length === MOST_TEXTS) break;
    }
    const names = [...place.querySelectorAll(entries)].filter(isSeen).map((entry) => (entry.textContent ?? "").trim());
    return { width: around.width, height: around.height, names: names.slice(0, MOST_NAMES), texts };
  }

  /** Renderers keep labels that have no room, and show them as good as not at all. @param {Element} text */
  function isSeen(text) {
    const asked = { checkOpacity: true, checkVisibilityCSS: true, opacityProperty: true, visibilityProperty: true };
    return (text.textContent ?? "").trim() !== "" && text.checkVisibility(asked);
  }

  /** @param {HTMLElement} place */
  function measurePlotly(place) {
    const { annotations = [] } = /** @type {any} */ (place).layout;
    return measure(place, ".legendtext", (text) => {
      const tick = /^([xy]\d*)tick$/.exec(text.parentElement?.getAttribute("class") ?? "")?.[1];
      if (tick !== undefined) return ["tick", tick];
      const { classList } = text;
      const axis = /^([xy]\d*)title$/.exec([...classList].find((name) => name.endsWith("title")) ?? "")?.[1];
      if (axis !== undefined || classList.contains("gtitle")) return ["title", axis ?? ""];
      if (classList.contains("slicetext")) return ["wedge", ""];
      if (classList.contains("bartext")) return ["value", ""];
      const index = classList.contains("annotation-text") && text.closest(".annotation")?.getAttribute("data-index");
      const note = annotations[Number(index || -1)];
      // What stands at no mark and at no value: the title of a panel.
      const isTitle = note && note.showarrow === false && note.xref === "paper" && note.yref === "paper";
      return isTitle ? ["panel", `panel ${index}`] : null;
    });
  }

  /** @param {HTMLElement} place */
  function measureVega(place) {
    const axes = [...place.querySelectorAll(".role-axis")];
    const has = (/** @type {string} */ marks) => place.querySelector(`.${marks}.role-mark`) !== null;
    /** What a chart writes beside its marks. @type {TextRole | null} */
    const written = has("mark-arc") ? "wedge" : has("mark-rect") ? "value" : null;
    return measure(place, ".role-legend-label text", (text) => {
      const roles = text.parentElement?.classList;
      const axis = `axis ${axes.findIndex((one) => one.contains(text))}`;
      if (roles?.contains("role-axis-label")) return ["tick", axis];
      if (roles?.contains("role-axis-title")) return ["title", axis];
      if (roles?.contains("role-title-text")) {
        const panel = text.closest(".role-column-header, .role-row-header");
        return panel
          ? ["panel", `panel ${[...place.querySelectorAll(".role-title")].findIndex((one) => one.contains(text))}`]
          : ["title", ""];
      }
      if (roles?.contains("role-legend-label")) return ["legend", ""];
      return roles?.contains("role-mark") && written ? [written, ""] : null;
    });
  }

  /** Whether it is a single view with no width of its own, which takes the room there is, as plotly figures do. @param {any} spec */
  function hasNoWidth(spec) {
    const isSingle = spec.mark !== undefined || spec.layer !== undefined;
    return isSingle && spec.width === undefined && !spec.encoding?.column && !spec.encoding?.facet;
  }

  function roomAcross() {
    return Math.max(120, Math.min(innerWidth, 900) - 16);
  }

  /** @param {any} spec */
  function framed(spec) {
    return { ...spec, config: { background: "white", padding: 8, ...spec.config } };
  }

  /** @param {any} spec */
  function fitted(spec) {
    const { fontSize = 13, fontWeight = "bold", font = spec.config?.font ?? "sans-serif" } = spec.config?.title ?? {};
    const title = typeof spec.title === "string" ? { text: spec.title } : spec.title;
    const lines = broken(title?.text, `${fontWeight} ${fontSize}px ${font}`, roomAcross() - AXIS_ROOM);
    return {
      ...framed(spec),
      ...(lines && { title: { ...title, text: lines } }),
      width: roomAcross(),
      height: spec.height ?? 320,
      autosize: spec.autosize ?? { type: "fit", contains: "padding" },
    };
  }

  /** What Vega writes in a family of its own unless it is told. @param {any} config @param {string} families */
  function inFamilies(config, families) {
    const style = { ...config?.style };
    for (const name of ["guide-label", "guide-title", "group-title", "group-subtitle"])
      style[name] = { ...style[name], font: families };
    return { ...config, style, text: { ...config?.text, font: families } };
  }

  /** @param {ArrayBuffer} bytes */
  function base64(bytes) {
    let text = "";
    const all = new Uint8Array(bytes);
    // In pieces: a call takes only so many arguments.
    for (let at = 0; at < all.length; at += 0x8000) text += String.fromCharCode(...all.subarray(at, at + 0x8000));
    return btoa(text);
  }

  /**
   * @param {string} dataUrl
   */
  function bytesOf(dataUrl) {
    return Uint8Array.from(atob(dataUrl.slice(dataUrl.indexOf(",") + 1)), (character) => character.charCodeAt(0));
  }
})();
