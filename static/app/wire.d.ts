// What travels between the server and the page. Generated from src/web/wire.rs by `cargo test`; do not edit.

/**
 * The body of `POST /api/v1/charts`: a question for the model, or a program to be stored as it is.
 */
export type Ask = { question?: string, profile?: Profile, 
/**
 * The chart that this one follows or edits.
 */
parent?: string, program?: string, 
/**
 * One of those that the server offers; the first of them if it is left out.
 */
model?: string, 
/**
 * Whether the model fills in a form first, of which the server writes the program; as the operator set it if it is left out. A chart
 * that follows another is written in any case.
 */
plan?: boolean, };

/**
 * The body of `POST /api/v1/charts/{id}/repair`.
 */
export type Repair = { traceback: string, 
/**
 * The one that wrote the program if it is left out.
 */
model?: string, };

/**
 * The body of `POST /api/v1/charts/{id}/explain`: what of the chart is to be put into plain words. The figure, if its facts are
 * given; a part of the program, if one is selected; else the whole program.
 */
export type Explain = { facts?: Facts, 
/**
 * As it stands in the program.
 */
selection?: string, 
/**
 * In place of the one that was told when the chart was made.
 */
profile?: Profile, 
/**
 * The one that wrote the program if it is left out.
 */
model?: string, };

/**
 * The answer to it, also the data of the event `explanation`, which comes before `done`.
 */
export type Explanation = { 
/**
 * In paragraphs with blank lines between them.
 */
text: string, model: string, usage?: Usage, };

/**
 * Words come only if they were told already: in the program, the question or the profile. `static/app/explain-body.js` sees to that.
 */
export type Facts = { library?: string, kind?: string, title?: string, 
/**
 * How many marks; not said where the person tells only names.
 */
points?: number, series?: Array<string>, panels?: Array<Panel>, };

export type Panel = { title?: string, xLabel?: string, yLabel?: string, xScale?: string, yScale?: string, kinds?: Array<string>, };

/**
 * A stored chart.
 */
export type Answer = { id: string, url: string, question: string, program: string, profile: Profile | null, parent: string | null, repairs: number, 
/**
 * RFC 3339, UTC.
 */
created: string, 
/**
 * Null if a person wrote the program.
 */
model: string | null, 
/**
 * The question left that model nothing to choose, so it was not asked.
 */
settled: boolean, 
/**
 * Of the call that wrote it, in the answer to that call only, if the provider says it.
 */
usage?: Usage, };

/**
 * A stored chart without its tables.
 */
export type Version = { id: string, url: string, question: string, program: string, parent: string | null, repairs: number, 
/**
 * RFC 3339, UTC.
 */
created: string, model: string | null, settled: boolean, };

/**
 * The answer of `GET /api/v1/charts/{id}/versions`: the chart and those it came from, the first of them first.
 */
export type Versions = { versions: Array<Version>, };

/**
 * What a call took.
 */
export type Usage = { inputTokens: number, outputTokens: number, 
/**
 * What it cost, in US dollars.
 */
dollars?: number, 
/**
 * That is computed from prices which the operator gave, not said by the provider.
 */
isEstimate: boolean, };

/**
 * The data of the event `delta`: a piece of the model's reply as it is written.
 */
export type Delta = { text: string, };

/**
 * The data of the event `doing`: what the model has begun to do, or what it waits for.
 */
export type Doing = { what: Activity, 
/**
 * What the program has to do without.
 */
import?: string, 
/**
 * Which repair that is.
 */
repair?: number, 
/**
 * How many questions are answered before.
 */
ahead?: number, 
/**
 * Bytes that are here.
 */
done?: number, 
/**
 * Of so many.
 */
total?: number, };

export type Activity = "planning" | "writing" | "replacing" | "queued" | "fetching" | "checking" | "loading" | "reading";

/**
 * The data of the event `error`. The event `program` carries an [`Answer`], `done` an empty object.
 */
export type StreamError = { code: ErrorCode, message: string, 
/**
 * The same by its keys, for people who read another language than English.
 */
words?: Array<Phrase>, 
/**
 * Seconds.
 */
retryAfter?: number, };

/**
 * The body of a failed request to the API.
 */
export type ErrorBody = { error: ErrorDetail, };

export type ErrorDetail = { code: ErrorCode, message: string, 
/**
 * The same by its keys, for people who read another language than English.
 */
words?: Array<Phrase>, requestId: string, };

/**
 * The stable names of failures.
 */
export type ErrorCode = "bad_request" | "cross_site" | "embedding_off" | "unknown_host" | "unauthorized" | "too_many_attempts" | "address_too_long" | "request_timeout" | "too_large" | "question_empty" | "question_too_long" | "profile_too_large" | "program_too_large" | "not_found" | "method_not_allowed" | "unsupported_media_type" | "repair_limit" | "request_limit" | "token_limit" | "no_model" | "unknown_model" | "model_key" | "model_rate_limited" | "model_unavailable" | "model_unreachable" | "model_timeout" | "model_stream_broken" | "model_empty" | "model_no_program" | "model_refused" | "model_rejected" | "model_weights" | "package_missing" | "internal";

/**
 * A text by its key, with what is filled in. A failure is told by these: in English to programs, in their language to people.
 */
export type Phrase = { key: string, values?: Record<string, string | number | Phrase>, };

export type Profile = { tables: Array<Table>, };

export type Table = { 
/**
 * The identifier under which the program finds it.
 */
name: string, file: string, 
/**
 * By which the page tells the person's file from another of the same name. The model is not told.
 */
fingerprint?: string, 
/**
 * Not said, as everything but names and types, where the person has chosen to give nothing more.
 */
rows?: number, columns: Array<Column>, };

export type Column = { name: string, type: Kind, missing?: number, distinct?: number, min?: Bound, max?: Bound, 
/**
 * First quarter, middle and third quarter of the numbers.
 */
quantiles?: Array<number>, 
/**
 * The most common kinds of a column that has few.
 */
top?: Array<string>, 
/**
 * Some of its values.
 */
samples?: Array<string>, 
/**
 * What its numbers count: `%`, `EUR`.
 */
unit?: string, role?: Purpose, 
/**
 * What the person says about it.
 */
note?: string, };

export type Kind = "integer" | "number" | "text" | "date" | "boolean" | "duration" | "mixed" | "empty";

/**
 * What a column is for, beyond its type.
 */
export type Purpose = "identifier" | "category" | "yes/no";

/**
 * One end of a range: a number, or a date as ISO text.
 */
export type Bound = number | string;

/**
 * What of a table leaves the tab with a question.
 */
export type Privacy = "names" | "statistics" | "samples";

/**
 * What the server writes into a page for its script.
 */
export type PageData = { version: string, runtime: Runtime, 
/**
 * A file of the runtime is at `{runtimeBase}/{sha256}/{name}`.
 */
runtimeBase: string, sandbox: Sandbox, 
/**
 * Those that can be asked; the first is if nobody chooses.
 */
models: Array<Model>, limits: Limits, privacy: Privacy, samples: Array<Sample>, chart: Answer | null, 
/**
 * Whoever has the page came by the chart's link alone: nothing is asked and nothing stored.
 */
isReader: boolean, 
/**
 * Other sites may show charts of this server.
 */
embeds: boolean, };

export type Sandbox = { workerFrame: string, figureFrame: string, workerScript: Script, };

export type Script = { url: string, 
/**
 * As in the attribute of that name: `sha256-` and base64.
 */
integrity: string, };

/**
 * The answer of `POST /api/v1/charts/{id}/link`.
 */
export type Link = { 
/**
 * A path of this server.
 */
url: string, };

/**
 * The answer of `GET /oembed`, as <https://oembed.com> has it.
 */
export type Embed = { version: string, type: string, title: string, provider_name: string, provider_url: string, width: number, height: number, html: string, };

/**
 * The answer of `GET /player.json`: what a document needs that draws a chart outside of the app.
 */
export type PlayerParts = { script: string, style: string, 
/**
 * But for what it may connect to.
 */
policy: string, sandbox: PlayerFrames, };

/**
 * What of it is in a [`PlayerData`]: frames as whole documents, with their policies in them.
 */
export type PlayerFrames = { workerFrame: Document, figureFrame: Document, workerScript: ScriptText, };

export type Document = { html: string, };

export type ScriptText = { text: string, 
/**
 * As in the attribute of that name.
 */
integrity: string, };

/**
 * What a document that draws one chart outside of the app holds for its script.
 */
export type PlayerData = { title: string, program: string, 
/**
 * Address of the chart's page.
 */
source: string | null, runtime: Runtime, 
/**
 * As in [`PageData`], perhaps of another server.
 */
runtimeBase: string, sandbox: PlayerFrames, limits: Limits, 
/**
 * JSON of what the person says about columns.
 */
edits: string, 
/**
 * Names of the files that the chart needs.
 */
wanted: Array<string>, 
/**
 * Those of them that are in the document.
 */
given: Array<Given>, 
/**
 * Files of the runtime that are, compressed with gzip.
 */
packed: Array<Given>, 
/**
 * In a frame of another site.
 */
isEmbed: boolean, };

/**
 * A file in a document, in base64.
 */
export type Given = { name: string, 
/**
 * The id of the element that holds it.
 */
element: string, };

export type Model = { name: string, };

export type Limits = { runSeconds: number, memoryBytes: number, questionChars: number, dataBytes: number, profileBytes: number, };

/**
 * A table to try things with. `static/samples/samples.json` holds these; the URL, and what is said in words, are added here.
 */
export type Sample = { name: string, url: string, title: string, description: string, rows: number, columns: number, source: string, licence: string, questions: Array<string>, };

export type Runtime = { 
/**
 * Pyodide's version.
 */
runtime: string, python: string, abi: string, 
/**
 * Where Pyodide publishes this version, with the list of its packages' digests.
 */
distribution: string, 
/**
 * One name for all the files together: SHA-256 over their sorted `name sha256` lines.
 */
digest: string, files: Array<RuntimeFile>, core: RuntimeCore, base: RuntimeBase, packages: { [key in string]: RuntimePackage }, imports: { [key in string]: string }, hints: Array<RuntimeHint>, stdlib: Array<string>, renderers: Renderers, readers: Readers, fonts: RuntimeFonts, };

/**
 * A file of the bundle. Size and hash are those of the bytes before compression: what the browser checks.
 */
export type RuntimeFile = { name: string, bytes: number, sha256: string, type: string, 
/**
 * For a file that is put in place piece by piece.
 */
pieces?: RuntimePieces, };

/**
 * By which a part of a file can be checked before the next part is read.
 */
export type RuntimePieces = { 
/**
 * Length of each but the last.
 */
bytes: number, 
/**
 * As in the attribute of that name (`sha256-` and base64), one for each piece.
 */
integrity: Array<string>, };

/**
 * The names of the files that every run needs.
 */
export type RuntimeCore = { script: string, wasm: string, stdlib: string, harness: string, };

/**
 * What every interpreter starts with: the packages that need no asking for, imported already in a snapshot of its memory.
 */
export type RuntimeBase = { snapshot: RuntimeSnapshot, 
/**
 * WebAssembly of the packages, as an interpreter started without the snapshot reads it.
 */
libraries: string, 
/**
 * Files that a restored interpreter can begin without.
 */
rest: string, 
/**
 * Files that only an interpreter started without the snapshot reads.
 */
imported: string, 
/**
 * Top-level names of the modules that the snapshot holds.
 */
modules: Array<string>, };

/**
 * The files from which an interpreter is restored.
 */
export type RuntimeSnapshot = { metadata: string, 
/**
 * In the order in which they are put together.
 */
memory: Array<string>, 
/**
 * Python's own WebAssembly: the functions of it that a chart usually calls.
 */
wasm: string, 
/**
 * The same of the libraries that a first chart calls.
 */
libraries: string, 
/**
 * Libraries that are compiled when something of them is called.
 */
later: string, 
/**
 * The functions of all these that a chart does not usually call, compiled when one of them is.
 */
uncalled: string, 
/**
 * WebAssembly that stands in for those until then.
 */
standIns: string, data: string, };

export type RuntimePackage = { version: string, 
/**
 * None for one that every interpreter has.
 */
file: string | null, depends: Array<string>, };

/**
 * A text in a program that means a package nobody imports: `read_excel` needs openpyxl.
 */
export type RuntimeHint = { contains: string, package: string, };

/**
 * The scripts that draw interactive figures in the figure frame.
 */
export type Renderers = { plotly: Renderer, vega: Renderer, };

export type Renderer = { file: string, version: string, 
/**
 * The Python package whose figures it draws.
 */
package: string, };

/**
 * Scripts that stand beside the worker's own only where a file of that kind is opened.
 */
export type Readers = { parquet: string, };

/**
 * The letters of figures. Every interpreter has the first; the others go to a run whose program or tables have such letters. Interactive
 * figures, which the browser draws, are given them too.
 */
export type RuntimeFonts = { 
/**
 * Latin, Greek and Cyrillic.
 */
latin: string, 
/**
 * Ideographs, in the forms of Chinese.
 */
han: string, 
/**
 * Japanese, with the ideographs it uses.
 */
kana: string, 
/**
 * Korean.
 */
hangul: string, };
