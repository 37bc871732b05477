// @ts-check
/**
 * Renders the seal: what runs here, whether it is ready, and everything that has left the tab. The facts are the server's
 * manifest and session.js's record.
 *
 * @import {PageData} from "./page-data.js"
 * @import {SandboxStatus} from "./sandbox.js"
 * @import {SessionState} from "./session.js"
 */

import { find, make, setText, unreachable } from "./dom.js";
import { t } from "./language.js";
import { clock, duration, size } from "./words.js";

/** @param {PageData} pageData @param {() => void} onRetry */
export function createSealView({ runtime }, onRetry) {
  const seal = find("seal", HTMLDetailsElement);
  const status = find("seal-status", HTMLElement);
  const retry = find("seal-retry", HTMLButtonElement);
  const sentNote = find("sent-note", HTMLElement);
  const sentList = find("sent-list", HTMLElement);
  setText(find("seal-version", HTMLElement), `Python ${runtime.python} · ${runtime.digest.slice(0, 8)}`);
  setText(find("runtime-line", HTMLElement), `Pyodide ${runtime.runtime}, Python ${runtime.python}`);
  setText(find("runtime-digest", HTMLElement), runtime.digest);
  const total = runtime.files.reduce((sum, { bytes }) => sum + bytes, 0);
  setText(find("files-summary", HTMLElement), t("seal.files", { n: runtime.files.length, size: size(total) }));
  find("files", HTMLElement).append(
    ...runtime.files.map(({ name, bytes, sha256 }) =>
      make(
        "tr",
        {},
        make("th", { scope: "row" }, name),
        make("td", { class: "number" }, size(bytes)),
        make("td", {}, make("code", { title: sha256 }, sha256.slice(0, 12))),
      ),
    ),
  );
  retry.addEventListener("click", onRetry);
  const command = checkCommand(runtime.distribution);
  const copy = find("copy-command", HTMLButtonElement);
  setText(find("check-command", HTMLElement), command);
  copy.addEventListener("click", async () => {
    // Without a secure context there is no clipboard: the text can still be selected.
    const isCopied = await navigator.clipboard?.writeText(command).then(
      () => true,
      () => false,
    );
    setText(copy, t(isCopied ? "seal.copied" : "seal.select"));
  });
  seal.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !seal.open) return;
    event.stopPropagation();
    seal.open = false;
    seal.querySelector("summary")?.focus();
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (target instanceof Node && !seal.contains(target)) seal.open = false;
  });
  let listedCount = 0;

  return {
    /** @param {string} reason why Python does not start from its snapshot in this page */
    fellBack(reason) {
      const note = find("seal-fallback", HTMLElement);
      setText(note, t("seal.fallback", { reason }));
      note.hidden = false;
    },

    /** @param {SessionState} state */
    render({ sandbox, sent }) {
      seal.dataset["phase"] = sandbox.phase;
      setText(status, describeStatus(sandbox));
      retry.hidden = sandbox.phase !== "failed";
      if (sent.length === listedCount) return;
      setText(sentNote, t("seal.sent", { n: sent.length }));
      sentList.append(
        ...sent
          .slice(listedCount)
          .map(({ what, body, at }) =>
            make(
              "li",
              {},
              make(
                "details",
                {},
                make("summary", {}, `${what} · ${clock(at)} · ${size(body.length)}`),
                make("pre", {}, body),
              ),
            ),
          ),
      );
      listedCount = sent.length;
    },
  };
}

/**
 * Compares the digests of the packages this server's runtime was made from with those in the lock that Pyodide publishes.
 * @param {string} distribution
 */
function checkCommand(distribution) {
  const program = [
    "import json,sys",
    "lock={p['file_name']:p['sha256'] for p in json.load(open('pyodide-lock.json'))['packages'].values()}",
    "ours={i['name']:i['sha256'] for i in json.load(sys.stdin)['inputs'] if i['published'] and i['name'].endswith('.whl')}",
    "wrong=[n for n in ours if ours[n]!=lock.get(n)]",
    "print(len(ours)-len(wrong),'of',len(ours),'packages of Pyodide are as published',wrong)",
    "sys.exit(bool(wrong) or not ours)",
  ].join("; ");
  return [
    `curl -fsS ${new URL("pyodide-lock.json", distribution)} -o pyodide-lock.json &&`,
    `curl -fsS ${location.origin}/runtime.json | python3 -c "${program}"`,
  ].join("\n");
}

/** @param {SandboxStatus} status */
export function describeStatus({ phase, done, total, message }) {
  switch (phase) {
    case "download":
      return total > 0 ? t("status.download_of", { done: size(done), total: size(total) }) : t("status.download");
    case "start":
      return t("status.start");
    case "import":
      return t("status.import");
    case "data":
      return t("status.data");
    case "ready":
      return t("status.ready");
    case "failed":
      return t("status.failed", { message: message ?? t("status.unknown") });
    default:
      return unreachable(phase);
  }
}

/** How long a phase has lasted, for those who watch. @param {number} since */
export function elapsed(since) {
  return duration(performance.now() - since);
}
