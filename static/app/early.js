// @ts-check
/**
 * What a page begins while the rest of its script is still on its way: the files that Python starts from are read and checked. A
 * script of its own, since modules run only when everything they import is there. All else is main.js's.
 */

import { readPageData } from "./page-data.js";
import { runtimeFiles } from "./runtime.js";
import { startsFrom } from "./starts-from.js";

const pageData = readPageData();
runtimeFiles(pageData).readAhead(startsFrom(pageData));
