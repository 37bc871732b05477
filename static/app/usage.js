// @ts-check
/**
 * What a call of the model took, in words. Pure.
 *
 * @import {Usage} from "./wire.js"
 */

import { t } from "./language.js";
import { money } from "./words.js";

/** As far as it is known. @param {Usage | null} usage */
export function describeUsage(usage) {
  if (usage === null) return [];
  const { inputTokens, outputTokens, dollars, isEstimate } = usage;
  const tokens = t("usage.tokens", { into: inputTokens, out: outputTokens });
  if (dollars === undefined) return [tokens];
  return [tokens, isEstimate ? t("usage.about", { money: money(dollars) }) : money(dollars)];
}
