// @ts-check
/**
 * What a page begins while the rest of its script is still on its way: the files that Python starts from are read and checked. A
 * script of its own that imports little, since a module runs only when everything it imports is there. All else is main.js's. Not
 * before the document has been read (`async`): a worker that begins then can stop a page of WebKit for good.
 */

import { startEarly } from "./own-workers.js";
import { readPageData } from "./page-data.js";
import { pinnedFile } from "./pinned-file.js";
import { startsFrom } from "./starts-from.js";

const pageData = readPageData();
const files = startsFrom(pageData).map((file) => (typeof file === "string" ? pinnedFile(pageData, file) : file));
startEarly({ type: "ahead", files });
